"""The bytes of the published snapshot of ten years of wind and solar, against the older tool's SQLite file.

The target is at most 0.2.
"""

from collections.abc import Sequence

from benchmarks import sides
from benchmarks.harness import arguments, report, simulator, span, temporary_home
from warehouse import snapshots
from warehouse.settings import Settings


def main(given: Sequence[str] | None = None) -> None:
    """Run the benchmark; `given` replaces the arguments of the command line."""
    chosen = arguments(__doc__, repeat=1).parse_args(given)
    with simulator(), temporary_home() as home:
        landed = sides.ours(span(chosen.years)).total("rows_landed")
        assert sides.older(span(chosen.years), home / "older.sqlite") == landed
        published = snapshots.newest_snapshot(snapshots.folder_of(Settings().warehouse))
        assert published
        megabytes = (path.stat().st_size / 1e6 for path in (published.path, home / "older.sqlite"))
        report("warehouse_vs_sqlite", *megabytes, unit="MB", about=f"{landed:,} rows")


if __name__ == "__main__":
    main()
