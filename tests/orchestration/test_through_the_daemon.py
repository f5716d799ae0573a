"""Tests of scenarios 5 and 9 as users meet them: runs and backfills launched over GraphQL, executed by the daemon."""

import os
import re
import signal
from datetime import date, timedelta

import dagster as dg
import pytest
import sqlalchemy as sa

from elexon_assets.datasets import WIND_AND_SOLAR
from elexon_assets.partitions import UTC_DAYS
from elexon_assets.windows import window_of_days
from pipeline_assets.access import Actor
from renewables.dagster_control.client import Launched, Outcome
from renewables.dagster_control.fetch_job import follow_runs
from renewables.dagster_control.home_lock import read_state
from renewables.dagster_control.instance import open_instance
from renewables.dagster_control.run_progress import RunProgress
from tests.orchestration.conftest import Server, until

KEY = dg.AssetKey(WIND_AND_SOLAR.name)
FIRST = date(2023, 1, 1)


@pytest.fixture(autouse=True)
def _no_faults(server: Server) -> None:
    server.simulator.faults = ""


def launch(server: Server, first: date, last: date) -> Launched:
    return server.orchestrator.launch([WIND_AND_SOLAR], first, last, requested_by="a test", actor=Actor.typed("a test"))


def wait(server: Server, launched: Launched) -> list[Outcome]:
    return follow_runs(server.orchestrator, launched, RunProgress(), lambda _: None)


def status_of(server: Server, days: set[str]) -> dict[str, str]:
    """Return Dagster's status of each day of wind and solar: MATERIALIZED, FAILED, or nothing."""
    with open_instance(server.settings) as opened:
        partition = opened.get_status_by_partition(KEY, sorted(days), UTC_DAYS) or {}
    return {day: status.name for day, status in partition.items() if status}


def process_of(server: Server, launched: Launched) -> int:
    """Return the id of a run's process, which the run logs when it starts."""
    message = " ".join(server.orchestrator.run_state(launched.id).messages)
    match = re.search(r"steps in process \(pid: (\d+)\)", message)
    assert match, message
    return int(match[1])


@pytest.mark.timeout(240)
def test_a_backfill_with_bad_failed_and_missing_half_hours_fails_only_on_their_days(
    server: Server,
) -> None:
    last = FIRST + timedelta(days=29)
    broken = [FIRST + timedelta(days=9), FIRST + timedelta(days=23)]
    server.simulator.faults = ",".join(f"status=503@{day}T10:00Z" for day in broken)
    launched = server.orchestrator.launch_backfill(
        [WIND_AND_SOLAR], FIRST, last, requested_by="a test", actor=Actor.typed("a test")
    )

    (outcome,) = wait(server, launched)

    assert not outcome.succeeded
    state = server.orchestrator.run_state(outcome.run_id)
    assert not state.will_retry, "what the client gave up is not retried"
    assert state.retried_as is None
    assert "2 of 17 windows failed" in str(outcome.error)
    asked = {day.isoformat() for day in window_of_days(FIRST, last).days}
    failed = {day.isoformat() for day in broken}
    expected = {day: "FAILED" if day in failed else "MATERIALIZED" for day in asked}
    assert status_of(server, asked) == expected

    with open_instance(server.settings) as opened:
        planned = opened.all_logs(outcome.run_id, dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED)
    assert planned == []

    again = [launch(server, day, day) for day in broken]  # the days that "failed and missing" selects
    assert [o.succeeded for run in again for o in wait(server, run)] == [False, False]
    assert status_of(server, asked) == expected

    server.simulator.faults = ""
    again = [launch(server, day, day) for day in broken]
    assert [o.succeeded for run in again for o in wait(server, run)] == [True, True]
    assert status_of(server, asked) == dict.fromkeys(asked, "MATERIALIZED")


@pytest.mark.timeout(120)
@pytest.mark.parametrize("begun", [("STARTED",), ("STARTING", "STARTED"), ("QUEUED", "NOT_STARTED", "STARTING")])
def test_a_cancelled_run_frees_its_slot_for_the_next(begun: tuple[str, ...], server: Server) -> None:
    """The run is cancelled at once, while its process starts, and while it works."""
    server.simulator.faults = "slow=20@2022-03-01"
    launched = launch(server, date(2022, 3, 1), date(2022, 3, 7))
    until(lambda: server.orchestrator.run_state(launched.id).status in begun, "the run has come so far")
    server.orchestrator.cancel(launched, actor=Actor.typed("a test"))
    until(lambda: server.orchestrator.run_state(launched.id).ended, "the run is cancelled")
    server.orchestrator.cancel(launched, actor=Actor.typed("a test"))  # cancelling it again is not an error
    assert server.orchestrator.run_state(launched.id).status == "CANCELED"

    server.simulator.faults = ""
    assert [o.succeeded for o in wait(server, launch(server, date(2022, 3, 1), date(2022, 3, 7)))] == [True]


def kill(server: Server, run_id: str) -> None:
    """Kill the process of a run at work, and wait until Dagster has noticed."""
    until(lambda: server.orchestrator.run_state(run_id).status == "STARTED", "the run works")
    until(
        lambda: "steps in process" in " ".join(server.orchestrator.run_state(run_id).messages), "its process is known"
    )
    os.kill(process_of(server, Launched("run", run_id, "")), signal.SIGKILL)
    until(lambda: server.orchestrator.run_state(run_id).status == "FAILURE", "the killed run is noticed")


@pytest.mark.timeout(180)
def test_a_killed_run_is_restarted_once_and_reports_that_it_was_killed(server: Server) -> None:
    server.simulator.faults = "slow=30@2022-04-01"
    launched = launch(server, date(2022, 4, 1), date(2022, 4, 7))
    kill(server, launched.id)
    assert "SIGKILL" in server.orchestrator.run_state(launched.id).errors[0]

    server.simulator.faults = ""
    (outcome,) = wait(server, launched)
    assert outcome.succeeded
    assert outcome.run_id != launched.id
    days = {day.isoformat() for day in window_of_days(date(2022, 4, 1), date(2022, 4, 7)).days}
    assert status_of(server, days) == dict.fromkeys(days, "MATERIALIZED")


@pytest.mark.timeout(180)
def test_a_run_that_was_killed_with_its_code_server_is_restarted_once_and_says_what_happened(server: Server) -> None:
    server.simulator.faults = "slow=30@2022-04-11"
    launched = launch(server, date(2022, 4, 11), date(2022, 4, 17))
    until(lambda: server.orchestrator.run_state(launched.id).status == "STARTED", "the run is working")
    state = read_state(server.settings.dagster_home)
    assert state
    [code_server] = [part.process for part in state.parts if part.name == "elexon_assets"]
    assert code_server
    os.killpg(int(code_server.split()[0]), signal.SIGKILL)

    server.simulator.faults = ""
    (outcome,) = wait(server, launched)
    assert outcome.succeeded
    assert outcome.run_id != launched.id
    [error] = server.orchestrator.run_state(launched.id).errors
    assert "The code server elexon_assets ended (killed by SIGKILL), and the process of this run with it." in error


@pytest.mark.timeout(180)
def test_a_run_that_is_killed_twice_frees_its_slot_for_the_next(server: Server) -> None:
    server.simulator.faults = "slow=30@2022-05-01"
    launched = launch(server, date(2022, 5, 1), date(2022, 5, 7))
    kill(server, launched.id)
    until(lambda: server.orchestrator.run_state(launched.id).retried_as is not None, "it is started once more")
    again = server.orchestrator.run_state(launched.id).retried_as
    assert again
    kill(server, again)
    (outcome,) = wait(server, launched)
    assert (outcome.run_id, outcome.succeeded) == (again, False)
    assert "SIGKILL" in str(outcome.error)

    server.simulator.faults = ""
    assert [o.succeeded for o in wait(server, launch(server, date(2022, 5, 1), date(2022, 5, 7)))] == [True]


@pytest.mark.timeout(180)
def test_the_latest_half_hours_run_before_runs_that_were_queued_earlier(server: Server) -> None:
    server.simulator.faults = "slow=8@2022-06-01"
    on_its_way, queued = (launch(server, date(2022, month, 1), date(2022, month, 7)) for month in (6, 7))
    until(lambda: server.orchestrator.run_state(on_its_way.id).status == "STARTED", "the first run works")
    latest = server.orchestrator.launch_job("latest", requested_by="a test", actor=Actor.typed("a test"))
    runs = [launched.id for launched in (on_its_way, latest, queued)]
    until(lambda: all(server.orchestrator.run_state(run_id).ended for run_id in runs), "all have ended", 120)
    with open_instance(server.settings) as opened:
        records = opened.get_run_records(dg.RunsFilter(run_ids=runs))
    started = {record.dagster_run.run_id: record.start_time or 0.0 for record in records}
    assert sorted(runs, key=started.__getitem__) == runs


def test_a_range_that_needs_several_runs_is_launched_as_a_backfill(server: Server) -> None:
    launched = launch(server, FIRST, FIRST + timedelta(days=371))
    assert launched.kind == "backfill"
    server.orchestrator.cancel(launched, actor=Actor.typed("a test"))


CHECKS = """{ assetNodes { assetKey { path } repository { location { name } } assetChecksOrError {
  ... on AssetChecks { checks { name canExecuteIndividually } } } } }"""
LAUNCH = """mutation($params: ExecutionParams!) { launchRun(executionParams: $params) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on Error { message } } }"""


@pytest.mark.timeout(240)
def test_the_ui_can_run_every_check_and_runs_only_the_selected_ones(server: Server, portfolio: sa.Engine) -> None:
    assert portfolio
    assert [o.succeeded for o in wait(server, launch(server, FIRST, FIRST))] == [True]
    nodes = server.orchestrator.ask(CHECKS)["assetNodes"]
    checks = [(node, check) for node in nodes for check in (node["assetChecksOrError"] or {}).get("checks", [])]
    assert {check["canExecuteIndividually"] for _, check in checks} == {"CAN_EXECUTE"}
    selected = {
        "elexon_assets": ("wind_and_solar_publications", "keys_are_unique"),
        "pipeline_assets": ("pipelines", "the_vocabulary_is_closed"),
    }
    assert set(selected) == {node["repository"]["location"]["name"] for node, _ in checks}
    for location, (asset, name) in selected.items():
        key = {"assetKey": {"path": [asset]}, "name": name}
        selector = {
            **{"repositoryName": "__repository__", "repositoryLocationName": location, "jobName": "__ASSET_JOB"},
            **{"assetSelection": [], "assetCheckSelection": [key]},
        }
        answer = server.orchestrator.ask(LAUNCH, {"params": {"selector": selector}})["launchRun"]
        run_id = answer["run"]["runId"]
        until(lambda run_id=run_id: server.orchestrator.run_state(run_id).ended, "the check is executed")  # type: ignore[misc]  # binds the loop's value
        assert server.orchestrator.run_state(run_id).succeeded
        with open_instance(server.settings) as opened:
            logs = opened.all_logs(run_id, dg.DagsterEventType.ASSET_CHECK_EVALUATION)
        evaluations = [log.get_dagster_event().asset_check_evaluation_data for log in logs]
        assert [(e.asset_key.to_user_string(), e.check_name, e.passed) for e in evaluations] == [(asset, name, True)]
