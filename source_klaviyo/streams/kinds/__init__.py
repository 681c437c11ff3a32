"""The kinds of streams: what a family's class declares, and what the engine asks of a stream."""
