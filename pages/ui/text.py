"""Text for a person: numbers with units, and text from outside made harmless for Markdown and Plotly."""

import re

UNKNOWN = "–"


def percent(value: float | None) -> str:
    """A fraction as per cent, or a dash."""
    return UNKNOWN if value is None else f"{100 * value:.1f} %"


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


def shorten(text: str, length: int) -> str:
    """At most so many characters, the last of them an ellipsis where some are left out."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
