"""No raw error in a shell: whatever is typed or lies in a file, it is one sentence and exit code 1."""

import os

import pytest

from core import cli
from core.cli.failures import describe_failure
from core.errors import UnavailableError
from tests.shell import open_at_shell

LETTERS = list(zip("abcdefghij", "bcdefghijk", strict=True))
LAUGHS = "a: &a [1]\n" + "".join(f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in LETTERS)
YAMLS = {
    "alias bomb": (LAUGHS.encode(), "has &a in line 1: write each value out, without aliases"),
    "merge of a bomb": (b"base: &b {lr: 1}\n<<: *b\n", "has &b in line 1"),
    "alias of nothing": (b"lr: *x\n", "has *x in line 1"),
    "alias of itself": (b"&a lr: *a\n", "has &a in line 1"),
    "python object": (b"lr: !!python/object/apply:os.system ['true']\n", "has the tag"),
    "own tag": (b"lr: !mine 3\n", "has the tag '!mine' in line 1: write plain values"),
    "wrong tag": (b"lr: !!int abc\n", "has the tag"),
    "wrong date": (b"lr: 2020-13-45\n", "cannot be read as YAML: month must be in 1..12"),
    "long number": (b"epochs: " + b"9" * 5_000 + b"\n", "cannot be read as YAML: Exceeds the limit"),
    "long hexadecimal": (b"epochs: 0x" + b"f" * 50_000 + b"\n", "epochs is a very large int"),
    "long value": (b"lr: " + b"x" * 100_000 + b"\n", "lr is 'xxxxxx"),
    "deep": (b"lr: " + b"[" * 20_000 + b"\n", "cannot be read as YAML"),
    "list as a key": (b"? [1]\n: 2\n", "cannot be read as YAML"),
    "number as a key": (b"1: 2\n", "has a key that is no text"),
    "large": (b"#" * 300_000, "is larger than 256 kB"),
    "null characters": (b"lr\x00: 1\n", "cannot be read as YAML"),
    "Latin-1": ("name: café\n".encode("latin-1"), "cannot be read as YAML"),
    "two documents": (b"lr: 1\n---\nlr: 2\n", "cannot be read as YAML"),
    "markup": (b"'[/x]': 1\n", "no config field is called '[/x]'"),
    "nothing": (b"", "holds NoneType"),
}


@pytest.fixture
def wikics(monkeypatch, capsys, explorer):
    """Runs a command as the shell would; its one line on stderr."""
    open_at_shell(monkeypatch, explorer)

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["wikics", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        captured = capsys.readouterr()
        assert (ended.value.code, captured.out) == (1, "")
        assert captured.err.startswith("wikics: ") and captured.err.count("\n") == 1
        assert "Traceback" not in captured.err and "fault of the program" not in captured.err
        return captured.err

    return run


@pytest.mark.parametrize("what", YAMLS)
def test_n10_odd_config_files_are_said_in_a_sentence(wikics, tmp_path, tiny_id, what):
    content, said = YAMLS[what]
    path = tmp_path / "[b][" / "x].yaml"
    path.parent.mkdir()
    path.write_bytes(content)
    assert said in wikics("train", "--graph", tiny_id, "--config", str(path))


@pytest.mark.parametrize("output", ["nowhere/[/x].zip", ".", "x" * 300, "/proc/x.zip"])
def test_n10_a_file_that_cannot_be_written_is_said(wikics, finished_run, tmp_path, monkeypatch, output):
    monkeypatch.chdir(tmp_path)
    err = wikics("runs", "export", finished_run, "--output", output)
    assert "cannot be written (" in err and "name another file with --output" in err


def test_n10_names_in_square_brackets_are_printed_as_they_are(monkeypatch, capsys, explorer, finished_run, tmp_path):
    open_at_shell(monkeypatch, explorer)
    (tmp_path / "[").mkdir()
    for arguments in (
        ("runs", "rename", finished_run, "[/red][bold]:smile:"),
        ("runs", "export", finished_run, "--output", str(tmp_path / "[/x].zip")),
        ("runs", "show", finished_run),
        ("runs", "list"),
    ):
        monkeypatch.setattr("sys.argv", ["wikics", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert ended.value.code in (0, None)
    out = "".join(capsys.readouterr().out.split())
    assert out.count("([/red][bold]:smile:)") == 2 and "/[/x].zip" in out


def test_n10_folders_of_no_run_are_not_listed(explorer, finished_run, storage, monkeypatch, capsys):
    for name in (b"caf\xe9", b"[x]", b"a b", b"-x"):
        folder = storage.folder / "runs" / os.fsdecode(name)
        folder.mkdir()
        (folder / "state.json").write_text('{"state": "finished"}')
    assert [record.id for record in explorer.runs.list()] == [finished_run]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("WIKICS_HOME=café".encode("latin-1"), ".env is no UTF-8 text"),
        ("WIKICS_HOME=/tmp/x".encode("utf-16"), ".env is no UTF-8 text"),
        (b"WIKICS_HOME=/tmp/a\0b", "WIKICS_HOME is '/tmp/a\\x00b', which cannot be a folder"),
        (b"WIKICS_HOME=~nobodyatall/x", "WIKICS_HOME is '~nobodyatall/x', which cannot be a folder"),
        (b"WIKICS_HOME=" + b"x" * 5_000, "which cannot be a folder (File name too long): name another"),
        (b"WIKICS_MAX_RUNS=" + b"9" * 5_000, "WIKICS_MAX_RUNS is '999"),
    ],
)
def test_n10_odd_settings_are_said(monkeypatch, capsys, tmp_path, content, said):
    monkeypatch.chdir(tmp_path)
    for name in ("WIKICS_HOME", "WIKICS_MAX_RUNS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".env").write_bytes(content)
    monkeypatch.setattr("sys.argv", ["wikics", "runs", "list"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    err = capsys.readouterr().err
    assert (ended.value.code, err.count("\n")) == (1, 1) and said in err and len(err) < 400


@pytest.mark.parametrize("address", ["\udcff", "a" * 300, "[/x]", "a\0b"])
def test_n10_an_address_that_is_none_is_said(wikics, address):
    assert "cannot be used" in wikics("serve", "--address", address)


def test_n10_whatever_else_fails_is_one_sentence_with_its_traceback_kept(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert describe_failure(UnavailableError("the disk\nis full")) == "the disk is full"
    refused = PermissionError(13, "Permission denied", "/x/[y]")
    assert describe_failure(refused).startswith("'/x/[y]' cannot be used (Permission denied): ")
    assert describe_failure(MemoryError()).startswith("there is not enough memory")
    try:
        raise KeyError("lost")
    except KeyError as error:
        said = describe_failure(error)
    (kept,) = tmp_path.iterdir()
    assert said == (
        f"this command failed by KeyError ('lost'), which is a fault of the program: send whoever mends it {kept}"
    )
    assert 'raise KeyError("lost")' in kept.read_text()
