"""The bytes of the published snapshot of ten years.

- `warehouse_vs_sqlite` is that of wind and solar against the older tool's SQLite file. The target is at most 0.2.
- `snapshot_all_datasets` is that of all datasets against that of observed generation. The target is at most 3.
"""

from collections.abc import Sequence

from benchmarks import sides
from benchmarks.harness import arguments, report, simulator, span, temporary_home
from elexon_assets.client import ElexonClient
from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import BY_DAY, OBSERVED
from elexon_assets.ingest import ingest_several
from elexon_assets.windows import Window
from warehouse import snapshots
from warehouse.connection import reading
from warehouse.settings import Settings


def main(given: Sequence[str] | None = None) -> None:
    """Run the benchmark; `given` replaces the arguments of the command line."""
    chosen = arguments(__doc__, repeat=1).parse_args(given)
    with simulator(), temporary_home() as home:
        landed = sides.ours(span(chosen.years)).total("rows_landed")
        assert sides.older(span(chosen.years), home / "older.sqlite") == landed
        older_mb = (home / "older.sqlite").stat().st_size / 1e6
        report("warehouse_vs_sqlite", published_mb(), older_mb, unit="MB", about=f"{landed:,} rows")
        land(OBSERVED, span(chosen.years))
        generation_mb = published_mb()
        land(BY_DAY, span(chosen.years))
        with reading() as con:
            rows = sum(con.execute(f"SELECT count(*) FROM {dataset.table}").fetchall()[0][0] for dataset in BY_DAY)
        report("snapshot_all_datasets", published_mb(), generation_mb, unit="MB", about=f"{rows:,} rows")


def land(datasets: Sequence[Dataset], window: Window) -> None:
    """Fetch and land the window of each dataset; what has landed before does not land again."""
    with ElexonClient() as client:
        reports = ingest_several(datasets, window, client=client, run_id="benchmark")
    assert not any(outcome.failed for outcome in reports)


def published_mb() -> float:
    """Return the size of the newest snapshot in MB."""
    published = snapshots.newest_snapshot(snapshots.folder_of(Settings().warehouse_file))
    assert published
    return published.size_bytes / 1e6


if __name__ == "__main__":
    main()
