"""The summary of a large import: changes come first, problems are grouped by kind, the rest is counted."""

import csv
import io
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from benchmarks import portfolio
from pipeline_assets.access import Actor
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.schema import open_ledger
from pipeline_assets.ledger.submission import submit
from pipeline_assets.spreadsheets.import_plan import Plan, confirm_import, plan_import
from renewables.cli.main import app
from renewables.queries.import_summary import changes_first, problem_groups, row_spans, unchanged_rows

ROWS, EDITED = 300, 10


def as_csv(rows: list[tuple[str, ...]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows([portfolio.HEADER, *rows])
    return buffer.getvalue()


@pytest.fixture
def engine(home: Path) -> sa.Engine:
    return open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")


@pytest.fixture
def text(engine: sa.Engine) -> str:
    """Return a file in which some rows change a project, most change nothing, some are new, and some have errors."""
    first = plan_import(engine, "pipelines", as_csv(list(portfolio.rows(ROWS))).encode())
    confirm_import(engine, first, actor=Actor.typed("me"))
    rows = list(portfolio.rows(ROWS + 2, edited=EDITED))
    unreadable = [(f"Bad {n}", "Design", "Green", "", f"Q{n % 4 + 1} 20{n}", "Solar", "5") for n in range(26, 46)]
    unknown = [(f"Odd {n}", "Nowhere", "Green", "", "", "Solar", "5") for n in range(3)]
    return as_csv([*unreadable, *unknown, *reversed(rows)])


@pytest.fixture
def plan(engine: sa.Engine, text: str) -> Plan:
    return plan_import(engine, "pipelines", text.encode())


def test_records_that_change_come_before_new_ones(plan: Plan) -> None:
    outcomes = [row.outcome for row, _ in changes_first(plan)]
    assert outcomes[:EDITED] == ["update"] * EDITED
    assert set(outcomes[EDITED:]) == {"create"}


def test_problems_of_one_kind_are_grouped_with_their_count_and_rows(plan: Plan) -> None:
    groups = problem_groups(plan.errors)
    assert [(group.column, len(group.rows), row_spans(group.rows)) for group in groups] == [
        ("rtb_date", 20, "2 to 21"),
        ("stage", 3, "22 to 24"),
    ]


def test_different_kinds_of_problems_in_one_column_are_separate_groups(engine: sa.Engine) -> None:
    plan = plan_import(engine, "pipelines", as_csv([
        ("A", "Design", "Green", "", "Q3 2027", "Solar", "5"),
        ("B", "Design", "Green", "", "9999-12-31", "Solar", "5"),
    ]).encode())  # fmt: skip
    assert len(problem_groups(plan.errors)) == 2


def test_unchanged_rows_are_listed_as_ranges(plan: Plan) -> None:
    assert len(unchanged_rows(plan)) == ROWS - EDITED


@pytest.mark.parametrize(
    ("numbers", "message"),
    [([], ""), ([4], "4"), ([2, 3, 4, 9], "2 to 4, 9"), (list(range(2, 40, 2)), "2, 4, 6, 8, 10, 12 and 13 more")],
)
def test_row_numbers_are_written_as_ranges(numbers: list[int], message: str) -> None:
    assert row_spans(numbers) == message


def test_the_command_prints_changes_then_groups_of_errors_then_the_rest(
    engine: sa.Engine, text: str, tmp_path: Path
) -> None:
    file = tmp_path / "projects.csv"
    file.write_text(text)
    result = CliRunner().invoke(app, ["pipelines", "import", str(file), "--dry-run"], env={"COLUMNS": "160"})
    engine.dispose()
    lines = [line for line in result.stdout.splitlines() if line.strip()]
    updates = [n for n, line in enumerate(lines) if " update " in line]
    errors = [n for n, line in enumerate(lines) if "is not a date" in line]
    assert len(updates) == EDITED
    assert len(errors) == 1, "one line for all of a kind"
    assert max(updates) < errors[0]
    assert lines[errors[0]].split()[0] == "20"
    assert lines[-1] == f"{ROWS + 25} rows: 2 create, 10 update, {ROWS - EDITED} unchanged, 23 error."


def test_an_error_in_thousands_of_rows_lists_some_and_counts_the_rest(engine: sa.Engine) -> None:
    changes = [Change.create("counterparties", {"name": ""}) for _ in range(1_000)]
    with pytest.raises(Exception, match="and 980 more") as refused:
        submit(engine, changes, actor=Actor.typed("me"), token="t")
    assert len(str(refused.value)) < 5_000
