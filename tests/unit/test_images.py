"""What can be said of the images without building them; `tests.images.replay` builds them."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.images.dockerfile import (
    expand,
    find_last,
    is_ignored,
    list_needed,
    list_steps,
    read_dockerfile,
    read_ignored,
)
from tests.tracked import ROOT, list_tracked

TARGETS = ("app", "train", "test")
TEXT = (ROOT / "Dockerfile").read_text(encoding="utf-8")
STAGES = read_dockerfile(TEXT)
IGNORED = read_ignored((ROOT / ".dockerignore").read_text(encoding="utf-8"))


def find_program(name):
    """One that came with the development extras."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    assert found, f"{name} is not installed: pip install -c constraints.txt -e '.[dev]'"
    return found


def test_row_95_hadolint_finds_nothing():
    done = subprocess.run(
        [find_program("hadolint"), "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_row_95_app_is_what_is_built_unless_a_target_is_named():
    assert list(STAGES)[-1] == "app" and set(TARGETS) <= set(STAGES)


@pytest.mark.parametrize("target", TARGETS)
def test_row_95_images_run_as_a_user_who_owns_none_of_the_program(target):
    steps = list_steps(STAGES, target)
    assert find_last(STAGES, target, "USER").text == "10001:10001"
    assert any("--uid 10001" in step.text for step in steps if step.word == "RUN")
    owned = [step.text for step in STAGES[target].steps if step.word == "COPY" and "chown" in step.options]
    assert owned == {"app": ["/srv/wikics /srv/wikics"], "train": [], "test": [". ."]}[target]


def test_row_95_bases_and_packages_are_pinned():
    bases = {stage.base for stage in STAGES.values()} - set(STAGES)
    assert [base for base in bases if not re.fullmatch(r"python:3\.11\.\d+-slim-bookworm", base)] == []
    installs = [
        step.text for step in list_steps(STAGES, "test") + list_steps(STAGES, "cuda") if "pip install" in step.text
    ]
    assert len(installs) == 3 and all("--constraint constraints.txt" in text for text in installs)


@pytest.mark.parametrize("target", TARGETS)
def test_row_95_whatever_is_copied_is_there_and_not_ignored(target):
    kept = [name for name in list_tracked() if not is_ignored(name, IGNORED)]
    for stage in list_needed(STAGES, target):
        for step in STAGES[stage].steps:
            if step.word == "COPY" and "from" not in step.options:
                for source in step.words()[:-1]:
                    assert source == "." or any(name == source or name.startswith(f"{source}/") for name in kept), (
                        source
                    )


def test_row_95_the_app_needs_nothing_of_the_tests():
    copied = [
        step.words()[:-1] for name in list_needed(STAGES, "app") for step in STAGES[name].steps if step.word == "COPY"
    ]
    assert not {"tests", "docs", "."} & {source for sources in copied for source in sources}
    assert {"core", "pages", "streamlit_app.py", ".streamlit"} <= {source for sources in copied for source in sources}


def test_row_95_no_secret_and_nothing_of_a_checkout_gets_into_an_image():
    for name in (".env", ".streamlit/secrets.toml", ".git/config", ".venv/bin/python", "node_modules/x/y.js"):
        assert is_ignored(name, IGNORED), name
    assert not is_ignored("core/graph/twin/words.txt", IGNORED)


def test_row_95_a_rented_machine_finds_wikics_on_the_path():
    assert find_last(STAGES, "train", "CMD").words() == ["wikics", "job", "--help"]
    assert not [step for step in list_steps(STAGES, "train") if step.word == "ENTRYPOINT"]
    assert "/opt/venv/bin:" in find_last(STAGES, "train", "ENV").text


def test_row_95_health_is_asked_at_the_port_and_below_the_base_path(monkeypatch):
    _, _, check = find_last(STAGES, "app", "HEALTHCHECK").text.partition("CMD ")
    code = read_dockerfile(f"FROM x AS y\nCMD {check}")["y"].steps[0].words()[2]
    asked = []
    monkeypatch.setattr("urllib.request.urlopen", lambda url, **_: asked.append(url))
    monkeypatch.setenv("PORT", "9137")
    monkeypatch.delenv("STREAMLIT_SERVER_BASE_URL_PATH", raising=False)
    exec(code, {})
    monkeypatch.setenv("STREAMLIT_SERVER_BASE_URL_PATH", "/team/wikics/")
    exec(code, {})
    assert asked == ["http://127.0.0.1:9137/healthz", "http://127.0.0.1:9137/team/wikics/healthz"]


def test_row_95_a_dockerfile_is_read_as_an_engine_reads_it():
    lines = [
        "FROM a:1 AS b",
        "# a comment",
        "ENV X=1 Y=$X",
        "RUN one \\",
        "    # between",
        "    two",
        "FROM b AS c",
        "COPY --from=b --chown=1:1 x y ./",
        'CMD ["z", "1 2"]',
    ]
    stages = read_dockerfile("\n".join(lines))
    assert [(step.word, step.text) for step in list_steps(stages, "c")] == [
        ("ENV", "X=1 Y=$X"),
        ("RUN", "one     two"),
        ("COPY", "x y ./"),
        ("CMD", '["z", "1 2"]'),
    ]
    assert stages["c"].steps[0].options == {"from": "b", "chown": "1:1"}
    assert (stages["c"].steps[1].words(), list_needed(stages, "c")) == (["z", "1 2"], ["b", "c"])
    assert expand("${A}/$B-${C}", {"A": "1", "B": "2"}) == "1/2-"
    with pytest.raises(ValueError, match="VOLUME in 'VOLUME x': expected one of FROM"):
        read_dockerfile("FROM a AS b\nVOLUME x")
