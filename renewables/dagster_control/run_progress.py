"""The progress of a fetch, window by window: the pages poll it, and commands wait on it.

Belongs here: what was read of the runs so far, and reading on. Not here: launching (`fetch_job.py`), lists of runs
(`run_history.py`), showing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from elexon_assets.progress import Step, step_of
from renewables.dagster_control.client import DagsterClient, Launched, Outcome


@dataclass
class RunProgress:
    """The progress of one run, or of every run of a backfill: the newest step by run and dataset, and how it ended.

    `expected` is the number of windows by dataset, if it is known before the runs report it; `where` names who does the
    work. Polling again is cheap: only new events are read, and none of a run that has ended.
    """

    expected: Mapping[str, int] = field(default_factory=dict)
    where: str = ""
    is_over: bool = False
    run_ids: list[str] = field(default_factory=list)
    "The runs that do the work, each in its newest attempt."
    errors: dict[str, str] = field(default_factory=dict)
    "The reason of each failed run, by run."
    _steps: dict[tuple[str, str], Step] = field(default_factory=dict)
    _cursors: dict[str, str | None] = field(default_factory=dict)
    _retried: dict[str, str] = field(default_factory=dict)
    "The run that Dagster started in place of another one, by the earlier run."
    _succeeded: dict[str, bool] = field(default_factory=dict)
    "Whether each ended run succeeded."

    def note_step(self, run_id: str, step: Step) -> None:
        """Replace the run's earlier counts of the dataset."""
        self._steps[run_id, step.dataset] = step

    def totals(self) -> dict[str, tuple[int, int, int]]:
        """Return by dataset the windows that were answered, that are expected, and that failed."""
        totals = {dataset: (0, windows, 0) for dataset, windows in self.expected.items()}
        for (_, dataset), step in self._steps.items():
            answered, windows, failed = totals.get(dataset, (0, 0, 0))
            windows += 0 if dataset in self.expected else step.windows
            totals[dataset] = (answered + step.answered, windows, failed + step.failed)
        return totals

    def poll(self, orchestrator: DagsterClient, launched: Launched) -> None:
        """Read on from the end of the last poll. Raises OrchestratorError.

        A run whose process died is replaced by the one that Dagster starts in its place.
        """
        is_complete, run_ids = (
            (True, [launched.id]) if launched.kind == "run" else orchestrator.backfill_runs(launched.id)
        )
        self.run_ids = list(dict.fromkeys(map(self._newest_try, run_ids)))
        for run_id in self.run_ids:
            if run_id not in self._succeeded:
                self._read_run(orchestrator, run_id)
        self.is_over = is_complete and all(run_id in self._succeeded for run_id in self.run_ids)

    def outcomes(self) -> list[Outcome]:
        """Return the outcomes of the runs that have ended."""
        return [
            Outcome(run_id, self._succeeded[run_id], self.errors.get(run_id))
            for run_id in self.run_ids
            if run_id in self._succeeded
        ]

    def _read_run(self, orchestrator: DagsterClient, run_id: str) -> None:
        state = orchestrator.run_state(run_id, self._cursors.get(run_id))
        self._cursors[run_id] = state.cursor
        for step in filter(None, map(step_of, state.messages)):
            self.note_step(run_id, step)
        if state.errors:
            self.errors.setdefault(run_id, state.errors[0])
        if state.retried_as:
            self._retried[run_id] = state.retried_as
            self._steps = {key: step for key, step in self._steps.items() if key[0] != run_id}
        elif state.ended and not state.will_retry:
            self._succeeded[run_id] = state.succeeded

    def _newest_try(self, run_id: str) -> str:
        while run_id in self._retried:
            run_id = self._retried[run_id]
        return run_id
