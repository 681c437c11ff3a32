"""Which days of a report to read in a sync: pure logic, which knows nothing of requests."""
