"""Prints what an import would do: changes first, then problems grouped by kind, then the unchanged rows.

Not here: asking and confirming (`record_files.py`), what is shown (`renewables/queries/import_summary.py`).
"""

from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline_assets.spreadsheets.import_plan import Plan
    from pipeline_assets.spreadsheets.parsed_rows import RowProblem

ROWS_SHOWN = 50
GROUPS_SHOWN = 30


def print_plan(plan: "Plan") -> None:
    """Print at most `ROWS_SHOWN` changes, and problems by kind; --json has all of them."""
    from renewables.cli.output import print_note, print_table
    from renewables.queries.import_summary import changes_first, ignored_column_sentence, row_spans, unchanged_rows

    changes = changes_first(plan)
    if changes:
        print_table(
            ["Row", "", "Record", "Column", "Before", "After"],
            [
                [row.number, row.outcome, row.label, each.column, _text(each.before), _text(each.after)]
                for row, each in changes[:ROWS_SHOWN]
            ],
            right=["Row"],
        )
    _print_rest(len(changes), ROWS_SHOWN, "more differences")
    if plan.clearings:
        print_table(
            ["Row", "Record", "To be emptied", "Current value"],
            [[row.number, row.label, each.column, _text(each.before)] for row, each in plan.clearings[:ROWS_SHOWN]],
            right=["Row"],
        )
    _print_rest(len(plan.clearings), ROWS_SHOWN, "more fields to be emptied")
    _print_problems("Error", plan.errors)
    _print_problems("Please check", plan.warnings)
    for name, reason in plan.ignored:
        print_note(ignored_column_sentence(name, reason))
    for sentence in plan.notes:
        print_note(sentence)
    if plan.made_counterparties:
        print_note(f"Counterparties to be created: {'; '.join(plan.made_counterparties)}.")
    if plan.unknown_counterparties:
        names = "; ".join(plan.unknown_counterparties)
        print_note(
            f"Counterparties that do not exist yet: {names}. Add --make-counterparties to create them with this import."
        )
    if unchanged := unchanged_rows(plan):
        print_note(f"Unchanged rows: {row_spans(unchanged)}.")
    typer.echo(
        f"{len(plan.rows):,} rows: " + ", ".join(f"{count:,} {name}" for name, count in plan.counts.items()) + "."
    )


def _print_problems(title: str, problems: "Sequence[RowProblem]") -> None:
    """Print each kind of problem with its count and its rows, the most frequent first."""
    from renewables.cli.output import print_table
    from renewables.queries.import_summary import problem_groups, row_spans

    groups = problem_groups(problems)
    if groups:
        print_table(
            ["Rows", "Column", title, "Row numbers"],
            [
                [f"{len(each.rows):,}", each.column, each.example, row_spans(each.rows)]
                for each in groups[:GROUPS_SHOWN]
            ],
            right=["Rows"],
        )
    _print_rest(len(groups), GROUPS_SHOWN, "more kinds of problem")


def _print_rest(count: int, shown: int, what: str) -> None:
    from renewables.cli.output import print_note

    if count > shown:
        print_note(f"{count - shown:,} {what}. Use --json for all of them.")


def _text(value: Any) -> str:
    return "" if value is None else str(value)
