"""A blank cell keeps the value; only the clearing word empties a field, and only with a separate confirmation."""

import pytest
import sqlalchemy as sa

from pipeline_assets.access import Actor
from pipeline_assets.errors import Refused
from pipeline_assets.ledger import reader
from pipeline_assets.spreadsheets.exporter import export_csv
from pipeline_assets.spreadsheets.import_plan import Plan, confirm_import, plan_import
from pipeline_assets.spreadsheets.planned_rows import Difference

COMPANIES = "id,name\nc1,Hazel Power\nc2,Ore & Co\n"
PROJECTS = """id,name,stage,rag,rag_comment,rtb_date,developer,investor,facility_id,technology,capacity_mwp,Long,Lat
p1,Fen Farm,Design,Amber,Waits,2027-03-01,Hazel Power,Ore & Co; Hazel Power,f1,Solar,40,-0.2,52.6
"""


@pytest.fixture
def filled(engine: sa.Engine) -> sa.Engine:
    for sheet, text in (("counterparties", COMPANIES), ("pipelines", PROJECTS)):
        confirm_import(engine, plan_file(engine, sheet, text), actor=Actor.typed("me"))
    return engine


def plan_file(engine: sa.Engine, sheet: str, text: str) -> Plan:
    return plan_import(engine, sheet, text.encode(), f"{sheet}.csv")


def import_file(engine: sa.Engine, sheet: str, text: str) -> None:
    confirm_import(engine, plan_file(engine, sheet, text), actor=Actor.typed("me"))


def outcomes_of(of: Plan) -> list[str]:
    return [str(row.outcome) for row in of.rows]


def errors_of(of: Plan) -> list[tuple[int, str]]:
    return [(error.row, error.column) for error in of.errors]


def test_the_clearing_word_empties_a_field_or_a_list(filled: sa.Engine) -> None:
    plan_to_clear = plan_file(filled, "pipelines", "id,rtb_date,developer,stage\np1,(clear),(Clear) ,Design\n")
    assert plan_to_clear.rows[0].differences == (
        Difference("rtb_date", "2027-03-01", None),
        Difference("developer", "Hazel Power", None),
    )
    assert [(row.number, each.column) for row, each in plan_to_clear.clearings] == [(2, "rtb_date"), (2, "developer")]


def test_an_import_that_would_clear_something_is_refused_until_that_is_confirmed(filled: sa.Engine) -> None:
    plan_to_clear = plan_file(filled, "pipelines", "id,rtb_date\np1,(clear)\n")
    with pytest.raises(Refused, match="row 2, rtb_date: would be emptied"):
        confirm_import(filled, plan_to_clear, actor=Actor.typed("me"))
    confirm_import(filled, plan_to_clear, actor=Actor.typed("me"), clear=True)
    project = reader.find_record(filled, "pipelines", "p1")
    assert project
    assert project.fields["rtb_date"] is None


def test_shortening_a_list_is_a_change_but_not_a_clearing(filled: sa.Engine) -> None:
    plan_to_change = plan_file(filled, "pipelines", "id,investor\np1,Hazel Power\n")
    assert plan_to_change.rows[0].differences == (Difference("investor", "Ore & Co", None),)
    assert plan_to_change.clearings == []


@pytest.mark.parametrize("column", ["id", "name", "stage", "market", "rag", "status_date", "facility_id"])
def test_a_required_field_cannot_be_cleared(filled: sa.Engine, column: str) -> None:
    row = {"id": "p1", "name": "Fen Farm", column: "(clear)"}
    text = f"{','.join(row)}\n{','.join(row.values())}\n"
    assert errors_of(plan_file(filled, "pipelines", text)) == [(2, column)]


def test_the_clearing_word_as_a_value_is_guarded_and_imports_back(filled: sa.Engine) -> None:
    import_file(filled, "counterparties", "id,notes\nc1,'(clear)\n")
    exported = export_csv(filled, "counterparties")
    assert "'(clear)" in exported
    assert outcomes_of(plan_file(filled, "counterparties", exported)) == ["unchanged", "unchanged"]


@pytest.mark.parametrize("cell", ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#SPILL!", "Err:502"])
def test_an_error_that_a_spreadsheet_left_in_a_csv_is_reported_and_changes_nothing(
    filled: sa.Engine, cell: str
) -> None:
    error_plan = plan_file(filled, "pipelines", f"id,rag_comment,rtb_date,developer\np1,{cell},{cell},{cell}\n")
    assert errors_of(error_plan) == [(2, "rag_comment"), (2, "rtb_date"), (2, "developer")]
    assert not error_plan.changes_something


def test_later_rows_of_a_record_may_leave_fields_blank(engine: sa.Engine) -> None:
    text = "name,stage,technology,capacity_mwp\nHybrid,Design,Solar,5\nHybrid,,BESS,6\n"
    assert outcomes_of(plan_file(engine, "pipelines", text)) == ["create", "create"]
    text = "name,stage,technology,capacity_mwp\nHybrid,,Solar,5\nHybrid,Design,BESS,6\n"
    assert "row 2 leaves this blank" in str(plan_file(engine, "pipelines", text).errors)
