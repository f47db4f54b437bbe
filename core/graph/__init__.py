"""Where a graph comes from and what one can ask of it. No torch in this room."""
