"""Views: the records that a stream gets from the pages of a collection.

A record is the resource's own bytes with additions spliced in before its last brace, so that its
contents are neither parsed nor changed: numbers keep their digits, keys their order.
"""
