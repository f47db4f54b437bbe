"""What must not be in the repository: traces of one machine, addresses of packages, modules too long to read."""

import ast
import re

import pytest

from tests.tracked import ROOT, list_tracked

LOCKS = ("constraints.txt", "package.json", "package-lock.json", ".npmrc")
# A folder of one person or one machine, at the beginning of a path; /home/user is nobody's.
MACHINE = r"(?<![\w.~/-])/(?:work|root|home/(?!user/)\w+|Users/\w+|tmp/\w+)/"
HOST = r"(?m)[a-z+]+://\S+|^\s*(?:registry|--\S*index-url|--find-links)\b.*"
CONFLICT = r"(?m)^(?:<{7} |={7}$|>{7} )"
LARGEST_BYTES = 1_000_000
LONGEST_MODULE, LONGEST_FUNCTION = 400, 60  # lines


@pytest.fixture(scope="module")
def contents():
    """The bytes of every file under version control."""
    return {name: (ROOT / name).read_bytes() for name in list_tracked()}


@pytest.fixture(scope="module")
def texts(contents):
    return {name: content.decode(errors="replace") for name, content in contents.items() if b"\0" not in content}


def find(pattern, texts):
    """The lines that the pattern finds, as grep shows them."""
    return [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]}"
        for name, text in texts.items()
        for match in re.finditer(pattern, text)
    ]


def test_no_path_of_one_machine(texts):
    assert find(MACHINE, {name: text for name, text in texts.items() if not name.endswith("test_repository.py")}) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see /root/x", 1),
        ('open("/home/ann/data.json")', 1),
        ("../shared/home/ann/", 0),
        ("https://example.org/work/", 0),
        ("~/work/x", 0),
        ("/opt/venv/bin", 0),
    ],
)
def test_what_counts_as_a_path_of_one_machine(text, found):
    assert len(find(MACHINE, {"file": text})) == found


def test_pins_name_no_host(texts):
    assert find(HOST, {name: texts[name] for name in LOCKS if name in texts}) == []


def test_pytorchs_index_is_named_for_readers_and_images_alone(texts):
    index = "download" + ".pytorch.org"
    assert {name for name, text in texts.items() if index in text} == {"Dockerfile", "README.md"}


def test_no_conflict_is_left(texts):
    assert find(CONFLICT, texts) == []


def test_no_file_is_large(contents):
    assert [name for name, content in contents.items() if len(content) > LARGEST_BYTES] == []


def test_modules_and_functions_are_short_enough_to_be_read(texts):
    long = []
    for name, text in texts.items():
        if not name.endswith(".py") or name.startswith("tests/"):
            continue
        if text.count("\n") > LONGEST_MODULE:
            long.append(name)
        for node in ast.walk(ast.parse(text)):
            is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            if is_function and node.end_lineno - node.lineno >= LONGEST_FUNCTION:
                long.append(f"{name}: {node.name}")
    assert long == []
