"""Fetching the registers of the simulator, as its clock goes on, and with its faults."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from elexon_assets.simulator.server import Simulator, running_simulator
from pipeline_assets.errors import RegisterMoved, RegisterNotFetched, RegisterUnavailable
from pipeline_assets.registers.declarations import REGISTERS
from pipeline_assets.registers.parsing import parse_issue
from pipeline_assets.registers.sources import fetch_issue
from warehouse.settings import Settings

CLOCK = {"now": datetime(2026, 11, 27, 12, tzinfo=UTC)}
PAGE = "/api/content/government/publications/renewable-energy-planning-database-monthly-extract"
PACKAGE = "/api/3/action/package_show?id=transmission-entry-capacity-tec-register"


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with running_simulator(now=lambda: CLOCK["now"]) as running:
        yield running


@pytest.fixture(autouse=True)
def settings(home: object, simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:  # noqa: ARG001
    """Use the simulator's registers, without faults and with its clock at the beginning."""
    root = simulator.base_url.removesuffix("/bmrs/api/v1")
    monkeypatch.setenv("REPD_URL", root + PAGE)
    monkeypatch.setenv("TEC_URL", root + PACKAGE)
    monkeypatch.setenv("REGISTER_BACKOFF_SECONDS", "0")
    monkeypatch.setenv("REGISTER_ATTEMPTS", "2")
    simulator.faults = ""
    monkeypatch.setitem(CLOCK, "now", datetime(2026, 11, 27, 12, tzinfo=UTC))
    yield
    simulator.faults = ""


@pytest.mark.parametrize(("register", "day"), [("repd", date(2026, 11, 5)), ("tec", date(2026, 11, 27))])
def test_the_newest_issue_is_fetched_and_every_record_of_it_is_read(register: str, day: date) -> None:
    fetched = fetch_issue(register, Settings())
    assert (fetched.issue_date, fetched.source.partition(" ")[0]) == (day, "SYNTHETIC")
    issue = parse_issue(REGISTERS[register], fetched.content)
    assert (len(issue.frame) > 150, len(issue.quarantined)) == (True, 0)
    assert (issue.unknown_columns, issue.unknown_words) == ([], [])


@pytest.mark.parametrize(("register", "later"), [("repd", date(2027, 2, 5)), ("tec", date(2027, 2, 5))])
def test_a_later_fetch_has_a_later_issue(register: str, later: date, monkeypatch: pytest.MonkeyPatch) -> None:
    first = fetch_issue(register, Settings())
    monkeypatch.setitem(CLOCK, "now", datetime(2027, 2, 5, 12, tzinfo=UTC))
    second = fetch_issue(register, Settings())
    assert (second.issue_date, second.content != first.content) == (later, True)


@pytest.mark.parametrize("register", ["repd", "tec"])
def test_the_same_issue_is_fetched_twice_with_the_same_bytes(register: str) -> None:
    assert fetch_issue(register, Settings()) == fetch_issue(register, Settings())


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("status=503", RegisterUnavailable),
        ("retry-after=1", RegisterUnavailable),
        ("truncated", RegisterUnavailable),
        ("disconnect", RegisterUnavailable),
        ("html", RegisterMoved),
        ("bomb=1", RegisterNotFetched),
        ("status=404", RegisterMoved),
    ],
)
@pytest.mark.parametrize("register", ["repd", "tec"])
def test_a_fault_of_the_server_is_named(
    register: str, fault: str, kind: type[RegisterNotFetched], simulator: Simulator
) -> None:
    simulator.faults = fault
    with pytest.raises(kind):
        fetch_issue(register, Settings())


@pytest.mark.parametrize("fault", ["status=503x1", "truncatedx1", "disconnectx1"])
def test_a_fault_that_passes_is_survived(fault: str, simulator: Simulator) -> None:
    simulator.faults = fault
    assert fetch_issue("repd", Settings()).issue_date == date(2026, 11, 5)
