"""Tests that a process is never taken for another one that had its id before."""

from pathlib import Path

import dagster as dg
import pytest

from elexon_assets.definitions import defs
from renewables.dagster_control.home_lock import PartState, read_state, sole_use, write_state
from renewables.dagster_control.instance import PROCESS_TAG, mark_dead_runs
from renewables.dagster_control.process_identity import own_identity
from warehouse.settings import Settings


def earlier_process() -> str:
    """Return the identity of an ended process whose id this process has got."""
    pid, _, start = own_identity().partition(" ")
    return f"{pid} {int(start) - 1}"


@pytest.mark.usefixtures("home")
def test_a_run_of_an_ended_process_is_marked_as_failed_although_its_id_is_in_use(
    dagster_instance: dg.DagsterInstance,
) -> None:
    job = defs.resolve_job_def("latest")
    started = dg.DagsterRunStatus.STARTED
    left = dagster_instance.create_run_for_job(job, status=started, tags={PROCESS_TAG: earlier_process()})
    alive = dagster_instance.create_run_for_job(job, status=started, tags={PROCESS_TAG: own_identity()})

    assert mark_dead_runs(Settings()) == [left.run_id]

    statuses = {run.run_id: run.status for run in dagster_instance.get_runs()}
    assert statuses == {left.run_id: dg.DagsterRunStatus.FAILURE, alive.run_id: started}


def test_a_home_is_free_although_the_id_of_its_ended_renewables_up_is_in_use(home: Path) -> None:
    part = PartState("dashboard", "running", earlier_process(), 0, "dashboard.log")
    write_state(home, "http://127.0.0.1:3000", None, [part])
    state = read_state(home)
    assert state
    assert not state.parts[0].is_running
    with sole_use(home):
        pass
