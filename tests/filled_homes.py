"""One warehouse that all reading tests share, and the simulator's own values, computed in another way."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest
from typer.testing import CliRunner

from elexon_assets.datasets import INSTALLED_CAPACITY
from elexon_assets.schema.warehouse_schema import ensure_schema
from elexon_assets.simulator.server import running_simulator
from elexon_assets.windows import Window, window_of_days
from renewables.cli.main import app
from tests.elexon_assets.ingesting import landed_in
from tests.model_server import KEY, NAME, Model, serving
from warehouse import snapshots
from warehouse.connection import writing

SPRING = (date(2024, 3, 29), date(2024, 4, 2))
"The UTC days around the settlement day of 46 half-hours, 2024-03-31."
AUTUMN = (date(2024, 10, 25), date(2024, 10, 29))
"The UTC days around the settlement day of 50 half-hours, 2024-10-27."
CAPACITY_PUBLISHED = (date(2022, 1, 1), date(2025, 12, 1))
"The UTC days whose publications of installed capacity landed: values of 2022 to 2025, in all their revisions."
FAULTS = "hole%0.08,republished%0.05,slightly-negative@2024-04-01T05:00Z,absurd@2024-04-01T06:00Z"


@dataclass(frozen=True)
class Filled:
    """A warehouse of two spans with gaps, and the simulator's current values of wind and solar."""

    home: Path
    truth: pl.DataFrame
    "The current values: start_time_utc, settlement_date, psr_type and mw."
    publications: pl.DataFrame
    "Every version of a value: the columns of `truth`, and publish_time_utc."

    @property
    def first(self) -> datetime:
        """Return the start of the first half-hour."""
        first: datetime = self.truth["start_time_utc"].to_list()[0]
        return first


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    home = tmp_path_factory.mktemp("filled")
    with running_simulator(faults=FAULTS) as simulator:
        for days in (SPRING, AUTUMN):
            landed_in(home, simulator.base_url, days, run_id=f"{days[0]:%B}")
        landed_in(home, simulator.base_url, CAPACITY_PUBLISHED, [INSTALLED_CAPACITY], run_id="capacity")
        rows = [row for days in (SPRING, AUTUMN) for row in _rows(simulator.base_url, window_of_days(*days))]
    publications = pl.DataFrame(rows).select(
        start_time_utc=pl.col("startTime").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_unit="us", time_zone="UTC"),
        publish_time_utc=pl.col("publishTime").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_unit="us", time_zone="UTC"),
        settlement_date=pl.col("settlementDate").str.to_date(),
        psr_type="psrType",
        mw=pl.col("quantity").cast(pl.Float64),
    )
    publications = publications.filter(pl.col("mw") < 24_000)  # the absurd value is quarantined
    return Filled(home, newest(publications), publications)


def newest(publications: pl.DataFrame) -> pl.DataFrame:
    """Return the latest version of each value."""
    return (
        publications.sort("publish_time_utc")
        .group_by("start_time_utc", "settlement_date", "psr_type")
        .agg(pl.col("mw").last())
        .sort("start_time_utc", "psr_type")
    )


def _rows(base_url: str, window: Window) -> list[dict[str, Any]]:
    answer = httpx.get(
        f"{base_url}/generation/actual/per-type/wind-and-solar",
        params={
            "from": f"{window.start_utc:%Y-%m-%dT%H:%MZ}",
            "to": f"{window.end_utc - timedelta(minutes=30):%Y-%m-%dT%H:%MZ}",
        },
    )
    return list(answer.raise_for_status().json()["data"])


@pytest.fixture
def warehouse(filled: Filled, home: Path, monkeypatch: pytest.MonkeyPatch) -> Filled:  # noqa: ARG001 (sets the home first)
    """Set the shared warehouse's home; the working folder is the test's own."""
    monkeypatch.setenv("RENEWABLES_HOME", str(filled.home))
    return filled


@pytest.fixture
def model(warehouse: Filled, monkeypatch: pytest.MonkeyPatch) -> Iterator[Model]:  # noqa: ARG001 (sets the home first)
    """Set a language model with its key, which answers questions about the shared warehouse."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as serves:
        monkeypatch.setenv("CHAT_BASE_URL", f"http://{serves.host}/v1")
        monkeypatch.setenv("CHAT_API_KEY", KEY)
        monkeypatch.setenv("CHAT_MODEL", NAME)
        yield serves


@pytest.fixture(params=["no tables", "no rows"])
def empty_home(request: pytest.FixtureRequest, home: Path) -> Path:
    """Return a home with a snapshot of an empty warehouse."""
    with writing() as con:
        if request.param == "no rows":
            ensure_schema(con)
        snapshots.publish_snapshot(con)
    return home


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


class Renewables:
    """The command line in this process: `renewables("status", "--json")`."""

    def __call__(self, *arguments: str, typed: str | None = None, columns: int = 120) -> Outcome:
        result = CliRunner(env={"COLUMNS": str(columns)}).invoke(app, list(arguments), input=typed)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Outcome(result.exit_code, result.stdout, result.stderr)


@pytest.fixture
def renewables() -> Renewables:
    return Renewables()


def at(text: str) -> datetime:
    """Return the instant of an RFC 3339 text."""
    return datetime.fromisoformat(text)
