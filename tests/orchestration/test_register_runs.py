"""Runs of the job that lands issues of the public registers: from the simulator's address, and from dropped files."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster import DagsterRunStatus

from elexon_assets.simulator.server import Simulator, running_simulator
from pipeline_assets.definitions import defs
from pipeline_assets.run_notices import describe_step_failure
from pipeline_assets.schedules import every_month_registers
from tests.orchestration.landing_runs import QUIET, run_of
from warehouse.connection import reading

CLOCK = {"now": datetime(2026, 11, 27, 12, tzinfo=UTC)}
PAGE = "/api/content/government/publications/renewable-energy-planning-database-monthly-extract"
PACKAGE = "/api/3/action/package_show?id=transmission-entry-capacity-tec-register"
FILES_ALONE = {"ops": {name: {"config": {"fetch": False}} for name in ("repd_records", "tec_records")}}


@pytest.fixture(scope="module")
def registers() -> Iterator[Simulator]:
    with running_simulator(now=lambda: CLOCK["now"]) as running:
        yield running


@pytest.fixture
def opened(home: Path, registers: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:  # noqa: ARG001
    root = registers.base_url.removesuffix("/bmrs/api/v1")
    settings = {"REPD_URL": root + PAGE, "TEC_URL": root + PACKAGE}
    settings |= {"REGISTER_BACKOFF_SECONDS": "0", "REGISTER_ATTEMPTS": "1"}
    for name, setting in settings.items():
        monkeypatch.setenv(name, setting)
    registers.faults = ""
    monkeypatch.setitem(CLOCK, "now", datetime(2026, 11, 27, 12, tzinfo=UTC))
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance
    registers.faults = ""


def land(opened: dg.DagsterInstance, config: dict[str, Any] | None = None) -> dg.ExecuteInProcessResult:
    """Run the job on the warehouse of the test's home."""
    job = defs.resolve_job_def("register_issues")
    return job.execute_in_process(instance=opened, run_config={**QUIET, **(config or {})}, raise_on_error=False)


def rows(query: str) -> list[tuple[Any, ...]]:
    with reading() as con:
        return con.execute(query).fetchall()


def failure_reasons(result: dg.ExecuteInProcessResult) -> list[str]:
    return [describe_step_failure(event) for event in result.get_step_failure_events()]


def failed_checks(result: dg.ExecuteInProcessResult) -> set[tuple[str, str]]:
    return {
        (evaluation.asset_key.to_user_string(), evaluation.check_name)
        for evaluation in result.get_asset_check_evaluations()
        if not evaluation.passed
    }


def test_a_run_lands_both_registers_and_the_same_issues_only_once(opened: dg.DagsterInstance) -> None:
    first = land(opened)
    assert first.success
    assert failed_checks(first) == set()
    assert rows("SELECT register, count(*) FROM register_issues GROUP BY ALL ORDER BY ALL") == [("repd", 1), ("tec", 1)]
    again = land(opened)
    assert again.success
    assert rows("SELECT count(*) FROM register_issues") == [(2,)]
    metadata = again.asset_materializations_for_node("repd_records")[0].metadata
    assert metadata["new issues"].value == 0
    assert metadata["issues that had landed before"].value == 1


def test_a_later_issue_lands_beside_the_earlier_one_and_shows_what_changed(
    opened: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert land(opened).success
    monkeypatch.setitem(CLOCK, "now", datetime(2027, 2, 5, 12, tzinfo=UTC))
    assert land(opened).success
    assert rows("SELECT register, count(*) FROM register_issues GROUP BY ALL ORDER BY ALL") == [("repd", 2), ("tec", 2)]
    assert rows("SELECT count(*) > 0 FROM register_changes WHERE change = 'changed'") == [(True,)]
    assert rows("SELECT count(*) > 0 FROM tec_connection_slip") == [(True,)]


@pytest.mark.parametrize("fault", ["status=503", "truncated", "html"])
def test_an_issue_that_cannot_be_fetched_fails_the_run_and_the_earlier_one_stays(
    opened: dg.DagsterInstance, registers: Simulator, fault: str
) -> None:
    assert land(opened).success
    registers.faults = fault
    result = land(opened)
    assert not result.success
    reasons = failure_reasons(result)
    assert len(reasons) == 2, "each register has its own step"
    assert all("127.0.0.1" in reason for reason in reasons)
    assert rows("SELECT count(*) FROM register_issues") == [(2,)]
    assert rows("SELECT register FROM register_failures ORDER BY ALL") == [("repd",), ("tec",)]


def test_a_dropped_file_that_is_no_register_fails_with_its_name_and_the_others_land(
    opened: dg.DagsterInstance, home: Path
) -> None:
    (home / "registers").mkdir()
    (home / "registers" / "repd-2020-01-01.csv").write_text("a,b\n1,2\n")
    result = land(opened)
    assert not result.success
    [reason] = failure_reasons(result)
    assert "repd-2020-01-01.csv" in reason
    assert rows("SELECT register FROM register_issues ORDER BY ALL") == [("repd",), ("tec",)]
    assert opened.get_latest_materialization_event(dg.AssetKey("repd_records")), "what landed is recorded"


def test_dropped_files_land_without_asking_any_address(
    opened: dg.DagsterInstance, home: Path, recordings: Path, registers: Simulator
) -> None:
    folder = home / "registers"
    folder.mkdir()
    for path in (recordings.parent / "registers").glob("*.csv"):
        (folder / path.name).write_bytes(path.read_bytes())
    registers.service.requests.clear()
    result = land(opened, FILES_ALONE)
    assert result.success
    assert not registers.requests
    assert rows("SELECT register, count(*) FROM register_issues GROUP BY ALL ORDER BY ALL") == [("repd", 3), ("tec", 3)]
    assert failed_checks(result) == {
        ("repd_records", "the_newest_issue_is_recent"),
        ("tec_records", "the_newest_issue_is_recent"),
        ("tec_records", "the_number_of_records_is_plausible"),
    }


def test_an_unknown_word_lands_and_fails_its_check_as_a_warning(
    opened: dg.DagsterInstance, home: Path, recordings: Path
) -> None:
    folder = home / "registers"
    folder.mkdir()
    content = (recordings.parent / "registers" / "tec_register_2025-09-02.csv").read_bytes()
    (folder / "tec-2026-11-20.csv").write_bytes(content.replace(b"Nuclear", b"Fusion"))
    result = land(opened, FILES_ALONE)
    assert result.success
    [evaluation] = [
        evaluation
        for evaluation in result.get_asset_check_evaluations()
        if evaluation.check_name == "columns_and_words_are_known" and evaluation.asset_key == dg.AssetKey("tec_records")
    ]
    assert not evaluation.passed
    assert evaluation.severity is dg.AssetCheckSeverity.WARN
    assert evaluation.metadata["unknown"].value == "Plant Type: Fusion"


def test_the_monthly_schedule_requests_one_run_and_none_during_another(
    dagster_instance: dg.DagsterInstance,
) -> None:
    def tick() -> dg.RunRequest | dg.SkipReason:
        context = dg.build_schedule_context(
            instance=dagster_instance, scheduled_execution_time=datetime(2026, 12, 3, 5, 40, tzinfo=UTC)
        )
        answer = every_month_registers(context)
        assert isinstance(answer, dg.RunRequest | dg.SkipReason)
        return answer

    request = tick()
    assert isinstance(request, dg.RunRequest)
    assert request.run_key == "registers of 2026-12-03"
    run = run_of(dagster_instance, DagsterRunStatus.STARTED, "register_issues")
    answer = tick()
    assert isinstance(answer, dg.SkipReason)
    assert run.run_id in str(answer.skip_message)
