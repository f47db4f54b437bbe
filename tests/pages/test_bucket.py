"""A bucket that cannot be used, as the page, HTTP and the command line say it: the same sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from core.app.explorer import open_explorer
from core.http import build_api
from core.settings import build_settings
from tests.pages.conftest import ROUTER

pytestmark = pytest.mark.slow

SENTENCE = (
    "bucket never-made does not exist, or an anonymous account lacks the permission storage.objects.list to see it: "
    "make it (gcloud storage buckets create gs://never-made), or name another in WIKICS_BUCKET"
)


@pytest.fixture
def explorer_of_nothing(emulator, monkeypatch, tmp_path):
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", emulator.url)
    return open_explorer(build_settings(home=tmp_path, bucket="gs://never-made/team"))


def test_c01_http_says_which_bucket_cannot_be_used(explorer_of_nothing):
    client = TestClient(build_api(lambda: explorer_of_nothing))
    for permission, answer in (
        ("list", client.get("/runs")),
        ("create", client.post("/runs", json={"preset": "gcn", "graph": "twin"})),
    ):
        assert (answer.status_code, answer.json()["detail"]) == (503, SENTENCE.replace("list", permission))


def test_c01_a_page_says_which_bucket_cannot_be_used(explorer_of_nothing, monkeypatch):
    from pages.ui import loaders

    loaders.get_explorer.cache_clear()
    monkeypatch.setattr(loaders, "load_settings", lambda: explorer_of_nothing.settings)
    monkeypatch.setattr(loaders, "open_explorer", lambda _settings, **_ask: explorer_of_nothing)
    explorer_of_nothing.graphs.prepare()
    at = AppTest.from_file(ROUTER, default_timeout=60).run()
    assert [element.value.replace("\\", "") for element in at.error] == [SENTENCE.replace("list", "create")]
    assert not at.exception
    loaders.get_explorer.cache_clear()


@pytest.mark.parametrize(
    ("permission", "command"), [("list", ["runs", "list"]), ("create", ["train", "--graph", "twin"])]
)
def test_c01_the_command_line_says_which_bucket_cannot_be_used(permission, command, emulator, tmp_path):
    settings = {"STORAGE_EMULATOR_HOST": emulator.url, "WIKICS_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "core.cli", *command],
        cwd=Path(__file__).parents[2],
        env=os.environ | settings | {"WIKICS_BUCKET": "gs://never-made/team"},
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"wikics: {SENTENCE.replace('list', permission)}\n"


@pytest.mark.parametrize("address", ["s3://team", "/data/home", "gs:/team"])
def test_c01_what_is_no_bucket_is_refused_by_its_variable(address, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "core.cli", "runs", "list"],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"WIKICS_HOME": str(tmp_path), "WIKICS_BUCKET": address},
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (
        1,
        f"wikics: WIKICS_BUCKET is {address!r}: expected gs://NAME/PREFIX, or nothing for WIKICS_HOME\n",
    )
