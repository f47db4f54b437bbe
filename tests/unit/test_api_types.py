"""The types for the browser's code are those of the app's routes, and what makes them is pinned."""

import json

from tests.api_types import API_TYPES, generate_types
from tests.node import ROOT


def test_the_types_are_those_of_todays_routes():
    assert API_TYPES.read_text(encoding="utf-8") == generate_types(), "the routes have changed: run `make types`"


def test_the_lock_names_a_version_and_a_hash_but_no_host():
    text = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(text)["packages"]
    assert packages.pop("")["devDependencies"] == json.loads((ROOT / "package.json").read_text())["devDependencies"]
    assert all(package["version"] and package["integrity"] for package in packages.values())
    assert "://" not in text, "the lock file names hosts: write it by `make lock`"
