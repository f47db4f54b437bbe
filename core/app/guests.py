"""Guests: what a visitor without the token may begin, see and change where the app is a hosted demo."""

import hashlib
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from core.errors import ForbiddenError
from core.runs import files
from core.runs.record import RunRecord
from core.runs.state import ACTIVE
from core.settings import Login

PUBLISHED: Final = "published"  # the tag of a run that everybody sees
MARK: Final = "visitor"  # in a run's environment: whose it is
HOUR_SECONDS: Final = 3600.0
MAX_BEGUN: Final = 100_000  # starts within the hour that are remembered
_NAME_DIGITS: Final = 16

See = Callable[[RunRecord], bool]


@dataclass(frozen=True)
class Visitor:
    """Who asks. `trusted`: whoever runs this app, or bears its token, who may and sees all.

    `logged_in`: the name is that of a login, which is one person's at whatever address.
    """

    name: str = ""  # tells one guest from another, and nothing else of them
    address: str = ""  # of the machine that asks: one without a name, or with many, is known by it
    trusted: bool = False
    logged_in: bool = False


OWNER: Final = Visitor(trusted=True, logged_in=True)


@dataclass(frozen=True)
class Quotas:
    """How much guests may train. Work is articles × epochs."""

    runs: int  # of all guests at once; of one guest one
    epochs: int  # of a run
    work: int  # of a run
    hour: int  # work of one guest within an hour
    minutes: int  # that a run may train


class _Begun(NamedTuple):
    at: float
    who: frozenset[str]
    work: int
    run: str


def name_visitor(secret: str) -> str:
    """What stands for a visitor in a run: who reads it cannot come as them."""
    return hashlib.sha256(f"wikics visitor {secret}".encode()).hexdigest()[:_NAME_DIGITS] if secret else ""


class Guests:
    """The rules of a hosted demo, the same for pages and HTTP. May be used from any thread.

    ask: who asks just now; None for the process itself. Without `quotas` whoever asks may all, as on a machine of
    one's own. login: for what one has to be logged in. now: Unix seconds.
    """

    def __init__(
        self,
        quotas: Quotas | None = None,
        ask: Callable[[], Visitor | None] = lambda: None,
        *,
        login: Login = "off",
        now: Callable[[], float] = time.time,
    ) -> None:
        self.quotas, self.login, self._ask, self._now = quotas, login, ask, now
        self._begun: deque[_Begun] = deque(maxlen=MAX_BEGUN)
        self._counting = threading.Lock()

    def who(self) -> Visitor:
        """Who asks."""
        return (self._ask() or OWNER) if self.quotas else OWNER

    def must_log_in_to_see(self) -> bool:
        """Whether who asks is shown nothing yet."""
        return self.login == "see" and not (self._ask() or OWNER).logged_in

    def must_log_in_to_train(self) -> bool:
        """Whether who asks trains nothing yet that they could within the quotas."""
        visitor = self.who()
        return self.login != "off" and not (visitor.trusted or visitor.logged_in)

    def see(self) -> See | None:
        """Of which runs who asks may know: those of the app, their own, and those that are published. None for all."""
        visitor = self.who()
        if visitor.trusted:
            return None
        return lambda record: _is_public(record) or _is_of(record, visitor)

    def may_change(self, record: RunRecord) -> bool:
        """Whether who asks may stop, resume, label and delete a run."""
        visitor = self.who()
        return visitor.trusted or _is_of(record, visitor)

    def check_change(self, record: RunRecord) -> None:
        """Raises ForbiddenError for a run of somebody else."""
        if not self.may_change(record):
            raise ForbiddenError(
                f"run {record.id} is not yours: a visitor changes what they began, anything else takes the app's token"
            )

    def check_trusted(self, what: str) -> None:
        """Raises ForbiddenError for a guest. what: as "a sweep"."""
        if not self.who().trusted:
            raise ForbiddenError(f"{what} takes the token of this app: enter it on Train, or run your own copy")

    def mark(self) -> Mapping[str, Any]:
        """What the environment of a run says that begins now."""
        visitor = self.who()
        return {} if visitor.trusted else {MARK: visitor.name}

    def check_config(self, epochs: int, num_articles: int) -> None:
        """Raises ForbiddenError where a run is more than a guest's may be."""
        if self.quotas is None or self.who().trusted:
            return
        self._check_login()
        work, most = epochs * num_articles, self.quotas.work
        fits = min(self.quotas.epochs, most // max(num_articles, 1))
        if fits < 1:
            raise ForbiddenError(
                f"a visitor's run may have {most:,} articles × epochs, and this graph has {num_articles:,} articles: "
                "choose a smaller graph, or enter the token"
            )
        if epochs > self.quotas.epochs or work > most:
            raise ForbiddenError(
                f"a visitor's run may have {fits:,} epochs on this graph, and this asks for {epochs:,}: "
                f"set epochs to {fits:,} or fewer, or enter the token"
            )

    def check_start(self, records: Sequence[RunRecord], epochs: int, num_articles: int) -> None:
        """Raises ForbiddenError where a guest has to wait. records: all runs; epochs: that are to be trained yet."""
        if self.quotas is None or (visitor := self.who()).trusted:
            return
        self._check_login()
        if not visitor.name:
            raise ForbiddenError("a visitor without a cookie cannot train: send back the one that this app gives")
        active = [record for record in records if record.visitor and record.state in ACTIVE]
        begun = {one.run for one in self._list_begun(visitor)}
        if own := [record for record in active if record.visitor == visitor.name or record.id in begun]:
            raise ForbiddenError(
                f"a visitor, and an address, has one run at a time, and yours is {own[0].state}: "
                f"start this when it has ended, {self._say_end(own)}, or stop it"
            )
        if len(active) >= self.quotas.runs:
            raise ForbiddenError(
                f"visitors' runs have taken all places that they may, which is {self.quotas.runs}: "
                f"start this when one has ended, {self._say_end(active)}"
            )
        self._check_share(visitor, epochs * num_articles)

    def charge(self, run_id: str, epochs: int, num_articles: int) -> None:
        """Notes what a guest has begun."""
        if self.quotas is not None and not (visitor := self.who()).trusted:
            with self._counting:
                self._begun.append(_Begun(self._now(), _list_names(visitor), epochs * num_articles, run_id))

    def find_overdue(self, records: Sequence[RunRecord]) -> Sequence[str]:
        """The guests' runs that have trained as long as they may."""
        if self.quotas is None:
            return ()
        since = self._now() - 60.0 * self.quotas.minutes
        running = (record for record in records if record.visitor and record.state == "running")
        return [record.id for record in running if (record.started_at or self._now()) < since]

    def _check_login(self) -> None:
        if self.must_log_in_to_train():
            raise ForbiddenError("training here takes a login: log in on Train, or send the token of this app")

    def _check_share(self, visitor: Visitor, work: int) -> None:
        assert self.quotas is not None
        now, mine = self._now(), self._list_begun(visitor)
        used, free_at = sum(begun.work for begun in mine), now
        for begun in mine:
            if used + work <= self.quotas.hour:
                break
            used, free_at = used - begun.work, begun.at + HOUR_SECONDS
        if free_at > now:
            raise ForbiddenError(
                f"you have begun {sum(begun.work for begun in mine):,} articles × epochs within an hour, and "
                f"{self.quotas.hour:,} are a visitor's share: start this in {_minutes(free_at - now)}"
            )

    def _list_begun(self, visitor: Visitor) -> Sequence[_Begun]:
        """What a visitor, or their address, has begun within the hour, oldest first."""
        since, names = self._now() - HOUR_SECONDS, _list_names(visitor)
        with self._counting:
            while self._begun and self._begun[0].at <= since:
                self._begun.popleft()
            return [begun for begun in self._begun if begun.who & names]

    def _say_end(self, runs: Sequence[RunRecord]) -> str:
        """When at the latest one of them has ended."""
        assert self.quotas is not None
        started = [record.started_at for record in runs if record.started_at and record.state != "pending"]
        left = min(started, default=self._now()) + 60.0 * self.quotas.minutes - self._now()
        return f"in {_minutes(left)} at the latest" if started else f"{self.quotas.minutes} min after it begins"


def _is_public(record: RunRecord) -> bool:
    """Of whom a run is cannot be told where its environment is damaged: then nobody but who is trusted sees it."""
    return PUBLISHED in record.tags or not (record.visitor or files.ENVIRONMENT in record.damage)


def _is_of(record: RunRecord, visitor: Visitor) -> bool:
    return bool(visitor.name) and record.visitor == visitor.name


def _list_names(visitor: Visitor) -> frozenset[str]:
    return frozenset(filter(None, (visitor.name, visitor.address)))


def _minutes(seconds: float) -> str:
    return f"{max(1, -int(-seconds // 60))} min"
