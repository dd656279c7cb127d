"""Facts that rooms above may want to hear of."""

from django.dispatch import Signal

# Sent inside the transaction, before the workspace's own rows go; carries ``workspace``.
workspace_deleting = Signal()
