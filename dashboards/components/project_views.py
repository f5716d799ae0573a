"""Views of the pipeline dashboard that draw single projects, facilities or risks, or sums if there are too many.

Belongs here: the map, statuses over time, RTB dates, risks. Not here: capacity and outlook, which are sums
(`app_pages/pipeline_dashboard.py`), and the figures (`renewables/charts/`).
"""

from functools import partial

import polars as pl
import streamlit as st

from dashboards.components import record_lists, snapshot_cache
from dashboards.components.chart_and_table import two_columns
from dashboards.components.formatting import day, number, power
from dashboards.components.pipeline_lists import render_figure, render_projects, render_rows
from dashboards.components.plain_text import plain
from dashboards.components.register_neighbours import neighbours_chosen, render_neighbour_rows
from dashboards.components.register_parts import open_record
from pipeline_assets.fields import field_title
from pipeline_assets.vocabulary import MilestoneName
from renewables.charts import pipeline_aggregates as sums
from renewables.charts.milestones import milestone_timeline
from renewables.charts.pipeline_counts import highest_ratings, projects_by_stage, technology_shares
from renewables.charts.pipeline_map import OUTLINE_SOURCE, ColourBy, is_on_map, on_the_map, squares_on_the_map
from renewables.charts.pipeline_risks import band_of, likelihood_by_impact
from renewables.charts.pipeline_status import rag_grid, rtb_timeline
from renewables.charts.register_map import with_neighbours
from renewables.queries import pipeline, pipeline_aggregates
from renewables.queries.milestone_timeline import portfolio_timeline
from renewables.queries.pipeline import STALE_DAYS, TOP, Filter

PROJECTS_PER_PAGE = 40
"The number of rows of a chart with one row per project."
MOST_MARKS = 300
"The largest number of facilities or risks that are drawn one by one."
NAMES_SHOWN = 12
MAP_TABLE_PIXELS = 620
"The width of the table beside the map in a window of 1440 pixels."


def show_map(wanted: Filter) -> None:
    """Draw the facilities, by square of the map where there are too many, and the list of the largest."""
    frame = snapshot_cache.cached_query(pipeline.facility_places, wanted)
    drawn = frame.filter(is_on_map())
    own = frame.filter(pl.col("repd_ref_id") != "")["repd_ref_id"].unique().sort().to_list()
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="map-controls"):
        chosen = st.segmented_control(
            "Colour",
            list(ColourBy),
            format_func="Colour: {}".format,
            default=ColourBy.RAG,
            required=True,
            key="colour",
            bind="query-params",
            label_visibility="collapsed",
        )
        nearby = neighbours_chosen(drawn.select("latitude", "longitude").unique(maintain_order=True).rows(), own)
    colour_by = ColourBy(chosen) if chosen else ColourBy.RAG
    named = "RAG" if colour_by is ColourBy.RAG else colour_by.lower()
    is_summed = len(drawn) > MOST_MARKS
    if is_summed:
        squares = snapshot_cache.cached_query(pipeline_aggregates.places_by_square, wanted, colour_by.lower())
        figure = squares_on_the_map(squares, colour_by)
        legend = (
            f"Each mark combines the facilities within {pipeline_aggregates.SQUARE_DEGREES:g}°, in the colour of the "
            f"{named} with the most MWp. Its area shows MWp."
        )
    else:
        figure = on_the_map(drawn, colour_by)
        legend = f"Colour and shape show {named}, area shows MWp. Click a mark to open its project."
    if nearby is not None:
        figure = with_neighbours(figure, nearby)
    left, right = two_columns((2, 3))
    with left:
        clicked = render_figure(
            figure, frame, "places", f"Map of {len(drawn)} facilities by MWp and {named}", selects=not is_summed
        )
        st.caption(f"{legend} {OUTLINE_SOURCE}")
    with right:
        st.subheader("Facilities by capacity", anchor=False)
        status = "stage" if colour_by is ColourBy.STAGE else "rag"  # what the marks show, as far as there is room
        shown = frame.select(_facility_of_project(), "capacity_mwp", "technology", status, "pipeline_id")
        render_rows(shown, "facilities", "facility", "pipelines", "pipeline_id", pixels=MAP_TABLE_PIXELS)
        _name_places_not_drawn(frame)
    if nearby is not None:
        render_neighbour_rows(nearby, name="neighbours")
    if clicked and clicked[0]:
        st.switch_page(record_lists.PAGES["pipelines"], query_params={"id": clicked[0]})
    elif clicked and len(clicked) > 2:
        open_record("repd", clicked[2])


def _facility_of_project() -> pl.Expr:
    """Return the name of a facility, with that of its project if it does not begin with it."""
    name, project = pl.col("facility"), pl.col("project")
    return pl.when(name.str.starts_with(project)).then(name).otherwise(name + ", " + project).alias("facility")


def _name_places_not_drawn(frame: pl.DataFrame) -> None:
    """Name the facilities that are not on the map by market: in other countries, or without coordinates."""
    rest = frame.filter(is_on_map().not_().fill_null(value=True)).with_columns(
        is_unplaced=pl.col("longitude").is_null()
    )
    if rest.is_empty():
        return
    st.markdown("**Not on the map**")
    lines = [
        f"- {market}{', without coordinates' if is_unplaced else ''}: {_names_with_capacity(part)}"
        for (market, is_unplaced), part in rest.group_by("market", "is_unplaced", maintain_order=True)
    ]
    st.markdown("\n".join(sorted(lines)))


def _names_with_capacity(frame: pl.DataFrame) -> str:
    names = ", ".join(plain(name) for name in frame["facility"].head(NAMES_SHOWN))
    more = f" and {number(len(frame) - NAMES_SHOWN)} more" if len(frame) > NAMES_SHOWN else ""
    return f"{names}{more}, {power(float(frame['capacity_mwp'].sum()))}"


def show_rag(wanted: Filter) -> None:
    """Draw the status of each project by month, page by page and with the counts of all where there are many."""
    count = int(snapshot_cache.cached_query(pipeline.headline_figures, wanted)["projects"])
    if count > PROJECTS_PER_PAGE:
        counts = snapshot_cache.cached_query(pipeline_aggregates.rag_counts_by_month, wanted)
        st.subheader("All projects", anchor=False)
        render_figure(sums.rag_counts(counts), counts, "rag-counts", f"RAG status of {count} projects in each month")
    name_unlikely_dates(wanted)
    offset = _page("rag-page", count)
    frame = snapshot_cache.cached_query(pipeline.rag_by_month, wanted, limit=PROJECTS_PER_PAGE, offset=offset)
    all_rows = partial(snapshot_cache.cached_query, pipeline.rag_by_month, wanted)
    render_figure(
        rag_grid(frame), all_rows, "rag-by-month", "RAG status of projects at the end of each of the last months"
    )
    st.caption(
        "Status at the end of each month and today, with the worst current status first. G Green, A Amber, R Red."
    )
    st.subheader(f"No update for {STALE_DAYS} days", anchor=False)
    render_projects(
        snapshot_cache.cached_query(pipeline.stale_projects, wanted),
        "stale",
        f"All of these projects were updated in the last {STALE_DAYS} days.",
    )


def show_rtb_dates(wanted: Filter) -> None:
    """Draw the RTB date of each project, page by page and with the counts of all where there are many."""
    frame = snapshot_cache.cached_query(pipeline.rtb_dates, wanted)
    name_unlikely_dates(wanted)
    if len(frame):
        slipped = frame.filter(pl.col("slippage_days") > 0)
        days = slipped["slippage_days"].median()
        if len(frame) > PROJECTS_PER_PAGE:
            quarters = snapshot_cache.cached_query(pipeline_aggregates.rtb_by_quarter, wanted)
            figure = sums.rtb_quarters(quarters, wanted.today)
            st.subheader("All projects", anchor=False)
            render_figure(figure, quarters, "rtb-by-quarter", f"RTB dates of {len(frame)} projects by quarter")
        median = f", by a median of {days:.0f} days" if isinstance(days, float) else ""
        st.caption(
            f"Ring: first RTB date. Mark: current RTB date. **{number(len(slipped))}** of "
            f"{number(len(frame))} slipped{median}."
        )
        past = len(frame.filter(pl.col("rtb_date") < wanted.today))
        offset = _page("rtb-page", len(frame), first_shown=min(past, len(frame) - 1))
        shown = frame.slice(offset, PROJECTS_PER_PAGE)
        render_figure(
            rtb_timeline(shown, wanted.today), frame, "rtb-dates", "RTB dates of the projects and their slippage"
        )
    else:
        st.info("None of these projects has an RTB date.", icon=":material/info:")
    st.subheader("Overdue", anchor=False)
    st.caption("Projects past their RTB date, in a stage before Construction.")
    render_projects(
        snapshot_cache.cached_query(pipeline.overdue_projects, wanted), "overdue", "No projects are overdue."
    )


def show_timeline(wanted: Filter) -> None:
    """Draw the milestones of each project over time, page by page; one kind of milestone shows its slip in days."""
    frame = snapshot_cache.cached_query(portfolio_timeline, wanted)
    if frame.is_empty():
        st.info("None of these projects has a dated milestone.", icon=":material/info:")
        return
    known = [name for name in map(str, MilestoneName) if name in set(frame["milestone"])]
    chosen = st.multiselect(
        "Milestones",
        known,
        key="milestones",
        bind="query-params",
        placeholder="All milestones",
        label_visibility="collapsed",
        width=420,
    )
    name_unlikely_dates(wanted)
    frame = frame.filter(pl.col("milestone").is_in(chosen)) if chosen else frame
    projects = frame["pipeline_id"].unique(maintain_order=True)
    offset = _page("timeline-page", len(projects))
    shown = frame.filter(pl.col("pipeline_id").is_in(projects.slice(offset, PROJECTS_PER_PAGE).implode()))
    render_figure(
        milestone_timeline(shown, wanted.today, by="pipeline_id"),
        frame,
        "milestones",
        f"Milestones of {len(projects)} projects over time",
    )
    st.caption(
        "Outline: planned. Filled: forecast. Solid: reached. The line between them is the slip; choose one milestone "
        "to see it in days. The project with the next milestone comes first."
    )


def show_counts(wanted: Filter) -> None:
    """Draw the number of projects by stage, and the share of each technology in the gross capacity."""
    st.subheader("Projects by stage", anchor=False)
    stages = snapshot_cache.cached_query(pipeline_aggregates.projects_by_stage, wanted)
    render_figure(projects_by_stage(stages), stages, "projects-by-stage", "Number of projects in each stage")
    shares = snapshot_cache.cached_query(pipeline_aggregates.technology_shares, wanted)
    shares = shares.filter(pl.col("share").is_not_null())
    if len(shares):
        st.subheader("Share of each technology", anchor=False)
        render_figure(
            technology_shares(shares), shares, "technology-shares", "Share of each technology in the gross MWp"
        )


def show_risks(wanted: Filter) -> None:
    """Draw the open information points by likelihood and impact, summed where there are too many, and the worst."""
    frame = snapshot_cache.cached_query(pipeline.open_risks, wanted)
    if frame.is_empty():
        st.success("No open information points.", icon=":material/check_circle:")
        return
    left, right = two_columns((2, 3))
    with left:
        st.subheader("Likelihood and impact", anchor=False)
        if len(frame) > MOST_MARKS:
            step = pipeline_aggregates.SCORE_STEP
            st.caption(
                f"**{number(len(frame))}** open points in steps of {step}. Colour: highest rating in each group."
            )
            figure = sums.risks_by_score(snapshot_cache.cached_query(pipeline_aggregates.risks_by_score, wanted))
        else:
            figure = likelihood_by_impact(frame)
        render_figure(figure, frame, "risks", f"{len(frame)} open information points by likelihood and impact")
    with right:
        st.subheader(f"Top {TOP} by rating", anchor=False)
        render_figure(
            highest_ratings(frame.head(TOP)), frame.head(TOP), "top-ratings", f"Bars of the {TOP} highest ratings"
        )
    top = frame.head(TOP).with_columns(band=pl.col("rating").map_elements(band_of, return_dtype=pl.String()))
    shown = top.select(
        *("rank", "information_point", "rating", "band", "project", "owner", "due_date"),
        *("pipeline_id", "information_point_id"),
    )
    render_rows(shown, "top-points", "information_point", "information_points", "information_point_id")


def name_unlikely_dates(wanted: Filter) -> None:
    """Name the projects with an impossible date, which no chart can draw, with links to correct it."""
    frame = snapshot_cache.cached_query(pipeline_aggregates.unlikely_dates, wanted)
    if frame.is_empty():
        return
    ids = frame["pipeline_id"].unique(maintain_order=True)
    is_one = len(ids) == 1
    st.warning(
        f"{number(len(ids))} {'project has an impossible date' if is_one else 'projects have impossible dates'}. The "
        f"charts exclude {'it' if is_one else 'them'} until the date is corrected.",
        icon=":material/event_busy:",
    )
    with st.container(horizontal=True):
        for row in frame.head(NAMES_SHOWN).iter_rows(named=True):
            title = field_title("pipelines", row["field"])
            record_lists.record_link("pipelines", row["pipeline_id"], f"{row['project']}: {title} {day(row['day'])}")


def _page(key: str, count: int, first_shown: int = 0) -> int:
    """Draw the numbers of the pages and return the offset of the chosen one; `first_shown` is on the default page."""
    if count <= PROJECTS_PER_PAGE:
        return 0
    pages = -(-count // PROJECTS_PER_PAGE)
    page = st.pagination(pages, default=first_shown // PROJECTS_PER_PAGE + 1, key=key, bind="query-params")
    offset = (min(max(page, 1), pages) - 1) * PROJECTS_PER_PAGE
    last = min(offset + PROJECTS_PER_PAGE, count)
    st.caption(f"Projects {number(offset + 1)} to {number(last)} of {number(count)}. The table lists all of them.")
    return offset
