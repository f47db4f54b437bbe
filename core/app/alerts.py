"""Rules that a person wrote down: whenever one becomes true of a run, a webhook is told, once a day at most."""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from core.app.runs import Runs
from core.errors import ConfigError, DamagedFileError, UnavailableError
from core.graph.titles import shorten
from core.runs.query import Query, parse_query
from core.runs.record import RunRecord
from core.runs.setting_files import read_yaml
from core.runs.state import ACTIVE
from core.storage.documents import dump_json, parse_json
from core.storage.local import write_atomically

MAX_RULES: Final = 100
QUIET_SECONDS: Final = 86_400.0  # so long the same rule says nothing more of the same run
SENT_SECONDS: Final = 3.0  # a webhook has so long to be reached, and then to answer
LOOK_SECONDS: Final = 2.0  # both together at most 5 s; each look lists the runs

Send = Callable[[str, Mapping[str, Any]], None]  # a message to an address; raises UnavailableError


@dataclass(frozen=True)
class Rule:
    """A name, and the query of which runs it is true."""

    name: str
    where: Query


@dataclass(frozen=True)
class Rules:
    """What is to be told, and to which address; none, and nowhere, without a file."""

    webhook: str = ""
    rules: tuple[Rule, ...] = ()


def load_rules(path: Path | None) -> Rules:
    """The rules in a file: `webhook: https://…`, and below `rules` a query by name. Raises ConfigError, QueryError."""
    if path is None:
        return Rules()
    content = read_yaml(path, "WIKICS_ALERTS")
    webhook = content.get("webhook") if isinstance(content, dict) else None
    rules = content.get("rules") if isinstance(content, dict) else None
    if not isinstance(webhook, str) or not webhook.startswith(("https://", "http://")):
        raise ConfigError(f"{path} names no webhook: write a line such as webhook: https://hooks.example.org/…")
    if not isinstance(rules, dict) or not 0 < len(rules) <= MAX_RULES:
        raise ConfigError(f"{path} has no rules, or more than {MAX_RULES}: write low: epoch > 50 and val_acc < 60%")
    for name, text in rules.items():
        if not isinstance(name, str) or not isinstance(text, str) or not text.strip():
            raise ConfigError(f"{path} says {shorten(f'{name}: {text}')!r}: expected a name and a query of runs")
    return Rules(webhook, tuple(Rule(name, parse_query(text)) for name, text in rules.items()))


class Alerts:
    """Looks at the runs of a store, and remembers in a file of this machine what was told."""

    def __init__(
        self, runs: Runs, rules: Rules, memory: Path, *, send: Send, now: Callable[[], float] = time.time
    ) -> None:
        self._runs, self._rules, self._memory, self._send, self._now = runs, rules, memory, send, now
        self._told: dict[str, float] | None = None
        self._began_at = now()

    def look(self) -> bool:
        """Tells what has become true; whether there is nothing to look for, ever. What is not taken is told again."""
        if not self._rules.rules:
            return True
        told = self._recall()
        for record in self._runs.list():
            if record.state in ACTIVE or (record.ended_at or 0.0) >= self._began_at:
                self._tell(record, told)
        return False

    def _tell(self, record: RunRecord, told: dict[str, float]) -> None:
        now = self._now()
        for rule in self._rules.rules:
            key = f"{record.id} {rule.name}"
            if now - told.get(key, -QUIET_SECONDS) < QUIET_SECONDS or not rule.where.select([record]):
                continue
            self._send(self._rules.webhook, build_message(record, rule, now))  # else told again at the next look
            told[key] = now
            with suppress(OSError):
                recent = {key: at for key, at in told.items() if now - at < QUIET_SECONDS}
                write_atomically(self._memory, dump_json(recent), parents=True, durable=False)

    def _recall(self) -> dict[str, float]:
        """What was told before, by earlier processes too; what cannot be read is as if nothing had been."""
        if self._told is None:
            self._told = {}
            with suppress(OSError, DamagedFileError):
                content = parse_json(self._memory.read_bytes(), self._memory.name)
                self._told = {key: float(at) for key, at in content.items() if isinstance(at, int | float)}
        return self._told


def build_message(record: RunRecord, rule: Rule, now: float) -> dict[str, Any]:
    """What a webhook is told: `text` is a sentence, as chat programs show it."""
    reached = "" if record.val_acc is None else f", validation {100 * record.val_acc:.1f} %"
    run = record.name or record.id
    numbers = ("state", "epoch", "val_acc", "test_acc", "stopping_acc")
    return {
        "text": f"{rule.name}: run {run} is {record.state} at epoch {record.epoch}{reached} ({rule.where.text})",
        "rule": rule.name,
        "where": rule.where.text,
        "run": record.id,
        "at": now,
        **{name: getattr(record, name) for name in numbers},
    }


def send_json(address: str, message: Mapping[str, Any]) -> None:
    """POSTs a message. Raises UnavailableError; the address, which may hold a secret, is in none of its words."""
    import requests  # nothing else needs it here

    try:
        answer = requests.post(
            address,
            data=json.dumps(message),
            headers={"content-type": "application/json"},
            timeout=SENT_SECONDS,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        raise UnavailableError(
            f"the webhook of WIKICS_ALERTS cannot be reached ({type(error).__name__}): see that its address is right"
        ) from None
    if not answer.ok:
        raise UnavailableError(
            f"the webhook of WIKICS_ALERTS answered {answer.status_code}: see that its address is right"
        )
