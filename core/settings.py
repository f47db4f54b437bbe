"""The settings: with `core.early`, which guesses two of them, what reads the environment (WIKICS_) and .env."""

from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.early import DEFAULT_HOME, PREFIX
from core.errors import ConfigError

MAX_SHOWN = 100  # characters of a wrong value that a message repeats
BackendName = Literal["local", "vertex", "cloudrun", "compute", "ray"]
# Another of Google's own, or a stand-in on this machine, with which alone nothing is encrypted.
ENDPOINT = r"^([a-z0-9-]+(\.[a-z0-9-]+)*\.googleapis\.com(:443)?|127\.0\.0\.1:\d{1,5})?$"
Training = Literal["open", "quota", "token", "off"]
Login = Literal["off", "train", "see"]


class Settings(BaseSettings):
    """Where things live and what a visitor may do. Every default works offline."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", frozen=True, extra="ignore", env_ignore_empty=True
    )

    home: Path = Field(Path(DEFAULT_HOME), description="Folder of graphs and runs.")
    bucket: str = Field(
        "", description="`gs://NAME/PREFIX`: graphs and runs live there, and in `HOME` what this machine alone needs."
    )
    data: Path | None = Field(None, description="Folder with WikiCS's data.json and metadata.json, tried first.")
    backend: BackendName = Field("local", description="Where jobs execute that name no other place.")
    training: Training = Field(
        "open",
        description="Who may start and stop runs: `open` everybody, `quota` everybody within the quotas and holders of "
        "the token beyond them, `token` those alone, `off` nobody.",
    )
    token: SecretStr | None = Field(None, description="What a client sends as 'Authorization: Bearer …'.")
    login: Login = Field(
        "off",
        description="Who logs in first, as `[auth]` of Streamlit's secrets says: `off` nobody, `train` a visitor who "
        "trains within the quotas, `see` whoever sees anything.",
    )
    hosts: str = Field(
        "",
        description="Names under which the app is asked for, separated by commas; `*.example.org` for all below. "
        "Names of this machine and IP addresses always are.",
    )
    sinks: str = Field(
        "",
        pattern=r"^(tensorboard|wandb)?(, *(tensorboard|wandb))*$",
        description="Where else runs log that are started here: `tensorboard`, `wandb`, or both, separated by commas; "
        "each needs the extra of its name.",
    )
    max_runs: int = Field(1, ge=1, le=64, description="How many runs train at the same time.")
    max_waiting: int = Field(15, ge=0, le=10_000, description="How many runs may wait for their turn; 12 MB each.")
    max_machines: int = Field(
        10, ge=1, le=1000, description="How many machines may be rented at the same time, each for one run."
    )
    max_epochs: int = Field(10_000, ge=1, description="The most epochs that a run may ask for.")
    quota_runs: int = Field(2, ge=1, le=1000, description="How many runs of visitors train or wait at the same time.")
    quota_epochs: int = Field(300, ge=1, description="The most epochs of a visitor's run.")
    quota_work: int = Field(5_000_000, ge=1, description="The most articles × epochs of a visitor's run.")
    quota_hour: int = Field(
        12_000_000, ge=1, description="The most articles × epochs that a visitor begins in an hour."
    )
    quota_minutes: int = Field(15, ge=1, le=10_000, description="After so long a visitor's run is stopped.")
    rate: int = Field(
        0, ge=0, le=1_000_000, description="How many requests a minute one address may send; 0 for as many as come."
    )
    proxies: int = Field(
        0,
        ge=0,
        le=10,
        description="How many proxies stand before the app, each of which adds to `X-Forwarded-For` who asked it.",
    )

    prediction_log: float = Field(
        0.0,
        ge=0.0,
        le=1.0,
        description="The share of answers about articles that are logged below `predictions/`, without who asked.",
    )

    project: str = Field("", pattern=r"^([a-z][a-z0-9-]{4,28}[a-z0-9])?$", description="Project at Google Cloud.")
    region: str = Field("us-central1", pattern=r"^[a-z]+-[a-z]+\d+$", description="Region of its machines.")
    zone: str = Field(
        "",
        pattern=r"^([a-z]+-[a-z]+\d+-[a-z])?$",
        description="Zone of a virtual machine; empty for the region's first, a.",
    )
    image: str = Field("", pattern=r"^[\w./:@-]*$", description="Image with which its machines train.")
    machine: str = Field("g2-standard-4", pattern=r"^[a-z0-9-]+$", description="Kind of its machines.")
    accelerator: str = Field(
        "nvidia-l4", pattern=r"^(none|nvidia-[a-z0-9-]+)$", description="GPU of its machines, or none."
    )
    service_account: str = Field(
        "",
        pattern=r"^([\w.-]+@[\w.-]+)?$",
        description="Account that trains there; empty for the project's own. It needs the bucket.",
    )
    spot: bool = Field(False, description="Whether its machines may be taken back at any time, for a lower price.")
    run_job: str = Field(
        "wikics-train", pattern=r"^[a-z][a-z0-9-]{0,62}$", description="Job at Cloud Run that is executed."
    )
    ray_address: str = Field(
        "",
        pattern=r"^([\w.-]+:\d{1,5})?$",
        description="HOST:PORT of the Ray cluster that this machine is a part of; empty for one that is started here.",
    )
    ray_cpus: float = Field(1.0, gt=0, le=1024, description="Processors that a run takes on Ray.")
    ray_gpus: float = Field(
        0.0, ge=0, le=64, description="GPUs that a run takes there: 0.125 for eight runs on one, 0 for none."
    )
    prices: Path | None = Field(
        None, description="YAML file of machines and their prices an hour; `currency: USD` names what they are in."
    )
    alerts: Path | None = Field(
        None, description="YAML file with a `webhook` and `rules`, queries of runs by name: told once a day and run."
    )
    vertex_endpoint: str = Field("", pattern=ENDPOINT, description="Vertex AI's HOST:PORT, where it is another.")
    compute_endpoint: str = Field("", pattern=ENDPOINT, description="Compute Engine's, where it is another.")
    cloudrun_endpoint: str = Field("", pattern=ENDPOINT, description="Cloud Run's, where it is another.")

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
        return self.token is not None and bool(self.token.get_secret_value().strip())


def load_settings() -> Settings:
    """The settings of this process. Raises ConfigError with the variable's name when one is wrong."""
    try:
        settings = Settings()
    except UnicodeDecodeError as error:
        raise ConfigError(".env is no UTF-8 text: save it as UTF-8, with one NAME=value a line") from error
    except ValidationError as error:
        first = error.errors()[0]
        name = "WIKICS_" + "_".join(str(part) for part in first["loc"]).upper()
        shown = repr(first["input"])[:MAX_SHOWN]
        raise ConfigError(f"{name} is {shown}: {first['msg']}. Mend it in the environment or in .env.") from error
    except (OSError, ValueError) as error:
        raise ConfigError(f".env cannot be read ({error}): save it as UTF-8, with one NAME=value a line") from error
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
