"""From pages to lines on stdout."""
