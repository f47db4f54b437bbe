"""Both ends of every setting, and the strangest values between: each has to work in every door."""

ENDS = {
    "home": ["deep/" * 20 + "home", "a [b] *?#%é '\"\n~ home"],
    "data": ["no such folder", "~/no such folder", "tiny.npz", "x" * 200],
    "backend": ["local"],
    "training": ["open", "quota", "token", "off"],
    "login": ["off", "train", "see"],
    "token": ["x", "t" * 5_000, "sécret 🔑", "  spaced  "],
    "hosts": ["", "*", " ,, ,", "https://example.org:8501/, *.example.org:443, [::1"],
    "sinks": ["", "wandb, tensorboard"],
    "max_runs": [1, 64],
    "max_waiting": [0, 10_000],
    "max_machines": [1, 1000],
    "max_epochs": [1, 10**30],
    "quota_runs": [1, 1000],
    "quota_epochs": [1, 10**30],
    "quota_work": [1, 10**30],
    "quota_hour": [1, 10**30],
    "quota_minutes": [1, 10_000],
    "rate": [0, 1_000_000],
    "prediction_log": [0.0, 1.0],
    "proxies": [0, 10],
}
# Those of machines elsewhere, which no page or command reads one by one: at one end all together, and at the other.
CLOUD_ENDS = {
    "bucket": [""],  # tests of storages and pages try one
    "project": ["abc-12", "a" * 30],
    "region": ["a-b1"],
    "zone": ["a-b1-c"],
    "image": ["", "a.dev/b/c:latest@sha256:00"],
    "machine": ["-"],
    "accelerator": ["none", "nvidia-h100-80gb"],
    "service_account": ["a@b"],
    "spot": [True],
    "run_job": ["w", "w" * 63],
    "prices": ["prices.yaml"],
    "ray_address": ["h:1", "head.example.org:65535"],
    "ray_cpus": [0.001, 1024.0],
    "ray_gpus": [0.0, 64.0],
    "alerts": ["alerts.yaml"],
    "vertex_endpoint": ["europe-west4-aiplatform.googleapis.com:443"],
    "compute_endpoint": ["127.0.0.1:1"],
    "cloudrun_endpoint": ["127.0.0.1:65535"],
}
CASES = [(name, value) for name, values in (ENDS | CLOUD_ENDS).items() for value in values]
DOOR_CASES = [case for case in CASES if case[0] in ENDS] + [("cloud", 0), ("cloud", -1)]
TOKEN = "secret"


def complete(name, value, folder):
    """Settings with this one, and what it is nothing without; paths lie in a folder."""
    if name == "cloud":
        ends = [complete(each, values[value], folder) for each, values in CLOUD_ENDS.items()]
        return {each: end for settings in ends for each, end in settings.items()}
    others = {"token": {"training": "token"}, "training": {"token": TOKEN}}.get(name, {})
    others |= {"training": "quota"} if value == "train" else {}
    if name == "prices":
        (folder / value).write_text("currency: ''\ncpu: 0\n", "utf-8")
    if name == "alerts":
        (folder / value).write_text("webhook: https://hooks.example.org/x\nrules:\n  over: state = failed\n", "utf-8")
    if name in ("home", "data", "prices", "alerts") and not value.startswith("~"):
        value = folder / value
    return {name: value} | others


def name_case(case):
    """How a test is called."""
    return f"{case[0]}={str(case[1])[:12]!a}"
