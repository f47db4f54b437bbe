"""Many replicas of one config trained as one model, for a GPU."""
