"""Commands of people and tokens."""
