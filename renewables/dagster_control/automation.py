"""Whether Dagster's automation works: heartbeats of its daemons, newest ticks of schedules and sensors.

Belongs here: the request and reading its result. Not here: judging or printing it
(`renewables/cli/doctor_services.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipeline_assets.failure_texts import describe_error
from renewables.dagster_control.client import DagsterClient
from renewables.dagster_control.run_log import ERROR_FIELDS, recorded_errors

TICK = f"ticks(limit: 1, dayRange: 40) {{ timestamp status error {{ {ERROR_FIELDS} }} }}"
"""The newest tick of the last 40 days. Without the days Dagster reads all ticks together, by a key that names the
sockets of the code servers, and returns none once `renewables up` has started again."""
AUTOMATION = f"""{{
  instance {{ daemonHealth {{ allDaemonStatuses {{
    daemonType required healthy lastHeartbeatTime lastHeartbeatErrors {{ message }} }} }} }}
  repositoriesOrError {{ ... on RepositoryConnection {{ nodes {{
    location {{ name }}
    schedules {{ name scheduleState {{ status {TICK} }} }}
    sensors {{ name sensorState {{ status {TICK} }} }} }} }} }} }}"""


@dataclass(frozen=True)
class Daemon:
    """One daemon of Dagster; `heartbeat_utc` is the time of its last heartbeat."""

    name: str
    is_healthy: bool
    heartbeat_utc: datetime | None
    error: str


@dataclass(frozen=True)
class Trigger:
    """A schedule or a sensor with its newest tick."""

    location: str
    kind: str
    """"schedule" or "sensor"."""
    name: str
    is_running: bool
    tick_utc: datetime | None
    tick_status: str
    error: str

    @property
    def failed(self) -> bool:
        """Return whether its newest tick failed."""
        return self.tick_status == "FAILURE"


@dataclass(frozen=True)
class Automation:
    """The daemons, schedules and sensors of a home."""

    daemons: Sequence[Daemon]
    triggers: Sequence[Trigger]


def automation(orchestrator: DagsterClient) -> Automation:
    """Return the daemons, schedules and sensors. Raises OrchestratorError."""
    answer = orchestrator.ask(AUTOMATION)
    daemons = [
        Daemon(
            status["daemonType"],
            bool(status["healthy"]),
            _instant(status["lastHeartbeatTime"]),
            "; ".join(error["message"].strip() for error in status["lastHeartbeatErrors"] or []),
        )
        for status in answer["instance"]["daemonHealth"]["allDaemonStatuses"]
        if status["required"]
    ]
    nodes = answer["repositoriesOrError"].get("nodes", [])
    triggers = [
        _trigger(node["location"]["name"], kind, each["name"], each[f"{kind}State"])
        for node in nodes
        for kind in ("schedule", "sensor")
        for each in node[f"{kind}s"]
    ]
    return Automation(daemons, triggers)


def _trigger(location: str, kind: str, name: str, state: dict[str, Any]) -> Trigger:
    tick = state["ticks"][0] if state["ticks"] else {}
    error = describe_error(recorded_errors(tick["error"])) if tick.get("error") else ""
    return Trigger(
        location,
        kind,
        name,
        state["status"] == "RUNNING",
        _instant(tick.get("timestamp")),
        tick.get("status", ""),
        error,
    )


def _instant(seconds: float | str | None) -> datetime | None:
    return datetime.fromtimestamp(float(seconds), UTC) if seconds else None
