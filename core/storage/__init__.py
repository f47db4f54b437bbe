"""Bytes under names: a local folder or this process's memory; a bucket later."""
