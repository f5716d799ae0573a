"""What people typed, as charts show it: Plotly reads tags and entities in every text, so theirs are escaped."""

import textwrap
from html import escape

LONGEST_NAME = 24


def safe(text: object) -> str:
    return escape(str(text), quote=False)


def short(name: str, longest: int = LONGEST_NAME) -> str:
    """Fit for an axis."""
    return safe(name if len(name) <= longest else f"{name[: longest - 1].rstrip()}…")


def wrapped(text: str, width: int = 48, lines: int = 4) -> list[str]:
    """Lines for a hover box."""
    return [safe(line) for line in textwrap.wrap(text, width, max_lines=lines, placeholder=" …")]
