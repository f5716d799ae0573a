"""The kinds of work that are killed, with their share of all kills."""

from collections.abc import Mapping, Sequence
from datetime import date

from benchmarks.kills.elexon_work import FetchRange, Ingest
from benchmarks.kills.lake_work import LakeWriter
from benchmarks.kills.ledger_work import Landings, Submissions
from benchmarks.kills.publication_work import Publications
from benchmarks.kills.work import Work

SHARES: Mapping[Work, int] = {
    FetchRange("fetch_range", date(2024, 3, 1), date(2024, 3, 7)): 40,
    Ingest("ingest", date(2024, 3, 1), date(2024, 3, 31)): 25,
    Submissions("ledger_sqlite", 60): 25,
    Submissions("ledger_postgresql", 60, on_postgresql=True): 25,
    Landings("landing", 5): 25,
    Publications("publication", 8): 20,
    LakeWriter("lake_sqlite", 12, "sqlite"): 20,
    LakeWriter("lake_postgresql", 12, "postgres"): 20,
}
"The kinds in the order of running; the shares sum to 200."


def kind_named(name: str) -> Work:
    """Return the kind of work of that name."""
    return next(work for work in SHARES if work.name == name)


def split_kills(kills: int, kinds: Sequence[Work]) -> dict[Work, int]:
    """Return the number of kills of each kind, in proportion to the shares and `kills` in all."""
    total = sum(SHARES[work] for work in kinds)
    exact = {work: kills * SHARES[work] / total for work in kinds}
    split = {work: int(share) for work, share in exact.items()}
    by_rest = sorted(kinds, key=lambda work: exact[work] - split[work], reverse=True)
    for work in by_rest[: kills - sum(split.values())]:
        split[work] += 1
    return split
