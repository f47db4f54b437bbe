"""Bytes under names: a local folder, this process's memory, a bucket of Google Cloud Storage."""
