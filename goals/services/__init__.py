"""What may be done with KPIs and numbers."""
