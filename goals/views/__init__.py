"""Pages of KPIs and numbers."""
