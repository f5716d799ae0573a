"""Random histories of statuses: the slip of an RTB date equals one computed in plain Python."""

from collections.abc import Sequence
from datetime import UTC, date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_assets.metrics import VIEWS
from tests.pipeline_assets.invented_history import Change, instant_of, landed, project
from warehouse.date_bounds import EARLIEST_DATE, LATEST_DATE

RTB_DATES = st.none() | st.sampled_from(["1889-01-01", "2026-06-30", "2027-03-01", "2028-02-29", "2200-01-01"])
STATUS_DATES = st.sampled_from(["2025-06-30", "2026-01-01", "2026-01-02", "2026-01-03", "2026-12-31"])
"They lie before, between and after the days on which the changes are submitted."
EDITS = st.fixed_dictionaries(
    {},
    optional={
        "rtb_date": RTB_DATES,
        "status_date": STATUS_DATES,
        "stage": st.sampled_from(["Design", "Construction"]),
        "name": st.just("Renamed"),
        "archived": st.booleans(),
    },
).filter(bool)


@st.composite
def histories(draw: st.DrawFn) -> list[Change]:
    """Draw two projects and edits of them in any order."""
    changes = [project(id, rtb_date=draw(RTB_DATES)) for id in ("a", "b")]
    edits = draw(st.lists(st.tuples(st.sampled_from(["a", "b"]), EDITS), max_size=8))
    return [*changes, *(("pipelines", id, edit) for id, edit in edits)]


def expected_slips(changes: Sequence[Change]) -> dict[str, tuple[date, int]]:
    """Return (first RTB date, days of slip) by project, computed with dictionaries only."""
    state: dict[str, dict[str, Any]] = {}
    dated: dict[str, list[tuple[date, int, date]]] = {}
    for position, (_, id, after) in enumerate(changes, 1):
        fields = state.setdefault(id, {})
        fields.update(after)
        if not after.keys() & {"status_date", "stage", "rag", "rag_comment", "rtb_date"} or not fields["rtb_date"]:
            continue
        day, entered = date.fromisoformat(fields["rtb_date"]), instant_of(position).astimezone(UTC).date()
        if EARLIEST_DATE <= day <= LATEST_DATE:
            since = min(date.fromisoformat(fields["status_date"]), entered)
            dated.setdefault(id, []).append((since, position, day))
    slips = {}
    for id, days in dated.items():
        fields, first = state[id], min(days)[2]
        if fields["rtb_date"] and not fields.get("archived"):
            slips[id] = first, (date.fromisoformat(fields["rtb_date"]) - first).days
    return slips


@given(histories())
@settings(max_examples=25, deadline=None)
def test_slippage_equals_one_computed_from_the_changes_without_sql(changes: list[Change]) -> None:
    with landed(changes) as con:
        rows = con.sql(
            f"SELECT pipeline_id, first_rtb_date, slippage_days FROM ({VIEWS['rtb_slippage'].sql})"
        ).fetchall()
    assert {id: (first, days) for id, first, days in rows} == expected_slips(changes)
