"""The pipeline at a glance: capacity, timing, places, RAG status and risks, all with the same filters."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import polars as pl
import streamlit as st

from dashboards.components import ledger_session, page_header, project_views, record_lists, snapshot_cache
from dashboards.components.chart import render_downloads
from dashboards.components.chart_and_table import FigureRow, FiguresTable, chart_and_table, render_figures, two_columns
from dashboards.components.fitted_table import render_fitted_table
from dashboards.components.formatting import number, power, share
from dashboards.components.funnel_view import show_funnel
from dashboards.components.landing_offer import landing_offer
from dashboards.components.pipeline_figures import (
    headline_text,
    project_count,
    render_board_export,
    render_cards,
    render_statuses,
    render_technologies,
)
from dashboards.components.pipeline_filter import filter_chips, filter_words, render_filter
from dashboards.components.pipeline_lists import FITS, render_figure
from dashboards.components.plain_text import plain
from dashboards.components.printing import render_printed_line
from dashboards.components.toolbar import render_chips, toolbar
from dashboards.components.yield_views import show_portfolio_yield
from pipeline_assets.errors import PipelineError
from renewables.charts import pipeline as capacity
from renewables.charts import pipeline_outlook as outlooks
from renewables.charts.colours import colour_of
from renewables.queries import pipeline
from renewables.queries.pipeline import Filter
from renewables.queries.pipeline_choices import choices
from renewables.queries.pipeline_outlook import LEVELS_NEEDED, MONTHS_NEEDED, TOTAL, Outlook, by_month, capacity_outlook
from warehouse.errors import WarehouseError
from warehouse.redaction import log_line

LOGGER = logging.getLogger(__name__)

MOST_STEPS = 400
"The largest number of RTB dates that are drawn one by one."


def render_page() -> None:
    """Draw the charts of the pipeline."""
    options = snapshot_cache.cached_query(choices) if snapshot_cache.current_snapshot() else None
    if options is None or not options.projects:
        _render_empty_state()
        return
    with page_header.page_actions():
        st.page_link(
            "app_pages/changes.py",
            label="This week's changes",
            icon=":material/difference:",
            query_params={"period": "This week"},
        )
        render_board_export(datetime.now(UTC).date())
    headline = st.subheader("…", anchor=False)  # its line is there from the start, so that nothing moves
    with toolbar():
        name = st.segmented_control(
            "View", list(VIEWS), default="Capacity", required=True, key="view", bind="query-params",
            label_visibility="collapsed",
        )  # fmt: skip
        wanted = render_filter(options)
    render_chips(filter_chips(wanted))
    figures = snapshot_cache.cached_query(pipeline.headline_figures, wanted)
    headline.subheader(headline_text(wanted, figures), anchor=False)
    if words := filter_words(wanted):
        page_header.replace_title(f"Pipeline · {words} · {project_count(int(figures['projects']))}")
    render_printed_line(f"Pipeline, {name if name in VIEWS else 'Capacity'}")
    landing_offer()
    if not figures["projects"]:
        render_statuses(figures)
        st.info("No projects match these filters. Remove one.", icon=":material/filter_alt_off:")
        if figures["open_points"]:
            project_views.show_risks(wanted)
        return
    view = name if name in VIEWS else "Capacity"
    _render_view(view, VIEWS[view], wanted)
    render_cards(figures, wanted, options.projects)
    render_statuses(figures)
    if view in BELOW_CARDS:
        _render_view(view, BELOW_CARDS[view], wanted)


def _render_view(name: str, draw: Callable[[Filter], None], wanted: Filter) -> None:
    """Draw a view. A value that cannot be drawn costs this view only; which kind of value is shown and logged."""
    try:
        draw(wanted)
    except (WarehouseError, PipelineError):
        raise  # the app explains these
    except (Exception, pl.exceptions.PanicException) as error:  # a panic is no Exception
        LOGGER.exception("The view %s of the pipeline cannot be drawn", name)
        st.error(
            f"The view {name} cannot be drawn: {plain(log_line(str(error)) or type(error).__name__)[:300]}. The other "
            "views still work. Filters that leave out a project show whether it is the cause; correct its values on "
            "its page.",
            icon=":material/error:",
        )


def _render_capacity(wanted: Filter) -> None:
    frame = snapshot_cache.cached_query(pipeline.by_stage_and_technology, wanted)
    if frame.is_empty():
        st.info("These projects have no facilities yet.", icon=":material/info:")
        return
    left, right = chart_and_table()
    with left:
        render_figure(
            capacity.by_stage(frame), frame, "capacity-by-stage", "Gross and weighted capacity by stage and technology"
        )
    with right:
        render_technologies(frame)
        weights = {row["stage"]: row for row in frame.iter_rows(named=True)}
        message = ", ".join(
            f"{stage} {share(row['weight'])}{' (default)' if row['weight_is_default'] else ''}"
            for stage, row in weights.items()
        )
        st.caption(f"Light bars: gross. Dark bars: weighted by probability of completion: {message}.")


def _render_capacity_parts(wanted: Filter) -> None:
    frame = snapshot_cache.cached_query(pipeline.by_stage_and_technology, wanted)
    if frame.is_empty():
        project_views.show_counts(wanted)
        return
    left, right = two_columns()
    with left:
        st.subheader("Stage by technology", anchor=False)
        st.caption("Gross MWp and number of projects (in brackets); hybrids appear under each of their technologies.")
        render_figure(
            capacity.stage_by_technology(frame), frame, "stage-by-technology",
            "Gross MWp and count of projects for each stage and technology",
        )  # fmt: skip
    with right:
        project_views.show_counts(wanted)


def _render_outlook(wanted: Filter) -> None:
    outlook: Outlook = snapshot_cache.cached_query(capacity_outlook, wanted)
    kinds = outlook.steps["technology"].unique(maintain_order=True).to_list()
    if not kinds:
        st.info("None of these projects has both an RTB date and a facility.", icon=":material/info:")
        return
    kind = st.segmented_control(
        "Technology", kinds, default=TOTAL, required=True, key="of", bind="query-params", label_visibility="collapsed"
    )
    kind = kind if kind in kinds else TOTAL
    project_views.name_unlikely_dates(wanted)
    steps = outlook.steps.filter(technology=kind)
    shown = outlook
    if len(steps) > MOST_STEPS:
        st.caption(f"{number(len(steps))} RTB dates, drawn by month. The table and its downloads list each one.")
        shown = replace(outlook, steps=by_month(outlook.steps))
    left, right = chart_and_table()
    with left:
        figure = outlooks.cumulative_capacity(shown, kind, wanted.today)
        name = f"cumulative-{kind.lower().replace(' ', '-')}"
        alt = f"Cumulative capacity by RTB date, {kind}, with a five-year trend and its band"
        render_figure(figure, steps, name, alt)
    with right:
        _render_trends(outlook, kind)


def _render_trends(outlook: Outlook, kind: str) -> None:
    """Draw the trend of each technology as a table, and what the one of `kind` means."""
    rows = [
        FigureRow(
            row["technology"],
            [
                power(row["now_mwp"]),
                f"{power(row['mwp_a_year'])}",
                f"**{power(row['in_five_years_mwp'])}**",
                f"{power(row['low_mwp'])} to {power(row['high_mwp'])}",
            ],
            colour_of(row["technology"]),
        )
        for row in outlook.fits.iter_rows(named=True)
    ]
    if rows:
        render_figures(FiguresTable(["Trend", "Now", "A year", "In 5 years", "Range"], rows))
    fit = outlook.fits.filter(technology=kind)
    message = (
        f"Not enough data for a trend: it needs {MONTHS_NEEDED} months since the first RTB date and {LEVELS_NEEDED} "
        "different levels."
    )
    if len(fit):
        row = fit.row(0, named=True)
        message = (
            f"Trend: a straight line through the month ends from {row['first_month']:%b %Y} to "
            f"{row['last_month']:%b %Y}. The range is two standard errors. Months are correlated and plans change, so "
            "the real uncertainty is wider. Future RTB dates are not used."
        )
    st.caption(f"{message} Projects without an RTB date are not included.")
    if len(outlook.fits):
        details = st.expander("Details of the trends", key="trends", on_change="rerun", type="compact")
        if details.open:
            with details:
                render_fitted_table(outlook.fits, FITS, key="fits", alt="Trend of each technology")
                render_downloads(outlook.fits, name="trend-by-technology")


def _render_empty_state() -> None:
    """Draw the empty state, with what to do next."""
    portfolio = ledger_session.current_portfolio()
    waiting = portfolio.position - ledger_session.charted_position()
    if waiting > 0 or portfolio.of_kind("pipelines"):
        with st.container(border=True):
            st.subheader("No charts yet", anchor=False)
            saved = f"**{number(waiting)}** edits are saved." if waiting > 0 else "The tables are being rebuilt."
            st.write(
                f"{saved} The charts appear within a minute while `renewables up` is running. "
                "Lists and records already show every edit."
            )
            st.page_link("app_pages/projects.py", label="Projects", icon=":material/bolt:")
        landing_offer()
        return
    record_lists.empty_list(portfolio, "pipelines")
    st.caption("From a terminal: `renewables demo` creates a sample portfolio in a separate home.")


VIEWS: dict[str, Callable[[Filter], None]] = {
    "Capacity": _render_capacity,
    "Outlook": _render_outlook,
    "Map": project_views.show_map,
    "RAG": project_views.show_rag,
    "RTB dates": project_views.show_rtb_dates,
    "Milestones": project_views.show_timeline,
    "Yield": show_portfolio_yield,
    "Risks": project_views.show_risks,
    "Funnel": show_funnel,
}
BELOW_CARDS: dict[str, Callable[[Filter], None]] = {"Capacity": _render_capacity_parts}
"What a view draws below the cards."

render_page()
