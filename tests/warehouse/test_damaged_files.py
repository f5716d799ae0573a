"""Tests of a missing, empty, corrupt or newer file: a named error with the fix, and an unchanged file. Scenario 15."""

import struct
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from warehouse import snapshots
from warehouse.connection import reading, writing
from warehouse.errors import SnapshotPruned, WarehouseDamaged, WarehouseMissing, WarehouseTooNew
from warehouse.snapshots import Snapshot

HEADER_BYTES = 4096
"The size of DuckDB's first header: checksum (8 bytes), `DUCK`, the storage version (8 bytes), ..."


@pytest.fixture
def published(home: Path) -> Snapshot:  # noqa: ARG001 (sets the home first)
    """Publish a warehouse with 100,000 rows once."""
    with writing() as con:
        con.execute("CREATE TABLE numbers AS SELECT unnest(range(100_000)) AS n")
        return snapshots.publish_snapshot(con)


def emptied(_: bytes) -> bytes:
    return b""


def a_text(_: bytes) -> bytes:
    return b"start_time_utc,psr_type,generation_mw\n" * 1000


def cut_short(whole: bytes) -> bytes:
    return whole[: len(whole) // 2]


def scribbled_over(whole: bytes) -> bytes:
    return whole[:12_288] + b"\xaa" * (len(whole) - 12_288)


def zeroed(whole: bytes) -> bytes:
    return bytes(len(whole))


def from_the_future(whole: bytes) -> bytes:
    """Return the file with a storage version that no DuckDB has yet and a correct checksum."""
    header = bytearray(whole[:HEADER_BYTES])
    header[12:20] = struct.pack("<Q", 999)
    checksum = 5381
    for (word,) in struct.iter_unpack("<Q", header[8:]):
        checksum ^= word * 0xBF58476D1CE4E5B9 & (2**64 - 1)
    header[:8] = struct.pack("<Q", checksum)
    return bytes(header) + whole[HEADER_BYTES:]


DAMAGES = [emptied, a_text, cut_short, scribbled_over, zeroed]


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_warehouse_is_reported_with_its_fix_and_left_unchanged(
    home: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = home / "warehouse.duckdb"
    path.write_bytes(damage(path.read_bytes()))
    before = path.read_bytes()
    with pytest.raises(WarehouseDamaged, match=r"Nothing was deleted.*renewables restore"), writing():
        pass
    assert path.read_bytes() == before
    with reading() as con:  # readers still have the published snapshot
        assert con.execute("SELECT count(*) FROM numbers").fetchall() == [(100_000,)]


@pytest.mark.parametrize(
    "damage", [emptied, a_text, scribbled_over, zeroed]
)  # DuckDB opens a snapshot that was cut short
def test_a_damaged_snapshot_is_reported_with_its_fix_and_left_unchanged(
    published: Snapshot, damage: Callable[[bytes], bytes]
) -> None:
    published.path.write_bytes(damage(published.path.read_bytes()))
    before = published.path.read_bytes()
    with pytest.raises(WarehouseDamaged, match=r"Nothing was deleted.*Remove the file"), reading():
        pass
    assert published.path.read_bytes() == before


def test_readers_use_the_previous_snapshot_when_the_newest_is_gone(published: Snapshot) -> None:
    with writing() as con:
        second = snapshots.publish_snapshot(con)
    second.path.unlink()
    assert snapshots.newest_snapshot(published.path.parent) == published
    with reading() as con:
        assert con.execute("SELECT count(*) FROM numbers").fetchall() == [(100_000,)]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"file": 3}', '{"file": "warehouse-of-mine.duckdb"}'])
def test_a_damaged_pointer_leads_to_the_newest_existing_snapshot(published: Snapshot, text: str) -> None:
    (published.path.parent / snapshots.POINTER).write_text(text)
    assert snapshots.newest_snapshot(published.path.parent) == published


def test_a_removed_pointer_leads_to_the_newest_existing_snapshot(published: Snapshot) -> None:
    (published.path.parent / snapshots.POINTER).unlink()
    assert snapshots.newest_snapshot(published.path.parent) == published


def test_reading_an_empty_home_reports_that_nothing_is_published_and_creates_nothing(home: Path) -> None:
    with pytest.raises(WarehouseMissing, match="Nothing is published"), reading():
        pass
    assert list(home.iterdir()) == []


def test_a_warehouse_of_a_newer_duckdb_is_refused_with_the_advice_to_update(home: Path, published: Snapshot) -> None:
    path = home / "warehouse.duckdb"
    newer = from_the_future(path.read_bytes())
    path.write_bytes(newer)
    with pytest.raises(WarehouseTooNew, match=r"written by a newer DuckDB.*Update DuckDB"), writing():
        pass
    assert path.read_bytes() == newer
    published.path.write_bytes(newer)
    with pytest.raises(WarehouseTooNew, match="Update DuckDB"), reading():
        pass


@pytest.mark.usefixtures("published")
def test_a_warehouse_of_a_newer_layout_is_refused_with_the_advice_to_update(home: Path) -> None:
    with writing() as con:
        con.execute("UPDATE warehouse_info SET value = '2' WHERE key = 'format_version'")
    before = (home / "warehouse.duckdb").read_bytes()
    with (
        pytest.raises(WarehouseTooNew, match=r"newer gb-renewables \(format 2, this one supports 1\).*Update"),
        writing(),
    ):
        pass
    assert (home / "warehouse.duckdb").read_bytes() == before


def test_damage_that_shows_only_while_a_block_is_read_is_reported_with_its_fix(published: Snapshot) -> None:
    content = bytearray(published.path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 5000] = b"\xaa" * 5000
    published.path.write_bytes(content)
    with pytest.raises(WarehouseDamaged, match=r"Nothing was deleted.*Remove the file"), reading() as con:
        con.execute("SELECT sum(n) FROM numbers").fetchall()


@pytest.mark.usefixtures("published")
def test_a_query_that_fails_is_not_reported_as_damage() -> None:
    with pytest.raises(duckdb.CatalogException), reading() as con:
        con.execute("FROM no_such_table")


@pytest.mark.usefixtures("published")
def test_requesting_a_version_that_is_no_longer_kept_lists_the_versions_that_are() -> None:
    with pytest.raises(SnapshotPruned, match=r"Snapshot 7 is no longer kept .*\(kept: 1\)"), reading(version=7):
        pass
