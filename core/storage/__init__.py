"""Bytes under names: a local folder now, a bucket where one is named."""

from core.storage.base import Storage, StoredFile

__all__ = ["Storage", "StoredFile"]
