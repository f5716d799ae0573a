"""Text of others shown as text: of people, of Elexon, of Dagster, of a model, of an error.

Streamlit draws nearly every text as Markdown: a picture in it would be fetched by the browser, and its address could
carry something away. Not here: text in charts (`renewables/charts/escaping.py`), which reads tags.
"""

import re

_SPECIAL = re.compile(
    r"(?P<apart>:(?=\S)|@|(?<=www)\.|(?<!\S)(?:<->|->|<-|--|>=|<=|~=)(?!\S))|(?P<escaped>[\\`*{}\[\]()<>#+\-.!|~$&^=\"']|_(?!(?<=[^\W_]_)[^\W_]))",
    re.IGNORECASE,
)
"""`apart`: what becomes a link, an icon, an emoji or an arrow although it is escaped, since Streamlit looks for those
in the text that is left after Markdown was read. In an element of its own it is not found; that element looks like
the text around it, and what is copied is the text."""
_CODE = re.compile(r"(`[^`\n]+`)")


def plain(text: str) -> str:
    """Escape text for Markdown, so that nothing in it becomes a link, an icon or a heading. It becomes one line."""
    return _SPECIAL.sub(_escaped, " ".join(text.split()))


def plain_sentence(text: str) -> str:
    """As `plain`, but commands in backquotes are drawn as code, which is text too: for the messages of our errors."""
    return "".join(part if n % 2 else _edges(part) for n, part in enumerate(_CODE.split(text)))


def _escaped(match: re.Match[str]) -> str:
    if match["apart"]:
        return "".join(f":color[\\{character}]{{}}" for character in match["apart"])
    return f"\\{match['escaped']}"


def _edges(text: str) -> str:
    """Keep the blanks at both ends, which part the text from the code beside it."""
    inner = plain(text)
    return f"{' ' * text[:1].isspace()}{inner}{' ' * (text[-1:].isspace() and bool(inner))}"
