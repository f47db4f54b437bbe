"""The settings: with `core.early`, which guesses two of them, what reads the environment (WIKICS_) and .env."""

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args, get_origin
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta
from msgspec.structs import FieldInfo

from core.early import DEFAULT_HOME, PREFIX
from core.errors import ConfigError

MAX_SHOWN: Final = 100  # characters of a wrong value that a message repeats
BackendName = Literal["local", "vertex", "cloudrun", "compute", "ray"]
# Another of Google's own, or a stand-in on this machine, with which alone nothing is encrypted.
ENDPOINT = r"^([a-z0-9-]+(\.[a-z0-9-]+)*\.googleapis\.com(:443)?|127\.0\.0\.1:\d{1,5})?\Z"
Training = Literal["open", "quota", "token", "off"]
Login = Literal["off", "train", "see"]


class Secret:
    """A text that no log and no traceback shows."""

    def __init__(self, text: str) -> None:
        self.text = text


class Settings(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Where things live and what a visitor may do. Every default works offline. Values are taken as they are."""

    home: Annotated[Path, Meta(description="Folder of graphs and runs.")] = Path(DEFAULT_HOME)
    bucket: Annotated[
        str,
        Meta(
            description="`gs://NAME/PREFIX`: graphs and runs live there, and in `HOME` what this machine alone needs."
        ),
    ] = ""
    data: Annotated[Path | None, Meta(description="Folder with WikiCS's data.json and metadata.json, tried first.")] = (
        None
    )
    backend: Annotated[BackendName, Meta(description="Where jobs execute that name no other place.")] = "local"
    training: Annotated[
        Training,
        Meta(
            description="Who may start and stop runs: `open` everybody, `quota` everybody within the quotas and "
            "holders of the token beyond them, `token` those alone, `off` nobody."
        ),
    ] = "open"
    token: Annotated[Secret | None, Meta(description="What a client sends as 'Authorization: Bearer …'.")] = None
    login: Annotated[
        Login,
        Meta(
            description="Who logs in first, as `[auth]` of Streamlit's secrets says: `off` nobody, `train` a visitor "
            "who trains within the quotas, `see` whoever sees anything."
        ),
    ] = "off"
    hosts: Annotated[
        str,
        Meta(
            description="Names under which the app is asked for, separated by commas; `*.example.org` for all below. "
            "Names of this machine and IP addresses always are."
        ),
    ] = ""
    sinks: Annotated[
        str,
        Meta(
            pattern=r"^(tensorboard|wandb)?(, *(tensorboard|wandb))*\Z",
            description="Where else runs log that are started here: `tensorboard`, `wandb`, or both, separated by "
            "commas; each needs the extra of its name.",
        ),
    ] = ""
    max_runs: Annotated[int, Meta(ge=1, le=64, description="How many runs train at the same time.")] = 1
    max_waiting: Annotated[
        int, Meta(ge=0, le=10_000, description="How many runs may wait for their turn; 12 MB each.")
    ] = 15
    max_machines: Annotated[
        int, Meta(ge=1, le=1000, description="How many machines may be rented at the same time, each for one run.")
    ] = 10
    max_epochs: Annotated[int, Meta(ge=1, description="The most epochs that a run may ask for.")] = 10_000
    quota_runs: Annotated[
        int, Meta(ge=1, le=1000, description="How many runs of visitors train or wait at the same time.")
    ] = 2
    quota_epochs: Annotated[int, Meta(ge=1, description="The most epochs of a visitor's run.")] = 300
    quota_work: Annotated[int, Meta(ge=1, description="The most articles × epochs of a visitor's run.")] = 5_000_000
    quota_hour: Annotated[
        int, Meta(ge=1, description="The most articles × epochs that a visitor begins in an hour.")
    ] = 12_000_000
    quota_minutes: Annotated[int, Meta(ge=1, le=10_000, description="After so long a visitor's run is stopped.")] = 15
    rate: Annotated[
        int,
        Meta(ge=0, le=1_000_000, description="How many requests a minute one address may send; 0 for as many as come."),
    ] = 0
    proxies: Annotated[
        int,
        Meta(
            ge=0,
            le=10,
            description="How many proxies stand before the app, each of which adds to `X-Forwarded-For` who asked it.",
        ),
    ] = 0

    prediction_log: Annotated[
        float,
        Meta(
            ge=0.0,
            le=1.0,
            description="The share of answers about articles that are logged below `predictions/`, without who asked.",
        ),
    ] = 0.0

    project: Annotated[
        str, Meta(pattern=r"^([a-z][a-z0-9-]{4,28}[a-z0-9])?\Z", description="Project at Google Cloud.")
    ] = ""
    region: Annotated[str, Meta(pattern=r"^[a-z]+-[a-z]+\d+\Z", description="Region of its machines.")] = "us-central1"
    zone: Annotated[
        str,
        Meta(
            pattern=r"^([a-z]+-[a-z]+\d+-[a-z])?\Z",
            description="Zone of a virtual machine; empty for the region's first, a.",
        ),
    ] = ""
    image: Annotated[str, Meta(pattern=r"^[\w./:@-]*\Z", description="Image with which its machines train.")] = ""
    machine: Annotated[str, Meta(pattern=r"^[a-z0-9-]+\Z", description="Kind of its machines.")] = "g2-standard-4"
    accelerator: Annotated[
        str, Meta(pattern=r"^(none|nvidia-[a-z0-9-]+)\Z", description="GPU of its machines, or none.")
    ] = "nvidia-l4"
    service_account: Annotated[
        str,
        Meta(
            pattern=r"^([\w.-]+@[\w.-]+)?\Z",
            description="Account that trains there; empty for the project's own. It needs the bucket.",
        ),
    ] = ""
    spot: Annotated[
        bool, Meta(description="Whether its machines may be taken back at any time, for a lower price.")
    ] = False
    run_job: Annotated[
        str, Meta(pattern=r"^[a-z][a-z0-9-]{0,62}\Z", description="Job at Cloud Run that is executed.")
    ] = "wikics-train"
    ray_address: Annotated[
        str,
        Meta(
            pattern=r"^([\w.-]+:\d{1,5})?\Z",
            description="HOST:PORT of the Ray cluster that this machine is a part of; empty for one that is started "
            "here.",
        ),
    ] = ""
    ray_cpus: Annotated[float, Meta(gt=0, le=1024, description="Processors that a run takes on Ray.")] = 1.0
    ray_gpus: Annotated[
        float, Meta(ge=0, le=64, description="GPUs that a run takes there: 0.125 for eight runs on one, 0 for none.")
    ] = 0.0
    prices: Annotated[
        Path | None,
        Meta(description="YAML file of machines and their prices an hour; `currency: USD` names what they are in."),
    ] = None
    alerts: Annotated[
        Path | None,
        Meta(description="YAML file with a `webhook` and `rules`, queries of runs by name: told once a day and run."),
    ] = None
    vertex_endpoint: Annotated[
        str, Meta(pattern=ENDPOINT, description="Vertex AI's HOST:PORT, where it is another.")
    ] = ""
    compute_endpoint: Annotated[str, Meta(pattern=ENDPOINT, description="Compute Engine's, where it is another.")] = ""
    cloudrun_endpoint: Annotated[str, Meta(pattern=ENDPOINT, description="Cloud Run's, where it is another.")] = ""

    @cached_property
    def host_names(self) -> tuple[str, ...]:
        """`hosts` one by one, as names alone where an address or a port was written."""
        return tuple(filter(None, (_read_name(name.strip()) for name in self.hosts.split(","))))

    @cached_property
    def sink_names(self) -> tuple[str, ...]:
        """`sinks` one by one."""
        return tuple(dict.fromkeys(filter(None, (name.strip() for name in self.sinks.split(",")))))

    @cached_property
    def home_folder(self) -> Path:
        """`home` as an absolute path."""
        return self.home.expanduser().resolve()

    @cached_property
    def data_folder(self) -> Path | None:
        """`data` as an absolute path."""
        return self.data.expanduser().resolve() if self.data else None

    @property
    def has_token(self) -> bool:
        """Whether there is a token that a client can send: spaces around it are no part of it."""
        return self.token is not None and bool(self.token.text.strip())


FIELDS: Final = {field.name: field for field in msgspec.structs.fields(Settings)}
_SWITCHES: Final = {"yes": True, "on": True, "no": False, "off": False}  # beside true, false, 1 and 0
_KINDS: Final[Mapping[object, str]] = {int: "a whole number", float: "a number", bool: "true or false"}


def build_settings(**values: Any) -> Settings:
    """Settings with these values, each of its type or as text. Raises ConfigError that names a wrong one's variable."""
    return Settings(**{name: _parse(name, value) for name, value in values.items()})


def load_settings() -> Settings:
    """The settings of this process. Raises ConfigError with the variable's name when one is wrong."""
    settings = build_settings(**_read_environment())
    if settings.bucket and not settings.bucket.startswith("gs://"):
        raise ConfigError(
            f"WIKICS_BUCKET is {settings.bucket[:MAX_SHOWN]!r}: expected gs://NAME/PREFIX, or nothing for WIKICS_HOME"
        )
    if settings.training == "token" and not settings.has_token:
        raise ConfigError("WIKICS_TRAINING is token, and there is no WIKICS_TOKEN: set it, or nobody can train")
    if settings.login == "train" and settings.training != "quota":
        raise ConfigError(
            f"WIKICS_LOGIN is train, and WIKICS_TRAINING is {settings.training}: who logs in trains within the quotas, "
            "so set WIKICS_TRAINING to quota, or WIKICS_LOGIN to off or see"
        )
    _check_folder("home", settings.home)
    if settings.data is not None:
        _check_folder("data", settings.data)
    home = settings.home_folder
    in_the_way = next((path for path in (home, *home.parents) if path.exists() and not path.is_dir()), None)
    if in_the_way is not None:
        raise ConfigError(
            f"WIKICS_HOME is {str(settings.home)!r}, and {in_the_way} is a file: "
            "name a folder, which is made where there is none"
        )
    return settings


def _read_environment() -> Mapping[str, str]:
    """What .env and, before it, the environment say of fields, by the fields' names; what is empty says nothing."""
    file = Path(".env")
    try:
        if not file.is_file():
            return _find_fields(os.environ)
        from dotenv import dotenv_values  # takes as long as all else here

        return {**_find_fields(dotenv_values(file)), **_find_fields(os.environ)}
    except UnicodeDecodeError as error:
        raise ConfigError(".env is no UTF-8 text: save it as UTF-8, with one NAME=value a line") from error
    except (OSError, ValueError) as error:
        raise ConfigError(f".env cannot be read ({error}): save it as UTF-8, with one NAME=value a line") from error


def _find_fields(variables: Mapping[str, str | None]) -> dict[str, str]:
    """The variables that set fields, in whatever case they are written."""
    said = {name.upper(): value for name, value in variables.items() if value}
    return {name: value for name in FIELDS if (value := said.get(f"{PREFIX}{name.upper()}"))}


def _parse(name: str, value: object) -> Any:
    """A field's value as its type. Raises ConfigError."""
    field, told = FIELDS[name], value
    is_number = isinstance(field.default, int | float)  # or a switch: what a text may stand for
    if is_number and isinstance(value, str):
        told = value.strip().lower()
        told = _SWITCHES.get(told, told) if isinstance(field.default, bool) else told
    try:
        return msgspec.convert(told, field.type, strict=not is_number, dec_hook=lambda kind, text: kind(text))
    except (msgspec.ValidationError, ValueError) as error:
        raise ConfigError(
            f"{PREFIX}{name.upper()} is {repr(value)[:MAX_SHOWN]}: expected {_describe(field)}. "
            "Mend it in the environment or in .env."
        ) from error


def _describe(field: FieldInfo) -> str:
    """What a field takes, for a person."""
    kind, meta = get_args(field.type)
    if get_origin(kind) is Literal:
        *others, last = get_args(kind)
        return f"{', '.join(others)} or {last}"
    if meta.pattern is not None:
        return f"what matches {meta.pattern}"
    bounds = [
        f"{word} {bound}"
        for word, bound in (("of at least", meta.ge), ("above", meta.gt), ("of at most", meta.le))
        if bound is not None
    ]
    return f"{_KINDS.get(kind, 'text')} {' and '.join(bounds)}".strip()


def _check_folder(name: str, path: Path) -> None:
    """Raises ConfigError for what no folder can be called: too long, a null character, in nobody's home."""
    try:
        path.expanduser().resolve().exists()
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        shown = repr(str(path))[:MAX_SHOWN]
        raise ConfigError(
            f"WIKICS_{name.upper()} is {shown}, which cannot be a folder ({reason}): name another"
        ) from error


def _read_name(host: str) -> str:
    """`example.org` of `https://example.org:8501/`; what is none stays as it is."""
    try:
        parts = urlsplit(host if "//" in host else f"//{host}")
        return parts.hostname or ""
    except ValueError:
        return host
