"""People, workspaces, roles, tokens and the gates."""
