"""The sensor that flags and checks every landing, whether from a night, a backfill or a user.

It compares the published warehouse with what was flagged and checked, and requests the rest. So it does not matter how
a run ended: one that was cancelled or killed after it landed something is followed too. Events of runs or
materializations would miss it, and Dagster's run-status sensors end their tick at the first skip.
"""

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from json import dumps, loads

import dagster as dg
import duckdb

from elexon_assets import jobs
from elexon_assets.checks import newest_data_is_fresh
from elexon_assets.datasets import DATASETS
from elexon_assets.quality.flagging import newest_unflagged
from elexon_assets.resources import WarehouseResource
from warehouse.connection import has_table
from warehouse.errors import WarehouseMissing

LOOK_SECONDS = 5
"The seconds between two looks at the published warehouse; each takes some ten milliseconds."
FLAG_AGAIN_AFTER = timedelta(minutes=30)
"The pause after which a failed flagging run is requested again, unless a landing comes first."
CHECKS_APART = timedelta(minutes=5)
"""The pause between two runs of the checks that follow landings. One after each run of a backfill would say little new,
take processor time from it, and write a hundred events.
"""


@dataclass(frozen=True)
class Asked:
    """The requests of the sensor so far, which are its cursor. Times are microseconds since 1970, 0 for never."""

    flags_of_landing: int = 0
    "The time of the newest landing for which flags were requested."
    flags_at: int = 0
    "The time of that request for flags."
    checks_of_landing: int = 0
    "The time of the newest landing for which checks were requested."
    checks_at: int = 0
    "The time of that request for checks."
    stale: tuple[str, ...] | None = None
    "The datasets that were stale when the checks were requested; None before the first time."

    @classmethod
    def from_cursor(cls, cursor: str | None) -> "Asked":
        """Return what an earlier tick stored."""
        values = loads(cursor) if cursor else {}
        stale = values.get("stale")
        return cls(**{**values, "stale": None if stale is None else tuple(stale)})

    def to_cursor(self) -> str:
        """Return the text that the next tick reads."""
        return dumps(asdict(self))


@dg.sensor(
    jobs=[jobs.flagging, jobs.checks],
    minimum_interval_seconds=LOOK_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,  # independent of SCHEDULES_RUNNING: a fetch by hand needs flags too
    name="flags_and_checks",
)
def flags_and_checks(
    context: dg.SensorEvaluationContext, warehouse: WarehouseResource
) -> dg.RunRequest | dg.SkipReason:
    """Request flags for everything that landed since the last ones, then checks of every landing but those of `latest`.

    Checks also run when a dataset becomes stale or fresh again, because no landing triggers them then.
    """
    try:
        with warehouse.snapshot() as con:
            return _next_request(context, con, datetime.now(UTC))
    except WarehouseMissing:
        return dg.SkipReason("nothing has landed yet")


def _next_request(
    context: dg.SensorEvaluationContext, con: duckdb.DuckDBPyConnection, now: datetime
) -> dg.RunRequest | dg.SkipReason:
    """Return the run that is due, and store it in the cursor; flags come before checks."""
    if not has_table(con, "fetch_log"):
        return dg.SkipReason("nothing has landed yet")
    if run_id := jobs.on_its_way(context.instance, jobs.flagging.name):
        return dg.SkipReason(f"the flagging run {run_id} is still in progress")
    asked = Asked.from_cursor(context.cursor)
    unflagged = newest_unflagged(con)
    # The absolute difference counts, because a clock that went back must not delay the next attempt.
    is_due_again = abs(now - _instant_of(asked.flags_at)) >= FLAG_AGAIN_AFTER
    if unflagged and (unflagged > asked.flags_of_landing or is_due_again):
        context.update_cursor(replace(asked, flags_of_landing=unflagged, flags_at=_microseconds_of(now)).to_cursor())
        return dg.RunRequest(job_name=jobs.flagging.name)  # without a key: running it twice does no harm
    if run_id := jobs.on_its_way(context.instance, jobs.checks.name):
        return dg.SkipReason(f"the run {run_id} of the checks is still in progress")
    landing = _newest_landing_to_check(con, context.instance, asked.checks_of_landing)
    stale = tuple(d.name for d in DATASETS if has_table(con, d.table) and not newest_data_is_fresh(con, d, now)[0])
    checks_are_due = abs(now - _instant_of(asked.checks_at)) >= CHECKS_APART
    if (landing > asked.checks_of_landing and checks_are_due) or stale != asked.stale:
        checked = replace(asked, checks_of_landing=landing, checks_at=_microseconds_of(now), stale=stale)
        context.update_cursor(checked.to_cursor())
        return dg.RunRequest(job_name=jobs.checks.name)
    if landing > asked.checks_of_landing:
        return dg.SkipReason(f"the checks are due at {_instant_of(asked.checks_at) + CHECKS_APART:%H:%M:%S}Z")
    return dg.SkipReason("flags and checks have processed everything that has landed")


def _newest_landing_to_check(con: duckdb.DuckDBPyConnection, instance: dg.DagsterInstance, after: int) -> int:
    """Return when the newest window was answered after `after`, or `after` if none was.

    Windows of `latest` do not count: checking the complete table 48 times per day would say nothing new.
    """
    runs = con.execute(
        "SELECT run_id, epoch_us(max(asked_at_utc)) AS at_us FROM fetch_log WHERE asked_at_utc > make_timestamptz(?) "
        "GROUP BY run_id ORDER BY at_us DESC",
        [after],
    ).fetchall()
    for run_id, at_us in runs:
        run = instance.get_run_by_id(run_id)
        if run is None or run.job_name != jobs.latest.name:
            return int(at_us)
    return after


def _microseconds_of(instant: datetime) -> int:
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _instant_of(microseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)


SENSORS = [flags_and_checks]
