"""`python -m core.http.openapi` prints the OpenAPI document of `/api`, from which clients are made."""

import json

from core.app.explorer import Explorer
from core.http.app import build_api


def main() -> None:
    """No graph is loaded and no run looked for: the routes are described, not asked."""
    print(json.dumps(build_api(_refuse).openapi(), indent=2))


def _refuse() -> Explorer:
    raise AssertionError("no route is asked")


if __name__ == "__main__":
    main()
