"""How names are compared and cleaned: the one place that import, forms, search and uniqueness share.

Two names are the same if their `name_key` is the same: case, Unicode form, kinds of blanks, quotes and dashes, and
invisible characters make no difference. Two names look alike if their `look_alike_key` is the same. Not here: which
records must have different names (`models.py`), what happens to two that look alike (`ledger/look_alikes.py`).
"""

import re
import unicodedata
from collections.abc import Iterator

_INVISIBLE = re.compile("[\u034f\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"The joiners and variation selectors that Unicode does not count as format characters."
_EMPTY_LETTERS = dict.fromkeys(map(ord, "\u115f\u1160\u2800\u3164\uffa0"), " ")
"The letters that are drawn as nothing."
_SPELLINGS = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u2035\u02b9\u02bc\u00b4\u0060\uff07", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u2036\u00ab\u00bb\u3003\uff02", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u02d7\ufe58\ufe63\uff0d", "-"),
    }
)
"The typographic quotes and dashes, each with the character of a keyboard."
_BROUGHT_BY_COPYING = str.maketrans(dict.fromkeys("\u00ad\u200b\u2060\ufeff"))
"""Soft hyphens, zero-width spaces and similar characters. Joiners and direction marks stay, because some scripts and
emoji need them.
"""
_LIKE_LATIN = str.maketrans(
    "авеѕіјкмнорстухьԁԛԝһӏαβεζηικμνορτυχıℓ",
    "abesijkmhopctyxbdqwhlabezhikmnoptyxil",
)
"The small Cyrillic and Greek letters that look like Latin ones, small or capital."
_LINE_BREAKS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"


def name_key(name: str) -> str:
    """Return a key that all spellings of one name share."""
    if name.isascii():
        return " ".join(name.replace("`", "'").casefold().split())
    visible = "".join(_visible_text(name)).translate(_SPELLINGS)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).casefold())
    return " ".join(folded.split()) or name


def look_alike_key(name: str) -> str:
    """Return a key that names share if a reader may confuse them.

    Accents, punctuation and blanks do not count, and Cyrillic and Greek letters count as the Latin letters that they
    look like; a character between two digits does count.
    """
    key = name_key(name)
    if not key.isascii():
        key = "".join(letter for letter in unicodedata.normalize("NFKD", key) if not unicodedata.combining(letter))
        key = key.translate(_LIKE_LATIN)
    return re.sub(r"(?<=\d)[\W_]+(?=\d)", " ", re.sub(r"(?<!\d)[\W_]+|[\W_]+(?!\d)", "", key)) or key


def clean_name(name: str) -> str:
    """Return the name as it is stored: composed letters, single blanks, and no invisible characters from copying."""
    if name.isascii():
        return " ".join(name.split())
    composed = unicodedata.normalize("NFC", name.translate(_BROUGHT_BY_COPYING))
    cleaned = " ".join(composed.split())
    return cleaned if "".join(_visible_text(cleaned)).strip() else ""


def control_character(text: str) -> str | None:
    """Return the common name of the first character that a text of one line cannot have, or None."""
    for character in text:
        if character in _LINE_BREAKS:
            return "a line break"
        if character == "\t":
            return "a tab"
        if unicodedata.category(character) == "Cc":
            return f"a control character (U+{ord(character):04X})"
    return None


def _visible_text(name: str) -> Iterator[str]:
    for character in _INVISIBLE.sub("", name.translate(_EMPTY_LETTERS)):
        if unicodedata.category(character) != "Cf":
            yield character
