"""The preview of an import: changes first, then problems grouped by kind, then unchanged rows.

Not here: upload and confirmation (`app_pages/transfer.py`), the content (`renewables/queries/import_summary.py`).
"""

from collections.abc import Sequence
from typing import Literal

import polars as pl
import streamlit as st

from dashboards.components.chart import render_downloads
from dashboards.components.plain_text import plain
from dashboards.components.row_heights import row_pixels
from pipeline_assets.spreadsheets.import_plan import Plan
from pipeline_assets.spreadsheets.parsed_rows import RowProblem
from pipeline_assets.spreadsheets.planned_rows import Outcome
from renewables.queries.import_summary import (
    changes_first,
    ignored_column_sentence,
    problem_groups,
    row_spans,
    unchanged_rows,
)

ROWS_SHOWN, ROWS_AT_ONCE = 500, 12
MARKS = {Outcome.CREATE: "✚ new", Outcome.UPDATE: "✎ changed"}


VALUE_PIXELS, PROBLEM_PIXELS = 240, 760
"The widths of columns whose text wraps."


def _height(rows: int) -> int | Literal["content"]:
    """Return the height of a table: all rows if they are few, otherwise a part of the screen."""
    return "content" if rows <= ROWS_AT_ONCE else 520


def show_plan(planned: Plan, prefix: str = "import") -> None:
    """Draw the counts, the differences, the problems, and what was ignored in the file.

    `prefix` distinguishes the tables of several plans on one page.
    """
    counts = planned.counts
    st.markdown(
        f"**{counts['create']:,}** new, **{counts['update']:,}** changed, **{counts['unchanged']:,}** unchanged, "
        f"**{counts['error']:,}** with errors"
    )
    for header, reason in planned.ignored:
        st.caption(plain(ignored_column_sentence(header, reason)))
    for sentence in planned.notes:
        st.caption(plain(sentence))
    _show_changes(planned, prefix)
    _show_clearings(planned, prefix)
    _show_problems("Errors", planned.errors, name=f"{prefix}-errors")
    _show_problems("Please check", planned.warnings, name=f"{prefix}-warnings")
    if unchanged := unchanged_rows(planned):
        st.caption(f"Unchanged rows: {row_spans(unchanged)}.")


def _show_changes(planned: Plan, prefix: str) -> None:
    changes = changes_first(planned)
    if not changes:
        return
    frame = pl.DataFrame(
        {
            "Row": [row.number for row, _ in changes],
            "Outcome": [MARKS[row.outcome] for row, _ in changes],
            "Record": [row.label for row, _ in changes],
            "Column": [each.column for _, each in changes],
            "Before": ["" if each.before is None else str(each.before) for _, each in changes],
            "After": ["" if each.after is None else str(each.after) for _, each in changes],
        }
    )
    st.dataframe(
        frame.head(ROWS_SHOWN),
        hide_index=True,
        column_config={name: st.column_config.TextColumn(width=VALUE_PIXELS) for name in ("Record", "Before", "After")},
        height=_height(len(frame)),
        row_height=row_pixels([*frame["Record"], *frame["Before"], *frame["After"]], VALUE_PIXELS),
        key=f"{prefix} rows",
        alt=f"{len(frame)} values that would change",
    )
    _show_rest(frame, name=f"{prefix}-changes")


def _show_clearings(planned: Plan, prefix: str) -> None:
    if planned.clearings:
        st.markdown("**Fields to be emptied**")
        rows = [
            {"Row": row.number, "Record": row.label, "Column": each.column, "Current value": str(each.before)}
            for row, each in planned.clearings
        ]
        frame = pl.DataFrame(rows)
        alt = "Fields that would be emptied"
        st.dataframe(frame.head(ROWS_SHOWN), hide_index=True, key=f"{prefix} clearings", alt=alt)
        _show_rest(frame, name=f"{prefix}-clearings")


def _show_problems(title: str, problems: Sequence[RowProblem], *, name: str) -> None:
    """Draw each kind of problem with its count where a kind has several, and the problems by row."""
    if not problems:
        return
    st.markdown(f"**{title}**")
    groups = problem_groups(problems)
    if len(groups) < len(problems):
        rows = [
            {
                "Rows": len(each.rows),
                "Column": each.column,
                "Example": each.example,
                "Row numbers": row_spans(each.rows),
            }
            for each in groups
        ]
        alt = f"{title}: {len(groups)} kinds"
        st.dataframe(
            rows[:ROWS_SHOWN],
            hide_index=True,
            column_config={"Example": st.column_config.TextColumn(width=PROBLEM_PIXELS)},
            height=_height(len(rows)),
            row_height=row_pixels((each.example for each in groups), PROBLEM_PIXELS),
            key=f"{name} kinds",
            alt=alt,
        )
    frame = pl.DataFrame(
        {
            "Row": [problem.row for problem in problems],
            "Column": [problem.column for problem in problems],
            "Problem": [problem.message for problem in problems],
        }
    )
    st.dataframe(
        frame.head(ROWS_SHOWN),
        hide_index=True,
        column_config={"Problem": st.column_config.TextColumn(width=PROBLEM_PIXELS)},
        height=_height(len(frame)),
        row_height=row_pixels(frame["Problem"], PROBLEM_PIXELS),
        key=f"{name} rows",
        alt=f"{title} by row",
    )
    _show_rest(frame, name=name)


def _show_rest(frame: pl.DataFrame, *, name: str) -> None:
    """Draw how many rows are not shown, and a download of all."""
    if len(frame) > ROWS_SHOWN:
        st.caption(f"Showing the first {ROWS_SHOWN:,} of {len(frame):,}. The downloads contain all.")
        render_downloads(frame, name=name)
