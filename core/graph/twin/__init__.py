"""The twin: a synthetic stand-in for WikiCS."""
