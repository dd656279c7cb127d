"""Words that every room uses; it knows no room above."""
