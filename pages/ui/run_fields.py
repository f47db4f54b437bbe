"""What runs are told apart by: fields in which they differ, and names for those alike but for split and seed."""

import time
from collections.abc import Sequence
from typing import Final

from core.runs.fields import CONFIG_PREFIX, VARIANT, list_config_fields, read_field
from core.runs.record import RunRecord

PLACES: Final = ("preset", "model", "split", "seed", "state", "device", "graph", "imported")
SHOWN_FIELDS: Final = 3  # of a variant's name
MANY_VALUES: Final = 40  # of a field: it tells no groups apart


def list_groupings(records: Sequence[RunRecord]) -> dict[str, str]:
    """What runs may be grouped by, with its name on the page: none where there are too few of them."""
    if len(records) < 2:
        return {}
    return {VARIANT: "All but split and seed"} | {name: name_field(name) for name in find_differing(records)}


def describe_fields(records: Sequence[RunRecord]) -> list[dict[str, str]]:
    """What each run is, of each of the groupings."""
    differing = find_differing(records)
    variants = name_variants(records)
    return [
        {VARIANT: variants[record.variant]} | {name: read_text(record, name) for name in differing}
        for record in records
    ]


def name_field(name: str) -> str:
    """A field as the page writes it."""
    words = name.removeprefix(CONFIG_PREFIX).replace("_", " ")
    return words[0].upper() + words[1:]


def read_text(record: RunRecord, name: str) -> str:
    """What a run says under a name, as text."""
    value = read_field(record, name, time.time())
    return "none" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


def find_differing(records: Sequence[RunRecord]) -> list[str]:
    """Fields in which these runs differ, but not so much that each has its own: of the record, then of the config."""
    own = dict.fromkeys(name for record in records for name in record.config)
    config = [
        name if name in list_config_fields() else CONFIG_PREFIX + name
        for name in own
        if name not in (*PLACES, "epochs")
    ]
    told = {name: {read_text(record, name) for record in records} for name in (*PLACES, *config)}
    return [name for name, texts in told.items() if 1 < len(texts) <= MANY_VALUES]


def name_variants(records: Sequence[RunRecord]) -> dict[str, str]:
    """Each variant by what tells it from the others, and by its digest where that is not enough."""
    firsts = {record.variant: record for record in reversed(records)}
    told = [name for name in find_differing(list(firsts.values())) if name not in PLACES]

    def name_one(record: RunRecord) -> str:
        fields = [f"{name.removeprefix(CONFIG_PREFIX)} {read_text(record, name)}" for name in told[:SHOWN_FIELDS]]
        return ", ".join([record.preset or record.model or "run", *fields])

    names = {variant: name_one(record) for variant, record in firsts.items()}
    taken = list(names.values())
    return {key: name if taken.count(name) == 1 else f"{name} ({key[:6]})" for key, name in names.items()}
