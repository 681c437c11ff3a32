"""HTTP as the sandbox sees it: requests in, replies out, and faults on the wire."""
