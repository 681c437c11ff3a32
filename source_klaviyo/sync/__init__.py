"""The sync engine: the order and extent of reading, for collections with views."""
