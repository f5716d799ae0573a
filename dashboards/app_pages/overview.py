"""Overview: wind and solar generation now, in the last day and week, and the coverage of the last week."""

from datetime import UTC, datetime

import polars as pl
import streamlit as st

from dashboards.components import snapshot_cache
from dashboards.components.chart import render_chart
from dashboards.components.footer import empty_state
from dashboards.components.formatting import ago, change_of, clock, date_of, energy, moment, percent, power, share
from dashboards.components.share_views import render_latest_share
from dashboards.components.unknown_series import warn_of_unknown_series
from elexon_assets.datasets import WIND_AND_SOLAR
from elexon_assets.schema.measures import TOTAL
from elexon_assets.settlement import HALF_HOUR
from elexon_assets.windows import Window
from renewables.charts.colours import colour_of
from renewables.charts.forecast import add_newest_forecast
from renewables.charts.generation import figure_in_page
from renewables.queries.caveats import CAPACITY_IS_PLANNED
from renewables.queries.forecast_day import newest_wind_forecast
from renewables.queries.generation import series_of
from renewables.queries.overview import WEEK, Overview, wind_and_solar_overview
from renewables.queries.selection import Selection

NAMES = {TOTAL: "Wind and solar"}
HALF_HOURS = WEEK // HALF_HOUR
CARD_PIXELS = 233
"The width of a card: four fit side by side on a desktop, two on a tablet."


def render_page() -> None:
    """Draw the newest wind and solar generation."""
    overview = snapshot_cache.cached_query(wind_and_solar_overview) if snapshot_cache.current_snapshot() else None
    if overview is None:
        empty_state()
        return
    newest = overview.newest
    age = ago(datetime.now(UTC) - newest.end_utc)
    st.markdown(
        f"Great Britain, latest half-hour: **{moment(newest.start_utc)}–{clock(newest.end_utc)}** ({age})"  # noqa: RUF001 (a dash is meant)
    )
    categories = [*WIND_AND_SOLAR.categories, TOTAL]
    # Columns would cut off the numbers on a tablet.
    with st.container(horizontal=True, horizontal_alignment="center", key="cards"):
        for category in categories:
            _render_card(overview, category)
    render_latest_share()
    _completeness_text(overview)
    warn_of_unknown_series()
    st.subheader("Last 7 days", anchor=False)
    total = _value_of(overview.last_week, TOTAL, "energy_mwh")
    drawn = snapshot_cache.cached_query(
        series_of, Selection.read(), Window(overview.held.end_utc - WEEK, overview.held.end_utc)
    )
    figure = figure_in_page(drawn)
    newest_forecast = snapshot_cache.cached_query(newest_wind_forecast, overview.held.end_utc)
    if newest_forecast:
        figure = add_newest_forecast(figure, newest_forecast)
        st.caption(
            f"Dashed: the newest wind forecast (WINDFOR), issued {moment(newest_forecast.issued_utc)}. It is of "
            "metered wind, so it has no embedded wind farms and no solar."
        )
    render_chart(
        figure,
        drawn.frame,
        name="last-seven-days",
        alt=f"Wind and solar of the last 7 days by half-hour, {energy(total)} in total",
    )


def _render_card(overview: Overview, category: str) -> None:
    now, factor = _value_of(overview.now, category, "mean_mw"), _value_of(overview.now, category, "capacity_factor")
    week, before = (_value_of(frame, category, "energy_mwh") for frame in (overview.last_week, overview.week_before))
    record = overview.records.filter(psr_type=category).row(0, named=True)
    change = f" ({change_of(week, before)} on the previous week)" if week and before else ""
    with st.container(border=True, width=CARD_PIXELS, height="stretch", gap="xsmall"):
        name = NAMES.get(category, category)
        st.markdown(
            f':color[■]{{foreground="{colour_of(category)}"}} {name}',
            help="Mean over the latest half-hour. The line shows the last 24 hours.",
        )
        st.metric(name, power(now), chart_data=overview.sparks.get(category), label_visibility="collapsed")
        st.caption(
            f"**{share(factor)}** of installed capacity  \n"
            f"**{energy(_value_of(overview.last_day, category, 'energy_mwh'))}** in 24 hours  \n"
            f"**{energy(week)}** in 7 days{change}  \n"
            f"Highest since {date_of(overview.held.start_utc)}: **{power(record['peak_mw'])}** "
            f"on {date_of(record['peak_start_time_utc'])}",
            help=CAPACITY_IS_PLANNED,
        )


def _completeness_text(overview: Overview) -> None:
    missing, flagged = overview.half_hours_missing, overview.half_hours_flagged
    sentence = f":green[:material/check_circle:] Complete: all {HALF_HOURS} half-hours of the last 7 days"
    if missing:
        sentence = (
            f":orange[:material/data_alert:] Incomplete: **{missing} of {HALF_HOURS}** half-hours of the last 7 days "
            f"are missing ({percent(1 - missing / HALF_HOURS)} coverage)"
        )
    flags = f", **{flagged}** flagged" if flagged else ", none flagged"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{sentence}{flags}", width="content")
        st.page_link("app_pages/data_management.py", label="Coverage", icon=":material/calendar_month:")


def _value_of(frame: pl.DataFrame, category: str, column: str) -> float | None:
    value: float | None = frame.filter(psr_type=category)[column].item()
    return value


render_page()
