"""A believable shop's data, one file per family of Klaviyo's API."""
