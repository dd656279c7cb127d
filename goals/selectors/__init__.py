"""What screens and endpoints read, each in a fixed number of queries."""
