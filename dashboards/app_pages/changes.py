"""Changes: the portfolio at two moments, as a bridge of MWp and as lists that lead to each record and its history."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import ledger_session, record_lists, snapshot_cache
from dashboards.components.chart import download_button, render_downloads
from dashboards.components.formatting import moment, number, zone
from dashboards.components.last_visit import last_visit
from dashboards.components.ledger_session import rag_text
from dashboards.components.pipeline_lists import DATE, ROWS_LISTED, render_figure
from dashboards.components.plain_text import plain
from dashboards.components.record_lists import PAGES
from dashboards.components.register_links import render_linked_changes
from elexon_assets.time_inputs import end_of_day
from pipeline_assets.comparison import Comparison
from pipeline_assets.digest import digest_sentences
from pipeline_assets.todo import todo_list, todo_sentences
from pipeline_assets.vocabulary import Stage, Technology
from renewables.charts.pipeline_changes import capacity_bridge
from renewables.portfolio_summary import summary_html, summary_workbook
from renewables.queries.changes import (
    IN_DEVELOPMENT,
    Period,
    bridge_steps,
    bridge_table,
    period_start,
    portfolio_changes,
)
from renewables.queries.register_links import changed_linked_records

LAST_VISIT, TWO_DAYS = "Since my last visit", "Two days"
FROM_TO = "from-to"
"The query parameter of the two days."
MWP = "%,.1f"
COLUMNS: dict[str, Any] = {
    "project": "Project",
    "movement": "Movement",
    "facility": "Facility",
    "technology": "Technology",
    "stage_before": "Stage before",
    "stage_after": "Stage after",
    "mwp_before": st.column_config.NumberColumn("MWp before", format=MWP),
    "mwp_after": st.column_config.NumberColumn("MWp after", format=MWP),
    "name": "Date",
    "before": st.column_config.DateColumn("Before", format=DATE),
    "after": st.column_config.DateColumn("After", format=DATE),
    "days": st.column_config.NumberColumn("Days later", format="%+,d", help="Negative: earlier."),
    "rag_before": "Before",
    "rag_after": "After",
    "comment": st.column_config.TextColumn("RAG comment", width="large"),
    "move": "Move",
    "rating_before": st.column_config.NumberColumn("Rating before", format="%,d"),
    "rating_after": st.column_config.NumberColumn("Rating after", format="%,d"),
}


def render_page() -> None:
    """Draw the comparison of the chosen period."""
    seen = last_visit()
    start, end = _render_period(seen)
    if not snapshot_cache.current_snapshot() or ledger_session.charted_position() == 0:
        record_lists.empty_list(ledger_session.current_portfolio(), "pipelines")
        return
    comparison: Comparison = snapshot_cache.cached_query(portfolio_changes, start, end)
    st.caption(
        f"From {_moment_text(comparison.before_utc)} to {_moment_text(comparison.after_utc)}, by when a change was "
        "saved, whatever its status date."
    )
    records: pl.DataFrame = snapshot_cache.cached_query(changed_linked_records, start, end)
    if comparison.is_empty:
        st.info("Nothing changed in this period. Choose a longer one.", icon=":material/check_circle:")
        _render_to_do()
        render_linked_changes(records)
        return
    _render_cards(comparison)
    st.caption(" ".join(plain(sentence) for sentence in digest_sentences(comparison)))
    _render_to_do()
    _render_summary(comparison)
    _render_bridge(comparison)
    _render_lists(comparison)
    render_linked_changes(records)


def _render_to_do() -> None:
    """Draw the to-dos of the digest, which are those of today whatever the period is, with a link to their page."""
    today, portfolio = datetime.now(UTC).date(), ledger_session.current_portfolio()
    due = todo_list(portfolio, today)
    st.caption(" ".join(plain(sentence) for sentence in todo_sentences(due, today)))
    st.page_link("app_pages/todo.py", label="Open To do", icon=":material/checklist:")


def _render_period(seen: datetime | None) -> tuple[datetime, datetime | None]:
    """Draw the choice of a period, which is part of the address; return its start, and its end unless that is now."""
    now = datetime.now(UTC)
    names = [LAST_VISIT, *Period, TWO_DAYS]
    chosen = st.segmented_control(
        "Period",
        names,
        default=Period.WEEK,
        required=True,
        key="period",
        bind="query-params",
        help="This week begins on Monday. A quarter is three months. Your last visit to this page is remembered by "
        "this browser only, and ends after 30 minutes without loading the page.",
    )
    if chosen == TWO_DAYS:
        return _render_days(now.date())
    if chosen == LAST_VISIT:
        if seen is None:
            st.caption("This browser has no earlier visit of this page. This week is shown.")
        else:
            return seen, None
    return period_start(Period(chosen) if chosen in set(Period) else Period.WEEK, now), None


def _render_days(today: date) -> tuple[datetime, datetime | None]:
    month_end = today.replace(day=1) - timedelta(days=1)
    picked = st.date_input(
        "From the end of one day to the end of another",
        (month_end, today),
        max_value=today,
        key=FROM_TO,
        bind="query-params",
        format="DD/MM/YYYY",
        width=300,
        help="Days end at 24:00 UTC. Copy the address to share this comparison.",
    )
    days = picked if isinstance(picked, tuple) else (picked,)
    if len(days) != 2:
        st.caption("Choose the second day.")
        st.stop()
    return end_of_day(days[0]), None if days[1] >= today else end_of_day(days[1])


def _moment_text(instant: datetime) -> str:
    """Format a moment; the end of a day as the beginning of the next one."""
    shown = instant + timedelta(microseconds=1)
    return f"{moment(shown)} {zone(shown)}"


def _render_cards(comparison: Comparison) -> None:
    sums = dict(bridge_steps(comparison.bridge, tuple(Stage)).iter_rows())
    projects = comparison.lines["pipeline_id"].n_unique()
    worse = int(comparison.rags["is_worse"].sum())
    later = comparison.dates.filter(pl.col("days") > 0)["pipeline_id"].n_unique()
    cards = {
        "Projects moved": (projects, "Projects with a movement in the list below."),
        "Later dates": (later, "Projects with an RTB or milestone date that moved later."),
        "RAG worse": (worse, f"Projects whose RAG status got worse; {len(comparison.rags) - worse} got better."),
        "Risks moved": (len(comparison.risks), "Risks opened, closed, reopened or rated otherwise."),
    }
    with st.container(horizontal=True, key="cards"):
        change = f"{sums['Closing'] - sums['Opening']:+,.1f} MWp"
        st.metric("All MWp", number(sums["Closing"]), change, help="All stages at the end.", border=True, width=160)
        for label, (count, help_text) in cards.items():
            st.metric(label, number(count), help=help_text, border=True, width=160)


def _render_summary(comparison: Comparison) -> None:
    """Draw the downloads of the summary for a board, built on click."""
    name = f"portfolio-changes-{comparison.after_utc:%Y-%m-%d}"
    with st.container(horizontal=True):
        download_button(
            "Board summary (HTML)",
            lambda: summary_html(comparison),
            f"{name}.html",
            icon=":material/print:",
            help="One page that prints on A4: sentences, bridge, moved dates, RAG and risks.",
        )
        download_button(
            "Board summary (XLSX)",
            lambda: summary_workbook(comparison),
            f"{name}.xlsx",
            help="The same as an Excel workbook, with every row.",
        )


def _render_bridge(comparison: Comparison) -> None:
    st.subheader("Bridge", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        stages = st.multiselect(
            "Stages",
            [str(stage) for stage in Stage],
            placeholder="In development",
            key="stages",
            bind="query-params",
            width=420,
            help="None chosen means all but On hold and Completed. A change of stage between two chosen ones adds up "
            "to nothing: it leaves one and joins the other.",
        )
        technologies = st.multiselect(
            "Technology", [str(name) for name in Technology], key="technology", bind="query-params", placeholder="All",
            width=240,
        )  # fmt: skip
    steps = bridge_steps(comparison.bridge, stages or IN_DEVELOPMENT, technologies)
    alt = ", ".join(f"{row['movement']} {row['mwp']:,.1f} MWp" for row in steps.iter_rows(named=True))
    render_figure(capacity_bridge(steps), bridge_table(comparison.bridge), "bridge", alt)


def _render_lists(comparison: Comparison) -> None:
    lists = {
        "Movements": (comparison.lines, "project", "pipelines", "pipeline_id"),
        "Moved dates": (comparison.dates, "project", "pipelines", "pipeline_id"),
        "RAG": (
            comparison.rags.rename({"before": "rag_before", "after": "rag_after"}).drop("is_worse"),
            *("project", "pipelines", "pipeline_id"),
        ),
        "Risks": (comparison.risks, "information_point", "information_points", "information_point_id"),
    }
    for title, (frame, name, kind, id) in lists.items():
        st.subheader(title, anchor=False)
        if frame.is_empty():
            st.caption("None in this period.")
        else:
            _render_rows(frame, title.lower().replace(" ", "-"), name, kind, id)


def _render_rows(frame: pl.DataFrame, key: str, name: str, kind: str, id: str) -> None:
    """Draw a list with a button to each record, and one to its history: `ROWS_LISTED` rows, and downloads of all."""
    if len(frame) > ROWS_LISTED:
        st.caption(f"Showing the first {ROWS_LISTED} of {len(frame):,}. The downloads contain all.")
    rows = frame.head(ROWS_LISTED)
    first = [name, "history", *(column for column in ("name", "movement", "move") if column in frame.columns)]
    rags = [column for column in ("rag_before", "rag_after") if column in frame.columns]
    shown = rows.with_columns(
        pl.col(rags).map_elements(rag_text, return_dtype=pl.String()), pl.lit("History").alias("history")
    ).select(*first, pl.exclude(*first))

    def button(label: str, action: str, width: Any) -> Any:
        return st.column_config.ButtonColumn(
            label, type="tertiary", alignment="left", width=width, key=f"{action} {key}"
        )

    opener = button(name.replace("_", " ").capitalize(), "open", "medium")
    hidden: dict[str, None] = {"pipeline_id": None, "facility_id": None, "information_point_id": None}
    st.dataframe(
        shown,
        hide_index=True,
        placeholder="",
        column_config={**COLUMNS, **hidden, name: opener, "history": button("History", "history", "small")},
        height=min(38 + 35 * len(rows), 460),
        key=f"list {key} {hash(tuple(rows[id]))}",
        alt=f"{len(rows)} rows",
    )
    for action, more in (("open", {}), ("history", {"history": "true"})):
        click = st.session_state.get(f"{action} {key}")
        if click and click["row"] < len(rows):
            st.switch_page(PAGES[kind], query_params={"id": rows[id][click["row"]], **more})
    render_downloads(frame, name=f"changes-{key}")


render_page()
