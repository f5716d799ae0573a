"""Text from people, Elexon, Dagster, a model or an error, shown as text and not as Markdown.

Streamlit draws nearly every text as Markdown: the browser would fetch a picture in it, and the address of the picture
could carry data away. Not here: text in charts (`renewables/charts/escaping.py`), which reads tags.
"""

import re

_SPECIAL = re.compile(
    r"(?P<apart>:(?=\S)|@|(?<=www)\.|(?<!\S)(?:<->|->|<-|--|>=|<=|~=)(?!\S))|(?P<escaped>[\\`*{}\[\]()<>#+\-.!|~$&^=\"']|_(?!(?<=[^\W_]_)[^\W_]))",
    re.IGNORECASE,
)
"""`apart` matches what becomes a link, an icon, an emoji or an arrow although it is escaped, since Streamlit looks for
those in the text that is left after Markdown was read. In an element of its own it is not recognised; that element
looks like the text around it, and a copy contains the plain text."""
_CODE = re.compile(r"(`[^`\n]+`)")


def plain(text: str) -> str:
    """Escape text for Markdown, so that nothing in it becomes a link, an icon or a heading. It becomes one line."""
    return _SPECIAL.sub(_escaped, " ".join(text.split()))


def plain_sentence(text: str) -> str:
    """Escape text as `plain` does, but draw commands in backquotes as code: for the messages of our errors."""
    return "".join(part if n % 2 else _edges(part) for n, part in enumerate(_CODE.split(text)))


def _escaped(match: re.Match[str]) -> str:
    if match["apart"]:
        return "".join(f":color[\\{character}]{{}}" for character in match["apart"])
    return f"\\{match['escaped']}"


def _edges(text: str) -> str:
    """Escape text and keep the blanks at both ends, which separate it from the code next to it."""
    inner = plain(text)
    return f"{' ' * text[:1].isspace()}{inner}{' ' * (text[-1:].isspace() and bool(inner))}"
