"""deploy/ against what Google publishes of its services, against itself, and against a stand-in for gcloud."""

import json
import os
import re
import subprocess

import pytest
from google.cloud import run_v2 as run
from google.cloud.devtools import cloudbuild_v1 as cloudbuild

from core.settings import build_settings
from tests.cloud.knative import build_job, build_service
from tests.cloud.published import find_faults, load_yaml, read_service
from tests.images.dockerfile import read_dockerfile
from tests.reference import list_settings
from tests.tracked import ROOT, list_tracked
from tests.unit.test_images import find_program

NAMES = {"PROJECT": "my-project", "REGION": "europe-west4", "TAG": "1a2b3c4", "GITHUB": "me/wikics", "DRY_RUN": ""}
DEPLOY = ROOT / "deploy"
SCRIPTS = ("up.sh", "down.sh", "dry-run.sh", "names.sh")


def call(script, **environment):
    """What a script prints."""
    variables = {name: value for name, value in os.environ.items() if name not in ("GPU", "LOGIN", "DATA", "BUCKET")}
    command = ["bash", str(DEPLOY / script)] if script in SCRIPTS else ["bash", "-c", script]
    done = subprocess.run(
        command, cwd=ROOT, env=variables | NAMES | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def render(name, **environment):
    return load_yaml(call(f". deploy/names.sh; render deploy/{name}", **environment))


@pytest.fixture(scope="module")
def dry_run():
    return call("dry-run.sh").splitlines()


@pytest.fixture(scope="module")
def service():
    return render("service.yaml")


@pytest.fixture(scope="module")
def job():
    return render("job.yaml")


@pytest.mark.slow
def test_row_95_scripts_are_clean():
    paths = [f"deploy/{name}" for name in SCRIPTS] + [".ci/run", "tests/cloud/gcloud"]
    done = subprocess.run(
        [find_program("shellcheck"), "-x", *paths], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_row_95_the_service_is_one_instance_that_keeps_its_visitors(service):
    assert find_faults(service, "run.v1", "Service") == []
    message = build_service(service)
    image = "europe-west4-docker.pkg.dev/my-project/wikics/app:1a2b3c4"
    container = message.template.containers[0]
    assert (message.name, container.image, container.ports[0].container_port) == ("wikics", image, 8080)
    template = message.template
    assert (template.scaling.max_instance_count, template.session_affinity) == (1, True)
    assert (template.timeout.total_seconds(), template.service_account) == (
        3600,
        "wikics-app@my-project.iam.gserviceaccount.com",
    )
    assert (container.resources.cpu_idle, container.resources.startup_cpu_boost) == (False, True)
    assert dict(container.resources.limits) == {"cpu": "2", "memory": "4Gi"}
    assert container.startup_probe == run.Probe(
        http_get={"path": "/healthz", "port": 8080}, period_seconds=5, timeout_seconds=3, failure_threshold=40
    )
    assert template.node_selector.accelerator == ""


def test_row_95_with_a_gpu_the_service_trains_by_itself():
    document = render("service.yaml", GPU="1")
    assert find_faults(document, "run.v1", "Service") == []
    template = build_service(document).template
    container = template.containers[0]
    assert (template.node_selector.accelerator, template.gpu_zonal_redundancy_disabled) == ("nvidia-l4", True)
    assert dict(container.resources.limits) == {"cpu": "4", "memory": "16Gi", "nvidia.com/gpu": "1"}
    assert {each.name: each.value for each in container.env}["WIKICS_BACKEND"] == "local"
    assert container.image.endswith("/app:1a2b3c4-cuda")


def test_d12_with_a_login_visitors_train_within_the_quotas():
    document = render("service.yaml", LOGIN="1")
    assert find_faults(document, "run.v1", "Service") == []
    template = build_service(document).template
    container, [volume] = template.containers[0], template.volumes
    given = {each.name: each.value for each in container.env}
    assert (given["WIKICS_TRAINING"], given["WIKICS_LOGIN"]) == ("quota", "train")
    [item], [mount] = volume.secret.items, container.volume_mounts
    assert (volume.secret.secret, item.version, mount.name) == ("wikics-login", "latest", volume.name)
    assert given["STREAMLIT_SECRETS_FILES"] == f"{mount.mount_path}/{item.path}"
    assert "login" in re.search(r"^ARG EXTRA=(.*)$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)[1]
    lines = call("dry-run.sh", LOGIN="1").splitlines()
    [added] = set(lines) - set(call("dry-run.sh").splitlines())
    assert re.search(r"secrets add-iam-policy-binding wikics-login .*wikics-app@.*secretAccessor$", added)


def test_row_95_the_job_is_the_one_that_the_cloudrun_backend_executes(job):
    assert find_faults(job, "run.v1", "Job") == []
    message = build_job(job)
    task, container = message.template.template, message.template.template.containers[0]
    assert (message.name, list(container.command), task.max_retries) == (
        build_settings().run_job,
        ["wikics"],
        0,
    )
    assert (task.node_selector.accelerator, task.timeout.total_seconds()) == ("nvidia-l4", 3600)
    assert container.image == "europe-west4-docker.pkg.dev/my-project/wikics/train:1a2b3c4"


def test_row_95_annotations_are_those_that_google_describes(service, job):
    published = read_service("run.v1")
    places = (service["spec"]["template"], job["spec"]["template"], render("service.yaml", GPU="1")["spec"]["template"])
    notes = {note for place in places for note in place["metadata"]["annotations"]}
    assert sorted(note for note in notes if note not in published) == []


def test_row_95_variables_of_the_service_are_settings_that_fit(service):
    [container] = service["spec"]["template"]["spec"]["containers"]
    given = {each["name"]: each.get("value", "secret") for each in container["env"]}
    assert set(given) <= set(list_settings())
    settings = build_settings(**{name.removeprefix("WIKICS_").lower(): value for name, value in given.items()})
    assert (settings.training, settings.backend, settings.run_job) == ("token", "cloudrun", "wikics-train")
    assert settings.bucket == "gs://my-project-wikics/wikics"
    assert settings.host_names == ("*.run.app",)


@pytest.mark.parametrize("target", ["app", "train", "test"])
def test_row_95_builds_and_their_triggers(target):
    build = load_yaml((DEPLOY / "build.yaml").read_text(encoding="utf-8"))
    assert find_faults(build, "cloudbuild.v1", "Build") == []
    seconds = int(build.pop("timeout").removesuffix("s"))
    message = cloudbuild.Build(cloudbuild.Build.from_json(json.dumps(build)), timeout={"seconds": seconds})
    assert message.options.logging == cloudbuild.BuildOptions.LoggingMode.CLOUD_LOGGING_ONLY
    trigger = render("trigger.yaml", TARGET=target)
    assert find_faults(trigger, "cloudbuild.v1", "BuildTrigger") == []
    found = cloudbuild.BuildTrigger.from_json(json.dumps(trigger))
    assert (found.name, found.github.owner, found.github.name) == (f"wikics-{target}", "me", "wikics")
    assert found.filename == "deploy/build.yaml" and found.substitutions["_TARGET"] == target
    assert set(found.substitutions) <= set(message.substitutions)
    used = set(re.findall(r"\$\{(_\w+)\}", json.dumps(build)))
    assert used == set(message.substitutions)
    assert target in read_dockerfile((ROOT / "Dockerfile").read_text(encoding="utf-8"))


def test_row_95_policies_are_what_their_services_know():
    for name in ("lifecycle.json", "lifecycle-builds.json"):
        rules = json.loads((DEPLOY / name).read_text(encoding="utf-8"))
        assert find_faults({"lifecycle": rules}, "storage.v1", "Bucket") == []
    # gcloud's own form: a list, each with a name, and words that are written small.
    for policy in json.loads((DEPLOY / "cleanup.json").read_text(encoding="utf-8")):
        message = {"id": policy.pop("name"), "action": policy.pop("action").pop("type").upper()} | policy
        if "condition" in message:
            message["condition"]["tagState"] = message["condition"]["tagState"].upper()
        assert find_faults(message, "artifactregistry.v1", "CleanupPolicy") == []


def test_row_95_nothing_live_is_deleted_from_the_bucket_of_runs():
    rules = json.loads((DEPLOY / "lifecycle.json").read_text(encoding="utf-8"))["rule"]
    assert [rule["condition"]["isLive"] for rule in rules if rule["action"]["type"] == "Delete"] == [False, False]


def test_row_95_names_that_are_used_are_made(dry_run, service, job):
    made = {line.split()[4] for line in dry_run if " service-accounts create " in line}
    used = {each for line in dry_run for each in re.findall(r"([\w-]+)@my-project\.iam", line)}
    files = "".join((DEPLOY / name).read_text(encoding="utf-8") for name in ("build.yaml", "names.sh"))
    used |= set(re.findall(r"([\w-]+)@\$", files))
    assert used == made == {"wikics-app", "wikics-train", "wikics-build", "wikics-ci"}
    built = {image for line in dry_run for image in re.findall(r"_IMAGE=([^,]+),", line)}
    images = {service["spec"]["template"]["spec"]["containers"][0]["image"]}
    images.add(job["spec"]["template"]["spec"]["template"]["spec"]["containers"][0]["image"])
    assert images == built
    for path in re.findall(r"deploy/[\w.-]+", "\n".join(dry_run)):
        assert path in list_tracked(), path


def test_row_95_nobody_gets_a_role_on_more_than_it_needs(dry_run):
    given = {}
    for line in dry_run:
        if match := re.search(
            r"gcloud (.*) add-iam-policy-binding (\S+).* --member serviceAccount:([\w-]+)@.* --role (\S+)", line
        ):
            given.setdefault(match[3], set()).add(
                (match[4].removeprefix("roles/"), f"{match[1]} {match[2].split('@')[0]}")
            )
    bucket, builds = "storage buckets gs://my-project-wikics", "storage buckets gs://my-project-wikics-builds"
    assert given == {
        "wikics-app": {
            ("storage.objectUser", bucket),
            ("secretmanager.secretAccessor", "secrets wikics-token"),
            ("run.developer", "run jobs wikics-train"),
        },
        "wikics-train": {("storage.objectUser", bucket)},
        "wikics-build": {
            ("storage.objectViewer", builds),
            ("artifactregistry.writer", "artifacts repositories wikics"),
            ("logging.logWriter", "projects my-project"),
        },
        "wikics-ci": {
            ("storage.objectUser", bucket),
            ("storage.objectUser", builds),
            ("cloudbuild.builds.editor", "projects my-project"),
            ("serviceusage.serviceUsageConsumer", "projects my-project"),
            ("artifactregistry.reader", "artifacts repositories wikics"),
            ("run.developer", "run services wikics"),
            ("iam.serviceAccountUser", "iam service-accounts wikics-build"),
            ("iam.serviceAccountUser", "iam service-accounts wikics-app"),
        },
    }
    assert not [line for line in dry_run if " keys " in line]


def test_row_95_identities_are_those_of_one_repository_on_main(dry_run):
    [line] = [line for line in dry_run if "create-oidc" in line]
    assert "\"assertion.repository=='me/wikics'&&assertion.ref=='refs/heads/main'\"" in line
    assert find_faults({"issuerUri": re.search(r"--issuer-uri (\S+)", line)[1]}, "iam.v1", "Oidc") == []


def test_row_95_without_a_project_a_sentence_says_what_to_name():
    done = subprocess.run(
        ["bash", str(DEPLOY / "up.sh")], env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.endswith(
        "PROJECT is not set: name the project at Google Cloud, as in PROJECT=my-project deploy/up.sh\n"
    )


@pytest.mark.slow
def test_row_95_up_and_down_may_be_repeated(tmp_path, dry_run):
    bin_folder, state = tmp_path / "bin", tmp_path / "state"
    bin_folder.mkdir()
    state.mkdir()
    (bin_folder / "gcloud").symlink_to(ROOT / "tests" / "cloud" / "gcloud")
    environment = {"PATH": f"{bin_folder}:{os.environ['PATH']}", "GCLOUD_STATE": str(state)}

    def list_asked(verbs):
        """The commands since the last look whose verb is one of these."""
        lines = (state / "commands").read_text(encoding="utf-8").splitlines()
        (state / "commands").write_text("", encoding="utf-8")
        return [line for line in lines if re.search(rf" ({verbs})( |$)", line)]

    call("up.sh", **environment)
    created = list_asked("create|create-oidc|submit")
    assert len(created) == len([line for line in dry_run if re.search(r" (create|create-oidc|submit) ", line)])
    call("up.sh", **environment)
    assert list_asked("create|create-oidc|submit") == []
    assert "my-project-wikics stays" in call("down.sh", **environment)
    assert len(list_asked("delete|rm")) == 12
    call("down.sh", DATA="delete", **environment)
    assert len(list_asked("delete|rm")) == 1
    left = {path.name for path in state.iterdir()} - {"commands"}
    assert left and {name for name in left if not name.startswith("iam_workload-identity-pools")} == set()
    call("up.sh", **environment)


def test_row_95_the_document_shows_what_the_dry_run_prints():
    document = (ROOT / "docs" / "cloud.md").read_text(encoding="utf-8")
    said = "What the dry run prints, with `PROJECT=my-project GITHUB=me/wikics TAG=1a2b3c4`:\n\n```text\n"
    assert document.partition(said)[2].partition("```")[0] == call("dry-run.sh", REGION="us-central1")


def test_row_95_the_document_names_every_file_variable_account_and_role(dry_run):
    section = (ROOT / "docs" / "cloud.md").read_text(encoding="utf-8").partition("## Hosting it")[2]
    section = section.partition("What the dry run prints")[0]
    assert [name for name in list_tracked() if name.startswith("deploy/") and name not in section] == []
    told = "".join((DEPLOY / name).read_text(encoding="utf-8") for name in SCRIPTS)
    variables = {*re.findall(r"\$\{([A-Z]+):-", told), "PROJECT"}
    assert set(re.findall(r"^\| `([A-Z]+)` \|", section, flags=re.MULTILINE)) == variables
    rows = dict(re.findall(r"^\| `(wikics-\w+)`, [^|]*\| (.*) \|$", section, flags=re.MULTILINE))
    given = {}
    for account, role in re.findall(r"--member serviceAccount:([\w-]+)@.*--role (\S+)", "\n".join(dry_run)):
        given.setdefault(account, set()).add(role)
    assert {account: set(re.findall(r"roles/[\w.]+", row)) for account, row in rows.items()} == given
