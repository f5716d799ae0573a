"""Series that Elexon publishes and that are not declared here: their extent, and the sentence about them.

Belongs here: what every face shows of them. Not here: which series are declared (`elexon_assets/datasets.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from elexon_assets.datasets import BY_NAME
from elexon_assets.schema import series
from renewables.queries.snapshot import Connection, query_frame, snapshot_connection


@dataclass(frozen=True)
class UnknownSeries:
    """A new fuel, link or PSR type: its rows are kept under Elexon's name, and are in no total until it is declared."""

    dataset: str
    series: str
    publications: int
    "The number of rows that landed."
    first_utc: datetime
    "Its first half-hour; for installed capacity its first publish time."
    last_utc: datetime


def unknown_series(con: Connection | None = None) -> list[UnknownSeries]:
    """Return every undeclared series that landed, by dataset and name."""
    with snapshot_connection(con) as snapshot:
        rows = query_frame(snapshot, series.unknown_series())
    return [UnknownSeries(**row) for row in rows.iter_rows(named=True)]


def sentence_of(unknown: Sequence[UnknownSeries]) -> str:
    """Return what a reader has to know about them and can do, or "" for an empty list."""
    if not unknown:
        return ""
    named = ", ".join(
        f"{result.series} in {BY_NAME[result.dataset].title.lower()} "
        f"({_in_rows(result.publications)} since {result.first_utc.day} {result.first_utc:%b %Y})"
        for result in unknown
    )
    return (
        f"Elexon publishes series that are not declared here: {named}. They are kept under their own names and are in "
        "no total. Update gb-renewables to a version that declares them; you do not need to fetch anything again."
    )


def _in_rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
