"""Tests that a lake has one writer at a time, whose lock names its holder and ends with its process."""

import os
import socket

import pytest

from tests.lake.numbers import land, numbers_of, publish_now
from tests.lake.writing_processes import holder_of_the_lake, land_in_two_processes
from warehouse.connection import writing
from warehouse.errors import LakeUnavailable, WarehouseBusy
from warehouse.lake import LakeWarehouse


@pytest.mark.usefixtures("lake")
def test_two_processes_that_append_the_same_rows_at_once_land_each_row_once() -> None:
    land()
    land_in_two_processes(is_locked=True)
    publish_now()
    assert numbers_of() == list(range(10))


@pytest.mark.usefixtures("postgres_lake")
def test_without_the_lock_the_same_two_processes_double_every_row() -> None:
    """The test above would be worth nothing if the race did not exist."""
    land()
    land_in_two_processes(is_locked=False)
    publish_now()
    assert numbers_of() == sorted([*range(10), *range(10)])


def test_a_busy_lake_is_refused_after_the_wait_with_the_name_of_its_holder(lake: LakeWarehouse) -> None:
    land(1)
    publish_now()
    with holder_of_the_lake() as holder:
        with pytest.raises(WarehouseBusy) as refusal, writing(wait_seconds=0.2):
            pass
        assert numbers_of() == [1]  # reading needs no lock
    sentence = str(refusal.value)
    assert lake.name in sentence
    assert f" {holder.pid} on {socket.gethostname()}"[:30] in sentence
    assert "Reading is not affected" in sentence


@pytest.mark.usefixtures("lake")
def test_a_writer_that_is_killed_releases_the_lock_and_leaves_nothing_of_its_landing() -> None:
    land(1)
    with holder_of_the_lake() as holder:
        os.kill(holder.pid or 0, 9)
        holder.join()
        assert land(2) == 1
    publish_now()
    assert numbers_of() == [1, 2]


def test_a_second_thread_of_one_process_waits_for_the_first(lake: LakeWarehouse) -> None:
    with (
        writing(),
        pytest.raises(WarehouseBusy, match="is being written by"),
        lake.writing(wait_seconds=0.1),
    ):
        pass


def test_a_catalogue_that_does_not_answer_is_named_with_what_to_check(
    postgres_lake: LakeWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAREHOUSE", "ducklake:postgres:dbname=lake host=127.0.0.1 port=1 connect_timeout=2")
    assert postgres_lake.condition().is_sound
    with pytest.raises(LakeUnavailable, match="Check that PostgreSQL runs"), writing():
        pass
    with pytest.raises(LakeUnavailable, match="Check that PostgreSQL runs"):
        numbers_of()
