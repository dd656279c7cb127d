"""Settings: base holds everything, the others a few lines."""
