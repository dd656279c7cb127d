"""The REST API of KPIs and numbers."""
