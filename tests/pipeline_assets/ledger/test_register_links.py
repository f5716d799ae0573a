"""References to register records in the ledger: linking, dismissing, taking over, and notices, on both databases."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from pipeline_assets.access import Actor
from pipeline_assets.ledger import outbox
from pipeline_assets.ledger.changes import Change, Record
from pipeline_assets.ledger.outbox import Notice
from pipeline_assets.ledger.submission import revert, submit
from pipeline_assets.register_links.link_notices import TOPIC, link_notices
from pipeline_assets.register_links.record_links import (
    dismissal_change,
    dismissed_records,
    keys_of_others,
    link_change,
    links_of_project,
    live_links,
)
from pipeline_assets.register_links.record_proposals import propose_records
from pipeline_assets.register_links.take_over import (
    CAPACITY_IS_AC,
    linked_meanwhile,
    new_counterparty,
    plan_take_over,
    take_over_changes,
)
from pipeline_assets.spreadsheets.portfolio_index import Portfolio, read_portfolio
from pipeline_assets.vocabulary import ProjectRole
from tests.pipeline_assets.register_links.our_projects import RECORD, add_project, records

TODAY = date(2026, 11, 27)


def plant_of(portfolio: Portfolio) -> Record:
    [plant] = portfolio.of_kind("facilities")
    return plant


def register_notices(engine: sa.Engine) -> list[Notice]:
    return [each.notice for each in outbox.list_notices(engine) if each.notice.topic == TOPIC]


def take_over(engine: sa.Engine, rows: list[dict[str, Any]], token: str) -> str:
    plan = plan_take_over([{**RECORD, **row} for row in rows], read_portfolio(engine))
    company = new_counterparty(read_portfolio(engine), "Fen Power Limited")
    changes = list(take_over_changes(plan, company, ProjectRole.OWNER, TODAY))
    return submit(engine, changes, actor=Actor.typed("Anna"), token=token, source="import").batch


def test_an_accepted_proposal_is_a_change_with_an_author_that_can_be_undone(engine: sa.Engine) -> None:
    plant = plant_of(add_project(engine))
    [proposal] = propose_records(plant, records({}))
    assert not list(live_links(read_portfolio(engine))), "a proposal alone links nothing"
    receipt = submit(
        engine, [link_change(plant, "repd", proposal.reference)], actor=Actor.typed("Anna"), token="accept"
    )
    portfolio = read_portfolio(engine)
    [link] = live_links(portfolio)
    assert (link.key, link.project.fields["name"], link.facility.who) == (("repd", "8263"), "Harrow Fen", "Anna")
    revert(engine, receipt.batch, actor=Actor.typed("Anna"), token="undo")
    assert not list(live_links(read_portfolio(engine)))


def test_a_dismissed_proposal_is_remembered_until_that_is_undone(engine: sa.Engine) -> None:
    plant = plant_of(add_project(engine))
    receipt = submit(engine, [dismissal_change(plant, "repd", "8263")], actor=Actor.typed("Anna"), token="dismiss")
    dismissed = plant_of(read_portfolio(engine))
    assert dismissed_records(dismissed) == {("repd", "8263")}
    assert not propose_records(dismissed, records({}))
    revert(engine, receipt.batch, actor=Actor.typed("Anna"), token="undo")
    assert propose_records(plant_of(read_portfolio(engine)), records({}))


def test_facilities_of_one_project_may_share_a_record_and_those_of_others_may_not(engine: sa.Engine) -> None:
    add_project(engine, tec_project_id="a0l4")
    portfolio = add_project(engine, "Oak")
    others = {project.id: keys_of_others(portfolio, project) for project in portfolio.of_kind("pipelines")}
    assert others == {"harrow-fen": (), "oak": (("tec", "a0l4"),)}


def test_references_of_archived_projects_do_not_count(engine: sa.Engine) -> None:
    portfolio = add_project(engine, repd_ref_id=" 8263 ", tec_project_id="A0L4")
    project = portfolio.of_kind("pipelines")[0]
    assert [link.key for link in links_of_project(portfolio, project)] == [("repd", "8263"), ("tec", "a0l4")]
    submit(
        engine, [Change.archive("pipelines", project.id, base_version=1)], actor=Actor.typed("Anna"), token="archive"
    )
    assert not list(live_links(read_portfolio(engine)))


def test_records_become_projects_with_facility_references_and_counterparty(engine: sa.Engine) -> None:
    take_over(engine, [{"planning_reference": "22/01234", "permission_expiry_date": date(2027, 3, 1)}], "take")
    portfolio = read_portfolio(engine)
    [project] = portfolio.of_kind("pipelines")
    expected = {"name": "Harrow Fen Solar Farm", "stage": "Procurement", "market": "Great Britain"}
    assert {name: project.fields[name] for name in expected} == expected
    assert project.fields["notes"] == f"Taken over from REPD 8263. {CAPACITY_IS_AC}"
    plant = plant_of(portfolio)
    expected_plant = {
        **{"name": "Harrow Fen Solar Farm", "technology": "Solar", "capacity_mwp": 49.9, "export_capacity_mw": 49.9},
        **{"latitude": 52.451, "longitude": -0.252, "repd_ref_id": "8263", "planning_reference": "22/01234"},
        **{"permission_expiry": "2027-03-01"},
    }
    assert {name: plant.fields[name] for name in expected_plant} == expected_plant
    [role] = portfolio.of_kind("pipeline_counterparties")
    company = portfolio.get("counterparties", role.fields["counterparty_id"])
    assert company is not None
    assert (company.fields["name"], role.fields["role"]) == ("Fen Power Limited", "Owner")


def test_taking_over_again_creates_nothing_until_the_batch_is_undone(engine: sa.Engine) -> None:
    rows = [{"reference": "1", "name": "Oak"}, {"reference": "2", "name": "Ash"}]
    batch = take_over(engine, rows, "take")
    again = plan_take_over([{**RECORD, **row} for row in rows], read_portfolio(engine))
    assert [row.problem for row in again] == ["already linked to Oak", "already linked to Ash"]
    assert len(read_portfolio(engine).of_kind("pipelines")) == 2
    revert(engine, batch, actor=Actor.typed("Anna"), token="undo")
    portfolio = read_portfolio(engine)
    assert not portfolio.of_kind("pipelines")
    assert not portfolio.of_kind("counterparties")
    assert all(not row.problem for row in plan_take_over([{**RECORD, **row} for row in rows], portfolio))
    take_over(engine, rows, "take again")
    assert [each.fields["name"] for each in read_portfolio(engine).of_kind("counterparties")] == ["Fen Power Limited"]


def test_what_somebody_else_takes_over_in_the_meantime_is_noticed(engine: sa.Engine) -> None:
    rows = [{**RECORD, "reference": "1", "name": "Oak"}, {**RECORD, "reference": "2", "name": "Ash"}]
    plan = plan_take_over(rows, read_portfolio(engine))
    assert linked_meanwhile(plan, read_portfolio(engine)) == []
    take_over(engine, rows[:1], "somebody else")
    assert linked_meanwhile(plan, read_portfolio(engine)) == ["Oak"]


def test_a_changed_linked_record_is_one_notice_however_often_it_is_reported(engine: sa.Engine) -> None:
    portfolio = add_project(engine, repd_ref_id="8263")
    change = {
        **{"register": "repd", "record_id": "8263", "reference": "8263", "name": "Harrow Fen", "change": "changed"},
        **{"to_issue_id": "bb", "to_issue_date": TODAY},
    }
    rows = [
        {**change, "field": "capacity_mw", "before": "49.9", "after": "60"},
        {**change, "field": "status", "before": "Awaiting Construction", "after": "Under Construction"},
        {**change, "reference": "9999", "field": "status", "before": "Operational", "after": "Abandoned"},
    ]
    for _ in range(2):
        outbox.put_notices(engine, link_notices(live_links(portfolio), rows))
    [notice] = register_notices(engine)
    assert notice.text == (
        "Harrow Fen: REPD 8263 (Harrow Fen), MW 60 (was 49.9); status Under Construction (was Awaiting Construction)."
    )
    assert notice.page == "project?id=harrow-fen"
    left = [{**change, "to_issue_id": "cc", "change": "left", "field": None, "before": None, "after": None}]
    outbox.put_notices(engine, link_notices(live_links(portfolio), left))
    assert "REPD 8263 (Harrow Fen), left the register." in " ".join(each.text for each in register_notices(engine))
