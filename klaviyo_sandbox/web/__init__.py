"""HTTP as the sandbox sees it: requests in, replies out, and ways to spoil them."""
