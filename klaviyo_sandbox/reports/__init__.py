"""Reports: what Klaviyo computes, by local day, from the shop's data."""
