"""Pages over several rooms: Home, reviews and digests."""
