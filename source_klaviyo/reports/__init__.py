"""Reports: the days to read, the requests, the answers, the state."""
