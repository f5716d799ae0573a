"""Tests of `fetch-range`, `fetch-year` and `repair`: in process without a server, over GraphQL with one."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from typer.testing import CliRunner, Result

from elexon_assets.backfill_plan import runs_of, split_into_runs
from elexon_assets.datasets import INSTALLED_CAPACITY, OBSERVED, WIND_AND_SOLAR
from elexon_assets.simulator.server import Simulator
from pipeline_assets.access import Actor
from renewables.cli.main import app
from renewables.dagster_control.client import REQUESTED_BY
from renewables.dagster_control.in_process import materialize_days
from renewables.dagster_control.instance import open_instance
from renewables.dagster_control.run_history import recent_runs
from tests.orchestration.conftest import Server
from warehouse.settings import Settings

WIND = ("--dataset", "wind_and_solar")
YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)


def renewables(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_a_failed_window_is_named_and_makes_the_exit_code_1(simulator: Simulator) -> None:
    simulator.faults = "status=400@2023-01-10"
    result = renewables("fetch-range", "2023-01-01", "2023-01-14", *WIND)
    assert result.exit_code == 1
    assert "1 request failed, 2023-01-10 to 2023-01-10" in " ".join(result.output.split())
    assert "1,872 new SYNTHETIC rows" in result.output


def test_a_fetch_of_days_includes_installed_capacity_once(simulator: Simulator) -> None:
    result = renewables("fetch-range", "2024-01-01", "2024-01-02")
    assert result.exit_code == 0, result.output
    asked = [request.params["publishDateTimeFrom"] for request in simulator.requests if "IGCA" in request.path]
    assert len(asked) == len(set(asked)) > 5
    assert "Installed capacity: " in result.output
    alone = renewables("fetch-range", "2024-01-01", "2024-01-01", "--dataset", "installed_capacity")
    assert alone.exit_code == 0, alone.output
    assert "Installed capacity: 0 new" in alone.output
    assert "Wind and solar" not in alone.output


def test_a_long_range_is_many_runs_of_days_and_one_run_of_installed_capacity() -> None:
    first, last = date(2016, 3, 1), date(2026, 2, 28)
    assert runs_of(OBSERVED, first, last) == split_into_runs(first, last)
    assert runs_of([INSTALLED_CAPACITY], first, last) == [None]


def test_an_unreachable_api_is_reported_in_one_sentence_with_a_fix(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELEXON_BASE_URL", "http://127.0.0.1:9/bmrs/api/v1")
    monkeypatch.setenv("ELEXON_ATTEMPTS", "1")
    result = renewables("fetch-range", "2023-01-01", "2023-01-07", *WIND)
    message = " ".join(result.output.split())
    assert result.exit_code == 1
    assert "cannot be reached" in message
    assert "renewables repair" in message
    assert "Traceback" not in message
    assert home


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("fetch-range", "2023-02-30", "2023-03-01"), "not a day"),
        (("fetch-range", "2023-02-02", "2023-02-01"), "after"),
        (("fetch-range", "2099-01-01", "2099-01-02"), "future"),
        (("fetch-range", "2999-01-01", "2999-01-02"), "outside the years"),
        (("fetch-range", "2023-01-01T00:00Z", "2023-01-02"), "not a day"),
        (("fetch-range", "2010-01-01", "2010-01-02"), "before"),
        (("fetch-range", str(datetime.now(UTC).date()), str(datetime.now(UTC).date())), "not ended"),
        (("fetch-year", "2999"), "2999"),
        (("fetch-year", "2015"), "2015"),
        (("fetch-range", "2023-01-01", "2023-01-02", "--dataset", "tides"), "tides"),
    ],
)
def test_invalid_days_are_refused_in_one_sentence(arguments: tuple[str, ...], message: str) -> None:
    result = renewables(*arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert len(result.output.strip().splitlines()) == 1


@pytest.mark.usefixtures("simulator")
def test_a_range_that_includes_today_ends_with_the_last_complete_day(dagster_instance: dg.DagsterInstance) -> None:
    result = renewables("fetch-range", str(YESTERDAY), str(YESTERDAY + timedelta(days=1)), *WIND)
    assert result.exit_code == 0, result.output
    assert "last complete UTC day" in result.output
    assert dagster_instance.get_materialized_partitions(dg.AssetKey("wind_and_solar")) == {str(YESTERDAY)}


def test_a_repair_fetches_only_the_short_days(simulator: Simulator) -> None:
    last = YESTERDAY - timedelta(days=1)
    short = last - timedelta(days=3)
    simulator.faults = f"hole@{short}T10:00Z"
    assert renewables("fetch-range", str(last - timedelta(days=9)), str(last), *WIND).exit_code == 0
    simulator.faults = ""
    before = len(simulator.requests)
    result = renewables("repair", "--days", "7", *WIND)
    assert result.exit_code == 0, result.output
    asked = {request.params["from"][:10] for request in list(simulator.requests)[before:]}
    assert asked - {str(last), str(YESTERDAY)} == {str(short)}
    of_yesterday = 144 if str(YESTERDAY) in asked else 0  # the day is closed some hours after midnight
    assert f" {3 + of_yesterday} new SYNTHETIC rows" in result.output


def test_a_running_server_does_the_work_and_records_who_requested_it(
    home: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.simulator.faults = ""
    monkeypatch.setenv("DAGSTER_URL", server.orchestrator.url)
    monkeypatch.setenv("ELEXON_BASE_URL", "http://127.0.0.1:9/not-from-this-process")
    monkeypatch.setenv("RENEWABLES_HOME", str(server.home))

    result = renewables("fetch-range", "2021-01-01", "2021-01-07", *WIND)

    assert result.exit_code == 0, result.output
    assert "1,008 new SYNTHETIC rows" in result.output
    with open_instance(server.settings) as opened:
        newest = opened.get_runs(limit=1)[0]
    assert newest.tags[REQUESTED_BY] == "command line"

    whole = renewables("fetch-range", "2021-01-01", "2021-01-07", "--dataset", "installed_capacity")
    assert whole.exit_code == 0, whole.output
    assert "Installed capacity: " in whole.output

    materialize_days(
        [WIND_AND_SOLAR],
        date(2021, 1, 1),
        date(2021, 1, 7),
        requested_by="a test",
        actor=Actor.typed("a test"),
        settings=Settings(),
    )
    listed = [(run.what, run.asked_by) for run in recent_runs(server.orchestrator, limit=4)]
    assert listed[0] == ("flagging", "a test")
    assert listed[1] == ("wind_and_solar", "a test"), "a run in another process says what it was about too"
    assert ("wind_and_solar", "command line") in listed

    # A server of another home would fill another warehouse.
    monkeypatch.setenv("RENEWABLES_HOME", str(home))
    assert not server.orchestrator.answers(for_home=Settings().dagster_home)
