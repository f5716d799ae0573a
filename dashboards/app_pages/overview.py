"""Overview: what wind and sun give now, gave yesterday and last week, and how much of it is there."""

from datetime import UTC, datetime

import polars as pl
import streamlit as st

from dashboards.components import snapshot_cache
from dashboards.components.chart import render_chart
from dashboards.components.footer import empty_state
from dashboards.components.formatting import ago, change_of, clock, date_of, energy, moment, percent, power, share
from dashboards.components.unknown_series import warn_of_unknown_series
from elexon_assets.datasets import WIND_AND_SOLAR
from elexon_assets.schema.measures import TOTAL
from elexon_assets.settlement import HALF_HOUR
from elexon_assets.windows import Window
from renewables.charts.colours import colour_of
from renewables.charts.generation import figure_in_page
from renewables.queries.caveats import CAPACITY_IS_PLANNED
from renewables.queries.generation import series_of
from renewables.queries.overview import WEEK, Overview, wind_and_solar_overview
from renewables.queries.selection import Selection

NAMES = {TOTAL: "Wind and solar"}
HALF_HOURS = WEEK // HALF_HOUR
CARD_PIXELS = 233
"Four beside each other on a desk, two on a tablet."


def render_page() -> None:
    overview = snapshot_cache.cached_query(wind_and_solar_overview) if snapshot_cache.current_snapshot() else None
    if overview is None:
        empty_state()
        return
    newest = overview.newest
    age = ago(datetime.now(UTC) - newest.end_utc)
    st.markdown(
        f"Great Britain in the half-hour **{moment(newest.start_utc)}–{clock(newest.end_utc)}** (ended {age})"  # noqa: RUF001 (a dash is meant)
    )
    categories = [*WIND_AND_SOLAR.categories, TOTAL]
    # Columns would cut the figures on a tablet.
    with st.container(horizontal=True, horizontal_alignment="center", key="cards"):
        for category in categories:
            _render_card(overview, category)
    _completeness_text(overview)
    warn_of_unknown_series()
    st.subheader("The last seven days", anchor=False)
    whole = _of(overview.last_week, TOTAL, "energy_mwh")
    drawn = snapshot_cache.cached_query(
        series_of, Selection.read(), Window(overview.held.end_utc - WEEK, overview.held.end_utc)
    )
    render_chart(
        figure_in_page(drawn),
        drawn.frame,
        name="last-seven-days",
        alt=f"Wind and solar of the last seven days by half-hour, {energy(whole)} in all",
    )


def _render_card(overview: Overview, category: str) -> None:
    now, factor = _of(overview.now, category, "mean_mw"), _of(overview.now, category, "capacity_factor")
    week, before = (_of(frame, category, "energy_mwh") for frame in (overview.last_week, overview.week_before))
    record = overview.records.filter(psr_type=category).row(0, named=True)
    change = f" ({change_of(week, before)} on the week before)" if week and before else ""
    with st.container(border=True, width=CARD_PIXELS, height="stretch", gap="xsmall"):
        name = NAMES.get(category, category)
        st.markdown(
            f':color[■]{{foreground="{colour_of(category)}"}} {name}',
            help="Mean over the newest half-hour; the line is the last 24 hours.",
        )
        st.metric(name, power(now), chart_data=overview.sparks.get(category), label_visibility="collapsed")
        st.caption(
            f"**{share(factor)}** of installed capacity  \n"
            f"**{energy(_of(overview.last_day, category, 'energy_mwh'))}** in 24 hours  \n"
            f"**{energy(week)}** in 7 days{change}  \n"
            f"**{power(record['peak_mw'])}** record, {date_of(record['peak_start_time_utc'])}",
            help=CAPACITY_IS_PLANNED,
        )


def _completeness_text(overview: Overview) -> None:
    missing, doubted = overview.half_hours_missing, overview.half_hours_flagged
    whole = f":green[:material/check_circle:] All {HALF_HOURS} half-hours of the last seven days are there"
    if missing:
        whole = (
            f":orange[:material/data_alert:] **{missing} of {HALF_HOURS}** half-hours of the last seven days are "
            f"missing ({percent(1 - missing / HALF_HOURS)} there)"
        )
    flags = f" · **{doubted}** flagged as in doubt" if doubted else " · none flagged"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{whole}{flags}", width="content")
        st.page_link("app_pages/data_management.py", label="Coverage", icon=":material/calendar_month:")


def _of(frame: pl.DataFrame, category: str, column: str) -> float | None:
    value: float | None = frame.filter(psr_type=category)[column].item()
    return value


render_page()
