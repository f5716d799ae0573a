"""Names in an import: spellings of one name are one record, look-alikes a warning, line breaks an error of the row."""

import pytest
import sqlalchemy as sa

from pipeline_assets.access import Actor
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.submission import submit
from pipeline_assets.spreadsheets.import_plan import Plan, confirm_import, plan_import

PROJECTS = "name,stage,developer,facility_technology,facility_capacity_mwp\n"


def plan_file(engine: sa.Engine, sheet: str, text: str) -> Plan:
    return plan_import(engine, sheet, text.encode(), f"{sheet}.csv")


def stored_names(engine: sa.Engine, kind: str) -> list[str]:
    return sorted(record.fields["name"] for record in reader.records_of_kind(engine, kind))


def test_companies_that_look_like_one_become_one_with_a_warning_for_each_row(engine: sa.Engine) -> None:
    plan = plan_file(
        engine, "counterparties", "name\nCaf\u00e9 Wind\nCafe\u0301 Wind\nOne Two\nOne\u200b Two\nONE  TWO\n"
    )
    assert plan.errors == []
    assert [(problem.row, problem.column) for problem in plan.warnings] == [(3, "name"), (5, "name"), (6, "name")]
    confirm_import(engine, plan, actor=Actor.typed("me"))
    assert stored_names(engine, "counterparties") == ["Caf\u00e9 Wind", "One Two"]


@pytest.mark.parametrize("spelling", ["fen farm", "Fen  Farm", "Fen\u00a0Farm", "FEN FARM "])
def test_project_names_that_differ_by_a_blank_or_a_capital_are_one_project(engine: sa.Engine, spelling: str) -> None:
    plan = plan_file(engine, "pipelines", f"{PROJECTS}Fen Farm,Design,,Solar,50\n{spelling},Design,,Solar,50\n")
    assert plan.errors == []
    assert len(plan.warnings) == 1
    confirm_import(engine, plan, actor=Actor.typed("me"))
    assert (stored_names(engine, "pipelines"), stored_names(engine, "facilities")) == (["Fen Farm"], ["Fen Farm Solar"])


def test_a_second_plant_of_a_project_in_another_spelling_is_added_to_it(engine: sa.Engine) -> None:
    plan = plan_file(engine, "pipelines", f"{PROJECTS}Fen Farm,Design,,Solar,50\nFEN FARM,Design,,BESS,20\n")
    confirm_import(engine, plan, actor=Actor.typed("me"))
    assert stored_names(engine, "pipelines") == ["Fen Farm"]
    assert len(reader.records_of_kind(engine, "facilities")) == 2


def test_rows_of_one_project_that_contradict_each_other_are_errors_in_any_spelling(engine: sa.Engine) -> None:
    plan = plan_file(engine, "pipelines", f"{PROJECTS}Fen Farm,Design,,Solar,50\nFEN FARM,Procurement,,BESS,20\n")
    assert [str(error).partition(" (")[0] for error in plan.errors] == [
        "row 2, row: is of the same project as row 3, which has errors",
        "row 3, stage: row 2 has another value for the same project",
    ]


def test_a_company_and_a_person_are_found_in_any_spelling_and_linked_once(engine: sa.Engine) -> None:
    submit(
        engine,
        [Change.create("counterparties", {"name": "O\u2019Brien & Co"}, id="ob")],
        actor=Actor.typed("me"),
        token="t",
    )
    plan = plan_file(engine, "pipelines", f"{PROJECTS}Fen,Design,O'BRIEN & CO; o\u00b4brien  & co,Solar,50\n")
    assert plan.errors == []
    confirm_import(engine, plan, actor=Actor.typed("me"))
    assert len(reader.records_of_kind(engine, "pipeline_counterparties")) == 1
    people = plan_file(engine, "counterparties", "name,CEO\nO'Brien & Co,Ann Lee; ann  lee\n")
    confirm_import(engine, people, actor=Actor.typed("me"))
    assert stored_names(engine, "contacts") == ["Ann Lee"]


def test_a_new_company_that_resembles_another_one_is_a_warning_of_its_row(engine: sa.Engine) -> None:
    submit(
        engine,
        [Change.create("counterparties", {"name": "Caf\u00e9 Wind"}, id="cafe")],
        actor=Actor.typed("me"),
        token="t",
    )
    plan = plan_file(engine, "counterparties", "name\nCafe Wind\n")
    assert [str(warning) for warning in plan.warnings] == [
        "row 2, name: 'Cafe Wind' looks like the name of another counterparty: 'Caf\u00e9 Wind' (cafe). Check that it "
        "is not the same one"
    ]


def test_a_line_break_in_a_name_is_an_error_of_its_row(engine: sa.Engine) -> None:
    plan = plan_file(engine, "counterparties", 'name\n"Two\nLines"\nPlain\n')
    assert [str(error) for error in plan.errors] == ["row 2, name: has a line break: write it in one line"]


def test_a_name_on_two_lines_of_a_cell_is_found_as_one_name(engine: sa.Engine) -> None:
    missing = plan_file(engine, "pipelines", f'{PROJECTS}Fen,Design,"Two\nLines",Solar,50\n')
    assert [str(error) for error in missing.errors] == [
        "row 2, developer: no counterparty is called 'Two Lines': import it first"
    ]
    submit(engine, [Change.create("counterparties", {"name": "Two Lines"})], actor=Actor.typed("me"), token="t")
    assert plan_file(engine, "pipelines", f'{PROJECTS}Fen,Design,"Two\nLines",Solar,50\n').errors == []
