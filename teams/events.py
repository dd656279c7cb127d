"""Facts that rooms above may want to hear of."""

from django.dispatch import Signal

# Sent inside the transaction, before the workspace's own rows go; carries ``workspace``.
workspace_deleting = Signal()

# Sent inside the transaction that changed what pages write beside numbers: the settings of a
# workspace, the name of one of its people, or its teams; carries ``workspace``.
workspace_changed = Signal()
