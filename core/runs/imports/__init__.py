"""Runs from elsewhere: TensorBoard's, W&B's, tables, our own exports; found, read and made runs of ours."""
