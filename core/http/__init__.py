"""The HTTP door: `/api` as a FastAPI app over one Explorer, one module a noun."""

from core.http.app import build_api

__all__ = ["build_api"]
