"""Rate limits, and the requests that they grant."""
