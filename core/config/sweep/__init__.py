"""What a sweep may ask for: W&B's sweep.yaml, read into distributions, conditions and bounds. No torch, no Optuna."""
