"""Where a run executes: this machine."""
