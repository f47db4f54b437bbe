"""Runs: the folder that is the truth about one, the store of all, their metrics."""
