"""What state says: how far a partition has been written."""
