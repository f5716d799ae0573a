"""Milestones: their lists, the templates by technology, and the view of all of them."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.schema import open_ledger
from pipeline_assets.spreadsheets.portfolio_index import read_portfolio
from renewables.queries.milestones import milestone_list, milestones_of, missing_milestones
from tests.filled_homes import Renewables
from tests.pipeline_assets.ledger.sample_portfolio import archive_record, set_fields, submit_batch


@pytest.fixture
def engine(home: Path) -> sa.Engine:
    """Open a ledger with one hybrid project."""
    ledger = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    plants = [("sun", "Solar"), ("box", "BESS")]
    submit_batch(
        ledger,
        Change.create("pipelines", {"name": "Fen", "rtb_date": "2027-03-01", "status_date": "2026-01-05"}, id="fen"),
        *(
            Change.create("facilities", {"name": id, "technology": technology, "capacity_mwp": 5}, id=id)
            for id, technology in plants
        ),
        *(Change.create("pipeline_facilities", {"pipeline_id": "fen", "facility_id": id}) for id, _ in plants),
    )
    return ledger


def create(engine: sa.Engine, name: str, **fields: Any) -> None:
    submit_batch(engine, Change.create("milestones", {"name": name, "pipeline_id": "fen", **fields}, id=name))


def names_missing(engine: sa.Engine) -> list[str]:
    portfolio = read_portfolio(engine)
    project = portfolio.get("pipelines", "fen")
    assert project
    return [change.fields["name"] for change in missing_milestones(portfolio, project)]


def test_the_list_has_the_slip_and_those_ahead_come_first(engine: sa.Engine) -> None:
    create(engine, "COD", planned_date="2028-01-01", forecast_date="2028-02-01")
    create(engine, "Grid offer", planned_date="2026-01-10", forecast_date="2026-01-09", actual_date="2026-01-08")
    create(engine, "Land option", forecast_date="2027-01-01")
    rows = milestone_list(read_portfolio(engine))

    assert rows.select("name", "project", "slip_days").rows() == [
        ("Land option", "Fen", None),
        ("COD", "Fen", 31),
        ("Grid offer", "Fen", -2),
    ]


def test_a_hybrid_gets_the_milestones_of_all_its_technologies_and_keeps_those_it_has(engine: sa.Engine) -> None:
    assert {"Planning screening", "CfD or PPA", "Heads of terms", "RTB", "COD"} < set(names_missing(engine))
    create(engine, "COD", planned_date="2028-01-01")
    create(engine, "CfD or PPA")
    archive_record(engine, "milestones", "CfD or PPA")

    assert not {"COD", "CfD or PPA"} & set(names_missing(engine))


def test_a_battery_gets_no_cfd(engine: sa.Engine) -> None:
    set_fields(engine, "facilities", "sun", technology="BESS")

    assert "CfD or PPA" not in names_missing(engine)


def test_the_command_adds_the_usual_milestones_once_with_the_rtb_date_as_baseline(
    engine: sa.Engine, renewables: Renewables
) -> None:
    added = renewables("add-milestones", "Fen", "--yes", "--who", "Ann")
    assert "Fen gets: Heads of terms, Land option, Grid application" in added.out
    assert renewables("add-milestones", "fen").out == "Fen has all the usual milestones.\n"

    by_name = {each.fields["name"]: each.fields for each in milestones_of(read_portfolio(engine), "fen")}
    assert by_name["RTB"]["planned_date"] == by_name["RTB"]["forecast_date"] == "2027-03-01"
    assert by_name["COD"]["planned_date"] is None


def test_the_command_shows_the_milestones_with_their_slip(engine: sa.Engine, renewables: Renewables) -> None:
    create(engine, "COD", planned_date="2028-01-01", forecast_date="2028-02-01", owner="Ann")
    create(engine, "Grid offer")

    shown = renewables("milestones", "list", "--milestone", "commercial operation date").out
    assert "+31" in shown
    assert "Grid offer" not in shown
