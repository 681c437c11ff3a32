"""What there is to read: declarations, one file per Klaviyo API family."""
