"""Which requests are sent, by which worker, and what a fault costs."""
