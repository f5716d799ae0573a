"""Fetches a span for a waiting person: over a Dagster server if one responds, otherwise in this process.

Belongs here: choosing between the two, and waiting. Not here: the progress (`run_progress.py`), printing it.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from elexon_assets.backfill_plan import runs_of
from elexon_assets.dataset_model import Dataset
from elexon_assets.windows import window_of_days
from pipeline_assets.access import Actor, Role
from renewables.dagster_control.client import FETCH, DagsterClient, Launched, OrchestratorError, Outcome
from renewables.dagster_control.run_progress import RunProgress
from warehouse.settings import Settings

POLL_SECONDS = 0.5
Watch = Callable[[RunProgress], None]


def fetch_days(
    datasets: Sequence[Dataset],
    first: date,
    last: date,
    *,
    requested_by: str,
    actor: Actor,
    settings: Settings,
    watch: Watch,
    here: bool = False,
) -> list[Outcome]:
    """Fetch the UTC days, both inclusive, and wait; call `watch` at every step.

    `here` forces this process even if a server responds. Datasets without daily partitions need a separate call.
    Raises OrchestratorError, AccessRefused.
    """
    actor.require(Role.EDITOR, FETCH)
    windows = expected_windows(datasets, first, last)
    orchestrator = DagsterClient(str(settings.dagster_url))
    if not here and orchestrator.answers(for_home=settings.dagster_home):
        progress = RunProgress(windows, where=f"Dagster at {orchestrator.url}")
        launched = orchestrator.launch(datasets, first, last, requested_by=requested_by, actor=actor)
        return follow_runs(orchestrator, launched, progress, watch)
    progress = RunProgress(windows, "this process")
    return _in_process(datasets, first, last, requested_by, actor, settings, progress, watch)


def expected_windows(datasets: Sequence[Dataset], first: date, last: date) -> dict[str, int]:
    """Return by dataset in how many windows the days are requested, over all runs that they take."""
    now, runs = datetime.now(UTC), runs_of(datasets, first, last)
    return {
        dataset.name: sum(
            len(dataset.windows(window_of_days(*days) if days else dataset.full_history_window(now))) for days in runs
        )
        for dataset in datasets
    }


def follow_runs(orchestrator: DagsterClient, launched: Launched, progress: RunProgress, watch: Watch) -> list[Outcome]:
    """Poll until the run, or every run of the backfill, has ended. Raises OrchestratorError."""
    while True:
        progress.poll(orchestrator, launched)
        watch(progress)
        if progress.is_over and not progress.run_ids:
            raise OrchestratorError(f"The backfill {launched.id} ended without a run; see {launched.url}")
        if progress.is_over:
            return progress.outcomes()
        time.sleep(POLL_SECONDS)


def _in_process(
    datasets: Sequence[Dataset],
    first: date,
    last: date,
    requested_by: str,
    actor: Actor,
    settings: Settings,
    progress: RunProgress,
    watch: Watch,
) -> list[Outcome]:
    """Fetch without a server on the persistent instance, whose UI shows the runs when it is started later."""
    from elexon_assets.ingest_report import Report
    from elexon_assets.progress import Step, progress_listener
    from renewables.dagster_control.in_process import materialize_days

    def note(report: Report) -> None:
        step = Step(report.dataset.name, report.windows_answered, len(report.windows), len(report.failed))
        progress.note_step(str(report.span), step)
        watch(progress)

    watch(progress)
    with progress_listener(note):
        return materialize_days(datasets, first, last, requested_by=requested_by, actor=actor, settings=settings)
