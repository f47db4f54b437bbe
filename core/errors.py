"""Every error that the product says to a person.

WikicsError
├── NotFoundError (LookupError)
│   ├── GraphNotFoundError
│   ├── ArticleNotFoundError
│   ├── RunNotFoundError
│   ├── BenchmarkNotFoundError
│   ├── SweepNotFoundError
│   ├── ReportNotFoundError
│   ├── PresetNotFoundError
│   └── FileNotStoredError
├── InvalidInputError (ValueError)
│   ├── ConfigError
│   ├── QueryError
│   └── ArchiveError
├── ForbiddenError (PermissionError)
├── ConflictError (RuntimeError)
├── UnavailableError (OSError)
│   ├── DownloadError
│   ├── StorageFullError
│   ├── RefusedError
│   └── DamagedFileError
└── TrainingError (RuntimeError)

A message is one sentence or two: what was found, what was expected, what to do next.
"""


class WikicsError(Exception):
    """Base of all errors whose message is meant for the person at the screen."""

    def __str__(self) -> str:
        # LookupError and OSError would decorate the message; a person reads it as it was written.
        return str(self.args[0]) if self.args else type(self).__name__


class NotFoundError(WikicsError, LookupError):
    """Something that was named does not exist."""


class GraphNotFoundError(NotFoundError):
    """No graph has this id."""


class ArticleNotFoundError(NotFoundError):
    """No article has this title or index."""


class RunNotFoundError(NotFoundError):
    """No run has this id, or several begin with this prefix."""


class BenchmarkNotFoundError(NotFoundError):
    """No benchmark has this id."""


class SweepNotFoundError(NotFoundError):
    """No sweep has this id."""


class ReportNotFoundError(NotFoundError):
    """No report has this id or name."""


class PresetNotFoundError(NotFoundError):
    """No preset has this name."""


class FileNotStoredError(NotFoundError):
    """A storage holds no bytes under this name."""


class InvalidInputError(WikicsError, ValueError):
    """A value is out of bounds or of the wrong kind."""


class ConfigError(InvalidInputError):
    """A config field is unknown, out of bounds or contradicts another."""


class QueryError(InvalidInputError):
    """A question about runs cannot be read. `position` is the character where, counted from 1."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


class ArchiveError(InvalidInputError):
    """A graph archive lacks a key, or holds one of the wrong type or shape."""


class ForbiddenError(WikicsError, PermissionError):
    """This app does not let this visitor do that."""


class ConflictError(WikicsError, RuntimeError):
    """The thing exists, but its state does not allow this."""


class UnavailableError(WikicsError, OSError):
    """Something outside the program (network, disk, port) does not answer."""


class DownloadError(UnavailableError):
    """A file could not be fetched whole, or is not the file that was expected."""


class StorageFullError(UnavailableError):
    """No space is left for what had to be written."""


class RefusedError(UnavailableError):
    """A service answers that it will not do this, and would answer so again: no right, no quota, no such thing."""


class DamagedFileError(UnavailableError):
    """A stored file is not whole, or cannot be read."""


class TrainingError(WikicsError, RuntimeError):
    """A run failed in training: out of memory, a loss that is not a number."""
