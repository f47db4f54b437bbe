"""`record.json`: what a list shows of a run that has ended, in one document where its files are four.

Its job leaves it at the end, where its folder is not of this machine, for whoever lists many runs of a bucket. It
counts only while a listing tells that the files it was made of are as they were.
"""

import base64
import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields
from typing import Annotated, Any, Final, get_args, get_type_hints

import msgspec

from core.errors import DamagedFileError
from core.runs import files
from core.runs.folder import JobFolder
from core.runs.metrics import MetricsSummary
from core.runs.record import RunFiles, RunRecord, build_record, keep_plain
from core.runs.state import REPORTED, build_state
from core.storage.base import StoredFile
from core.storage.documents import LAST_SECOND, parse_json

MADE_OF: Final = (files.STATE, files.CONFIG, files.ENVIRONMENT, files.REPORT)
FIELDS: Final = tuple(field.name for field in fields(RunRecord))


def _bound(name: str, hint: Any) -> Any:
    """The type of a field's values with the bounds that they have in any document."""
    if name == "config":
        return dict[str, bool | int | float | str | None]
    bounds: Any = hint
    if int in (hint, *get_args(hint)):
        bounds = Annotated[int, msgspec.Meta(ge=0)]
    elif name.endswith("_at"):
        bounds = Annotated[float, msgspec.Meta(ge=0, le=LAST_SECOND)]
    return bounds | None if type(None) in get_args(hint) else bounds


# The values of a record's fields, in their order.
Row: Any = tuple[tuple(_bound(name, hint) for name, hint in get_type_hints(RunRecord).items())]  # type: ignore[misc]


class _Document(msgspec.Struct):
    """A `record.json`: of a Struct the types are looked at once, of a tuple alone each time."""

    fields: tuple[str, ...]
    made_of: dict[str, str]
    record: Row


def pack_record(record: RunRecord) -> list[Any]:
    """The values of its fields, in their order."""
    return [getattr(record, name) for name in FIELDS]


def write_record(folder: JobFolder) -> None:
    """Leaves the record of a run that has a report. Of any other job, or where the disk is full, there is none."""
    from core.runs.report import read_report

    with suppress(OSError, DamagedFileError, ValueError):  # the last of a number that JSON cannot say
        contents = {name: (folder / name).read_bytes() for name in MADE_OF}
        state, config, environment, report = (parse_json(content, name) for name, content in contents.items())
        ended = build_state(state)
        if ended.state not in REPORTED:
            return
        content = RunFiles(config, environment, read_report(report), MetricsSummary(), has_predictions=False)
        row = pack_record(build_record(folder.id, ended, content, folder=""))
        digests = {name: digest_bytes(content) for name, content in contents.items()}
        folder.write_json(files.RECORD, {"fields": FIELDS, "made_of": digests, "record": row}, durable=False)


def parse_record(content: Mapping[str, Any], stored: Mapping[str, StoredFile], **others: Any) -> RunRecord | None:
    """The record in a `record.json` beside these files, with other values for some fields.

    None where it is not of these files, or of another version.
    """
    try:
        found = msgspec.convert(content, _Document)
    except msgspec.ValidationError:
        return None
    digests = {name: stored[name].digest for name in MADE_OF if name in stored}
    if found.fields != FIELDS or found.made_of != digests:
        return None
    values = dict(zip(FIELDS, found.record, strict=True)) | others
    return RunRecord(**values | {"config": keep_plain(values["config"])})


def digest_bytes(content: bytes) -> str:
    """As the listings of a bucket tell it: the MD5 sum in base 64."""
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
