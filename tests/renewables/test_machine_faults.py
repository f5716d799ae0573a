"""Tests of a full disk and of a read-only one: each command ends in one sentence, and nothing is lost. Scenario 15."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from elexon_assets.simulator.server import Simulator
from pipeline_assets.errors import LedgerUnavailable
from pipeline_assets.landing import land_changes
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.schema import ledger_for_task
from tests.elexon_assets.ingesting import fetch_days, published
from tests.filled_homes import Renewables
from tests.machine_faults import BALLAST, fill_disk, read_only_disk, small_disk
from tests.pipeline_assets.ledger.sample_portfolio import submit_batch

pytestmark = pytest.mark.slow

DAY, NEXT_DAY = "2024-01-01", "2024-01-02"


def fill_home() -> None:
    """Land a day of wind and solar and one change."""
    fetch_days(date.fromisoformat(DAY))
    save_contact("Ann")
    with ledger_for_task() as ledger:
        land_changes(ledger)


def save_contact(name: str) -> None:
    with ledger_for_task() as ledger:
        submit_batch(ledger, Change.create("contacts", {"name": name}))


def content() -> tuple[int, list[str]]:
    """Return the number of landed values, and the names in the ledger."""
    rows = published("SELECT count(*) AS n FROM wind_and_solar_publications").item()
    with ledger_for_task() as ledger:
        return int(rows), sorted(record.fields["name"] for record in reader.records_of_kind(ledger, "contacts"))


@pytest.fixture
def disk(simulator: Simulator, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:  # noqa: ARG001 (answers)
    """Set a home on a disk of its own."""
    with small_disk(home / "disk", 120) as folder:
        monkeypatch.setenv("RENEWABLES_HOME", str(folder))
        fill_home()
        yield folder


def test_on_a_full_disk_commands_say_so_readers_go_on_and_nothing_is_lost(disk: Path, renewables: Renewables) -> None:
    before = content()
    fill_disk(disk)
    assert renewables("status").code == 0
    doctor = renewables("doctor", "--json")  # a table breaks the lines
    assert "Free some space" in doctor.out
    fetched = renewables("fetch-range", NEXT_DAY, NEXT_DAY, "--dataset", "wind_and_solar")
    assert fetched.code == 1
    assert "ree some space" in fetched.err
    with pytest.raises(LedgerUnavailable, match=r"full.*Nothing was saved; free some space"):
        save_contact("Bob")
    (disk / BALLAST).unlink()
    assert content() == before
    save_contact("Bob")
    assert renewables("fetch-range", NEXT_DAY, NEXT_DAY, "--dataset", "wind_and_solar").code == 0
    rows, names = before
    assert content() == (2 * rows, [*names, "Bob"])


def test_on_a_read_only_disk_commands_say_so_and_readers_go_on(disk: Path, renewables: Renewables) -> None:
    before = content()
    with read_only_disk(disk):
        assert renewables("status").code == 0
        doctor = renewables("doctor", "--json")  # a table breaks the lines
        assert doctor.code == 1
        assert "is not writable" in doctor.out
        fetched = renewables("fetch-range", NEXT_DAY, NEXT_DAY, "--dataset", "wind_and_solar")
        assert fetched.code == 1
        assert "RENEWABLES_HOME" in fetched.err
        with pytest.raises(LedgerUnavailable, match="LEDGER_URL"):
            save_contact("Bob")
    assert content() == before
