"""Facts that rooms above may want to hear of."""

from django.dispatch import Signal

# Sent inside the transaction that moved every number to its period in the new calendar; carries
# ``workspace`` and the two calendars, ``before`` and ``after``.
calendar_changed = Signal()
