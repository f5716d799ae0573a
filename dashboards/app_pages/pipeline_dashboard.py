"""The pipeline at a glance: how much, when, where, how it stands, what threatens it; everything filters together."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

import streamlit as st

from dashboards.components import ledger_session, project_views, record_lists, snapshot_cache
from dashboards.components.chart import render_downloads
from dashboards.components.formatting import number, share
from dashboards.components.landing_offer import landing_offer
from dashboards.components.ledger_session import rag_text
from dashboards.components.pipeline_lists import FITS, render_figure
from pipeline_assets.errors import PipelineError
from pipeline_assets.ledger import reader
from pipeline_assets.vocabulary import Rag
from renewables.charts import pipeline as capacity
from renewables.charts import pipeline_outlook as outlooks
from renewables.queries import pipeline
from renewables.queries.pipeline import STALE_DAYS, Filter
from renewables.queries.pipeline_choices import Choices, choices
from renewables.queries.pipeline_outlook import LEVELS_NEEDED, MONTHS_NEEDED, TOTAL, Outlook, by_month, capacity_outlook

BADGES: dict[Rag, Literal["green", "orange", "red"]] = {Rag.GREEN: "green", Rag.AMBER: "orange", Rag.RED: "red"}

MOST_STEPS = 400
"RTB dates that are drawn one by one."


def render_page() -> None:
    options = snapshot_cache.cached_query(choices) if snapshot_cache.current_snapshot() else None
    if options is None or not options.projects:
        _nothing_yet()
        return
    wanted = _render_filter(options)
    figures = snapshot_cache.cached_query(pipeline.headline_figures, wanted)
    _as_of(figures)
    if not figures["projects"]:
        st.info("No project fits all of these filters: take one away.", icon=":material/filter_alt_off:")
        if figures["open_points"]:
            project_views.show_risks(wanted)
        return
    _render_cards(figures, options)
    name = st.segmented_control("View", list(VIEWS), default="Capacity", required=True, key="view", bind="query-params")
    (VIEWS.get(name or "") or _render_capacity)(wanted)


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


def _as_of(figures: dict[str, float]) -> None:
    """How many projects stand how; which change of the ledger all figures are of, and how many are newer."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for rag in reversed(Rag):
            st.badge(f"{rag_text(rag)} {number(figures[rag.lower()])}", color=BADGES[rag])
        landed = ledger_session.charted_position()
        try:
            newer = reader.newest_position(ledger_session.engine()) - landed
        except PipelineError:
            message = "; the ledger does not answer, so newer ones are not known."
        else:
            waiting = f":material/hourglass_top: **{number(newer)} newer**, not yet landed."
            message = f", {waiting}" if newer > 0 else ", the newest."
        st.caption(f"As of change **{number(landed)}**{message}", width="content")
    landing_offer()


def _render_cards(figures: dict[str, float], options: Choices) -> None:
    def card(label: str, value: float, help_text: str) -> None:
        st.metric(label, number(value), help=help_text, border=True, width=148)

    with st.container(horizontal=True):
        card(
            "Projects",
            figures["projects"],
            f"Of {options.projects}; they have {number(figures['facilities'])} facilities.",
        )
        card("Gross MWp", figures["gross_mwp"], "DC capacity of solar, rated power of wind and storage.")
        card("Weighted MWp", figures["weighted_mwp"], "Gross times the probability of its stage.")
        card("Overdue RTB", figures["overdue"], "Past their RTB date and not in Construction yet.")
        card("Stale", figures["stale"], f"Nothing was changed for {STALE_DAYS} days or more; Completed ones aside.")
        card(
            "Open points",
            figures["open_points"],
            "Information points that are not closed; filters go by a point's own market and technology, else by those "
            "of its project.",
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
        st.caption(f"Faint bar: gross. Full bar: weighted by the stage's probability: {message}.")
        render_figure(
            capacity.by_stage(frame), frame, "capacity-by-stage", "Gross and weighted MWp by stage and technology"
        )
    with right:
        st.subheader("Stage by technology", anchor=False)
        st.caption("Gross MWp, and in brackets projects; a hybrid stands in the column of each of its technologies.")
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
    kind = st.segmented_control("Of", kinds, default=TOTAL, required=True, key="of", bind="query-params") or TOTAL
    kind = kind if kind in kinds else TOTAL
    fit = outlook.fits.filter(technology=kind)
    message = (
        f"Too little for a trend: it takes {MONTHS_NEEDED} months from the first RTB date on, and {LEVELS_NEEDED} "
        "heights."
    )
    if len(fit):
        row = fit.row(0, named=True)
        message = (
            f"Trend: a straight line through the month ends from {row['first_month']:%b %Y} to "
            f"{row['last_month']:%b %Y}, **{number(row['mwp_a_year'])} MWp a year**; in five years "
            f"**{number(row['in_five_years_mwp'])} MWp**, {number(row['low_mwp'])} to {number(row['high_mwp'])} "
            "(two standard errors). Months hang together and "
            "plans change: the truth is wider. It knows nothing of the RTB dates to come."
        )
    st.caption(f"{message} Projects without an RTB date are not in it.")
    project_views.name_unlikely_dates(wanted)
    steps = outlook.steps.filter(technology=kind)
    shown = outlook
    if len(steps) > MOST_STEPS:
        st.caption(f"{number(len(steps))} RTB dates, drawn by month; the table and its files have each.")
        shown = replace(outlook, steps=by_month(outlook.steps))
    figure = outlooks.cumulative_capacity(shown, kind, wanted.today)
    name = f"cumulative-{kind.lower().replace(' ', '-')}"
    render_figure(
        figure, steps, name, f"Cumulative capacity by RTB date, {kind}, with the trend of five years and its band"
    )
    if len(outlook.fits):
        st.subheader("Trend by technology", anchor=False)
        st.dataframe(outlook.fits, hide_index=True, column_config=FITS, key="fits", alt="Trend of each technology")
        render_downloads(outlook.fits, name="trend-by-technology")


def _nothing_yet() -> None:
    """Draw the empty state, with what to do next."""
    portfolio = ledger_session.current_portfolio()
    waiting = portfolio.position - ledger_session.charted_position()
    if waiting > 0 or portfolio.of_kind("pipelines"):
        with st.container(border=True):
            st.subheader("Nothing of the pipeline has landed yet", anchor=False)
            waits = f"**{number(waiting)}** changes are saved and wait" if waiting > 0 else "The tables are rebuilt"
            st.write(
                f"{waits}: Dagster lands them by itself while `renewables up` runs. Lists and records show all of it."
            )
            st.page_link("app_pages/projects.py", label="Projects", icon=":material/bolt:")
        landing_offer()
        return
    record_lists.empty_list(portfolio, "pipelines")
    st.caption("From a terminal: `renewables demo` makes an invented sample portfolio, in a home of its own.")


VIEWS: dict[str, Callable[[Filter], None]] = {
    "Capacity": _render_capacity,
    "Outlook": _render_outlook,
    "Map": project_views.show_map,
    "RAG": project_views.show_rag,
    "RTB dates": project_views.show_rtb_dates,
    "Risks": project_views.show_risks,
}

render_page()
