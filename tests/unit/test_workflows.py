"""What the workflows at GitHub may do and name; `make lint` has actionlint and zizmor read them."""

import re
from itertools import chain

import pytest
from pre_commit.clientlib import load_config

from tests.cloud.published import load_yaml
from tests.tracked import ROOT, list_tracked

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in WORKFLOWS}
NEEDS_A_WORD_OF_GITHUB = {("data.yml", "reproduce"), ("promote.yml", "promote")}


def read(name):
    return load_yaml(TEXTS[name].replace("\non:\n", '\n"on":\n'))  # which YAML takes for true


def list_steps(name):
    return list(chain.from_iterable(job["steps"] for job in read(name)["jobs"].values()))


@pytest.mark.parametrize("name", TEXTS)
def test_row_98_every_action_is_pinned_by_its_commit_and_says_its_version(name):
    used = re.findall(r"uses: (.*)", TEXTS[name])
    assert (
        used and [each for each in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each)] == []
    )


def test_row_98_an_action_has_one_version():
    pins = {tuple(each.split("@")) for text in TEXTS.values() for each in re.findall(r"uses: (\S+)", text)}
    assert len(pins) == len({name for name, _ in pins})


@pytest.mark.parametrize("name", TEXTS)
def test_row_98_a_workflow_may_read_and_no_more(name):
    workflow = read(name)
    assert workflow["permissions"] == {"contents": "read"}
    for job_name, job in workflow["jobs"].items():
        more = {"contents": "read", "id-token": "write"} if (name, job_name) in NEEDS_A_WORD_OF_GITHUB else None
        assert job.get("permissions") == more
        assert job["timeout-minutes"] <= 120
    assert "secrets." not in TEXTS[name] and "pull_request_target" not in TEXTS[name]


def test_row_98_what_people_have_is_tested():
    matrix = read("ci.yml")["jobs"]["test"]["strategy"]["matrix"]
    assert matrix == {"os": ["ubuntu-latest", "macos-latest"], "python": ["3.11", "3.13"]}
    targets = read("ci.yml")["jobs"]["image"]["strategy"]["matrix"]["target"]
    assert targets == ["app", "train", "test"]


def test_row_98_commands_and_files_are_there():
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)[
        1
    ].split()
    run = "\n".join(step["run"] for name in TEXTS for step in list_steps(name) if "run" in step)
    made = {target for line in re.findall(r"^make ([\w ]+)", run, flags=re.MULTILINE) for target in line.split()}
    assert made and made <= set(phony)
    for path in {*re.findall(r"(?:^|\s)(\.(?:ci|github)/\w+)", run), "constraints.txt", "package-lock.json"}:
        assert path in list_tracked(), path


def test_row_98_variables_are_those_that_contributors_read_of():
    asked = {each for text in TEXTS.values() for each in re.findall(r"vars\.(\w+)", text)}
    said = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("the repository's variables ")[2]
    assert asked == set(re.findall(r"`(\w+)`", said.partition(", which")[0]))
    up = (ROOT / "deploy" / "up.sh").read_text(encoding="utf-8")
    assert asked == set(re.findall(r" ([A-Z_]+)=[($]", re.search(r'echo "Variables of .*"', up)[0]))


def test_row_98_contributors_read_of_every_workflow():
    said = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+\.yml)` \|", said, flags=re.MULTILINE)) == set(TEXTS)


def test_row_98_newer_pins_are_asked_for_wherever_something_is_pinned():
    asked = load_yaml((ROOT / ".github" / "dependabot.yml").read_text(encoding="utf-8"))["updates"]
    assert {each["package-ecosystem"] for each in asked} == {"pip", "npm", "docker", "github-actions"}


def test_row_98_hooks_are_the_checks_of_make_lint():
    [local] = load_config(str(ROOT / ".pre-commit-config.yaml"))["repos"]
    lint = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nlint:")[2].partition("\n\n")[0]
    programs = {hook["entry"].split()[0].removeprefix(".venv/bin/") for hook in local["hooks"]} - {"python"}
    assert programs == set(re.findall(r"^\t\$\(BIN\)/([\w-]+)", lint, flags=re.MULTILINE))
