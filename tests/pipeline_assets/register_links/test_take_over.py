"""What an operator's records would become, and what is left out and why."""

from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from pipeline_assets.access import Actor
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.submission import submit
from pipeline_assets.register_links.take_over import TakeOverRow, counterparties_alike, plan_take_over
from pipeline_assets.spreadsheets.portfolio_index import Portfolio, read_portfolio
from tests.pipeline_assets.register_links.our_projects import RECORD, add_project

EMPTY = Portfolio((), 0)


def plan(*rows: dict[str, Any], portfolio: Portfolio = EMPTY) -> Sequence[TakeOverRow]:
    return plan_take_over([{**RECORD, **row} for row in rows], portfolio)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"capacity_mw": None}, "the register publishes no capacity"),
        ({"capacity_mw": 0.0}, "the register publishes no capacity"),
        (
            {"technology": "Landfill Gas", "technology_published": "Landfill Gas"},
            "Landfill Gas is no technology of our projects",
        ),
        ({"status": "Application Refused", "status_group": "Ended"}, "status Application Refused: not in development"),
        ({"status": "Revised", "status_group": "Revised"}, "status Revised: not in development"),
        ({"name": None}, "the register publishes no name"),
        ({"capacity_mw": 50_000.0}, "capacity mwp"),
    ],
)
def test_a_record_that_cannot_be_a_project_is_left_out_with_the_reason(row: dict[str, Any], problem: str) -> None:
    [good, bad] = plan(row, {"reference": "2", "name": "Oak"})
    assert (good.reference, good.problem) == ("2", "")
    assert bad.problem.startswith(problem)


@pytest.mark.parametrize(
    ("group", "stage"),
    [
        ("Scoping", "Discovery"),
        ("In planning", "Design"),
        ("Consented", "Procurement"),
        ("Under construction", "Construction"),
        ("Operational", "Completed"),
    ],
)
def test_the_stage_follows_from_the_status(group: str, stage: str) -> None:
    assert plan({"status_group": group})[0].stage == stage


def test_the_stages_of_a_tec_project_become_one_project_with_their_sum() -> None:
    stages = [
        {"register": "tec", "reference": "a0", "record_id": f"a0/{n}", "stage": str(n), "capacity_mw": 50.0, **status}
        for n, status in ((1, {"status_group": "Operational"}), (2, {"status_group": "Scoping"}))
    ]
    [row] = plan(*stages)
    assert (row.capacity_mw, row.stage, row.facility["tec_project_id"]) == (100, "Completed", "a0")


def test_two_sites_of_one_name_are_told_apart_by_their_reference() -> None:
    names = [row.name for row in plan({"name": "Home Farm"}, {"name": "Home  Farm", "reference": "2"})]
    assert names == ["Home Farm", "Home Farm (REPD 2)"]


def test_a_name_that_a_project_has_already_is_left_out(engine: sa.Engine) -> None:
    portfolio = add_project(engine)
    [row] = plan({"name": "HARROW FEN"}, portfolio=portfolio)
    assert row.problem == "a project is called 'Harrow Fen': link the record on its page if it is the same"


def test_a_project_that_is_linked_by_its_project_number_is_not_doubled(engine: sa.Engine) -> None:
    portfolio = add_project(engine, tec_project_id="PRO-1")
    [row] = plan({"register": "tec", "name": "Oak", "project_numbers": ["pro-1", "PRO-2"]}, portfolio=portfolio)
    assert row.problem == "already linked to Harrow Fen"


def test_northern_ireland_is_in_the_irish_market() -> None:
    assert plan({"country": "Northern Ireland"})[0].market == "Ireland"


def test_a_hybrid_names_its_other_technologies() -> None:
    assert plan({"technologies": ["Solar", "BESS"]})[0].remark == "hybrid, also BESS"


def test_counterparties_with_a_spelling_of_the_operators_name_are_offered(engine: sa.Engine) -> None:
    names = ["Fen Power Ltd", "Fen Power Group", "Oak Wind"]
    submit(
        engine,
        [Change.create("counterparties", {"name": name}) for name in names],
        actor=Actor.typed("Anna"),
        token="companies",
    )
    same, alike = counterparties_alike(read_portfolio(engine), "FEN POWER LIMITED")
    assert [each.fields["name"] for each in same] == ["Fen Power Ltd"]
    assert [each.fields["name"] for each in alike] == ["Fen Power Group"]
