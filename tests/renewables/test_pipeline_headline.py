"""The headline of the pipeline: moves since an earlier day, and overdue items as the page To do counts them."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from pipeline_assets.spreadsheets.portfolio_index import read_portfolio
from pipeline_assets.todo import OVERDUE, todo_list
from renewables.queries.pipeline import Filter, open_risks
from renewables.queries.pipeline_headline import Moves, moves_since, overdue_items
from renewables.queries.snapshot import Connection
from tests.renewables.landed_portfolio import NARROW, TODAY
from tests.renewables.moved_portfolio import land_moved_portfolio


@pytest.mark.parametrize("days", [-800, 0, 700, 3000])
def test_overdue_items_are_those_of_the_to_do_list(days: int, ledger: sa.Engine, con: Connection) -> None:
    today = TODAY + timedelta(days=days)
    due = todo_list(read_portfolio(ledger), today).filter(when=OVERDUE)
    assert overdue_items(Filter(today), con) == len(due)
    assert len(due) > 0 or days < 700


def test_overdue_items_of_a_filter_are_fewer_and_those_of_all_markets_are_all(con: Connection) -> None:
    later = TODAY + timedelta(days=700)
    counts = [overdue_items(Filter(later, **_fields(wanted)), con) for wanted in NARROW]
    assert counts[0] == max(counts) > counts[2] > counts[-1]
    assert len(open_risks(NARROW[-1], con)) == 0


def _fields(wanted: Filter) -> dict[str, tuple[str, ...]]:
    names = ("markets", "stages", "technologies", "rags", "counterparties")
    return {name: getattr(wanted, name) for name in names}


@pytest.mark.usefixtures("home")
def test_a_project_in_a_later_stage_with_a_later_date_has_advanced_and_slipped() -> None:
    land_moved_portfolio(date(2026, 3, 31), date(2026, 4, 10))
    wanted = Filter(date(2026, 11, 27))
    assert moves_since(wanted, date(2026, 3, 30)) is None
    assert moves_since(wanted, date(2026, 4, 1)) == Moves(advanced=1, slipped=1)
    assert moves_since(wanted, date(2026, 4, 10)) == Moves(advanced=0, slipped=0)
    assert moves_since(Filter(wanted.today, stages=("Design",)), date(2026, 4, 1)) == Moves(advanced=0, slipped=0)
