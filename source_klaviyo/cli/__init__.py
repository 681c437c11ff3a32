"""The program `source-klaviyo`: its command line, its output, and how it ends."""
