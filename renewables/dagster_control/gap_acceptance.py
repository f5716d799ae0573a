"""Accepts a day as a known gap, or withdraws that, over a Dagster server if one responds, otherwise in this process.

Belongs here: choosing between the two. Not here: what may be accepted or withdrawn (`elexon_assets/accepted_gaps.py`).
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline_assets.access import Actor, Role
from renewables.dagster_control.client import DagsterClient, Launched, Outcome
from renewables.dagster_control.fetch_job import follow_runs
from renewables.dagster_control.run_progress import RunProgress
from warehouse.settings import Settings

DECIDE = "accept or withdraw a known gap"


@dataclass(frozen=True)
class GapDecision:
    """A person's decision about the missing half-hours of one UTC day, with the reason; the actor is its author."""

    dataset: str
    day: date
    reason: str
    withdraws: bool = False
    "Whether an acceptance is withdrawn; otherwise the day is accepted as a known gap."

    @property
    def job(self) -> str:
        """Return the name of the job that carries it out."""
        return "withdrawing" if self.withdraws else "accepting"

    def run_config(self, decided_by: str) -> dict[str, Any]:
        """Return the configuration of the job's one op."""
        op = "withdraw_known_gap" if self.withdraws else "accept_known_gap"
        fields = {"dataset": self.dataset, "day": self.day.isoformat()}
        return {"ops": {op: {"config": {**fields, "reason": self.reason, "decided_by": decided_by}}}}


def launch_decision(orchestrator: DagsterClient, decision: GapDecision, *, requested_by: str, actor: Actor) -> Launched:
    """Start the job on the server. Raises OrchestratorError, AccessRefused."""
    actor.require(Role.EDITOR, DECIDE)
    config = decision.run_config(actor.label)
    return orchestrator.launch_job(decision.job, requested_by=requested_by, actor=actor, run_config=config)


def carry_out(decision: GapDecision, *, requested_by: str, actor: Actor, settings: Settings) -> Outcome:
    """Carry the decision out and wait for it. Raises OrchestratorError, AccessRefused."""
    actor.require(Role.EDITOR, DECIDE)
    orchestrator = DagsterClient(str(settings.dagster_url))
    if orchestrator.answers(for_home=settings.dagster_home):
        launched = launch_decision(orchestrator, decision, requested_by=requested_by, actor=actor)
        [outcome] = follow_runs(orchestrator, launched, RunProgress(), lambda _: None)
        return outcome
    from renewables.dagster_control.in_process import run_job

    return run_job(
        "elexon_assets",
        decision.job,
        requested_by=requested_by,
        actor=actor,
        settings=settings,
        run_config=decision.run_config(actor.label),
    )
