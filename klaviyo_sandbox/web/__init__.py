"""HTTP in the sandbox: requests in, replies out, and faults on the wire."""
