"""Reports: numbers by local day, computed from the shop's data."""
