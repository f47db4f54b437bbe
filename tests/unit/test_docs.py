"""README and docs name what there is, and what there is is named there."""

import re
import shlex
from functools import cache
from itertools import pairwise

import pytest

from core.graph.formats.columns import LABELS, STATED
from pages.ui.sources import UPLOADS
from tests.reference import (
    REFERENCE,
    TrainConfig,
    build_reference,
    list_commands,
    list_pages,
    list_presets,
    list_routes,
    list_settings,
)
from tests.tracked import ROOT, list_tracked

DOCUMENTS = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", *(f"docs/{p.name}" for p in ROOT.glob("docs/*.md"))]
# The log's entries tell of what was there on their day.
CURRENT = [name for name in DOCUMENTS if name != "docs/log.md"]
PATH = re.compile(r"(?:core|pages|tests|docs|deploy|\.ci|\.github|\.streamlit)/[\w./-]*")
MODULE = re.compile(r"\b(?:core|pages|tests)(?:\.[A-Za-z_]\w*)+")


@cache
def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def tracked():
    """Every file under version control, and every folder that holds one."""
    return {"/".join(name.split("/")[:end]) for name in list_tracked() for end in range(1, name.count("/") + 2)}


def find_blocks(name, language):
    """What stands in fenced blocks of this language, "" for none."""
    return find_blocks_in(read(name), language)


def find_blocks_in(text, language):
    found = re.findall(r"^ *```(\w*)\n(.*?)```", text, flags=re.DOTALL | re.MULTILINE)
    return [block for tongue, block in found if tongue == language]


def find_spans(name):
    """What stands between backticks within a line."""
    return find_spans_in(read(name))


def find_spans_in(text):
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def find_shown(name, program):
    """The commands of this program that a document shows, whole ones alone."""
    lines = [line for block in find_blocks(name, "sh") for line in block.replace("\\\n", " ").splitlines()]
    shown = [shlex.split(line, comments=True) for line in lines]
    shown += [span.split() for span in find_spans(name) if span.startswith(f"{program} ") and "…" not in span]
    return [words for words in shown if words[:1] == [program]]


def values_of(option, words):
    return [value for word, value in pairwise(words) if word == option]


def read_tree(text):
    """The paths of a drawn tree: a name a line, two spaces deeper than its folder."""
    paths = []
    for line in text.splitlines():
        depth, name = (len(line) - len(line.lstrip())) // 2, line.split()[0]
        above = [path for path, at in paths if at == depth - 1]
        paths.append((f"{above[-1]}/{name.rstrip('/')}" if depth else name.rstrip("/"), depth))
    return [path for path, _ in paths]


def find_headings(name):
    """The headings as addresses, as GitHub makes them."""
    titles = re.findall(r"^#+ (.*)$", read(name), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def module_exists(name):
    """Whether this is a module, or a name that the module before it has."""
    path, last = name.replace(".", "/"), name.rsplit(".", 1)[-1]
    if {f"{path}.py", path} & tracked():
        return True
    above = path.rsplit("/", 1)[0]
    sources = [file for file in (f"{above}.py", f"{above}/__init__.py") if file in tracked()]
    return any(re.search(rf"\b{last}\b", read(file)) for file in sources)


def test_reference_is_what_the_code_says():
    assert REFERENCE.read_text(encoding="utf-8") == build_reference(), "run make docs"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name):
    folder = (ROOT / name).parent
    for link in re.findall(r"\]\(([^)\s]+)\)", read(name)):
        if link.startswith("http"):
            continue
        file, _, heading = link.partition("#")
        path = (folder / file).resolve() if file else ROOT / name
        assert path.relative_to(ROOT).as_posix() in tracked(), link
        assert not heading or heading in find_headings(path.relative_to(ROOT).as_posix()), link


@pytest.mark.parametrize("name", CURRENT)
def test_paths_and_modules_named_are_there(name):
    for span in find_spans(name):
        if PATH.fullmatch(span):
            assert span.rstrip("/") in tracked(), span
        for module in MODULE.findall(span):
            if not {module, span} & tracked():  # pages.py would be a file
                assert module_exists(module), module


@pytest.mark.parametrize("name", CURRENT)
def test_commands_shown_are_understood(name):
    commands = list_commands()
    for words in find_shown(name, "wikics"):
        if any(path[: len(words)] == tuple(words) for path in commands):  # its name alone
            continue
        if words[1:2] == ["sweep"] and tuple(words[:3]) not in commands:
            words = [*words[:2], "start", *words[2:]]  # as the command itself reads it
        path = next((path for path in commands if path == tuple(words[: len(path)])), None)
        assert path, words
        commands[path].make_context(" ".join(path), words[len(path) :])
        presets = {value for value in values_of("--preset", words) if not value.isupper()}  # P stands for any
        assert presets <= {preset.name for preset in list_presets()}, words
        assert {value.split("=")[0] for value in values_of("--set", words)} <= set(TrainConfig.model_fields), words


@pytest.mark.parametrize("name", CURRENT)
def test_settings_and_routes_named_are_there(name):
    assert set(re.findall(r"\bWIKICS_\w+", read(name))) <= set(list_settings())
    routes = {f"{method} {path}" for method, path, _ in list_routes()}
    shown = {span.split("?")[0] for span in find_spans(name) if re.match(r"(GET|POST|PUT|DELETE) /", span)}
    assert shown <= routes


def test_make_targets_are_those_that_contributors_read_of():
    (phony,) = re.findall(r"^\.PHONY: (.*)$", read("Makefile"), flags=re.MULTILINE)
    shown = [words[1] for name in CURRENT for words in find_shown(name, "make") if len(words) > 1]
    assert set(phony.split()) == {*re.findall(r"`make (\w+)`", read("CONTRIBUTING.md"))}
    assert set(shown) <= set(phony.split())


def test_readme_names_every_page_and_address():
    readme = read("README.md")
    assert [title for _, title, _ in list_pages() if f"*{title}*" not in readme] == []
    addresses = re.findall(r"\b(?:Mount|Route)\(\"([^\"]+)\"", read("streamlit_app.py"))
    assert [address for address in addresses if f"`{address}`" not in readme] == []


def test_i15_readme_names_every_column_that_is_the_category():
    said = read("README.md").partition("An article's category is its")[2].partition(".\n")[0]
    assert re.findall(r"`(\w+)`", said) == list(LABELS)
    assert STATED in UPLOADS


def test_tree_is_that_of_the_repository():
    (tree,) = [block for block in find_blocks("README.md", "") if block.startswith("streamlit_app.py")]
    assert [path for path in read_tree(tree) if path not in tracked()] == []
    rooms = {path.split("/")[1] for path in tracked() if path.startswith("core/") and path.count("/") > 1}
    assert sorted(room for room in rooms if not re.search(rf"\b{room}/", tree)) == []
    assert [name for name in DOCUMENTS if name.startswith("docs/") and name[5:] not in tree] == []
    top = {path for path in tracked() if "/" not in path and path not in (".gitignore", "README.md")}
    named = read("README.md") + read("CONTRIBUTING.md")
    assert sorted(path for path in top if path not in named) == []
