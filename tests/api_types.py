"""The types of the HTTP interface for the browser's code: `make types` writes `pages/ui/types/api.d.ts` anew."""

import json

from core.http.openapi import build_document
from pages.ui.components.assets import STATIC
from tests.node import ROOT, call_node

API_TYPES = STATIC.parent / "types" / "api.d.ts"
GENERATOR = ROOT / "node_modules" / "openapi-typescript" / "bin" / "cli.js"
HEADER = "// Made from the app's OpenAPI document by `make types`: not to be edited.\n\n"


def generate_types():
    """The text of the file, as the app's routes have it now."""
    document = json.dumps(build_document())
    types = call_node([GENERATOR, "--alphabetize"], input=document, cwd=ROOT)
    return HEADER + types.partition("*/")[2].lstrip()


if __name__ == "__main__":
    API_TYPES.write_text(generate_types(), encoding="utf-8")
