"""The script of a virtual machine, carried out by bash with stand-ins for what only such a machine has."""

import os
import subprocess

import pytest

from core.backends.cloud import startup

pytestmark = pytest.mark.slow

META = {
    "instance/attributes/wikics-image": "us-docker.pkg.dev/p/r/wikics:1",
    "instance/attributes/wikics-command": "wikics\njob\ngs://bucket/a b/runs/1",
    "instance/attributes/wikics-environment": "NAME=some value\nOTHER=2",
    "instance/attributes/wikics-gpu": "no",
    "instance/service-accounts/default/token": '{"access_token":"secret","expires_in":3599}',
    "project/project-id": "wikics-tests",
    "instance/zone": "projects/7/zones/us-central1-a",
    "instance/name": "wikics-1",
}
CURL = """#!/bin/bash
printf '%s|' "$@" >> "$SAID"; echo >> "$SAID"
name=${*: -1}; name=${name#*computeMetadata/v1/}
[ "$2" = -X ] || cat "$META/${name//\\//+}"
"""
DOCKER = """#!/bin/bash
{ printf '%s|' docker "$@"; echo; } >> "$SAID"
[ "$1" = pull ] && { echo "manifest unknown" >&2; exit "$PULLED"; }
exit "$EXITED"
"""


@pytest.fixture
def carry_out(tmp_path):
    """Runs the script; gives what it said to others, line by line."""

    def carry_out_(*, pulled=0, exited=0, **meta):
        for name, text in (META | {f"instance/attributes/wikics-{key}": text for key, text in meta.items()}).items():
            path = tmp_path / "meta" / name.replace("/", "+")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        for name, text in (
            ("curl", CURL),
            ("docker", DOCKER),
            ("docker-credential-gcr", "#!/bin/bash\n"),
            ("cos-extensions", "#!/bin/bash\nexit 1\n"),
        ):
            (tmp_path / name).write_text(text)
            (tmp_path / name).chmod(0o755)
        said = tmp_path / "said"
        environment = {
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "META": str(tmp_path / "meta"),
            "SAID": str(said),
            "PULLED": str(pulled),
            "EXITED": str(exited),
            "WIKICS_LINGER_SECONDS": "0",
        }
        done = subprocess.run(
            ["bash", "-c", startup.SCRIPT], check=False, env=environment, capture_output=True, text=True, timeout=20
        )
        assert (done.returncode, done.stderr) == (0, "")
        return [
            line for line in said.read_text().splitlines() if "PUT" in line or "DELETE" in line or "docker|" in line
        ]

    return carry_out_


def test_c01_the_script_runs_the_command_says_its_code_and_deletes_its_machine(carry_out):
    pull, run, code, delete = carry_out(exited=143)
    assert pull == "docker|pull|us-docker.pkg.dev/p/r/wikics:1|"
    assert run == (
        "docker|run|--rm|--name|wikics|--entrypoint||--env|NAME=some value|--env|OTHER=2|"
        "us-docker.pkg.dev/p/r/wikics:1|wikics|job|gs://bucket/a b/runs/1|"
    )
    assert "--data-raw|143|" in code and code.endswith("guest-attributes/wikics/code|")
    assert "Authorization: Bearer secret" in delete
    assert delete.endswith("v1/projects/wikics-tests/zones/us-central1-a/instances/wikics-1|")


def test_c01_the_script_says_why_an_image_cannot_be_pulled(carry_out):
    _, failure, delete = carry_out(pulled=1)
    assert "--data-raw|failed to pull image us-docker.pkg.dev/p/r/wikics:1: manifest unknown|" in failure
    assert "DELETE" in delete


def test_c01_the_script_says_where_there_is_no_driver_for_the_gpu(carry_out):
    failure, delete = carry_out(gpu="yes")
    assert "the GPU's driver could not be installed" in failure and "DELETE" in delete
