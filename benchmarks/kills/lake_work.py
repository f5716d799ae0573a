"""The writer of a lake as work that is killed: half-hourly landings, publications, and the maintenance of the night."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import polars as pl

from benchmarks.harness import environment
from benchmarks.kills.databases import empty_database, missing_server
from benchmarks.kills.work import Acknowledge, Contents, Work
from warehouse.connection import configured_warehouse, has_table, publish, reading, writing
from warehouse.lake import LakeWarehouse
from warehouse.lake_engine import extension_file, forget_engine
from warehouse.landing import append_new, refuse_doubled_keys, transaction
from warehouse.settings import Settings

KEY = ("start_time_utc", "category")
CREATE = "CREATE TABLE IF NOT EXISTS readings (start_time_utc TIMESTAMPTZ, category INTEGER, megawatts DOUBLE)"
FEW, MANY = 20, 1_500
"The rows of a half hour, which stay in the catalogue, and those of every fifth one, which become a file."


def rows_of(number: int) -> pl.DataFrame:
    """Return the rows of a half hour."""
    count = MANY if number % 5 == 4 else FEW
    start = datetime(2026, 1, 1, tzinfo=UTC) + number * timedelta(minutes=30)
    return pl.DataFrame({"category": range(count)}, schema={"category": pl.Int32}).with_columns(
        start_time_utc=pl.lit(start).dt.cast_time_unit("us"), megawatts=pl.lit(float(number))
    )


@dataclass(frozen=True)
class LakeWriter(Work):
    """A writer of a lake; a half hour is acknowledged when it is published."""

    half_hours: int
    catalogue: str
    "The database of the catalogue: sqlite or postgres."
    modules: ClassVar[Sequence[str]] = [
        f"warehouse.{name}" for name in ("lake", "lake_tables", "landing", "snapshots", "private_files")
    ]

    def reason_not_to_run(self) -> str | None:
        """Return what is missing of the extensions of DuckDB and of PostgreSQL."""
        if not extension_file("ducklake"):
            return "this DuckDB has no DuckLake extension; docs/reliability.md tells how to install one"
        return missing_server() if self.catalogue == "postgres" else None

    @contextmanager
    def surroundings(self) -> Iterator[None]:
        """Set WAREHOUSE to a lake, and close this process's instance of it at the end."""
        if self.catalogue == "sqlite":
            with _lake_at(f"ducklake:sqlite:{Settings().renewables_home / 'catalogue.sqlite'}"):
                yield
            return
        with empty_database() as address:
            names = f"host={address.hostname} port={address.port} user={address.username}"
            with _lake_at(f"ducklake:postgres:dbname={address.path[1:]} {names}"):
                yield

    def run(self, acknowledge: Acknowledge) -> None:
        """Land and publish each half hour; compact, expire and export after every sixth."""
        for number in range(self.half_hours):
            with writing() as con:
                with transaction(con):
                    con.execute(CREATE)
                with transaction(con):
                    append_new(con, "readings", rows_of(number), key=KEY, range_column="start_time_utc")
                publish(con)
            acknowledge(number)
            if number % 6 == 5:
                configured_warehouse().maintain()

    def violations(self, acknowledged: Sequence[int]) -> Iterator[str]:
        """Yield what is wrong in the lake and in what readers see, before and after a writer has opened it."""
        for version in configured_warehouse().kept():
            with reading(version=version.version) as con:
                yield from _wrong_in_version(con.sql("FROM readings").pl(), version.version)
        yield from _lost_for_readers(acknowledged)
        with writing() as con:
            if has_table(con, "readings"):
                refuse_doubled_keys(con, "readings", KEY)
        yield from _lost_for_readers(acknowledged)

    def contents(self) -> Contents:
        """Return the rows that readers see, and those of the exported file."""
        query = "FROM readings ORDER BY ALL"
        with reading() as con:
            rows = con.sql(query).pl()
        configured_warehouse().export_file()
        with reading(locked_down=True) as con:
            return {"readings": rows, "exported": con.sql(query).pl()}

    def leftovers(self) -> Iterator[str]:
        """Yield the unfinished export."""
        folder = configured_warehouse().exports_folder
        yield from (f"{path.name} was left behind" for path in folder.glob("unfinished*"))


def _lost_for_readers(acknowledged: Sequence[int]) -> Iterator[str]:
    """Yield a sentence if the newest version lacks a half hour that was acknowledged."""
    numbers: set[float] = set()
    if configured_warehouse().newest() is not None:
        with reading() as con:
            numbers = set(con.sql("SELECT DISTINCT megawatts FROM readings").pl()["megawatts"])
    if lost := set(acknowledged) - numbers:
        yield f"acknowledged and lost: half hours {sorted(lost)}"


def _wrong_in_version(rows: pl.DataFrame, version: int) -> Iterator[str]:
    """Yield a sentence for each half hour of which a version shows only a part, or a row twice."""
    for number, count in rows.group_by("megawatts").len().iter_rows():
        if count != len(rows_of(int(number))):
            yield f"version {version} shows {count} rows of half hour {number}"


@contextmanager
def _lake_at(address: str) -> Iterator[None]:
    with environment(WAREHOUSE=address):
        warehouse = configured_warehouse()
        assert isinstance(warehouse, LakeWarehouse)
        try:
            yield
        finally:
            forget_engine(warehouse.address, warehouse.data)
