"""Graphs as people have them: one module a format, all listed in `core.graph.formats.read`."""
