"""Commands of KPIs and numbers."""
