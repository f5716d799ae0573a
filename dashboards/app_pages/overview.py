"""Overview: wind and solar generation now, in the last day and week, and the coverage of the last week."""

from datetime import UTC, datetime
from typing import Literal

import polars as pl
import streamlit as st

from dashboards.components import snapshot_cache
from dashboards.components.chart import render_chart
from dashboards.components.chart_and_table import FiguresTable, category_row, chart_and_table, render_figures
from dashboards.components.footer import empty_state
from dashboards.components.formatting import (
    NOTHING,
    ago,
    change_of,
    clock,
    date_of,
    energy,
    moment,
    percent,
    power,
    share,
)
from dashboards.components.half_hour_columns import SERIES_COLUMNS
from dashboards.components.share_views import render_latest_share
from dashboards.components.unknown_series import warn_of_unknown_series
from elexon_assets.datasets import WIND_AND_SOLAR
from elexon_assets.schema.measures import TOTAL
from elexon_assets.settlement import HALF_HOUR
from elexon_assets.windows import Window
from renewables.charts.colours import colour_of
from renewables.charts.forecast import add_newest_forecast
from renewables.charts.generation import add_range_strip, figure_in_page
from renewables.queries.caveats import CAPACITY_IS_PLANNED
from renewables.queries.forecast_day import NewestIssue, newest_wind_forecast
from renewables.queries.generation import series_of
from renewables.queries.overview import WEEK, Overview, wind_and_solar_overview
from renewables.queries.selection import Selection
from renewables.queries.shares import latest_share

NAMES = {TOTAL: "Wind and solar"}
HALF_HOURS = WEEK // HALF_HOUR
CARD_PIXELS = 160
"The least width of a card: four fit side by side on a desktop, two on a phone."
STEADY_MW = 50
"The change within an hour that is not called one."


def render_page() -> None:
    """Draw the newest wind and solar generation."""
    overview = snapshot_cache.cached_query(wind_and_solar_overview) if snapshot_cache.current_snapshot() else None
    if overview is None:
        empty_state()
        return
    newest = overview.newest
    st.subheader(_headline(overview), anchor=False)
    age = ago(datetime.now(UTC) - newest.end_utc)
    st.caption(
        f"Great Britain, latest half-hour: **{moment(newest.start_utc)}–{clock(newest.end_utc)}** ({age})"  # noqa: RUF001 (a dash is meant)
    )
    left, right = chart_and_table()
    with left:
        forecast = _render_week(overview)
    with right:
        render_figures(_figures_table(overview))
        render_latest_share()
        _completeness_text(overview)
        if forecast:
            st.caption(
                f"Dashed: the newest wind forecast (WINDFOR), issued {moment(forecast.issued_utc)}. It is of metered "
                "wind, so it has no embedded wind farms and no solar."
            )
    warn_of_unknown_series()
    categories = [*WIND_AND_SOLAR.categories, TOTAL]
    st.html(f"<style>{''.join(map(_sparkline_style, categories))}</style>")
    with st.grid(4, min_column_width=CARD_PIXELS, key="cards"):
        for category in categories:
            _render_card(overview, category)


def _headline(overview: Overview) -> str:
    """Return one sentence about the newest half-hour; what is not known is left out."""
    wind = overview.wind_now.filter(psr_type=TOTAL).row(0, named=True)
    solar = _value_of(overview.now, "Solar", "mean_mw")
    parts = []
    if wind["mean_mw"] is not None:
        parts.append(f"Wind {power(wind['mean_mw'])}")
        if wind["capacity_factor"] is not None:
            parts[-1] += f", {share(wind['capacity_factor'])} of capacity"
    if solar is not None:
        parts.append(f"solar {power(solar)}")
    latest = snapshot_cache.cached_query(latest_share)
    if latest is not None and latest.start_utc == overview.newest.start_utc:
        parts.append(f"together {share(latest.share_of_demand)} of demand")
    now, before = (_value_of(frame, TOTAL, "mean_mw") for frame in (overview.now, overview.hour_before))
    if now is not None and before is not None:
        change = now - before
        steady = abs(change) < STEADY_MW
        parts.append(
            "steady over the last hour"
            if steady
            else f"{'up' if change > 0 else 'down'} {power(abs(change))} in an hour"
        )
    return "; ".join(parts) or "The latest half-hour has no values"


def _render_week(overview: Overview) -> NewestIssue | None:
    """Draw the last seven days and the newest wind forecast behind them, and return that forecast."""
    window = Window(overview.held.end_utc - WEEK, overview.held.end_utc)
    drawn = snapshot_cache.cached_query(series_of, Selection.read(), window)
    figure = figure_in_page(drawn)
    newest_forecast = snapshot_cache.cached_query(newest_wind_forecast, overview.held.end_utc)
    if newest_forecast:
        figure = add_newest_forecast(figure, newest_forecast)
    total = _value_of(overview.last_week, TOTAL, "energy_mwh")
    render_chart(
        add_range_strip(figure),
        drawn.frame,
        name="last-seven-days",
        alt=f"Wind and solar of the last 7 days by half-hour, {energy(total)} in total",
        columns=SERIES_COLUMNS,
    )
    return newest_forecast


def _figures_table(overview: Overview) -> FiguresTable:
    """Return the figures of each technology, which are the legend of the chart too."""
    rows = []
    for category in [*WIND_AND_SOLAR.categories, TOTAL]:
        week, before = (
            _value_of(frame, category, "energy_mwh") for frame in (overview.last_week, overview.week_before)
        )
        cells = [
            f"**{power(_value_of(overview.now, category, 'mean_mw'))}**",
            share(_value_of(overview.now, category, "capacity_factor")),
            energy(_value_of(overview.last_day, category, "energy_mwh")),
            energy(week),
            change_of(week, before) if week and before else NOTHING,
        ]
        rows.append(category_row(category, NAMES.get(category, category), cells))
    return FiguresTable(
        ["Technology", "Now", "Of capacity", "24 h", "7 days", "Week on week"],
        rows,
        f"The last column compares the energy of 7 days with that of the 7 days before. {CAPACITY_IS_PLANNED}",
    )


def _render_card(overview: Overview, category: str) -> None:
    """Draw the newest value of a technology, its last 24 hours in its colour, and its record."""
    record = overview.records.filter(psr_type=category).row(0, named=True)
    now, before = (_value_of(frame, category, "mean_mw") for frame in (overview.now, overview.hour_before))
    change = None if now is None or before is None else now - before
    with st.container(border=True, height="stretch", gap="xsmall", key=_card_key(category)):
        name = NAMES.get(category, category)
        st.metric(
            name,
            power(now),
            None if change is None else power(abs(change)),
            delta_color="off",
            delta_arrow=_arrow_of(change or 0),
            delta_description="in an hour",
            chart_data=overview.sparks.get(category),
            chart_type="area",
            help="Mean over the latest half-hour. The line shows the last 24 hours.",
        )
        st.caption(
            f"Highest since {date_of(overview.held.start_utc)}: **{power(record['peak_mw'])}** "
            f"on {date_of(record['peak_start_time_utc'])}"
        )


def _arrow_of(change: float) -> Literal["up", "down", "off"]:
    """Return the direction of a change in MW, which has none if it is shown as 0 MW."""
    return "off" if not round(change) else "up" if change > 0 else "down"


def _card_key(category: str) -> str:
    return f"card-{category.lower().replace(' ', '-')}"


def _sparkline_style(category: str) -> str:
    """Return the rules for a sparkline in the colour of its technology, which no setting offers."""
    card, colour = f".st-key-{_card_key(category)} [data-testid=stMetricChart]", colour_of(category)
    return (
        f"{card} .mark-area path {{ fill: {colour}; fill-opacity: 0.25 }} {card} .mark-line path {{ stroke: {colour} }}"
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
