"""docs/cloud.md names nothing that is not there: commands, flags, settings, roles, permissions, Google's messages."""

import re
import shlex
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest

from core.app.guests import PUBLISHED
from core.app.prediction_log import FOLDER
from core.runs import files
from core.runs.files import SHARED
from core.settings import FIELDS, BackendName, Login, Training, build_settings
from tests.reference import list_settings
from tests.unit.test_docs import find_blocks_in, find_spans_in, read, tracked

NAME = "docs/cloud.md"
# Of Google's command line, as its reference has them: the flags of the commands that the page shows.
GCLOUD = {
    "auth application-default login": (),
    "storage buckets create": ("--location", "--uniform-bucket-level-access"),
    "storage buckets add-iam-policy-binding": ("--member", "--role"),
    "storage cp": ("-r",),
    "run jobs create": (
        *("--image", "--region", "--service-account", "--command", "--cpu", "--memory", "--task-timeout"),
        *("--gpu", "--gpu-type", "--no-gpu-zonal-redundancy", "--max-retries"),
    ),
}
WORDS = {"ACCOUNT", "Date"}  # what a person puts in; a header of HTTP


def read_page():
    """All of it but what tests/unit/test_deploy.py holds to the files of deploy/, and what is dvc's."""
    parts = re.split(r"^(?=## )", read(NAME), flags=re.MULTILINE)
    left = [part for part in parts if not part.startswith(("## Hosting it", "## Data and results"))]
    assert len(left) == len(parts) - 2
    return "".join(left)


def list_shown():
    """Every command of the page's blocks and spans, as words."""
    lines = [line for block in find_blocks_in(read_page(), "sh") for line in block.replace("\\\n", " ").splitlines()]
    spans = [span for span in find_spans_in(read_page()) if " " in span]
    return [words for text in (*lines, *spans) if (words := shlex.split(text, comments=True))]


def find_code():
    return "\n".join(read(name) for name in tracked() if name.startswith("core/") and name.endswith(".py"))


def test_c06_commands_of_gcloud_and_their_flags_are_known():
    shown = [" ".join(words[1:]) for words in list_shown() if words[0] == "gcloud"]
    assert {name for name in GCLOUD for text in shown if text.startswith(name)} == set(GCLOUD)
    for text in shown:
        (name,) = [name for name in GCLOUD if text.startswith(name)]
        flags = [word for word in shlex.split(text.removeprefix(name)) if word.startswith("-")]
        assert set(flags) <= set(GCLOUD[name]), text


def test_c06_what_is_asked_of_rays_own_command_is_known_to_it():
    (folder,) = find_spec("ray").submodule_search_locations
    known = Path(folder, "scripts/scripts.py").read_text()  # to import it takes seconds
    shown = [words[1:] for words in list_shown() if words[0] == "ray"]
    assert shown and all(words[0] == "start" for words in shown) and "\ndef start(" in known
    flags = {word.partition("=")[0] for words in shown for word in words[1:]}
    assert flags == {"--head", "--port", "--address"} and [flag for flag in flags if f'"{flag}"' not in known] == []


def test_c06_no_program_is_shown_that_the_page_does_not_explain():
    assert {words[0] for words in list_shown()} == {"gcloud", "wikics", "export", "docker", "dvc", "pip", "ray"}
    (built,) = [words for words in list_shown() if words[0] == "docker"]
    assert built[:3] == ["docker", "build", "--target"] and f" AS {built[3]}\n" in read("Dockerfile")


def test_c06_settings_shown_are_valid_and_all_of_the_cloud_are_named():
    exported = [pair.partition("=") for words in list_shown() if words[0] == "export" for pair in words[1:]]
    values = {name.removeprefix("WIKICS_").lower(): value for name, _, value in exported}
    settings = build_settings(**values)
    assert {name: getattr(settings, name) for name in values} == values
    fields = list(FIELDS)
    cloud = ["bucket", "prices", *fields[fields.index("project") : fields.index("prices")]]
    assert [name for name in cloud if f"WIKICS_{name.upper()}" not in read_page()] == []


def test_c06_roles_and_permissions_are_those_that_the_code_names():
    from core.storage.gcs import NEEDED

    named = re.compile(r"\broles/[a-zA-Z]+\.[a-zA-Z]+(?:\.v1)?")
    assert set(named.findall(read_page())) == set(named.findall(find_code()))
    assert set(re.findall(r"\bstorage\.objects\.[a-z]+\b", read_page())) == set(NEEDED)


def test_c06_every_name_between_backticks_is_known():
    """Of one word; paths and commands have tests of their own, what Google's messages have is looked up there."""
    backends = set(get_args(BackendName))
    assert [name for name in sorted(backends - {"local"}) if f"`{name}`" not in read_page()] == []
    known = {
        *backends,
        *(value for value in vars(files).values() if isinstance(value, str)),
        *list_settings(),
        SHARED,
        *WORDS,
        *get_args(Training),
        *get_args(Login),
        PUBLISHED,
        FOLDER,
    }
    in_code = {"queue/": '"queue"', "testIamPermissions": "test_iam_permissions"}
    in_code |= {name: f'"{name}"' for name in ("matchGlob", "wikics-content")}
    assert [name for name, text in in_code.items() if text not in find_code()] == []
    known |= {*in_code, "WIKICS_HOME/cache", "WIKICS_HOME/graphs/kept", "WIKICS_HOME/queue", "deploy/"}
    known |= set(re.findall(r"^FROM .* AS (\w+)$", read("Dockerfile"), flags=re.MULTILINE))
    unknown = {span for span in find_spans_in(read_page()) if " " not in span and span not in known | tracked()}
    of_google = {span for span in unknown if not re.match(r"(roles/|storage\.objects\.)", span)}
    assert of_google == {"artifact_uri", "container_spec"}


@pytest.mark.slow
def test_c06_messages_and_fields_of_google_are_those_of_its_protos():
    """The library takes seconds to load."""
    from google.cloud import aiplatform_v1 as vertex

    from core.backends.cloud.cloudrun import CREATE

    assert {"artifact_uri", "container_spec"} <= set(vertex.Model.meta.fields)
    named = set(re.findall(r"\bCustom[A-Z]\w+", read_page()))
    assert named == {"CustomJob"} and all(hasattr(vertex, name) for name in named)
    job = FIELDS["run_job"].default
    assert CREATE.format(job=job, region="europe-west4") in [" ".join(words) for words in list_shown()]


def test_c06_the_table_says_of_every_test_with_a_stand_in_what_it_exercised():
    """And of each row either where, or what only an account can show."""
    table = read_page().partition("| what | exercised here | needs an account |\n|---|---|---|\n")[2]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()]
    assert [row for row in rows if len(row) != 3 or not row[0] or not (row[1] or row[2])] == []
    stands_in = re.compile(r"^\s*(?:from|import) tests\.(?:gcs|cloud)(?!\.published)|\bemulator\b", re.MULTILINE)
    tests = [name for name in tracked() if re.fullmatch(r"tests/\w+/(test_\w+|bucket_\w+)\.py", name)]
    using = {name for name in tests if stands_in.search(read(name)) and name != "tests/unit/test_cloud_docs.py"}
    assert sorted(name for name in using if f"`{name}`" not in table) == []
    assert [(first, second) for first, second in pairwise(sorted(row[0] for row in rows)) if first == second] == []
