"""What providers in the cloud were asked to execute of a job: `executions/0001.json` and on, one file an execution."""

from dataclasses import asdict, dataclass, replace
from typing import Final, NamedTuple

from core.errors import DamagedFileError, FileNotStoredError
from core.runs.state import RunState
from core.storage.base import SharedStorage, Storage, StoredFile
from core.storage.documents import dump_json, load_json, read_whole

EXECUTIONS: Final = "executions"


@dataclass(frozen=True)
class Execution:
    """One execution, as a provider calls it and says it stands. Times are Unix seconds."""

    number: int  # counted from 1 in its job
    title: str  # of the provider, for a person
    asked_at: float
    created_at: float  # with `generation`, of the job's state that it was asked for
    generation: int
    name: str = ""  # the provider's; empty until it has answered
    state: str = ""  # in the provider's own word: JOB_STATE_RUNNING
    message: str = ""  # what the provider says of it; empty where it says nothing
    url: str = ""  # where a person finds it at the provider's
    ended: bool = False

    @property
    def sentence(self) -> str:
        """How it stands there, for a person."""
        said = f"{self.state or 'asked for'}, {self.message}" if self.message else self.state or "asked for"
        return f"{self.title}: {said}"

    def is_for(self, state: RunState) -> bool:
        """Whether it was asked for while the job stood so, and not before it was resumed or made anew."""
        return (self.created_at, self.generation) == (state.created_at, state.generation)


class Newest(NamedTuple):
    """The last execution of a job: its number, 0 where there is none, and how long ago its file was written.

    The age is by the storage's clock. A damaged file has a number, and no execution.
    """

    number: int
    age_seconds: float
    execution: Execution | None
    file: StoredFile | None


class Executions:
    """The executions of the jobs of a storage. May be used from any thread."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def read_last(self, job: str) -> Execution | None:
        """The newest; None where none was asked for, or its file is damaged."""
        return self.find_newest(job).execution

    def find_newest(self, job: str) -> Newest:
        """The newest, with its number and age."""
        stored = [file for file in self._storage.list(f"{job}/{EXECUTIONS}/*.json") if _number_of(file)]
        if not stored:
            return Newest(0, 0.0, None, None)
        last = max(stored, key=_number_of)
        try:
            execution = read_whole(Execution, load_json(self._storage, last.name), last.name)
        except (FileNotStoredError, DamagedFileError):
            execution = None
        return Newest(_number_of(last), last.age_seconds, execution, last)

    def claim(self, job: str, execution: Execution, *, instead_of: StoredFile | None = None) -> bool:
        """Writes one down: a new one, or instead of one of its number that nobody asks for any more.

        False where another has done that: of many who ask at once one goes on.
        """
        name, content = _name(job, execution.number), dump_json(asdict(execution))
        if instead_of is None:
            return self._storage.create(name, content)
        if isinstance(self._storage, SharedStorage):
            return self._storage.swap(name, content, instead_of) is not None
        self._storage.write(name, content)
        return True

    def update(self, job: str, execution: Execution, **changes: object) -> Execution:
        """Replaces one where it has changed."""
        changed = replace(execution, **changes)  # type: ignore[arg-type]
        if changed != execution:
            self._storage.write(_name(job, execution.number), dump_json(asdict(changed)))
        return changed

    def withdraw(self, job: str, execution: Execution) -> None:
        """Forgets one that the provider has not taken."""
        self._storage.delete(_name(job, execution.number))


def _number_of(file: StoredFile) -> int:
    """0 for a name that is none of an execution's."""
    name = file.name.rpartition("/")[2].removesuffix(".json")
    return int(name) if name.isascii() and name.isdecimal() else 0


def _name(job: str, number: int) -> str:
    return f"{job}/{EXECUTIONS}/{number:04d}.json"
