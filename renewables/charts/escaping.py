"""Escapes text from people for charts, because Plotly reads tags and entities in every text."""

import textwrap
from html import escape

LONGEST_NAME = 32


def escape_markup(text: object) -> str:
    """Escape the markup in a text."""
    return escape(str(text), quote=False)


def short_label(name: str, longest: int = LONGEST_NAME) -> str:
    """Escape a name and shorten it to fit on an axis."""
    return escape_markup(name if len(name) <= longest else f"{name[: longest - 1].rstrip()}…")


def wrap_text(text: str, width: int = 48, lines: int = 4) -> list[str]:
    """Escape a text and wrap it into the lines of a hover box."""
    return [escape_markup(line) for line in textwrap.wrap(text, width, max_lines=lines, placeholder=" …")]
