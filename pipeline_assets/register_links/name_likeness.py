"""How alike two names of sites are, without the words that most sites share.

The likeness is RapidFuzz's `token_set_ratio`: registers rename a site by adding words to its name, or by changing their
order. Of the 33 sites that REPD renamed between October 2022 and mid 2024, many of them altogether, it ranks the right
record first for 15 to 16 by the name alone, as RapidFuzz's other ratios do (13 to 16); DuckDB's
`jaro_winkler_similarity` does for 14, `jaccard` for 10 to 12. Not here: names of records of the ledger that look alike
(`pipeline_assets/names.py`).
"""

import re
import unicodedata
from collections.abc import Sequence

from rapidfuzz import fuzz, process

from pipeline_assets.names import name_key

COMMON_WORDS = frozenset(
    (
        *("a", "an", "and", "at", "by", "for", "in", "near", "of", "off", "on", "the", "to", "land", "site"),
        *("array", "arrays", "battery", "bess", "energy", "farm", "farms", "offshore", "onshore", "panels", "park"),
        *("adjacent", "photovoltaic", "photovoltaics", "plant", "power", "project", "pv", "scheme", "solar", "station"),
        *(
            "storage",
            "substation",
            "system",
            "systems",
            "turbine",
            "turbines",
            "wind",
            "windfarm",
            "limited",
            "ltd",
            "plc",
            "llp",
        ),
    )
)
"The words that say what is built or how a company is registered, and not where."

ROMAN = frozenset(("i", "ii", "iii", "iv", "v", "vi"))
OTHER_NUMBER = 0.85
"The factor of the likeness of two names with different numbers."


def distinctive_words(name: str) -> str:
    """Return the words of a name that tell sites apart, without accents; all of its words if none does."""
    letters = (letter for letter in unicodedata.normalize("NFKD", name_key(name)) if not unicodedata.combining(letter))
    words = re.findall(r"\w+", "".join(letters))
    return " ".join([word for word in words if word not in COMMON_WORDS] or words)


def name_likeness(name: str, others: Sequence[str]) -> list[float]:
    """Return the likeness of a name to each of the others, 0 to 1; the others are `distinctive_words`.

    Names with different numbers, such as those of two phases of one site, are less alike.
    """
    own = distinctive_words(name)
    numbers = _numbers(own)
    ratios = process.cdist([own], others, scorer=fuzz.token_set_ratio)[0]
    return [
        float(ratio) / 100 * (1 if _numbers(other) == numbers else OTHER_NUMBER)
        for ratio, other in zip(ratios, others, strict=True)
    ]


def _numbers(words: str) -> set[str]:
    return {word for word in words.split() if word.isdigit() or word in ROMAN}
