"""Tests that flags and checks follow every landing, whatever the result of its run (scenario 52)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import dagster as dg
import pytest
from dagster import DagsterRunStatus

from elexon_assets.client import ElexonClient
from elexon_assets.datasets import WIND_AND_SOLAR
from elexon_assets.definitions import defs
from elexon_assets.ingest import ingest
from elexon_assets.quality.flagging import update_flags
from elexon_assets.resources import RESOURCES
from elexon_assets.sensors import CHECKS_APART, FLAG_AGAIN_AFTER, Asked, flags_and_checks
from elexon_assets.simulator.server import Simulator
from elexon_assets.windows import window_of_days

WEEK = (date(2023, 1, 2), date(2023, 1, 8))
LATER_WEEK = (date(2023, 1, 9), date(2023, 1, 15))
LONG = FLAG_AGAIN_AFTER + CHECKS_APART
UP_TO_DATE = "flags and checks have processed everything that has landed"


@dataclass
class Follower:
    """The sensor as the daemon evaluates it, tick after tick, on one instance."""

    instance: dg.DagsterInstance
    cursor: str | None = None

    def tick(self) -> str:
        """Return the name of the job that one tick requests, or the reason why it requests none."""
        context = dg.build_sensor_context(self.instance, self.cursor, definitions=defs, resources=RESOURCES)
        result = flags_and_checks(context)
        self.cursor = context.cursor
        assert isinstance(result, dg.RunRequest | dg.SkipReason)
        return str(result.job_name if isinstance(result, dg.RunRequest) else result.skip_message)

    def wait(self) -> None:
        """Store every request as one from long ago."""
        asked = Asked.from_cursor(self.cursor)
        before = {name: getattr(asked, name) - LONG // timedelta(microseconds=1) for name in ("flags_at", "checks_at")}
        self.cursor = replace(asked, **before).to_cursor()

    def land(self, days: tuple[date, date], *, job: str = "nightly", status: str = "SUCCESS") -> None:
        """Land days of wind and solar as a run of the job that ended with that status."""
        run = self.instance.create_run_for_job(defs.resolve_job_def(job), status=DagsterRunStatus[status])
        with ElexonClient() as client:
            ingest(WIND_AND_SOLAR, window_of_days(*days), client=client, run_id=run.run_id)


@pytest.fixture
def follower(simulator: Simulator) -> Iterator[Follower]:  # noqa: ARG001 (answers the requests)
    with dg.instance_for_test() as instance:
        yield Follower(instance)


def test_before_anything_has_landed_nothing_is_requested(follower: Follower) -> None:
    assert follower.tick() == "nothing has landed yet"


@pytest.mark.parametrize(
    ("job", "status"),
    [("nightly", "SUCCESS"), ("repair", "FAILURE"), ("__ASSET_JOB", "CANCELED"), ("__ASSET_JOB", "STARTED")],
)
def test_every_landing_is_flagged_and_then_checked_once_whatever_the_result_of_its_run(
    follower: Follower, job: str, status: str
) -> None:
    follower.land(WEEK, job=job, status=status)
    assert follower.tick() == "flagging"
    update_flags()
    assert [follower.tick(), follower.tick()] == ["checks", UP_TO_DATE]
    follower.land(LATER_WEEK, job=job, status=status)
    assert follower.tick() == "flagging"
    update_flags()
    assert "the checks are due at" in follower.tick()
    follower.wait()
    assert [follower.tick(), follower.tick()] == ["checks", UP_TO_DATE]


def test_many_landings_at_once_start_one_flagging_run_and_one_checks_run(follower: Follower) -> None:
    for days in (WEEK, LATER_WEEK):
        follower.land(days)
    requested = [follower.tick()]
    update_flags()
    assert [*requested, follower.tick(), follower.tick()] == ["flagging", "checks", UP_TO_DATE]


def test_a_landing_of_the_latest_half_hours_is_flagged_and_not_checked(follower: Follower) -> None:
    follower.land(WEEK)
    assert follower.tick() == "flagging"
    update_flags()
    assert follower.tick() == "checks"
    follower.land(LATER_WEEK, job="latest")
    assert follower.tick() == "flagging"
    update_flags()
    assert follower.tick() == UP_TO_DATE


def test_checks_run_when_stale_data_becomes_fresh(follower: Follower) -> None:
    follower.land(WEEK)
    assert follower.tick() == "flagging"
    update_flags()
    assert [follower.tick(), follower.tick()] == ["checks", UP_TO_DATE]
    today = datetime.now(UTC).date()
    follower.land((today - timedelta(days=1), today), job="latest")
    assert follower.tick() == "flagging"
    update_flags()
    assert [follower.tick(), follower.tick()] == ["checks", UP_TO_DATE]


def test_no_second_run_starts_while_one_is_active(follower: Follower) -> None:
    follower.land(WEEK)
    run = follower.instance.create_run_for_job(defs.resolve_job_def("flagging"), status=DagsterRunStatus.STARTED)
    assert run.run_id in follower.tick()
    follower.instance.delete_run(run.run_id)
    assert follower.tick() == "flagging"


def test_checks_run_even_if_flagging_failed_and_flagging_is_retried_after_a_pause(follower: Follower) -> None:
    follower.land(WEEK)
    assert [follower.tick(), follower.tick(), follower.tick()] == ["flagging", "checks", UP_TO_DATE]
    follower.wait()
    assert follower.tick() == "flagging"


def test_a_run_that_landed_nothing_is_not_flagged(follower: Follower, simulator: Simulator) -> None:
    simulator.faults = "status=404"
    follower.land(WEEK, status="FAILURE")
    assert follower.tick() == "checks"
    assert follower.tick() == UP_TO_DATE
