"""To do: milestones and information points that are overdue or due soon, by owner."""

from datetime import UTC, datetime
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import ledger_session, record_lists, save_notice
from dashboards.components.chart import render_downloads
from pipeline_assets.todo import HORIZONS, LATER, OVERDUE, WHEN, todo_list

NOBODY = "No owner"
SHOWN = tuple(when for when in WHEN if when != LATER)
COLUMNS: dict[str, Any] = {
    "due_date": st.column_config.DateColumn("Due", format=record_lists.DAY_FORMAT),
    "days": st.column_config.NumberColumn("Days", format="%+,d", help="Until it is due; negative if overdue."),
    "what": "What",
    "project": st.column_config.TextColumn("Project", width="medium"),
    "owner": "Owner",
}


def render_page() -> None:
    """Draw what is overdue, and what is due in the next days."""
    save_notice.render_notice()
    portfolio = ledger_session.current_portfolio()
    if portfolio.position == 0:
        record_lists.empty_list(portfolio, "pipelines")
        return
    frame = todo_list(portfolio, datetime.now(UTC).date())
    owners = sorted(frame["owner"].unique().to_list(), key=lambda name: (not name, name.casefold()))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.multiselect(
            "Owner", [name or NOBODY for name in owners], key="owner", bind="query-params", placeholder="All", width=260
        )
    if chosen:
        frame = frame.filter(pl.col("owner").replace("", NOBODY).is_in(chosen))
    counts = dict(frame.group_by("when").len().rows())
    with st.container(horizontal=True):
        for when in SHOWN:
            st.metric(when, f"{counts.get(when, 0):,}", border=True, width=148)
    st.caption(
        "Milestones are due on their forecast date, or on the planned one without a forecast, until they have an "
        "actual date. Projects in construction have reached RTB."
    )
    if frame.is_empty():
        st.success(f"Nothing is overdue or due in {HORIZONS[-1]} days.", icon=":material/check_circle:")
        return
    for when in SHOWN:
        if len(part := frame.filter(when=when)):
            _render_part(when, part)
    render_downloads(frame.drop("position", "record_kind", "id"), name="to-do")


def _render_part(when: str, frame: pl.DataFrame) -> None:
    title = OVERDUE if when == OVERDUE else f"Due {when.lower()}"
    st.subheader(f"{title} ({len(frame):,})", anchor=False)
    opener = st.column_config.ButtonColumn(
        "Name", type="tertiary", alignment="left", pinned=True, width=280, key=f"open {when}"
    )
    st.dataframe(
        frame.select("name", *COLUMNS),
        hide_index=True,
        column_config={"name": opener, **COLUMNS},
        height=min(38 + 35 * len(frame), 38 + 35 * record_lists.ROWS_SEEN),
        key=f"list {when} {hash(tuple(frame['id']))}",
        alt=f"{title}: {len(frame)} milestones and information points",
    )
    click = st.session_state.get(f"open {when}")
    if click and click["row"] < len(frame):
        row = frame.row(click["row"], named=True)
        st.switch_page(record_lists.PAGES[row["record_kind"]], query_params={"id": row["id"]})


render_page()
