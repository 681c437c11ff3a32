"""The shop's resources in memory: rows, their sorted orders and their relationships."""
