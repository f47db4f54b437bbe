"""What the running app tells of itself: Prometheus metrics."""
