"""What a person can set: a run's config, its models and presets. No torch here."""
