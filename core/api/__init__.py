"""What every API endpoint shares: problems, pages, fields and the schema."""
