"""Goals, KPIs, targets, measurements and their rollups."""
