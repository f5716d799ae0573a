"""A missing, empty, corrupt or newer file: a named error with a way out, and the file left as it is. Scenario 15."""

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
"DuckDB's first header: checksum (8 bytes), `DUCK`, the storage version (8 bytes), ..."


@pytest.fixture
def published(home: Path) -> Snapshot:  # noqa: ARG001 (sets the home first)
    """A warehouse of some rows, published once."""
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
    """The same file with a storage version that no DuckDB has yet, its checksum right."""
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
def test_a_damaged_warehouse_is_named_with_the_way_out_and_left_as_it_is(
    home: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = home / "warehouse.duckdb"
    path.write_bytes(damage(path.read_bytes()))
    before = path.read_bytes()
    with pytest.raises(WarehouseDamaged, match=r"Nothing was deleted.*renewables restore"), writing():
        pass
    assert path.read_bytes() == before
    with reading() as con:  # readers go on with what was published
        assert con.execute("SELECT count(*) FROM numbers").fetchall() == [(100_000,)]


@pytest.mark.parametrize("damage", [emptied, a_text, scribbled_over, zeroed])  # DuckDB opens one that was cut short
def test_a_damaged_snapshot_is_named_with_the_way_out_and_left_as_it_is(
    published: Snapshot, damage: Callable[[bytes], bytes]
) -> None:
    published.path.write_bytes(damage(published.path.read_bytes()))
    before = published.path.read_bytes()
    with pytest.raises(WarehouseDamaged, match=r"Nothing was deleted.*Remove it"), reading():
        pass
    assert published.path.read_bytes() == before


def test_without_the_newest_snapshot_the_one_before_it_is_read(published: Snapshot) -> None:
    with writing() as con:
        second = snapshots.publish_snapshot(con)
    second.path.unlink()
    assert snapshots.newest_snapshot(published.path.parent) == published
    with reading() as con:
        assert con.execute("SELECT count(*) FROM numbers").fetchall() == [(100_000,)]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"file": 3}', '{"file": "warehouse-of-mine.duckdb"}'])
def test_a_lost_pointer_leads_to_the_newest_snapshot_there_is(published: Snapshot, text: str) -> None:
    (published.path.parent / snapshots.POINTER).write_text(text)
    assert snapshots.newest_snapshot(published.path.parent) == published


def test_a_removed_pointer_leads_to_the_newest_snapshot_there_is(published: Snapshot) -> None:
    (published.path.parent / snapshots.POINTER).unlink()
    assert snapshots.newest_snapshot(published.path.parent) == published


def test_without_any_file_reading_says_that_nothing_is_published_and_makes_nothing(home: Path) -> None:
    with pytest.raises(WarehouseMissing, match="Nothing is published"), reading():
        pass
    assert list(home.iterdir()) == []


def test_a_warehouse_of_a_newer_duckdb_is_refused_with_what_to_update(home: Path, published: Snapshot) -> None:
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
def test_a_warehouse_of_a_newer_layout_is_refused_with_what_to_update(home: Path) -> None:
    with writing() as con:
        con.execute("UPDATE warehouse_info SET value = '2' WHERE key = 'format_version'")
    before = (home / "warehouse.duckdb").read_bytes()
    with pytest.raises(WarehouseTooNew, match=r"newer gb-renewables \(format 2, this one knows 1\).*Update"), writing():
        pass
    assert (home / "warehouse.duckdb").read_bytes() == before


def test_damage_that_shows_only_when_a_block_is_read_is_named_with_the_way_out(published: Snapshot) -> None:
    content = bytearray(published.path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 5000] = b"\xaa" * 5000
    published.path.write_bytes(content)
    with pytest.raises(WarehouseDamaged, match=r"Nothing was deleted.*Remove it"), reading() as con:
        con.execute("SELECT sum(n) FROM numbers").fetchall()


@pytest.mark.usefixtures("published")
def test_a_query_that_cannot_be_answered_is_no_damage() -> None:
    with pytest.raises(duckdb.CatalogException), reading() as con:
        con.execute("FROM no_such_table")


@pytest.mark.usefixtures("published")
def test_a_version_that_is_no_longer_kept_is_said_with_those_that_are() -> None:
    with pytest.raises(SnapshotPruned, match=r"Snapshot 7 is no longer kept .*\(kept are: 1\)"), reading(version=7):
        pass
