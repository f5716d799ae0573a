"""Tests of a lake's writer that is killed: the same code as `python -m benchmarks.kills`, with three kills."""

import pytest

from benchmarks.kills.lake_work import LakeWriter
from benchmarks.kills.trials import kill_repeatedly

WRITERS = {LakeWriter("lake_sqlite", 7, "sqlite"): 2, LakeWriter("lake_postgresql", 7, "postgres"): 1}


@pytest.mark.slow
@pytest.mark.parametrize("work", WRITERS, ids=lambda work: work.name)
def test_a_killed_writer_loses_doubles_and_halves_nothing_and_the_next_one_converges(work: LakeWriter) -> None:
    if reason := work.reason_not_to_run():
        pytest.skip(reason)

    tally = kill_repeatedly(work, WRITERS[work], seed=1)

    assert tally.violations == []
    assert tally.killed == WRITERS[work]
