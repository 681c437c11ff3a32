"""How one window of a partition is read, page after page, for one or several views."""
