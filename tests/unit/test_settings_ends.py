"""Both ends of every setting, through the environment, over HTTP and on the command line."""

import json
import os

import pytest
from starlette.testclient import TestClient

from core import cli
from core.errors import ConfigError
from core.http import build_api
from core.http.hosts import is_known
from core.settings import Settings, load_settings
from tests.rigs import NoBackend
from tests.setting_ends import CASES, CLOUD_ENDS, DOOR_CASES, ENDS, TOKEN, complete, name_case
from tests.shell import open_at_shell


def test_n03_every_setting_is_tried_at_both_ends():
    assert set(ENDS | CLOUD_ENDS) == set(Settings.model_fields)


@pytest.mark.parametrize("case", CASES, ids=name_case)
def test_n03_both_ends_of_a_setting_are_read(case, monkeypatch, tmp_path):
    settings = complete(*case, tmp_path)
    monkeypatch.chdir(tmp_path)
    for name in ENDS | CLOUD_ENDS:
        monkeypatch.delenv(f"WIKICS_{name.upper()}", raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(f"WIKICS_{name.upper()}", str(value))
    loaded = load_settings()
    for name, value in settings.items():
        assert str(getattr(loaded, name)) == str(value) or name == "token"


@pytest.fixture(params=DOOR_CASES, ids=name_case)
def settings(request, tmp_path):
    return complete(*request.param, tmp_path)


@pytest.fixture
def explorer(make_explorer, settings):
    return make_explorer(NoBackend(), **{name: value for name, value in settings.items() if name != "backend"})


@pytest.mark.slow
def test_n03_both_ends_of_a_setting_work_over_http(explorer, settings):
    graph = explorer.graphs.list()[0].id
    client = TestClient(build_api(lambda: explorer))
    for path in ("/graphs", f"/graphs/{graph}", f"/graphs/{graph}/articles?q=linux", "/runs", "/benchmarks"):
        assert client.get(path).status_code == 200
    token = str(settings.get("token", TOKEN)).strip().encode("utf-8", "surrogateescape")
    config = {"graph": graph, "config": {"epochs": 1}}
    submitted = client.post("/runs", json=config, headers={b"authorization": b"Bearer " + token})
    wrong = client.post("/runs", json=config, headers={b"authorization": b"Bearer \xff\xfe"})
    training = settings.get("training", "open")
    assert submitted.status_code == (403 if training == "off" else 201), submitted.text
    assert training in ("open", "quota") or wrong.status_code == 403


@pytest.mark.slow
def test_n03_both_ends_of_a_setting_work_on_the_command_line(explorer, settings, monkeypatch, capsys):
    open_at_shell(monkeypatch, explorer)
    graph = explorer.graphs.list()[0].id

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["wikics", *arguments, "--json"])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        assert ended.value.code == 0, said.err
        return json.loads(said.out)

    assert run("graph", "--graph", graph)["graph"]["id"] == graph
    begun = run("train", "--detach", "--graph", graph, "--set", "epochs=1")
    assert [each["id"] for each in run("runs", "list")["runs"]] == [begun["id"]]


def test_n03_hosts_are_known_however_they_are_written():
    settings = Settings(_env_file=None, hosts=" https://example.org:8501/app , *.Example.com:443,, [::1 ")
    assert settings.host_names == ("example.org", "*.example.com", "[::1")
    assert all(is_known(name, settings.host_names) for name in ("example.org:8501", "a.example.com"))


@pytest.mark.parametrize("token", ["", " ", "\t \n"])
def test_n03_a_token_of_nothing_is_refused(monkeypatch, tmp_path, token):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WIKICS_TRAINING", "token")
    monkeypatch.setenv("WIKICS_TOKEN", token)
    with pytest.raises(ConfigError, match="there is no WIKICS_TOKEN"):
        load_settings()


@pytest.mark.parametrize("content", [b"WIKICS_DATA=/tmp/a\0b", b"WIKICS_DATA=~nobodyatall/x"])
def test_n03_a_folder_of_data_that_cannot_be_is_said(monkeypatch, tmp_path, content):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(content)
    with pytest.raises(ConfigError, match=r"WIKICS_DATA is .*, which cannot be a folder"):
        load_settings()


def test_n03_the_folder_of_data_may_be_below_ones_home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Settings(_env_file=None, data="~/data").data_folder == tmp_path / "data"
    assert Settings(_env_file=None).data_folder is None and os.environ["HOME"] == str(tmp_path)
