"""`record.json`: what a list shows of a run that has ended, in one document where its files are four.

Its job leaves it at the end, where its folder is not of this machine, for whoever lists many runs of a bucket. It
counts only while a listing tells that the files it was made of are as they were.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import fields, replace
from types import NoneType
from typing import Any, Final, get_args, get_type_hints

from core.errors import DamagedFileError
from core.runs import files
from core.runs.folder import JobFolder
from core.runs.metrics import MetricsSummary
from core.runs.record import RunFiles, RunRecord, build_record, keep_plain
from core.runs.report import read_report
from core.runs.state import REPORTED, build_state
from core.storage.base import StoredFile
from core.storage.documents import find_readers, parse_json

MADE_OF: Final = (files.STATE, files.CONFIG, files.ENVIRONMENT, files.REPORT)
FIELDS: Final = tuple(field.name for field in fields(RunRecord))
_OPTIONAL: Final = frozenset(name for name, hint in get_type_hints(RunRecord).items() if NoneType in get_args(hint))


def pack_record(record: RunRecord) -> list[Any]:
    """The values of its fields, in their order."""
    return [getattr(record, name) for name in FIELDS]


def unpack_record(row: Sequence[Any]) -> RunRecord | None:
    """The record of such values as JSON gives them back; None where they are not what this version writes."""
    values: list[Any] = []
    for (name, read), told in zip(find_readers(RunRecord).items(), row, strict=True):
        value = None if told is None else read(told)
        if value is None and (told is not None or name not in _OPTIONAL):
            return None
        values.append(value)
    return RunRecord(*values)


def write_record(folder: JobFolder) -> None:
    """Leaves the record of a run that has a report. Of any other job, or where the disk is full, there is none."""
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


def parse_record(content: Mapping[str, Any], stored: Mapping[str, StoredFile]) -> RunRecord | None:
    """The record in a `record.json` beside these files; None where it is not of them, or of another version."""
    digests = {name: stored[name].digest for name in MADE_OF if name in stored}
    row = content.get("record")
    is_known = content.get("fields") == list(FIELDS) and isinstance(row, list) and len(row) == len(FIELDS)
    record = unpack_record(row) if is_known and row and content.get("made_of") == digests else None
    return record and replace(record, config=keep_plain(record.config))


def digest_bytes(content: bytes) -> str:
    """As the listings of a bucket tell it: the MD5 sum in base 64."""
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
