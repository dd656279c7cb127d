"""What may be done with people, workspaces and tokens."""
