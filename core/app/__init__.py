"""The use cases, which the pages, the command line and HTTP call."""
