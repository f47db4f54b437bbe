"""`python -m core.http.openapi` prints the OpenAPI document of `/api`, from which clients are made."""

import json
from typing import Any

from core.app.explorer import Explorer
from core.http.app import build_api


def build_document() -> dict[str, Any]:
    """The document. No graph is loaded and no run looked for: the routes are described, not asked."""
    return build_api(_refuse).openapi()


def _refuse() -> Explorer:
    raise AssertionError("describing the routes asked for an Explorer")


if __name__ == "__main__":
    print(json.dumps(build_document(), indent=2))
