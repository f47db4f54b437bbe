"""Both ends of every setting, through the environment, over HTTP and on the command line."""

import json
import os
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from core import cli
from core.errors import ConfigError
from core.http import build_api
from core.http.hosts import is_known
from core.settings import FIELDS, build_settings, load_settings
from tests.rigs import NoBackend
from tests.setting_ends import CASES, CLOUD_ENDS, DOOR_CASES, ENDS, TOKEN, complete, name_case
from tests.shell import open_at_shell


def test_n03_every_setting_is_tried_at_both_ends():
    assert set(ENDS | CLOUD_ENDS) == set(FIELDS)


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


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("MAX_RUNS", "65", "a whole number of at least 1 and of at most 64"),
        ("MAX_RUNS", "many", "a whole number of at least 1 and of at most 64"),
        ("MAX_EPOCHS", "1.5", "a whole number of at least 1"),
        ("PREDICTION_LOG", "nan", "a number of at least 0.0 and of at most 1.0"),
        ("RAY_CPUS", "0", "a number above 0 and of at most 1024"),
        ("SPOT", "perhaps", "true or false"),
        ("TRAINING", "Open", "open, quota, token or off"),
        ("REGION", "us-central1\n", r"what matches ^[a-z]+-[a-z]+\d+\Z"),
    ],
)
def test_n03_a_wrong_value_is_told_from_what_is_expected(monkeypatch, tmp_path, variable, value, expected):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(f"WIKICS_{variable}", value)
    with pytest.raises(ConfigError) as refused:
        load_settings()
    said = f"WIKICS_{variable} is {value!r}: expected {expected}. Mend it in the environment or in .env."
    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("written", "spot"), [("true", True), ("1", True), ("Yes", True), (" on ", True), ("FALSE", False), ("off", False)]
)
def test_n03_a_switch_is_set_by_either_word(monkeypatch, tmp_path, written, spot):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WIKICS_SPOT", written)
    assert load_settings().spot is spot


def test_n03_the_environment_stands_before_dotenv_in_whatever_case_and_nothing_says_nothing(monkeypatch, tmp_path):
    for name in ("MAX_RUNS", "RATE", "MACHINE", "BUCKET", "HOME"):
        monkeypatch.delenv(f"WIKICS_{name}", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(
        "WIKICS_MAX_RUNS=2\nwikics_rate=3\nWIKICS_MACHINE=n1\nWIKICS_BUCKET=\nWIKICS_HOME\nWIKICS_OTHER=1\nRATE=9\n"
        "export WIKICS_HOSTS='a.example.org'  # of ours\n"
    )
    monkeypatch.setenv("wikics_max_runs", " 4 ")
    monkeypatch.setenv("WIKICS_MACHINE", "")
    found = load_settings()
    assert (found.max_runs, found.rate, found.machine, found.bucket) == (4, 3, "n1", "")
    assert (found.home, found.hosts) == (Path("~/.wikics"), "a.example.org")


def test_n03_a_token_is_shown_nowhere():
    settings = build_settings(token="sesame")
    assert settings.token.text == "sesame" and "sesame" not in repr(settings)


def test_n03_hosts_are_known_however_they_are_written():
    settings = build_settings(hosts=" https://example.org:8501/app , *.Example.com:443,, [::1 ")
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
    assert build_settings(data="~/data").data_folder == tmp_path / "data"
    assert build_settings().data_folder is None and os.environ["HOME"] == str(tmp_path)
