"""HTTP access to Klaviyo; knows nothing of streams."""
