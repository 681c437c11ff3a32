"""How to talk to Klaviyo; knows nothing of streams."""
