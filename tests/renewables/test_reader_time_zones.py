"""Another tool that reads a snapshot in its machine's time zone gets the same rows."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

import duckdb
import polars as pl
import pytest
import sqlalchemy as sa
from polars.testing import assert_frame_equal

from elexon_assets.schema.warehouse_schema import ensure_schema
from pipeline_assets import landing, seed_loader
from pipeline_assets.ledger.schema import open_ledger
from tests.filled_homes import Filled
from warehouse import snapshots
from warehouse.connection import writing

pytestmark = pytest.mark.slow

ZONES = ["America/New_York", "Asia/Tokyo", "Europe/London", "Pacific/Kiritimati", "Pacific/Pago_Pago"]
"At any hour one of the last two has a different date than UTC."
TIMES = {
    "a day": "'2024-04-01'",
    "a date": "DATE '2024-04-01'",
    "a time": "'2024-04-01T12:00Z'",
    "an offset": "'2024-04-01T21:00+09:00'",
    "an instant": "TIMESTAMPTZ '2024-04-01 12:00:00+00'",
}
RAW = """INSERT INTO quarantine VALUES ('wind_and_solar', 'absurd', '{"startTime": "2024-04-01T06:00:00", "psrType":
"Solar"}', TIMESTAMPTZ '2024-04-01 00:00:00+00', TIMESTAMPTZ '2024-04-02 00:00:00+00', 'test', now())"""


@cache
def rows(path: Path, zone: str, relation: str) -> pl.DataFrame:
    """Read a relation of the newest snapshot in a session of that zone, as instants and in a fixed order."""
    with duckdb.connect(str(path), read_only=True) as con:
        con.execute(f"SET TimeZone = '{zone}'")
        frame = con.sql(f"FROM {relation}").pl()
    columns = [name for name, kind in frame.schema.items() if kind == pl.Datetime]
    frame = frame.with_columns(pl.col(name).dt.convert_time_zone("UTC") for name in columns)
    return frame.sort(by=[name for name, kind in frame.schema.items() if not kind.is_float()], maintain_order=True)


def relations(path: Path) -> list[str]:
    """Return every table and view. The gaps change with the clock: those of a fixed time are among the macros."""
    with duckdb.connect(str(path), read_only=True) as con:
        names = con.execute("SELECT table_name FROM information_schema.tables ORDER BY ALL").fetchall()
    return [name for (name,) in names if not name.endswith(("_gaps", "_gaps_daily"))]


def offenders(path: Path, zone: str, names: list[str]) -> Iterator[str]:
    for name in names:
        try:
            assert_frame_equal(rows(path, zone, name), rows(path, "UTC", name), check_exact=False)
        except AssertionError as error:
            yield f"{name}: {error}"


@pytest.mark.parametrize("zone", ZONES)
def test_tables_and_views_of_generation_have_the_same_rows_in_any_zone(warehouse: Filled, zone: str) -> None:
    path = warehouse.home / "snapshots" / "current.duckdb"
    assert list(offenders(path, zone, relations(path))) == []


@pytest.mark.parametrize("zone", ZONES)
def test_tables_and_views_of_the_pipeline_have_the_same_rows_in_any_zone(portfolio: Path, zone: str) -> None:
    assert list(offenders(portfolio, zone, relations(portfolio))) == []


@pytest.mark.parametrize("zone", ZONES[:2])
@pytest.mark.parametrize("argument", TIMES.values(), ids=TIMES)
def test_macros_have_the_same_rows_in_any_zone(warehouse: Filled, zone: str, argument: str) -> None:
    path = warehouse.home / "snapshots" / "current.duckdb"
    macros = ["wind_and_solar_as_of", "wind_and_solar_known_at", "wind_and_solar_gaps_at", "installed_capacity_at"]
    calls = [f"{macro}({argument})" for macro in macros]
    calls.append(f"wind_and_solar_capacity_factors({argument}, {argument.replace('04-01', '04-02')})")
    assert list(offenders(path, zone, calls)) == []


def test_a_day_given_as_as_of_means_its_end_in_any_zone(warehouse: Filled) -> None:
    path = warehouse.home / "snapshots" / "current.duckdb"
    by_its_end = warehouse.publications.filter(pl.col("publish_time_utc") < datetime.fromisoformat("2024-04-02T00:00Z"))
    expected = len(by_its_end.unique(["start_time_utc", "psr_type"]))
    counts = {zone: len(rows(path, zone, "wind_and_solar_as_of('2024-04-01')")) for zone in ZONES}
    assert counts == dict.fromkeys(ZONES, expected)


def test_a_quarantined_row_without_a_zone_is_the_same_half_hour_in_any_zone(home: Path) -> None:
    with writing() as con:
        ensure_schema(con)
        con.execute(RAW)
        path = snapshots.publish_snapshot(con).path
    call = "wind_and_solar_gaps_at('2024-04-03')"
    matches = [rows(path, zone, call).filter(pl.col("state") == "set_aside")["start_time_utc"] for zone in ZONES]
    assert {tuple(instants) for instants in matches} == {(datetime.fromisoformat("2024-04-01T06:00Z"),)}
    assert path.is_relative_to(home)


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish a snapshot of the sample portfolio."""
    home = tmp_path_factory.mktemp("portfolio")
    ledger: sa.Engine = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    seed_loader.load_seeds(ledger)
    landing.land_changes(ledger, lambda: writing(home / "warehouse.duckdb"))
    ledger.dispose()
    return home / "snapshots" / "current.duckdb"
