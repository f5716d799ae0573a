"""Work of `benchmarks.kills` with a promise taken out of the product's code, for tests that kills find it.

Belongs here: what a child process imports, and so nothing of pytest.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from benchmarks.kills.ledger_work import Landings
from benchmarks.kills.publication_work import Publications
from benchmarks.kills.work import Acknowledge
from warehouse import landing, snapshots


@contextmanager
def _replaced(module: ModuleType, name: str, value: object) -> Iterator[None]:
    """Give a name of a module another value inside the block: the work also runs in the process of the test."""
    before = vars(module)[name]
    vars(module)[name] = value
    try:
        yield
    finally:
        vars(module)[name] = before


@dataclass(frozen=True)
class PublicationsPointedToFirst(Publications):
    """Publications whose pointer is written before the snapshot has its name."""

    def run(self, acknowledge: Acknowledge) -> None:
        """Publish as the product does, with the order reversed."""
        flush, point_to = snapshots._flush_to_disk, snapshots._point_to

        def point_early(unfinished: Path) -> None:
            flush(unfinished)
            folder = unfinished.parent
            version = max(snapshot.version for snapshot in snapshots.kept_snapshots(folder)) + 1
            point_to(folder / f"warehouse-{version:09d}-{datetime.now(UTC).date()}.duckdb", version)

        with (
            _replaced(snapshots, "_flush_to_disk", point_early),
            _replaced(snapshots, "_point_to", lambda _path, _version: None),
        ):
            super().run(acknowledge)


@dataclass(frozen=True)
class LandingsWithoutTransaction(Landings):
    """Landings of which every statement is committed by itself."""

    def run(self, acknowledge: Acknowledge) -> None:
        """Land as the product does, without transactions."""
        with _replaced(landing, "transaction", lambda _: nullcontext()):
            super().run(acknowledge)
