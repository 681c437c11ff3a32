"""What the connector costs, measured against a Klaviyo on localhost: `python -m benchmarks`."""
