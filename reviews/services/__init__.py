"""What may be done with digests."""
