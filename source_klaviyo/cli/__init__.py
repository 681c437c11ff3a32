"""The program `source-klaviyo`: command line, output, exit codes."""
