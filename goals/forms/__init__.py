"""Shape and type of what people enter about KPIs and numbers."""
