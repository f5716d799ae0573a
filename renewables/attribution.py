"""What must stand beside data wherever it is shown: whose it is, and that it is synthetic or recorded if it is.

Belongs here: the texts, and which of them a set of `source` values calls for. Not here: where they are drawn.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

LICENCE_URL = "https://www.elexon.co.uk/data/balancing-mechanism-reporting-agent/copyright-licence-bmrs-data/"


def label_of_sources(sources: Iterable[str]) -> str:
    """SYNTHETIC, RECORDED, both, or "" where all rows are live ones of Elexon's (or there are none)."""
    found = set(sources)
    labels = ["SYNTHETIC"] if "synthetic" in found else []
    labels += ["RECORDED"] if any(source.startswith("recorded") for source in found) else []
    return " AND ".join(labels)


def attribution(sources: Iterable[str], year: int | None = None) -> str:
    """Elexon's line, which its licence asks for; "" where every row is synthetic, since that is never Elexon's."""
    if not set(sources) - {"synthetic"}:
        return ""
    year = datetime.now(UTC).year if year is None else year
    return f"Contains BMRS data © Elexon Limited copyright and database right {year}"


def note_of_sources(sources: Iterable[str]) -> str:
    """One line for the foot of a table, a chart or a file."""
    sources = set(sources)
    said = {
        "SYNTHETIC": "SYNTHETIC data, made by a simulator: not Elexon's.",
        "RECORDED": "RECORDED data: rows that were kept from Elexon's answers.",
        "SYNTHETIC AND RECORDED": "SYNTHETIC AND RECORDED data: a simulator's rows beside kept rows of Elexon's.",
    }.get(label_of_sources(sources), "")
    return " ".join(filter(None, [said, attribution(sources)]))
