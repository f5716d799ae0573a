"""The other checks of `renewables doctor`: which servers run, what is switched off, what waits to be landed.

Belongs here: checks that change nothing. Not here: files and versions (`doctor_checks.py`), printing.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from pipeline_assets.digest import SCHEDULE_NAME
from pipeline_assets.errors import LedgerUnavailable
from pipeline_assets.ledger import outbox, reader, schema
from pipeline_assets.ledger.outbox import NoticeState
from pipeline_assets.registers.declarations import SCHEDULE_NAME as REGISTER_SCHEDULE
from renewables.cli.findings import BROKEN, OFF, OK, WARNING, Finding
from renewables.dagster_control.automation import Automation, Trigger, automation
from renewables.dagster_control.client import DagsterClient, OrchestratorError
from renewables.dagster_control.home_lock import Up, read_state
from renewables.dagster_control.process_identity import is_alive
from renewables.dagster_control.record_files import REMEDY, damaged_databases
from renewables.dagster_control.service_status import page_status
from renewables.formatting import how_long
from renewables.queries.pipeline import landed_position
from renewables.queries.status import warehouse_status
from warehouse.errors import WarehouseError
from warehouse.settings import Settings

START = "Start it with `renewables up`."
LANDS_WITHIN = timedelta(minutes=2)
"The age from which a waiting change counts as missed by the sensor, which looks every few seconds."


def services(settings: Settings) -> Iterable[Finding]:
    """Yield which servers of this home run."""
    state = read_state(settings.dagster_home)
    dagster_url = (state.dagster_url if state else str(settings.dagster_url)).rstrip("/")
    orchestrator = DagsterClient(dagster_url)
    answers = orchestrator.answers(for_home=settings.dagster_home)
    yield _up(state, answers)
    for path, reason in damaged_databases(settings.dagster_home):
        yield Finding(BROKEN, "Dagster's records", f"{path} cannot be read: {reason}.", REMEDY)
    if state and is_alive(state.process):
        for part in state.parts:
            if part.state == "down" or not part.is_running:
                sentence = f"is {part.state if not part.is_running else 'down'}, after {part.restarts} restarts."
                yield Finding(BROKEN if part.state == "down" else WARNING, part.name, sentence, f"See {part.log}.")
    dashboard_url = (state.dashboard_url if state else None) or str(settings.dashboard_url).rstrip("/")
    status = page_status(f"{dashboard_url}/_stcore/health")
    if status == 200:
        yield Finding(OK, "dashboard", f"is running at {dashboard_url}.")
    elif status in (401, 403):
        yield Finding(OK, "dashboard", f"is behind the login of a proxy at {dashboard_url}, which answers.")
    else:
        yield Finding(WARNING, "dashboard", f"is not running at {dashboard_url}.", START)
    if answers:
        yield Finding(OK, "Dagster", f"is running at {orchestrator.url}.")
        yield from _automation(orchestrator, settings)
    else:
        sentence = (
            f"is not running for this home at {orchestrator.url}: nothing is fetched, landed or flagged automatically."
        )
        yield Finding(WARNING, "Dagster", sentence, START)


def switched_off(settings: Settings) -> Iterable[Finding]:
    """Yield what the settings switch off."""
    if not settings.schedules_running:
        sentence = (
            "The schedules that fetch from Elexon and the registers are off (SCHEDULES_RUNNING=false): fetch new "
            "half-hours and issues by hand."
        )
        yield Finding(OFF, "schedules", sentence)
    if settings.slack_webhook_url is None:
        yield Finding(OFF, "notices", "SLACK_WEBHOOK_URL is not set: notices go only to the log and the Alerts page.")
    if settings.chat_model is None:
        yield Finding(OFF, "Ask", "CHAT_MODEL is not set: questions are not answered, and nothing leaves this machine.")


def waiting(settings: Settings) -> Iterable[Finding]:
    """Yield saved changes that are not in the charts yet, values not checked for flags yet, and unsent notices."""
    landed = 0
    try:
        landed = landed_position()
        values = sum(dataset.values_unjudged for dataset in warehouse_status().datasets)
        if values:
            sentence = f"{values:,} landed values have not been checked for flags yet."
            yield Finding(WARNING, "flags", sentence, "The job `flagging` checks them after each landing.")
    except WarehouseError:
        pass  # the snapshot has its own line
    try:
        file = schema.file_of(schema.ledger_address(settings))
        if file and not file.exists():
            yield Finding(OK, "ledger", f"{file} does not exist yet: the first edit creates it.")
            return
        with schema.ledger_for_task() as engine:
            position, counts = reader.newest_position(engine), outbox.count_by_state(engine)
            oldest = reader.changes_since(engine, landed, limit=1)
    except LedgerUnavailable as error:
        yield Finding(BROKEN, "ledger", str(error))
        return
    yield _landing(position, landed, oldest[0].submitted_at_utc if oldest else None)
    if failed := counts.get(NoticeState.FAILED, 0):
        yield Finding(WARNING, "notices", f"{failed:,} could not be sent.", "Press *Try again* on the Alerts page.")
    if pending := counts.get(NoticeState.PENDING, 0):
        yield Finding(OK, "notices", f"{pending:,} are waiting to be sent.")


def _landing(position: int, landed: int, since: datetime | None) -> Finding:
    if position <= landed or since is None:
        return Finding(OK, "ledger", f"All {position:,} changes are in the charts.")
    age = datetime.now(UTC) - since
    sentence = (
        f"{position - landed:,} of {position:,} changes are not in the charts yet, the oldest for {how_long(age)}."
    )
    late = age > LANDS_WITHIN
    fix = "They land within seconds while `renewables up` is running. *Update now* on a page lands them at once."
    return Finding(WARNING if late else OK, "ledger", sentence, fix if late else "")


def _up(state: Up | None, dagster_answers: bool) -> Finding:
    if state is None and dagster_answers:
        return Finding(OK, "renewables up", "is not running here; Dagster's servers were started one by one.")
    if state is None:
        return Finding(WARNING, "renewables up", "is not running on this home.", START)
    if not is_alive(state.process):
        return Finding(WARNING, "renewables up", f"was killed (process {state.process.split()[0]}).", START)
    restarted = [f"{part.name} {part.restarts}" for part in state.parts if part.restarts]
    again = f"; restarted so far: {', '.join(restarted)}" if restarted else ""
    return Finding(OK, "renewables up", f"is running as process {state.process.split()[0]}{again}.")


def _automation(orchestrator: DagsterClient, settings: Settings) -> Iterable[Finding]:
    try:
        automatic = automation(orchestrator)
    except OrchestratorError as error:
        yield Finding(BROKEN, "automation", str(error))
        return
    yield from _daemons(automatic)
    stopped = [trigger for trigger in automatic.triggers if not trigger.is_running and not _is_meant(trigger, settings)]
    failed = [trigger for trigger in automatic.triggers if trigger.is_running and trigger.failed]
    for trigger in stopped:
        fix = f"Switch it on in Dagster: {orchestrator.url}/automation."
        yield Finding(WARNING, trigger.name, f"The {trigger.kind} is stopped.", fix)
    for trigger in failed:
        sentence = f"The newest tick of the {trigger.kind} failed ({_clock(trigger.tick_utc)}): {trigger.error}"
        yield Finding(BROKEN, trigger.name, sentence, f"See {orchestrator.url}/automation.")
    running = [trigger for trigger in automatic.triggers if trigger.is_running]
    newest = max((trigger.tick_utc for trigger in running if trigger.tick_utc), default=None)
    if running and not failed:
        ticked = f"the newest tick was {_clock(newest)}" if newest else "none has ticked yet"
        sentence = f"{len(running)} schedules and sensors are running; {ticked}."
        yield Finding(OK, "automation", sentence)


def _daemons(automatic: Automation) -> Iterable[Finding]:
    ill = [daemon for daemon in automatic.daemons if not daemon.is_healthy]
    for daemon in ill:
        sentence = f"{daemon.name} sent its last heartbeat {_clock(daemon.heartbeat_utc)}. {daemon.error}".strip()
        yield Finding(BROKEN, "daemon", sentence, "See `logs/dagster-daemon.log`, then restart `renewables up`.")
    if automatic.daemons and not ill:
        newest = max((d.heartbeat_utc for d in automatic.daemons if d.heartbeat_utc), default=None)
        yield Finding(
            OK, "daemon", f"{len(automatic.daemons)} daemons are running, the newest heartbeat {_clock(newest)}."
        )


def _is_meant(trigger: Trigger, settings: Settings) -> bool:
    """Return whether it is off by default, or stopped by SCHEDULES_RUNNING, which has a line of its own."""
    if trigger.name == SCHEDULE_NAME:
        return True
    calls_out = trigger.location == "elexon_assets" or trigger.name == REGISTER_SCHEDULE
    return trigger.kind == "schedule" and calls_out and not settings.schedules_running


def _clock(at: datetime | None) -> str:
    return f"at {at:%Y-%m-%d %H:%M:%S} UTC" if at else "never"
