"""What providers in the cloud were asked to execute of a job: `executions/0001.json` and on, one file an execution."""

from dataclasses import asdict, dataclass, replace
from typing import Final

from core.errors import DamagedFileError, FileNotStoredError
from core.runs.state import RunState
from core.storage.base import Storage
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


class Executions:
    """The executions of the jobs of a storage. May be used from any thread."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def read_last(self, job: str) -> Execution | None:
        """The newest; None where none was asked for, or its file is damaged."""
        stored = self._storage.list(f"{job}/{EXECUTIONS}/*.json")
        if not stored:
            return None
        try:
            content = load_json(self._storage, stored[-1].name)
            return read_whole(Execution, content, stored[-1].name)
        except (FileNotStoredError, DamagedFileError):
            return None

    def claim(self, job: str, execution: Execution) -> bool:
        """Writes a new one down. False where its number is taken: of many who ask at once one goes on."""
        return self._storage.create(_name(job, execution.number), dump_json(asdict(execution)))

    def update(self, job: str, execution: Execution, **changes: object) -> Execution:
        """Replaces one where it has changed."""
        changed = replace(execution, **changes)  # type: ignore[arg-type]
        if changed != execution:
            self._storage.write(_name(job, execution.number), dump_json(asdict(changed)))
        return changed

    def withdraw(self, job: str, execution: Execution) -> None:
        """Forgets one that the provider has not taken."""
        self._storage.delete(_name(job, execution.number))


def _name(job: str, number: int) -> str:
    return f"{job}/{EXECUTIONS}/{number:04d}.json"
