"""Text for a person: numbers with units, and text from outside made short, and harmless for Markdown and Plotly."""

import re
from collections.abc import Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from core.app.estimates import Estimate

UNKNOWN = "–"
LONGEST_QUOTE = 40  # characters of what is quoted in a sentence
MOST_OFFERED = 6  # names that a sentence lists
# What each part of a split is for.
PARTS: Final = MappingProxyType(
    {
        "train": "articles that the model learns from",
        "stopping": "articles that choose the epoch",
        "validation": "articles that compare configs",
        "test": "articles that measure, once, at the end",
    }
)


def percent(value: float | None) -> str:
    """A fraction as per cent, or a dash."""
    return UNKNOWN if value is None else f"{100 * value:.1f} %"


def say_sure(confidence: float | None) -> str:
    """A probability as per cent that is never rounded to certainty: with a second decimal from 99 % on."""
    if confidence is None or confidence < 0.99:
        return percent(confidence)
    return f"{100 * confidence:.2f} %" if confidence < 0.99995 else "> 99.99 %"


def is_share(field: str) -> bool:
    """Whether a field of a run is a fraction, which people read as per cent."""
    return field.endswith("_acc")


def number(value: float) -> str:
    """A number as people write it: `1,500`, `12.3`, `0.04`."""
    if 0 < abs(value) < 0.05:
        return format(Decimal(f"{value:.1g}"), "f")
    return f"{value:,.1f}".removesuffix(".0")


def write_minus(sentence: str) -> str:
    """A sentence whose negative points have a minus, where shells and programs are given a hyphen."""
    return re.sub(r"(?<![^ (])-(?=\d+\.\d\d\b)", "\u2212", sentence)


def duration(seconds: float) -> str:
    """A duration as a person says it: `40 s`, `12 min`, `3 h`, `2 d`."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"


def say_time(estimate: Estimate, *, times: int = 1) -> str:
    """How long something takes here, so many times, and whether that was only tried: `about 51 s`."""
    tried = " (measured by a short trial)" if estimate.is_probed else ""
    return f"about {duration(times * estimate.seconds)}{tried}"


def shorten(text: str, most: int) -> str:
    """Text of at most so many characters; what is cut off is told by an ellipsis."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def cut_middle(text: str, most: int) -> str:
    """Text of at most about so many characters, of which both ends are seen: people tell names apart by either."""
    half = most // 2
    return text if len(text) <= most else f"{text[:half].rstrip()}…{text[-half:].lstrip()}"


def quote(text: str) -> str:
    """What someone wrote, within a sentence: in quotation marks, and its beginning alone if it is long."""
    return repr(shorten(text, LONGEST_QUOTE))


def list_names(names: Sequence[object]) -> str:
    """`1, 2 or 3`; of many the first, and how many others there are."""
    words = [shorten(str(name), LONGEST_QUOTE) for name in names]
    if len(words) > MOST_OFFERED:
        words = [*words[: MOST_OFFERED - 1], f"one of {len(words) - MOST_OFFERED + 1:,} others"]
    return " or ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


# What Streamlit replaces after Markdown has been read, where no backslash helps: `:material/home:` and `:smile:` by
# pictures, `->` and its like by symbols. A character of no width goes between.
_REPLACED = re.compile(r":(?=[\w/+-]+:|material/)|[-<>~](?=[-=>])")
_JOINER = "\u2060"


def escape_markdown(text: str) -> str:
    """Text from outside for Markdown: shown as it is, never read as markup."""
    apart = _REPLACED.sub(lambda found: found[0] + _JOINER, text)
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~$:&])", r"\\\1", apart)


def without_pictures(text: str) -> str:
    """Markdown that a person wrote for others, whose pictures would be fetched from anywhere: as their text."""
    return text.replace("![", "\\![")


def escape_plotly(text: str) -> str:
    """Text from outside for Plotly, which reads a small HTML of its own in labels."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def explain_parts(*parts: str) -> str:
    """`Train: articles that the model learns from. …`, of these parts of a split, or of all."""
    return " ".join(f"{part.capitalize()}: {PARTS[part]}." for part in parts or PARTS)
