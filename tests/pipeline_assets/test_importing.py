"""An import first shows its changes, row by row, and is then one batch that can be reverted."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from pipeline_assets.access import Actor
from pipeline_assets.errors import Refused, StaleVersion
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.submission import revert, submit
from pipeline_assets.spreadsheets.exporter import export_csv, template_csv
from pipeline_assets.spreadsheets.import_plan import Plan, confirm_import, plan_import
from pipeline_assets.spreadsheets.planned_rows import Difference, Outcome

COMPANIES = """id,name,website
c1,Hazel Power,
c2,"Öre, Sund & Co",https://ore.example
"""
FEN_FARM = 'p1,Fen Farm,Design,Amber,Waits for the grid,2027-03-01,Hazel Power,"Öre, Sund & Co; Hazel Power"'
PROJECTS = f"""\
id,name,stage,rag,rag_comment,rtb_date,developer,investor,facility_id,facility_name,technology,capacity_mwp,Long,Lat
{FEN_FARM},f1,Fen Solar,Solar,40,-0.2,52.6
{FEN_FARM},f2,Fen Store,BESS,20,-0.2,52.6
p2,Moor Wind,Discovery,Green,,,,,,,,,,
"""
POINTS = """id,name,pipeline,impact,likelihood,counterparties
i1,Grid delay,Fen Farm,80,70,Hazel Power
"""


def import_file(engine: sa.Engine, sheet: str, text: str) -> str:
    """Import a file completely and return the batch."""
    return confirm_import(engine, plan_file(engine, sheet, text), actor=Actor.typed("me")).batch


def plan_file(engine: sa.Engine, sheet: str, text: str) -> Plan:
    return plan_import(engine, sheet, text.encode(), f"{sheet}.csv")


@pytest.fixture
def filled(engine: sa.Engine) -> sa.Engine:
    for sheet, text in (("counterparties", COMPANIES), ("pipelines", PROJECTS), ("information-points", POINTS)):
        import_file(engine, sheet, text)
    return engine


def outcomes_of(of: Plan) -> list[str]:
    return [str(row.outcome) for row in of.rows]


def errors_of(of: Plan) -> list[tuple[int, str]]:
    return [(error.row, error.column) for error in of.errors]


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def test_a_row_becomes_a_project_with_its_facilities_and_counterparties(filled: sa.Engine) -> None:
    project = reader.find_record(filled, "pipelines", "p1")
    assert project
    assert project.fields["stage"] == "Design"
    assert project.fields["status_date"] == today()
    assert {record.id: record.fields["capacity_mwp"] for record in reader.records_of_kind(filled, "facilities")} == {
        "f1": 40,
        "f2": 20,
    }
    links = [record.fields for record in reader.records_of_kind(filled, "pipeline_counterparties")]
    assert sorted((link["counterparty_id"], link["role"]) for link in links if link["pipeline_id"] == "p1") == [
        ("c1", "Developer"),
        ("c1", "Investor"),
        ("c2", "Investor"),
    ]
    (point,) = reader.records_of_kind(filled, "information_points")
    assert point.fields["pipeline_id"] == "p1"


def test_a_dry_run_shows_the_changes_and_saves_nothing(filled: sa.Engine) -> None:
    before = reader.newest_position(filled)
    plan = plan_file(
        filled, "pipelines", "id,name,rtb_date,owner\np1,Fen Farm,2027-09-01,Hazel Power\n,New Site,,\np2,Moor Wind,,\n"
    )
    assert outcomes_of(plan) == ["update", "create", "unchanged"]
    assert plan.rows[0].differences == (
        Difference("rtb_date", "2027-03-01", "2027-09-01"),
        Difference("owner", None, "Hazel Power"),
    )
    assert reader.newest_position(filled) == before


def test_confirming_an_import_twice_makes_one_batch(filled: sa.Engine) -> None:
    plan = plan_file(filled, "pipelines", "name\nNew Site\nOther Site\n")
    first, again = (
        confirm_import(filled, plan, actor=Actor.typed("me"), why="spring"),
        confirm_import(filled, plan, actor=Actor.typed("me")),
    )
    assert [(change.who, change.why, change.batch) for change in first.changes] == [("me", "spring", first.batch)] * 2
    assert again.repeated
    assert again.changes == first.changes
    assert outcomes_of(plan_file(filled, "pipelines", "name\nNew Site\nOther Site\n")) == ["unchanged"] * 2


def test_reverting_an_import_restores_the_earlier_values(filled: sa.Engine) -> None:
    before = {sheet: export_csv(filled, sheet) for sheet in ("counterparties", "pipelines", "information-points")}
    text = (
        "id,name,rag_comment,developer,investor,facility_id,technology,capacity_mwp\n"
        "p1,Fen Park,Now dated,,Hazel Power,f1,Solar,45\n"
        ",New,,Hazel Power,,,Wind,30\n"
    )
    batch = import_file(filled, "pipelines", text)
    assert export_csv(filled, "pipelines") != before["pipelines"]
    revert(filled, batch, actor=Actor.typed("me"), token="undo")
    assert {sheet: export_csv(filled, sheet) for sheet in before} == before


def test_an_absent_column_and_a_blank_cell_change_nothing(filled: sa.Engine) -> None:
    before = export_csv(filled, "pipelines")
    import_file(filled, "pipelines", "id,name\np1,Fen Farm\n")
    blank = "id,name,stage,market,rag_comment,rtb_date,developer,investor,facility_id,longitude\np1,,,,,,,,f1,\n"
    assert outcomes_of(plan_file(filled, "pipelines", blank)) == ["unchanged"]
    import_file(filled, "pipelines", blank)
    assert export_csv(filled, "pipelines") == before


def test_a_new_status_in_an_exported_file_is_dated_today(filled: sa.Engine) -> None:
    old = Change.edit("pipelines", "p1", {"status_date": "2025-01-31"}, base_version=1)
    submit(filled, [old], actor=Actor.typed("me"), token="dated")
    exported = export_csv(filled, "pipelines")
    assert "2025-01-31" in exported
    import_file(filled, "pipelines", exported.replace(",Design,", ",Procurement,"))
    project = reader.find_record(filled, "pipelines", "p1")
    assert project
    assert (project.fields["stage"], project.fields["status_date"]) == ("Procurement", today())


def test_each_bad_row_is_reported_with_its_field_and_the_good_rows_can_be_imported(filled: sa.Engine) -> None:
    plan = plan_file(
        filled,
        "pipelines",
        "id,name,rag,developer,technology,capacity_mwp\n"
        "a,Tidal Bay,Green,,Tidal,5\n"
        "b,Nobody's,Green,Nobody & Co,Solar,5\n"
        'c,Comma,Green,,Solar,"12,5"\n'
        "d,No Reason,Red,,Solar,5\n"
        "e,Minus,Green,,Solar,-1\n"
        "f,Good,Green,Hazel Power,Solar,5\n"
        "g,,Green,,Solar,5\n"
        "no good id,Odd,Green,,Solar,5\n",
    )
    assert errors_of(plan) == [
        *((2, "facility_technology"), (3, "developer"), (4, "facility_capacity_mwp"), (5, "rag_comment")),
        *((6, "facility_capacity_mwp"), (8, "name"), (9, "id")),
    ]
    assert plan.counts == {"create": 1, "update": 0, "unchanged": 0, "error": 7}
    with pytest.raises(Refused, match="row 3, developer: no counterparty is called 'Nobody & Co'"):
        confirm_import(filled, plan, actor=Actor.typed("me"))
    assert {
        change.id for change in confirm_import(filled, plan, actor=Actor.typed("me"), good_rows_only=True).changes
    } >= {"f"}
    assert [record.id for record in reader.records_of_kind(filled, "pipelines")] == ["f", "p1", "p2"]


def test_rows_that_use_one_id_for_different_projects_are_all_left_out(filled: sa.Engine) -> None:
    text = (
        "id,name,technology,capacity_mwp\nx,One,Solar,5\nx,Two,Solar,6\ny,Good,Wind,7\ny,Good,Wind,7\nz,Last,Wind,7\n"
    )
    plan = plan_file(filled, "pipelines", text)
    assert outcomes_of(plan) == ["error", "error", "error", "error", "create"]
    assert [str(error) for error in plan.errors] == [
        "row 2, row: is of the same project as row 3, which has errors",
        "row 3, name: row 2 has another value for the same project (x)",
        "row 4, row: is of the same project as row 5, which has errors",
        "row 5, id: repeats row 4",
    ]


def test_an_error_that_only_the_ledger_detects_is_assigned_to_its_row(filled: sa.Engine) -> None:
    project = reader.find_record(filled, "pipelines", "p2")
    assert project
    submit(
        filled, [Change.archive("pipelines", "p2", base_version=project.version)], actor=Actor.typed("me"), token="away"
    )
    plan = plan_file(filled, "counterparties", "name,id\nHAZEL  power,new-id\nFine,\n")
    assert errors_of(plan) == [(2, "name")]
    assert errors_of(plan_file(filled, "pipelines", "id,notes\np2,x\n")) == [(2, "id")]
    assert errors_of(plan_file(filled, "pipelines", "id,stage,facility_id,capacity_mwp\np1,Design,f1,0\n")) != []
    plan = plan_file(
        filled, "information-points", "name,pipeline_id,impact,likelihood\nA,nope,1,1\nB,p1,0,1\nC,p1,1,x\n"
    )
    assert errors_of(plan) == [(2, "pipeline_id"), (3, "impact"), (4, "likelihood")]


def test_records_are_found_by_name_if_only_one_has_it(filled: sa.Engine) -> None:
    assert outcomes_of(plan_file(filled, "counterparties", "Name\nhazel power\n")) == ["unchanged"]
    import_file(filled, "pipelines", "id,name\np3,Moor Wind\n")
    plan = plan_file(filled, "pipelines", "Project,notes\nMoor Wind,x\nFen Farm,y\n")
    assert outcomes_of(plan) == ["error", "update"]
    assert "2 are called 'Moor Wind' (p2, p3): give its id" in str(plan.errors[0])
    points = (
        "name,pipeline,impact,likelihood\nGrid delay,Fen Farm,80,71\nGrid delay,,5,5\nA,Nowhere,1,1\nB,Moor Wind,1,1\n"
    )
    assert outcomes_of(plan_file(filled, "information-points", points)) == ["update", "create", "error", "error"]
    both = "id,pipeline_id,pipeline\ni1,p1,Moor Wind\n"
    assert errors_of(plan_file(filled, "information-points", both)) == [(2, "pipeline")]


def test_people_are_imported_one_per_row_with_their_roles(filled: sa.Engine) -> None:
    text = (
        "name,contact_name,contact_email,contact_roles\n"
        "Hazel Power,Ann Other,ann@hazel.example,CEO; deal lead\n"
        "Hazel Power,Bo Ek,,\n"
    )
    import_file(filled, "counterparties", text)
    roles = sorted(link.fields["role"] for link in reader.records_of_kind(filled, "counterparty_contacts"))
    assert roles == ["CEO", "Contact", "Deal lead"]
    exported = export_csv(filled, "counterparties")
    plan = plan_file(filled, "counterparties", exported.replace("CEO; Deal lead", "Finance lead; CEO"))
    assert [row.differences for row in plan.rows if row.differences] == [
        (Difference("contact_roles", "Deal lead", None), Difference("contact_roles", None, "Finance lead"))
    ]
    assert errors_of(plan_file(filled, "counterparties", exported.replace("CEO; Deal lead", "(clear)"))) == [
        (2, "contact_roles"),
        (3, "row"),
    ]


def test_a_removed_link_is_restored_when_a_file_names_it_again(filled: sa.Engine) -> None:
    confirm_import(
        filled, plan_file(filled, "pipelines", "id,developer\np1,(clear)\n"), actor=Actor.typed("me"), clear=True
    )
    import_file(filled, "pipelines", "id,developer\np1,Hazel Power\n")
    (link,) = [
        each for each in reader.records_of_kind(filled, "pipeline_counterparties") if each.fields["role"] == "Developer"
    ]
    assert [change.action for change in reader.record_history(filled, link.kind, link.id)] == [
        "create",
        "archive",
        "restore",
    ]


@pytest.mark.parametrize("row", ["p1,Fen Park", "p1,Fen Farm"], ids=["that it changes", "that it found unchanged"])
def test_a_record_that_changed_since_the_dry_run_is_refused_with_the_difference(filled: sa.Engine, row: str) -> None:
    plan = plan_file(filled, "pipelines", f"id,name\n{row}\n")
    submit(
        filled,
        [Change.edit("pipelines", "p1", {"name": "Fen Field"}, base_version=1)],
        actor=Actor.typed("you"),
        token="between",
    )
    with pytest.raises(StaleVersion) as caught:
        confirm_import(filled, plan, actor=Actor.typed("me"))
    assert [(c.id, c.theirs, c.who) for c in caught.value.conflicts] == [("p1", {"name": "Fen Field"}, "you")]


def test_a_project_created_since_the_dry_run_is_not_created_twice(filled: sa.Engine) -> None:
    plan = plan_file(filled, "pipelines", "name,notes\nNew Site,mine\n")
    import_file(filled, "pipelines", "name,notes\nNew Site,theirs\n")
    with pytest.raises(Refused, match="row 2, name: 'New Site' was made since the dry run"):
        confirm_import(filled, plan, actor=Actor.typed("me"))


def test_dates_read_day_first_are_reported_and_ambiguous_columns_are_refused(engine: sa.Engine) -> None:
    plan = plan_file(engine, "pipelines", "name,rtb_date\nA,03/04/2027\nB,25/04/2027\n")
    assert [str(warning) for warning in plan.warnings] == [
        "row 2, rtb_date: 03/04/2027 is read with the day first: 2027-04-03"
    ]
    plan = plan_file(engine, "pipelines", "name,rtb_date\nA,03/04/2027\nB,04/25/2027\nC,2027-05-01\n")
    assert errors_of(plan) == [(2, "rtb_date"), (3, "rtb_date")]


@pytest.mark.parametrize("sheet", ["counterparties", "pipelines", "information-points"])
def test_the_template_says_how_to_empty_a_field_above_the_columns_of_an_export(engine: sa.Engine, sheet: str) -> None:
    hint, columns = template_csv(sheet).split("\r\n", 1)
    assert "(clear)" in hint
    assert columns == export_csv(engine, sheet)
    assert plan_file(engine, sheet, template_csv(sheet)).rows == ()


def test_the_counts_of_a_plan_match_the_outcomes_of_its_rows(filled: sa.Engine) -> None:
    plan = plan_file(filled, "counterparties", "name,website\nHazel Power,https://hazel.example\n")
    assert plan.rows[0].outcome is Outcome.UPDATE
    assert plan.changes_something
    assert not plan_file(filled, "counterparties", COMPANIES).changes_something
