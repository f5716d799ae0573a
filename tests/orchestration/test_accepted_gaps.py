"""Tests that a day that cannot be fetched shows its reason and can be accepted as a known gap (scenario 49)."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import copytree

import dagster as dg
import pytest
from typer.testing import CliRunner, Result

from elexon_assets.assets import DAILY_ASSETS
from elexon_assets.checks import gaps_are_recent_or_known
from elexon_assets.datasets import GENERATION_BY_FUEL, WIND_AND_SOLAR
from elexon_assets.missing_days import spans_to_repair
from elexon_assets.schema.warehouse_schema import FINGERPRINT
from elexon_assets.simulator.server import Simulator, running_simulator
from renewables.cli.main import app
from renewables.queries.coverage import days_by_state, gap_acceptances
from tests.elexon_assets.ingesting import fetch_days, published
from warehouse.connection import reading, writing
from warehouse.snapshots import publish_snapshot

BAD = datetime.now(UTC).date() - timedelta(days=5)
FIRST = BAD - timedelta(days=8)
BAD_DAY = f"status=404@{BAD}T10:00Z"
KEY = dg.AssetKey(WIND_AND_SOLAR.name)


def renewables(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def accept(day: date = BAD, dataset: str = "wind_and_solar", reason: str = "Elexon answers 503, ticket 4711") -> Result:
    return renewables("accept-gap", dataset, day.isoformat(), "--reason", reason, "--who", "ada")


@pytest.fixture(scope="module")
def fetched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with the closed days of a month, one of which could not be fetched."""
    home = tmp_path_factory.mktemp("one_bad_day")
    words = ("fetch-range", FIRST.isoformat(), (BAD + timedelta(days=3)).isoformat())
    with running_simulator(faults=BAD_DAY) as served, pytest.MonkeyPatch.context() as patch:
        settings = {"RENEWABLES_HOME": str(home), "ELEXON_BASE_URL": served.base_url, "FIRST_DAY": FIRST.isoformat()}
        for name, value in {**settings, "ELEXON_BACKOFF_SECONDS": "0.01", "SCHEDULES_RUNNING": "false"}.items():
            patch.setenv(name, value)
        assert renewables(*words, "--dataset", WIND_AND_SOLAR.name).exit_code == 1
    return home


@pytest.fixture
def _one_bad_day(simulator: Simulator, home: Path, fetched: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the home of the test a copy of the fetched one; the day still cannot be fetched."""
    copytree(fetched, home, dirs_exist_ok=True)
    monkeypatch.setenv("FIRST_DAY", FIRST.isoformat())
    simulator.faults = BAD_DAY


def withdraw(day: date = BAD, reason: str = "Elexon has published it since") -> Result:
    return renewables("withdraw-gap", "wind_and_solar", day.isoformat(), "--reason", reason, "--who", "bob")


def row_of(day: date) -> dict[str, object]:
    [row] = [row for row in days_by_state().to_dicts() if row["day_utc"] == day]
    return row


def to_repair() -> list[date]:
    return [day for span in spans_to_repair(WIND_AND_SOLAR, days=6) for day in span.days if day <= BAD]


def status(instance: dg.DagsterInstance) -> str:
    utc_days = DAILY_ASSETS[0].partitions_def
    assert utc_days
    state = (instance.get_status_by_partition(KEY, [BAD.isoformat()], utc_days) or {})[BAD.isoformat()]
    assert state
    return state.name


@pytest.mark.usefixtures("_one_bad_day")
def test_a_day_without_data_shows_the_reason_and_is_refetched_until_it_is_accepted(
    dagster_instance: dg.DagsterInstance,
) -> None:
    row = row_of(BAD)
    assert (row["half_hours_missing"], row["half_hours_known_gap"]) == (48, 0)
    assert "48 failed: UnexpectedStatus" in str(row["why"])
    assert to_repair() == [BAD]
    assert status(dagster_instance) == "FAILED"

    result = accept()

    assert result.exit_code == 0, result.output
    assert f"{BAD} of wind_and_solar is now a known gap." in result.output
    row = row_of(BAD)
    assert (row["half_hours_missing"], row["half_hours_known_gap"]) == (48, 48)
    assert row["why"] == "48 known gap: accepted by ada: Elexon answers 503, ticket 4711"
    assert to_repair() == []
    assert status(dagster_instance) == "MATERIALIZED"
    [event] = dagster_instance.fetch_materializations(
        dg.AssetRecordsFilter(asset_key=KEY, asset_partitions=[BAD.isoformat()]), limit=1
    ).records
    assert event.asset_materialization
    planned = dagster_instance.get_latest_planned_materialization_info(KEY, partition=BAD.isoformat())
    assert planned
    assert planned.run_id == event.run_id, "the page of the day shows no failed run any more"
    assert event.asset_materialization.metadata["known gap"].value == "Elexon answers 503, ticket 4711"


@pytest.mark.usefixtures("_one_bad_day")
def test_a_withdrawn_acceptance_leaves_the_day_red_and_to_repair_and_stays_in_the_history(
    dagster_instance: dg.DagsterInstance,
) -> None:
    assert accept().exit_code == 0
    between = datetime.now(UTC)

    result = withdraw()

    assert result.exit_code == 0, result.output
    assert f"{BAD} of wind_and_solar is no longer a known gap" in result.output
    assert "48 failed: UnexpectedStatus" in str(row_of(BAD)["why"])
    assert to_repair() == [BAD]
    assert status(dagster_instance) == "FAILED"
    [acceptance] = gap_acceptances("wind_and_solar", BAD).to_dicts()
    assert (acceptance["accepted_by"], acceptance["reason"]) == ("ada", "Elexon answers 503, ticket 4711")
    assert (acceptance["withdrawn_by"], acceptance["withdrawn_because"]) == ("bob", "Elexon has published it since")
    [observation] = dagster_instance.fetch_observations(KEY, limit=10).records
    assert observation.partition_key == BAD.isoformat()
    assert "withdrawn by bob" in str(observation.event_log_entry.asset_observation)
    known = "SELECT count(*) FROM wind_and_solar_gaps_at(?) WHERE state = 'known_gap'"
    with reading() as con:
        assert con.execute(known, [between]).fetchall() == [(48,)], "what was known then"


@pytest.mark.usefixtures("_one_bad_day")
def test_a_withdrawn_day_can_be_accepted_again_and_every_acceptance_is_kept(
    dagster_instance: dg.DagsterInstance,
) -> None:
    for decision in (accept(), withdraw(), accept(reason="Elexon closed ticket 4711"), accept(reason="For good")):
        assert decision.exit_code == 0, decision.output
    assert row_of(BAD)["why"] == "48 known gap: accepted by ada: For good"
    assert status(dagster_instance) == "MATERIALIZED"
    acceptances = gap_acceptances("wind_and_solar", BAD)
    assert acceptances["withdrawn_because"].to_list() == [None, "accepted again", "Elexon has published it since"]


@pytest.mark.usefixtures("_one_bad_day")
def test_a_warehouse_whose_acceptances_were_never_withdrawn_keeps_them() -> None:
    """The table of the first version had no columns for a withdrawal."""
    with writing() as con:
        con.execute("DROP TABLE accepted_gaps")
        con.execute(
            "CREATE TABLE accepted_gaps "
            "(dataset VARCHAR, day_utc DATE, reason VARCHAR, accepted_by VARCHAR, accepted_at_utc TIMESTAMPTZ)"
        )
        con.execute("INSERT INTO accepted_gaps VALUES ('wind_and_solar', ?, 'ticket 4711', 'eve', now())", [BAD])
        con.execute("DELETE FROM warehouse_info WHERE key = ?", [FINGERPRINT])
        publish_snapshot(con)
    assert gap_acceptances("wind_and_solar", BAD)["withdrawn_at_utc"].to_list() == [None]
    assert withdraw().exit_code == 0
    [acceptance] = gap_acceptances("wind_and_solar", BAD).to_dicts()
    assert (acceptance["accepted_by"], acceptance["withdrawn_by"]) == ("eve", "bob")


@pytest.mark.usefixtures("_one_bad_day")
def test_the_check_of_gaps_passes_once_the_gap_is_accepted() -> None:
    fetch_days(BAD + timedelta(days=4), datetime.now(UTC).date())
    outcomes = []
    for accepted in (False, True):
        if accepted:
            assert accept().exit_code == 0
        with reading() as con:
            outcomes.append(gaps_are_recent_or_known(con, WIND_AND_SOLAR, datetime.now(UTC))[0])
    assert outcomes == [False, True]


@pytest.mark.usefixtures("_one_bad_day")
def test_an_accepted_day_lands_if_its_data_becomes_available(simulator: Simulator) -> None:
    assert accept().exit_code == 0
    simulator.faults = ""
    fetch_days(BAD)
    assert row_of(BAD)["half_hours"] == 48
    assert published(f"SELECT count(*) AS n FROM wind_and_solar_gaps_daily WHERE day_utc = '{BAD}'")["n"][0] == 0


@pytest.mark.usefixtures("_one_bad_day")
def test_a_day_that_cannot_be_a_known_gap_is_refused_in_one_sentence() -> None:
    today = datetime.now(UTC).date()
    refusals = {
        "No known gaps can be accepted for the dataset 'installed_capacity'": accept(dataset="installed_capacity"),
        "has no missing half-hours": accept(BAD - timedelta(days=1)),
        "has not ended": accept(today),
        "has never been fetched": accept(dataset=GENERATION_BY_FUEL.name),
        "needs a reason": accept(reason="  "),
        "is not accepted as a known gap": withdraw(),
        "is not a day": renewables("accept-gap", "wind_and_solar", "yesterday", "--reason", "x"),
    }
    for sentence, result in refusals.items():
        assert result.exit_code != 0
        assert sentence in " ".join(result.output.split())
        assert "Traceback" not in result.output
