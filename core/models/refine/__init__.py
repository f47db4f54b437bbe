"""What goes around any model: alignment, smoothing, averages of weights."""
