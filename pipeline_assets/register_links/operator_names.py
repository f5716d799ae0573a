"""Which spellings of an operator's name are one company, as a proposal that people see.

Belongs here: the key of a name, and groups of names with the same key. Not here: who is a counterparty
(`ledger/look_alikes.py` warns of similar ones), sums (`renewables/queries/register_operators.py`).
"""

import re
from collections.abc import Iterable

from pipeline_assets.names import look_alike_key, name_key

LEGAL_FORMS = re.compile(
    r"[\s,(]+(public limited company|private limited company|limited|ltd|plc|llp|lp|cyf|cyfyngedig|inc|gmbh|s\.?a)"
    r"\.?\)?$"
)
"The words at the end of a name that say how the company is registered."
JOINED_WORDS = {"&": " and ", "+": " and "}


def operator_key(name: str) -> str:
    """Return a key that the spellings of one company's name share.

    Case, accents, blanks, punctuation, "&" for "and", and legal forms such as "Ltd" make no difference. Other words do:
    a company for one project ("Fen SPV 2 Limited") is one of its own.
    """
    text = name_key(name).strip(" .")
    while (shorter := LEGAL_FORMS.sub("", text)) != text and shorter:
        text = shorter
    for sign, word in JOINED_WORDS.items():
        text = text.replace(sign, word)
    return look_alike_key(re.sub(r"[\W_]+", " ", without_apostrophes(text))) or name


def without_apostrophes(text: str) -> str:
    """Return the text without apostrophes, which spellings of a name put or leave out within a word."""
    return text.replace("'", "")


def spellings_by_key(names: Iterable[str]) -> dict[str, list[str]]:
    """Return the names by their key, in their order."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(operator_key(name), []).append(name)
    return groups
