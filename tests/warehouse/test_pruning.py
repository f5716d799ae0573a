"""Tests of which snapshots stay: the newest for readers, the first of each recent day as backups."""

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from warehouse import snapshots
from warehouse.connection import writing
from warehouse.settings import Settings
from warehouse.snapshots import kept_snapshots, prune_snapshots

TODAY = date(2026, 3, 31)


def fill(folder: Path, days_ago: list[int]) -> None:
    """Create empty files named as snapshots, with versions from 1 in the given order."""
    for version, ago in enumerate(days_ago, 1):
        (folder / f"warehouse-{version:09d}-{TODAY - timedelta(days=ago)}.duckdb").touch()


@given(
    days_ago=st.lists(st.integers(0, 20), max_size=40).map(lambda days: sorted(days, reverse=True)),
    keep=st.integers(2, 8),
    backup_days=st.integers(0, 16),
)
def test_pruning_keeps_the_newest_snapshots_and_the_first_of_each_recent_day(
    days_ago: list[int], keep: int, backup_days: int
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder, days_ago)
        result = kept_snapshots(folder)
        gone = prune_snapshots(folder, keep=keep, backup_days=backup_days, today=TODAY)
        left = kept_snapshots(folder)
    assert sorted([*gone, *(s.path for s in left)]) == [s.path for s in result]
    assert left[-keep:] == result[-keep:]
    for snapshot in result[:-keep]:
        ago = (TODAY - snapshot.day).days
        is_first_of_its_day = days_ago.index(ago) + 1 == snapshot.version
        assert (snapshot in left) == (is_first_of_its_day and ago < backup_days)


@given(st.permutations(range(12)), st.integers(2, 5))
def test_pruning_keeps_the_newest_snapshots_even_if_the_clock_went_back(days_ago: list[int], keep: int) -> None:
    with TemporaryDirectory() as name:
        fill(Path(name), days_ago)
        prune_snapshots(Path(name), keep=keep, backup_days=0, today=TODAY)
        assert [s.version for s in kept_snapshots(Path(name))] == list(range(13 - keep, 13))


def test_pruning_leaves_other_files_alone(tmp_path: Path) -> None:
    fill(tmp_path, [0] * 9)
    others = ["current.json", "warehouse-of-mine.duckdb", "warehouse-000000001-2026-03-31.duckdb.bak", "notes.txt"]
    for name in others:
        (tmp_path / name).touch()
    prune_snapshots(tmp_path, keep=2, backup_days=0, today=TODAY)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [*others, "warehouse-000000008-2026-03-31.duckdb", "warehouse-000000009-2026-03-31.duckdb"]
    )


def test_publishing_keeps_the_newest_five_snapshots_and_the_first_of_today(home: Path) -> None:
    for _ in range(8):
        with writing() as con:
            snapshots.publish_snapshot(con)
    assert Settings().snapshots_kept == 5
    assert [s.version for s in kept_snapshots(home / "snapshots")] == [1, 4, 5, 6, 7, 8]
