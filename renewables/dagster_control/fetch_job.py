"""Fetches a span for a person who waits: over a Dagster server where one answers, else in this process.

Belongs here: choosing the way, following progress, what failed in the end. Not here: printing it.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from elexon_assets.backfill_plan import runs_of
from elexon_assets.dataset_model import Dataset
from elexon_assets.windows import split_window, window_of_days
from renewables.dagster_control.client import DagsterClient, Launched, OrchestratorError, Outcome
from warehouse.settings import Settings

POLL_SECONDS = 0.5


@dataclass
class Progress:
    """Windows asked for so far, by dataset; `where` says who does the work."""

    windows: dict[str, int]
    where: str = ""
    _answered: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    def note(self, run: str, dataset: str, answered: int, failed: int) -> None:
        """The newest counts of one run replace its earlier ones."""
        self._answered[run, dataset] = (answered, failed)

    def answered(self, dataset: str) -> int:
        return sum(answered for (_, name), (answered, _) in self._answered.items() if name == dataset)

    def failed(self, dataset: str) -> int:
        return sum(failed for (_, name), (_, failed) in self._answered.items() if name == dataset)


Watch = Callable[[Progress], None]


def fetch_days(
    datasets: Sequence[Dataset],
    first: date,
    last: date,
    *,
    requested_by: str,
    settings: Settings,
    watch: Watch,
    here: bool = False,
) -> list[Outcome]:
    """Fetches the UTC days, both ends in, and waits; `watch` is told of every step. Raises OrchestratorError.

    `here`: in this process also where a server answers. Datasets that are asked for whole want a call of their own.
    """
    now, runs = datetime.now(UTC), runs_of(datasets, first, last)
    windows = {
        dataset.name: sum(
            len(
                split_window(
                    window_of_days(*days) if days else dataset.full_history_window(now), dataset.longest_window
                )
            )
            for days in runs
        )
        for dataset in datasets
    }
    orchestrator = DagsterClient(str(settings.dagster_url))
    if not here and orchestrator.answers(for_home=settings.dagster_home):
        progress = Progress(windows, where=f"Dagster at {orchestrator.url}")
        launched = orchestrator.launch(datasets, first, last, requested_by=requested_by)
        return follow_runs(orchestrator, launched, progress, watch)
    return _in_process(datasets, first, last, requested_by, settings, Progress(windows, "this process"), watch)


def follow_runs(orchestrator: DagsterClient, launched: Launched, progress: Progress, watch: Watch) -> list[Outcome]:
    """Poll until the run, or every run of the backfill, has ended.

    A run whose process died is followed by the one that Dagster starts in its place, and is no outcome.
    """
    from elexon_assets.progress import step_of

    cursors: dict[str, str | None] = {}
    retried: dict[str, str] = {}
    errors: dict[str, str] = {}
    ended: dict[str, bool] = {}
    while True:
        over, run_ids = (True, [launched.id]) if launched.kind == "run" else orchestrator.backfill_runs(launched.id)
        run_ids = list(dict.fromkeys(_newest_try(run_id, retried) for run_id in run_ids))
        for run_id in [run_id for run_id in run_ids if run_id not in ended]:
            state = orchestrator.run_state(run_id, cursors.get(run_id))
            cursors[run_id] = state.cursor
            for step in filter(None, map(step_of, state.messages)):
                progress.note(run_id, step.dataset, step.answered, step.failed)
            if state.errors:
                errors.setdefault(run_id, state.errors[0])
            if state.retried_as:
                retried[run_id] = state.retried_as
            elif state.ended and not state.will_retry:
                ended[run_id] = state.succeeded
        watch(progress)
        if over and run_ids and all(run_id in ended for run_id in run_ids):
            return [Outcome(run_id, ended[run_id], errors.get(run_id)) for run_id in run_ids]
        if over and not run_ids:
            raise OrchestratorError(f"The backfill {launched.id} ended without a run; see {launched.url}")
        time.sleep(POLL_SECONDS)


def _newest_try(run_id: str, retried: dict[str, str]) -> str:
    """Return the run that was started last in place of the run; `retried` maps each to the next."""
    while run_id in retried:
        run_id = retried[run_id]
    return run_id


def _in_process(
    datasets: Sequence[Dataset],
    first: date,
    last: date,
    requested_by: str,
    settings: Settings,
    progress: Progress,
    watch: Watch,
) -> list[Outcome]:
    """The persistent instance, without a server: its UI shows the runs when it is started later."""
    from elexon_assets.ingest_report import Report
    from elexon_assets.progress import progress_listener
    from renewables.dagster_control.in_process import materialize_days

    def note(report: Report) -> None:
        progress.note(str(report.span), report.dataset.name, report.windows_answered, len(report.failed))
        watch(progress)

    watch(progress)
    with progress_listener(note):
        return materialize_days(datasets, first, last, requested_by=requested_by, settings=settings)
