"""The pipeline at a glance: capacity, timing, places, RAG status and risks, all with the same filters."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

import polars as pl
import streamlit as st

from dashboards.components import ledger_session, project_views, record_lists, snapshot_cache
from dashboards.components.chart import render_downloads
from dashboards.components.formatting import day, number, share
from dashboards.components.funnel_view import show_funnel
from dashboards.components.landing_offer import landing_offer
from dashboards.components.ledger_session import rag_text
from dashboards.components.pipeline_lists import FITS, render_figure
from dashboards.components.plain_text import plain
from dashboards.components.yield_views import show_portfolio_yield
from pipeline_assets.errors import PipelineError
from pipeline_assets.ledger import reader
from pipeline_assets.vocabulary import Rag
from renewables.charts import pipeline as capacity
from renewables.charts import pipeline_outlook as outlooks
from renewables.queries import pipeline
from renewables.queries.changes import months_before, past_headline_figures
from renewables.queries.pipeline import STALE_DAYS, Filter
from renewables.queries.pipeline_choices import Choices, choices
from renewables.queries.pipeline_outlook import LEVELS_NEEDED, MONTHS_NEEDED, TOTAL, Outlook, by_month, capacity_outlook
from warehouse.errors import WarehouseError
from warehouse.redaction import log_line

LOGGER = logging.getLogger(__name__)

BADGES: dict[Rag, Literal["green", "orange", "red"]] = {Rag.GREEN: "green", Rag.AMBER: "orange", Rag.RED: "red"}

MOST_STEPS = 400
"The largest number of RTB dates that are drawn one by one."


def render_page() -> None:
    """Draw the charts of the pipeline."""
    options = snapshot_cache.cached_query(choices) if snapshot_cache.current_snapshot() else None
    if options is None or not options.projects:
        _render_empty_state()
        return
    wanted = _render_filter(options)
    figures = snapshot_cache.cached_query(pipeline.headline_figures, wanted)
    _render_status_line(figures)
    if not figures["projects"]:
        st.info("No projects match these filters. Remove one.", icon=":material/filter_alt_off:")
        if figures["open_points"]:
            project_views.show_risks(wanted)
        return
    _render_cards(figures, wanted, options)
    name = st.segmented_control("View", list(VIEWS), default="Capacity", required=True, key="view", bind="query-params")
    _render_view(name if name in VIEWS else "Capacity", wanted)


def _render_view(name: str, wanted: Filter) -> None:
    """Draw one view. A value that cannot be drawn costs this view only; which kind of value is shown and logged."""
    try:
        VIEWS[name](wanted)
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


def _render_filter(result: Choices) -> Filter:
    """Draw the filter, which lives in the address; nothing chosen means everything."""

    def chosen(label: str, options: list[str]) -> tuple[str, ...]:
        picked = st.multiselect(
            label,
            options,
            key=label.lower(),
            bind="query-params",
            placeholder="All",
            width=168,
        )
        return tuple(picked)

    with st.container(horizontal=True, vertical_alignment="bottom"):
        return Filter(
            datetime.now(UTC).date(),
            markets=chosen("Market", result.markets),
            stages=chosen("Stage", result.stages),
            technologies=chosen("Technology", result.technologies),
            rags=chosen("RAG", result.rags),
            counterparties=chosen("Counterparty", result.counterparties),
        )


def _render_status_line(figures: dict[str, float]) -> None:
    """Draw the number of projects by RAG status, and whether the figures include every saved edit."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for rag in reversed(Rag):
            st.badge(f"{rag_text(rag)} {number(figures[rag.lower()])}", color=BADGES[rag])
        try:
            newer = reader.newest_position(ledger_session.engine()) - ledger_session.charted_position()
        except PipelineError:
            st.caption("The ledger is not available, so recent edits may be missing here.", width="content")
        else:
            if newer <= 0:
                st.caption("These charts include every saved edit.", width="content")
    landing_offer()


def _render_cards(figures: dict[str, float], wanted: Filter, options: Choices) -> None:
    """Draw the headline figures, with their change in the last month if the ledger is that old."""
    then = months_before(wanted.today, 1)
    before = snapshot_cache.cached_query(past_headline_figures, wanted, then)

    def card(label: str, name: str, help_text: str, *, is_good: bool | None = None) -> None:
        change = round(figures[name]) - round(before[name]) if before else None
        st.metric(
            label,
            number(figures[name]),
            None if change is None else f"{change:+,d}" if change else "±0",
            delta_color="off" if not change or is_good is None else "normal" if is_good else "inverse",
            delta_arrow="auto" if change else "off",
            help=help_text + (f" The change is since the end of {day(then)}." if before else ""),
            border=True,
            width=148,
        )

    with st.container(horizontal=True):
        card("Projects", "projects", f"Out of {options.projects}, with {number(figures['facilities'])} facilities.")
        card("Gross MWp", "gross_mwp", "DC capacity for solar, rated power for wind and storage.", is_good=True)
        card(
            *("Weighted MWp", "weighted_mwp", "Gross capacity x the probability of completion at each stage."),
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
        days = {"period": "Two days", "from-to": [then.isoformat(), wanted.today.isoformat()]}
        st.page_link(
            "app_pages/changes.py",
            label=f"What changed since the end of {day(then)}",
            icon=":material/difference:",
            query_params=days,
        )


def _render_capacity(wanted: Filter) -> None:
    project_views.show_counts(wanted)
    frame = snapshot_cache.cached_query(pipeline.by_stage_and_technology, wanted)
    if frame.is_empty():
        st.info("These projects have no facilities yet.", icon=":material/info:")
        return
    weights = {row["stage"]: row for row in frame.iter_rows(named=True)}
    message = ", ".join(
        f"{stage} {share(row['weight'])}{' (default)' if row['weight_is_default'] else ''}"
        for stage, row in weights.items()
    )
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Gross and weighted", anchor=False)
        st.caption(f"Light bars: gross. Dark bars: weighted by probability of completion: {message}.")
        render_figure(
            capacity.by_stage(frame), frame, "capacity-by-stage", "Gross and weighted MWp by stage and technology"
        )
    with right:
        st.subheader("Stage by technology", anchor=False)
        st.caption("Gross MWp and number of projects (in brackets); hybrids appear under each of their technologies.")
        render_figure(
            capacity.stage_by_technology(frame), frame, "stage-by-technology",
            "Gross MWp and count of projects for each stage and technology",
        )  # fmt: skip


def _render_outlook(wanted: Filter) -> None:
    outlook: Outlook = snapshot_cache.cached_query(capacity_outlook, wanted)
    kinds = outlook.steps["technology"].unique(maintain_order=True).to_list()
    if not kinds:
        st.info("None of these projects has both an RTB date and a facility.", icon=":material/info:")
        return
    kind = st.segmented_control("Technology", kinds, default=TOTAL, required=True, key="of", bind="query-params")
    kind = kind if kind in kinds else TOTAL
    fit = outlook.fits.filter(technology=kind)
    message = (
        f"Not enough data for a trend: it needs {MONTHS_NEEDED} months since the first RTB date and {LEVELS_NEEDED} "
        "different levels."
    )
    if len(fit):
        row = fit.row(0, named=True)
        message = (
            f"Trend: a straight line through the month ends from {row['first_month']:%b %Y} to "
            f"{row['last_month']:%b %Y}, **{number(row['mwp_a_year'])} MWp a year**; in five years "
            f"**{number(row['in_five_years_mwp'])} MWp**, {number(row['low_mwp'])} to {number(row['high_mwp'])} "
            "(two standard errors). Months are correlated and plans change, so the real uncertainty is wider. "
            "Future RTB dates are not used."
        )
    st.caption(f"{message} Projects without an RTB date are not included.")
    project_views.name_unlikely_dates(wanted)
    steps = outlook.steps.filter(technology=kind)
    shown = outlook
    if len(steps) > MOST_STEPS:
        st.caption(f"{number(len(steps))} RTB dates, drawn by month. The table and its downloads list each one.")
        shown = replace(outlook, steps=by_month(outlook.steps))
    figure = outlooks.cumulative_capacity(shown, kind, wanted.today)
    name = f"cumulative-{kind.lower().replace(' ', '-')}"
    render_figure(figure, steps, name, f"Cumulative capacity by RTB date, {kind}, with a five-year trend and its band")
    if len(outlook.fits):
        st.subheader("Trend by technology", anchor=False)
        st.dataframe(outlook.fits, hide_index=True, column_config=FITS, key="fits", alt="Trend of each technology")
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

render_page()
