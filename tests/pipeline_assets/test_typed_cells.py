"""A cell of bulk edit means the same as the same text in an import."""

import csv
import io
from typing import Any

import pytest
import sqlalchemy as sa

from pipeline_assets.access import Actor
from pipeline_assets.errors import Refused
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.changes import Change, Record
from pipeline_assets.ledger.submission import submit
from pipeline_assets.spreadsheets.import_plan import plan_import
from pipeline_assets.spreadsheets.typed_cells import KINDS, TypedCells, cell_text, columns_of, parse_cells

CELLS = {
    "rtb_date": [
        "03/04/2027",
        "13/04/2027",
        "04/13/2027",
        "Q3 2027",
        "46477",
        "2027-04-03",
        "3 Apr 2027",
        "9999-12-31",
    ],
    "stage": ["design", "DESIGN ", "Nowhere", "#N/A"],
    "rag": ["green", "Purple", "TRUE"],
    "notes": ["Met in May", "'=1+1", "=1+1", "#REF!", "(clear)"],
    "name": ["Fen  Farm", "Caf\u00e9", "Two\tColumns"],
}
NUMBERS = ["12.5", "1,250.5", "12,5", "100 MW", "1e3", "-1", "n/a", "50%"]


@pytest.fixture
def filled(engine: sa.Engine) -> sa.Engine:
    project = {"name": "Fen Farm", "rtb_date": "2028-06-30", "notes": "Old", "status_date": "2026-01-05"}
    plant = {"name": "Fen Farm Solar", "technology": "Solar", "capacity_mwp": 40}
    changes = [
        Change.create("pipelines", project, id="p1"),
        Change.create("facilities", plant, id="f1"),
        Change.create("pipeline_facilities", {"pipeline_id": "p1", "facility_id": "f1"}),
    ]
    submit(engine, changes, actor=Actor.typed("me"), token="t")
    return engine


def the_record(engine: sa.Engine, kind: str) -> Record:
    (record,) = reader.records_of_kind(engine, kind)
    return record


def parse_record_cells(record: Record, **cells: str) -> TypedCells:
    return parse_cells(record.kind, [(record, cells)])


def import_row(engine: sa.Engine, columns: dict[str, str]) -> tuple[list[Any], bool]:
    """Return the values that an import of one row would set, and whether it has errors."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows([list(columns), list(columns.values())])
    plan = plan_import(engine, "pipelines", buffer.getvalue().encode())
    return [difference.after for row in plan.rows for difference in row.differences], bool(plan.errors)


@pytest.mark.parametrize(("field", "text"), [(field, text) for field, texts in CELLS.items() for text in texts])
def test_a_cell_of_a_project_means_what_it_means_in_an_import(filled: sa.Engine, field: str, text: str) -> None:
    read = parse_record_cells(the_record(filled, "pipelines"), **{field: text})
    edits = read.edits.get("p1", {})
    set_by_edit: list[Any] = []
    refused = bool(read.problems)
    if edits and not refused:
        change = Change.edit("pipelines", "p1", edits, base_version=1)
        try:
            receipt = submit(filled, [change], actor=Actor.typed("me"), token="dry", dry_run=True)
        except Refused:
            refused = True
        else:
            set_by_edit = [value for made in receipt.changes for value in made.after.values()]
    assert (set_by_edit, refused) == import_row(filled, {"id": "p1", field: text})


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_means_what_it_means_in_an_import(filled: sa.Engine, text: str) -> None:
    read = parse_record_cells(the_record(filled, "facilities"), capacity_mwp=text)
    columns = {"id": "p1", "facility_id": "f1", "facility_capacity_mwp": text}
    after, has_errors = import_row(filled, columns)
    if not read.problems and not has_errors:
        assert list(read.edits["f1"].values()) == after
    elif not read.problems:
        assert read.edits["f1"]["capacity_mwp"] < 0, "the ledger refuses it in its dry run"


@pytest.mark.parametrize("kind", KINDS)
def test_a_displayed_value_is_read_back_as_the_same_value(kind: str) -> None:
    values = {str: "Some text", float: 49.9, int: 7}
    for name, column in columns_of(kind).items():
        value = values.get(column.type, "2027-04-03" if column.type.__name__ == "date" else None)
        if value is None:  # a vocabulary
            value = str(next(iter(column.type)))  # type: ignore[call-overload]  # an enumeration is iterable
        record = Record(kind, "x", 1, 1, False, {name: None}, "me", None)  # type: ignore[arg-type]  # no instant is needed
        assert parse_record_cells(record, **{name: cell_text(column, value)}).edits == {"x": {name: value}}


def test_emptied_cells_are_listed_separately_from_edits(filled: sa.Engine) -> None:
    record = the_record(filled, "pipelines")
    for text in ("", "  ", "(clear)"):
        read = parse_record_cells(record, rtb_date=text)
        assert [(each.id, field) for each, field in read.cleared] == [("p1", "rtb_date")]
        assert read.edits == {"p1": {"rtb_date": None}}


@pytest.mark.parametrize("field", ["name", "stage"])
def test_a_required_cell_cannot_be_emptied(filled: sa.Engine, field: str) -> None:
    read = parse_record_cells(the_record(filled, "pipelines"), **{field: ""})
    assert [(problem.field, problem.message) for problem in read.problems] == [(field, "cannot be empty")]
    assert read.edits == {}


def test_an_emptied_status_date_is_left_to_the_ledger_and_reported(filled: sa.Engine) -> None:
    read = parse_record_cells(the_record(filled, "pipelines"), status_date="")
    assert (read.edits, read.problems, read.cleared) == ({}, [], [])
    assert "is left blank" in read.warnings[0].message


def test_ambiguous_dates_are_refused_if_another_one_is_month_first(filled: sa.Engine) -> None:
    record = the_record(filled, "pipelines")
    read = parse_cells("pipelines", [(record, {"rtb_date": "03/04/2027"}), (record, {"rtb_date": "04/13/2027"})])
    assert len(read.problems) == 2
