"""How a sweep chooses its trials and stops bad ones, by Optuna; imported by who leads a sweep alone."""
