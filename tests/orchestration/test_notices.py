"""Tests that every failed run of any code location sends one notice, and that a sensor delivers waiting notices."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa

from pipeline_assets.definitions import defs
from pipeline_assets.errors import LedgerUnavailable
from pipeline_assets.ledger import outbox, schema
from pipeline_assets.ledger.outbox import Notice, NoticeState
from pipeline_assets.sensors import deliver_notices, notice_of_failed_runs
from tests.orchestration.test_assets import materialize


@pytest.fixture
def opened() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as instance:
        yield instance


@pytest.fixture
def ledger(home: Path) -> Iterator[sa.Engine]:  # noqa: ARG001 (sets the home first)
    with schema.ledger_for_task() as engine:
        yield engine


@dg.op
def breaks() -> None:
    raise dg.Failure("The night\nwas dark.")


@dg.job
def nightly_elsewhere() -> None:
    breaks()


def tick(opened: dg.DagsterInstance, cursor: str | None = None) -> str:
    """Evaluate the sensor once, as the daemon of our code location does, and return the cursor."""
    ours = defs.get_repository_def()
    context = dg.build_sensor_context(opened, cursor, repository_name="pipeline_assets", repository_def=ours)
    return str(notice_of_failed_runs.evaluate_tick(context).cursor)


def failed(opened: dg.DagsterInstance) -> str:
    """Return the id of a run that has just failed, without a known code location."""
    result = nightly_elsewhere.execute_in_process(instance=opened, raise_on_error=False)
    assert not result.success
    return result.run_id


def test_a_failed_run_of_any_code_location_is_notified_once(ledger: sa.Engine, opened: dg.DagsterInstance) -> None:
    start = tick(opened)
    run_id = failed(opened)
    after = tick(opened, start)
    [waiting] = outbox.list_notices(ledger)
    assert waiting.notice == Notice(
        "Run failed",
        f"nightly_elsewhere, run {run_id}: The night\nwas dark.",
        f"http://127.0.0.1:3000/runs/{run_id}",
        id=f"run {run_id}",
    )
    # A daemon that was killed before it stored its cursor looks again.
    tick(opened, start)
    tick(opened, after)
    assert len(outbox.list_notices(ledger)) == 1
    failed(opened)
    tick(opened, after)
    assert len(outbox.list_notices(ledger)) == 2


def test_a_failed_nightly_run_names_its_windows(
    ledger: sa.Engine, opened: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELEXON_BASE_URL", "http://127.0.0.1:9/bmrs/api/v1")
    monkeypatch.setenv("ELEXON_ATTEMPTS", "1")
    start = tick(opened)
    materialize(opened, date(2023, 1, 1), date(2023, 1, 1))
    tick(opened, start)
    [waiting] = outbox.list_notices(ledger)
    assert "1 of 1 windows failed" in waiting.notice.text


def test_a_run_without_a_named_job_is_named_after_its_assets(ledger: sa.Engine, opened: dg.DagsterInstance) -> None:
    @dg.asset
    def half_hours() -> None:
        raise dg.Failure("Nothing came.")

    start = tick(opened)
    job = dg.Definitions(assets=[half_hours]).resolve_implicit_global_asset_job_def()
    run_id = job.execute_in_process(instance=opened, raise_on_error=False, asset_selection=[half_hours.key]).run_id
    tick(opened, start)
    assert [notice.notice.text for notice in outbox.list_notices(ledger)] == [
        f"half_hours, run {run_id}: Nothing came."
    ]


@pytest.mark.parametrize(
    ("retry", "sentence"),
    [
        (None, "Dagster starts it once more."),
        (dg.DagsterRunStatus.STARTED, "Dagster has started it again, as run {retry}."),
        (dg.DagsterRunStatus.SUCCESS, "Dagster has started it again: run {retry} succeeded."),
        (dg.DagsterRunStatus.FAILURE, "Dagster has started it again: run {retry} failed too."),
        (dg.DagsterRunStatus.CANCELED, "Dagster has started it again: run {retry} was cancelled."),
    ],
)
def test_the_notice_of_a_run_that_is_retried_says_what_became_of_the_retry(
    ledger: sa.Engine, opened: dg.DagsterInstance, retry: dg.DagsterRunStatus | None, sentence: str
) -> None:
    start = tick(opened)
    run_id = failed(opened)
    opened.add_run_tags(run_id, {"dagster/will_retry": "true"})
    if retry:
        retried = opened.create_run_for_job(nightly_elsewhere, status=retry).run_id
        opened.add_run_tags(run_id, {"dagster/auto_retry_run_id": retried})
        sentence = sentence.format(retry=retried)
    tick(opened, start)
    [waiting] = outbox.list_notices(ledger)
    assert waiting.notice.text.endswith(f" {sentence}")


def test_the_notice_of_a_failed_retry_says_that_there_is_no_other(
    ledger: sa.Engine, opened: dg.DagsterInstance
) -> None:
    start = tick(opened)
    run_id = failed(opened)
    opened.add_run_tags(run_id, {"dagster/retry_number": "1", "dagster/parent_run_id": "the-first"})
    tick(opened, start)
    [waiting] = outbox.list_notices(ledger)
    assert waiting.notice.text.endswith(" It was the retry of run the-first; Dagster does not start it again.")


def test_a_notice_without_a_ledger_is_written_to_the_log(
    home: Path, opened: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LEDGER_URL", f"sqlite:///{home}")  # this is a folder
    run_id = failed(opened)
    run = opened.get_run_by_id(run_id)
    [record] = opened.fetch_run_status_changes(dg.DagsterEventType.RUN_FAILURE, limit=1).records
    assert run
    assert record.event_log_entry.dagster_event
    context = dg.build_run_status_sensor_context(
        sensor_name=notice_of_failed_runs.name,
        dagster_event=record.event_log_entry.dagster_event,
        dagster_instance=opened,
        dagster_run=run,
    ).for_run_failure()
    with pytest.raises(LedgerUnavailable):
        notice_of_failed_runs(context)
    assert f"/runs/{run_id}" in capfd.readouterr().err


def test_the_sensor_delivers_waiting_notices(ledger: sa.Engine, opened: dg.DagsterInstance) -> None:
    message = deliver_notices(dg.build_sensor_context(instance=opened))
    assert isinstance(message, dg.SkipReason)
    assert message.skip_message == "no notice is due"
    outbox.put_notices(ledger, [Notice("Test", "One."), Notice("Test", "Two.")])
    message = deliver_notices(dg.build_sensor_context(instance=opened))
    assert isinstance(message, dg.SkipReason)
    assert message.skip_message == "of 2 notices that were due: 0 pending, 0 sent, 2 logged, 0 failed"
    assert [notice.state for notice in outbox.list_notices(ledger)] == [NoticeState.LOGGED] * 2
