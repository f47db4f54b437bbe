"""Training on random parts of a large graph."""
