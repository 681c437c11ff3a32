"""`make demo`: the connector's commands, run against the sandbox while a person watches."""
