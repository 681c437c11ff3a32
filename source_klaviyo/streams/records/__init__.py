"""What is added to a record, derived from it, cut out of it, and missed in it."""
