"""Training: the Lightning module, and `fit`, which trains one run in its folder."""
