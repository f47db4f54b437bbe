"""Backends as the command line and HTTP offer them."""

import json
import os
import subprocess
import sys

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from core.backends.cloud.account import Account
from core.cli.commands import app as cli
from core.http import build_api
from tests.shell import open_at_shell

LACKS = (
    "vertex cannot train yet: WIKICS_PROJECT is not set: name the project at Google Cloud that pays; "
    "WIKICS_IMAGE is not set: name the image that trains, REGION-docker.pkg.dev/PROJECT/…; "
    "WIKICS_BUCKET is not set: name gs://NAME/PREFIX, which this machine and that one both reach (wikics backends)"
)


@pytest.fixture
def explorer(explorer, monkeypatch):
    monkeypatch.setattr("core.backends.cloud.account._ACCOUNT", Account(lambda: None))
    open_at_shell(monkeypatch, explorer)
    return explorer


@pytest.fixture
def client(explorer):
    return TestClient(build_api(lambda: explorer), base_url="http://localhost")


def test_c01_backends_are_listed_alike_by_shell_and_http(explorer, client):
    done = CliRunner().invoke(cli, ["backends", "--json"])
    offers = json.loads(done.stdout)["backends"]
    assert client.get("/backends").json()["backends"] == offers
    assert [offer["name"] for offer in offers] == ["local", "vertex", "cloudrun", "compute", "ray"]
    local, vertex = offers[:2]
    assert (local["name"], local["ready"], local["missing"]) == ("local", True, [])
    assert (vertex["name"], vertex["ready"], len(vertex["missing"])) == ("vertex", False, 3)
    assert vertex["place"] == {
        "name": "Vertex AI",
        "device": "NVIDIA L4, g2-standard-4, us-central1",
        "machine": "g2-standard-4",
        "accelerator": "nvidia-l4",
        "region": "us-central1",
    }
    assert "vertex: WIKICS_PROJECT is not set" in CliRunner().invoke(cli, ["backends"]).stdout


def test_c01_a_run_for_a_place_that_is_not_ready_is_never_made(explorer, client, tiny_id):
    done = CliRunner().invoke(cli, ["train", "--graph", tiny_id, "--backend", "vertex"])
    assert str(done.exception) == LACKS
    answer = client.post("/runs", json={"graph": tiny_id, "backend": "vertex"}, headers={"origin": "http://localhost"})
    assert (answer.status_code, answer.json()["detail"]) == (503, LACKS)
    answer = client.post("/runs", json={"graph": tiny_id, "backend": "moon"}, headers={"origin": "http://localhost"})
    assert (answer.status_code, answer.json()["detail"][:18]) == (422, "no backend 'moon':")
    assert explorer.runs.list() == []


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("vertex", ('"accelerator_type": "NVIDIA_L4"', '"machine_type": "g2-standard-4"', '"image_uri": "wikics"')),
        ("cloudrun", ('"name": "projects/wikics-tests/locations/us-central1/jobs/wikics-train"', '"args": [')),
        ("compute", ('"machine_type": "zones/us-central1-a/machineTypes/g2-standard-4"', "docker run --rm")),
    ],
)
@pytest.mark.slow
def test_c01_a_dry_run_shows_the_order_and_gives_none(make_explorer, monkeypatch, name, holds):
    explorer = make_explorer(project="wikics-tests", image="wikics")
    open_at_shell(monkeypatch, explorer)
    done = CliRunner().invoke(cli, ["train", "--backend", name, "--dry-run"])
    json.loads(done.stdout)
    assert [text for text in (*holds, "20261231-235959-gcn-xyz") if text not in done.stdout] == []
    assert explorer.runs.list() == []
    done = CliRunner().invoke(cli, ["train", "--dry-run"])
    assert str(done.exception).startswith("local rents no machine")


@pytest.mark.slow
def test_c05_listing_runs_loads_no_more_than_a_listing_needs(tmp_path):
    unwanted = (
        *("torch", "scipy", "numpy", "grpc", "ray", "google.auth", "google.cloud.aiplatform_v1", "requests"),
        *("rich", "yaml", "filelock", "core.app.explorer", "core.cli.train"),
    )
    code = (
        "import sys; from core.cli.commands import app\ntry: app(['runs', 'list', '--json'])\nexcept SystemExit: pass\n\
"
        + f"print([name for name in {unwanted} if name in sys.modules])"
    )
    environment = os.environ | {"WIKICS_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.splitlines()[-1] == "[]"
