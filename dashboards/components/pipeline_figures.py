"""The figures of the pipeline's dashboard: the headline, the cards, the table of technologies, the board's summary.

Not here: the charts of its views (`app_pages/pipeline_dashboard.py`, `project_views.py`), the filter
(`pipeline_filter.py`).
"""

from collections.abc import Mapping
from datetime import date

import polars as pl
import streamlit as st

from dashboards.components import ledger_session, snapshot_cache
from dashboards.components.chart import download_button
from dashboards.components.chart_and_table import FigureRow, FiguresTable, category_row, render_figures
from dashboards.components.formatting import day, number, power, share
from dashboards.components.ledger_session import rag_text
from pipeline_assets.errors import PipelineError
from pipeline_assets.ledger import reader
from pipeline_assets.vocabulary import Rag
from renewables.portfolio_summary import summary_html
from renewables.queries.changes import months_before, past_headline_figures, portfolio_changes
from renewables.queries.pipeline import STALE_DAYS, Filter
from renewables.queries.pipeline_headline import Moves, moves_since, overdue_items

CARD_PIXELS = 150
"The least width of a card: six fit side by side on a desktop, two on a phone."
LEAST_MW = 0.5
"The change of capacity that is not called one."


def render_board_export(today: date) -> None:
    """Draw the download of the board's summary of the last month, built on click; it is of the complete portfolio."""
    snapshot, start = snapshot_cache.current_snapshot(), months_before(today, 1)

    def content() -> str:
        with snapshot_cache.opened_snapshot(snapshot) as con:
            return summary_html(portfolio_changes(start, con=con))

    download_button(
        "Export for the board",
        content,
        f"portfolio-changes-{today}.html",
        icon=":material/print:",
        type="primary",
        help=f"One page that prints on A4: what changed in all projects since the end of {day(start)}, whatever is "
        "filtered here. The page Changes has other periods.",
    )


def headline_text(wanted: Filter, figures: Mapping[str, float]) -> str:
    """Return the headline sentence of the projects that match."""
    moves = snapshot_cache.cached_query(moves_since, wanted, months_before(wanted.today, 1))
    return headline_sentence(figures, moves, snapshot_cache.cached_query(overdue_items, wanted))


def headline_sentence(figures: Mapping[str, float], moves: Moves | None, overdue: int) -> str:
    """Return the size of the portfolio, what moved in a month, and what is overdue, in one sentence."""
    parts = [
        f"{project_count(int(figures['projects']))}, {power(figures['gross_mwp'])}",
        f"{power(figures['weighted_mwp'])} weighted",
    ]
    if moves is not None:
        counts = {"advanced": moves.advanced, "slipped": moves.slipped}
        moved = " and ".join(f"{number(count)} {word}" for word, count in counts.items() if count)
        parts.append(f"{moved or 'none advanced or slipped'} since a month ago")
    parts.append(f"{number(overdue)} {'item' if overdue == 1 else 'items'} overdue" if overdue else "nothing overdue")
    return "; ".join(parts)


def project_count(count: int) -> str:
    """Return a number of projects with its noun."""
    return f"{number(count)} {'project' if count == 1 else 'projects'}"


def render_technologies(frame: pl.DataFrame) -> None:
    """Draw the sums of each technology, which are the legend of the chart beside it.

    `frame` has a row per stage and technology.
    """
    sums = frame.group_by("technology").agg(pl.col("projects", "gross_mwp", "weighted_mwp").sum())
    sums = sums.sort("gross_mwp", "technology", descending=[True, False])
    gross, weighted = (float(sums[name].sum()) for name in ("gross_mwp", "weighted_mwp"))
    rows = [
        category_row(
            row["technology"],
            row["technology"],
            [
                number(row["projects"]),
                f"**{power(row['gross_mwp'])}**",
                power(row["weighted_mwp"]),
                share(row["gross_mwp"] / gross if gross else None),
            ],
        )
        for row in sums.iter_rows(named=True)
    ]
    rows.append(FigureRow("All", ["", f"**{power(gross)}**", power(weighted), share(1.0)]))
    titles = ["", "Projects", "Gross", "Weighted", "Share"]
    render_figures(FiguresTable(titles, rows, "Hybrids appear under each of their technologies."))


def render_cards(figures: Mapping[str, float], wanted: Filter, projects: int) -> None:
    """Draw the figures with their change in the last month, if the ledger is that old; `projects` is of all filters."""
    then = months_before(wanted.today, 1)
    before = snapshot_cache.cached_query(past_headline_figures, wanted, then)
    since = f" The change is since the end of {day(then)}." if before else ""

    def card(label: str, name: str, help_text: str, *, is_power: bool = False, is_good: bool | None = None) -> None:
        change = figures[name] - before[name] if before else None
        is_change = change is not None and abs(change) >= (LEAST_MW if is_power else 1)
        text = power if is_power else number
        st.metric(
            label,
            text(figures[name]),
            None if change is None else f"{'+' if change > 0 else '-'}{text(abs(change))}" if is_change else "±0",
            delta_color="off" if not is_change or is_good is None else "normal" if is_good else "inverse",
            delta_arrow="auto" if is_change else "off",
            help=help_text + since,
            border=True,
            height="stretch",
        )

    with st.grid(6, min_column_width=CARD_PIXELS, key="cards"):
        card("Projects", "projects", f"Out of {projects}, with {number(figures['facilities'])} facilities.")
        card(
            *("Gross", "gross_mwp", "MWp: DC capacity for solar, rated power for wind and storage."),
            is_power=True,
            is_good=True,
        )
        card(
            *("Weighted", "weighted_mwp", "Gross capacity x the probability of completion at each stage."),
            is_power=True,
            is_good=True,
        )
        card(
            *("Overdue RTB", "overdue", "Projects past their RTB date that are not in Construction yet."), is_good=False
        )
        card(
            *("Stale", "stale", f"Projects without a change for {STALE_DAYS} days, except Completed ones."),
            is_good=False,
        )
        card(
            "Open points",
            "open_points",
            "Information points that are not closed. Filters use a point's own market and technology, or those of its "
            "project.",
            is_good=False,
        )
    if before:
        st.page_link(
            "app_pages/changes.py",
            label=f"Compare with a month ago: what changed since the end of {day(then)}",
            icon=":material/difference:",
            query_params={"period": "Two days", "from-to": [then.isoformat(), wanted.today.isoformat()]},
        )


def render_statuses(figures: Mapping[str, float]) -> None:
    """Draw the number of projects by RAG status, the worst first, and whether the figures include every saved edit."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for rag in reversed(Rag):
            st.badge(f"{rag_text(rag)} {number(figures[rag.lower()])}", color=ledger_session.RAG_COLOURS[rag])
        try:
            newer = reader.newest_position(ledger_session.engine()) - ledger_session.charted_position()
        except PipelineError:
            st.caption("The ledger is not available, so recent edits may be missing here.", width="content")
        else:
            if newer <= 0:
                st.caption("These charts include every saved edit.", width="content")
