"""What a service or a job of Cloud Run in gcloud's YAML is in the service's own messages: `google.cloud.run_v2`."""

from copy import deepcopy

from google.cloud import run_v2 as run

SCALE = "autoscaling.knative.dev/"
RUN = "run.googleapis.com/"
GENERATION = {"gen2": "EXECUTION_ENVIRONMENT_GEN2"}


def build_service(document):
    """Raises AssertionError for whatever is not taken over."""
    document = _take(document, apiVersion="serving.knative.dev/v1", kind="Service")
    metadata, template = document.pop("metadata"), document.pop("spec").pop("template")
    notes, spec = dict(template.pop("metadata")["annotations"]), template.pop("spec")
    container, resources = _build_container(spec)
    resources |= {"startup_cpu_boost": notes.pop(f"{RUN}startup-cpu-boost") == "true"}
    resources |= {"cpu_idle": notes.pop(f"{RUN}cpu-throttling") == "true"}
    revision = {
        "service_account": spec.pop("serviceAccountName"),
        "timeout": {"seconds": spec.pop("timeoutSeconds")},
        "max_instance_request_concurrency": spec.pop("containerConcurrency"),
        "scaling": {"max_instance_count": int(notes.pop(f"{SCALE}maxScale"))},
        "session_affinity": notes.pop(f"{RUN}sessionAffinity") == "true",
        "containers": [container | {"resources": resources}],
        "volumes": [_build_volume(each) for each in spec.pop("volumes", [])],
        **_build_place(spec, notes),
    }
    assert not spec and not notes and not document, (spec, notes, document)
    return run.Service({"name": metadata["name"], "labels": {"app": metadata["labels"]["app"]}, "template": revision})


def build_job(document):
    document = _take(document, apiVersion="run.googleapis.com/v1", kind="Job")
    metadata, template = document.pop("metadata"), document.pop("spec").pop("template")
    notes, execution = dict(template.pop("metadata")["annotations"]), template.pop("spec")
    spec = execution.pop("template").pop("spec")
    container, resources = _build_container(spec)
    task = {
        "service_account": spec.pop("serviceAccountName"),
        "timeout": {"seconds": int(spec.pop("timeoutSeconds"))},
        "max_retries": spec.pop("maxRetries"),
        "containers": [container | {"resources": resources}],
        **_build_place(spec, notes),
    }
    outer = {"task_count": execution.pop("taskCount"), "parallelism": execution.pop("parallelism"), "template": task}
    assert not spec and not notes and not document and not execution, (spec, notes, document, execution)
    return run.Job({"name": metadata["name"], "labels": {"app": metadata["labels"]["app"]}, "template": outer})


def _take(document, **expected):
    left = deepcopy(document)
    assert {name: left.pop(name) for name in expected} == expected
    return left


def _build_place(spec, notes):
    place = {"execution_environment": GENERATION[notes.pop(f"{RUN}execution-environment")]}
    if selector := spec.pop("nodeSelector", None):
        place["node_selector"] = {"accelerator": selector[f"{RUN}accelerator"]}
        place["gpu_zonal_redundancy_disabled"] = notes.pop(f"{RUN}gpu-zonal-redundancy-disabled") == "true"
    return place


def _build_container(spec):
    """The container without its resources, and those."""
    [given] = spec.pop("containers")
    given = dict(given)
    container = {"image": given.pop("image")}
    container |= {name: given.pop(name) for name in ("command", "args") if name in given}
    if "ports" in given:
        container["ports"] = [{"name": p["name"], "container_port": p["containerPort"]} for p in given.pop("ports")]
    if "env" in given:
        container["env"] = [_build_variable(each) for each in given.pop("env")]
    if "startupProbe" in given:
        probe = given.pop("startupProbe")
        container["startup_probe"] = {
            "http_get": probe["httpGet"],
            "period_seconds": probe["periodSeconds"],
            "timeout_seconds": probe["timeoutSeconds"],
            "failure_threshold": probe["failureThreshold"],
        }
    mounts = given.pop("volumeMounts", [])
    container["volume_mounts"] = [{"name": each["name"], "mount_path": each["mountPath"]} for each in mounts]
    resources = {"limits": given.pop("resources")["limits"]}
    assert not given, given
    return container, resources


def _build_variable(given):
    if "value" in given:
        return {"name": given["name"], "value": given["value"]}
    key = given["valueFrom"]["secretKeyRef"]
    return {"name": given["name"], "value_source": {"secret_key_ref": {"secret": key["name"], "version": key["key"]}}}


def _build_volume(given):
    secret = given["secret"]
    items = [{"path": each["path"], "version": each["key"]} for each in secret["items"]]
    return {"name": given["name"], "secret": {"secret": secret["secretName"], "items": items}}
