"""Text for a person: numbers with units, and text from outside made harmless for Markdown and Plotly."""

import re

UNKNOWN = "–"


def percent(value: float | None) -> str:
    """A fraction as per cent, or a dash."""
    return UNKNOWN if value is None else f"{100 * value:.1f} %"


def describe_duration(seconds: float) -> str:
    """A duration as a person says it: `40 s`, `12 min`, `3 h`, `2 d`."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"


# What Streamlit replaces after Markdown has been read, where no backslash helps: `:material/home:` and `:smile:` by
# pictures, `->` and its like by symbols. A character of no width goes between.
_REPLACED = re.compile(r":(?=[\w/+-]+:)|[-<>~](?=[-=>])")
_JOINER = "\u2060"


def escape_markdown(text: str) -> str:
    """Text from outside for Markdown: shown as it is, never read as markup."""
    apart = _REPLACED.sub(lambda found: found[0] + _JOINER, text)
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~$:&])", r"\\\1", apart)


def escape_plotly(text: str) -> str:
    """Text from outside for Plotly, which reads a small HTML of its own in labels."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
