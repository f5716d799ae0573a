"""The views of Analysis: each draws its chart, and returns what is beside it; some have a second chart below.

Not here: the page around them (`app_pages/analysis.py`), the usual table (`analysis_figures.py`), the figures
(`renewables/charts`).
"""

from collections.abc import Callable

import polars as pl
import streamlit as st

from dashboards.components import snapshot_cache
from dashboards.components.analysis_columns import CAPACITY_FACTORS, PROFILES, SPREAD
from dashboards.components.analysis_input import AUTO, AnalysisInput, query_summary, query_window
from dashboards.components.chart import render_chart
from dashboards.components.chart_and_table import ChartNotes, FigureRow, FiguresTable
from dashboards.components.filters import FEW
from dashboards.components.formatting import change_of, energy, percent, share
from dashboards.components.half_hour_columns import SERIES_COLUMNS
from dashboards.components.plain_text import plain
from dashboards.components.share_views import render_residual_demand, render_shares
from renewables.charts import profiles as figures
from renewables.charts.complete_months import COMPLETE_MONTH
from renewables.charts.generation import add_month_strip, add_range_strip, can_be_stacked, figure_in_page
from renewables.charts.style import ACCENT
from renewables.queries import profiles
from renewables.queries.caveats import CAPACITY_IS_PLANNED, WIND_ERRS_LOW
from renewables.queries.generation import GRAINS, POINTS_A_SERIES, Series, grain_for, series_of
from renewables.queries.selection import Selection

GRAIN_NAMES = [AUTO, "half-hour", "hour", "day", "week", "month"]
MANY_ROWS_PIXELS = 560
"The height of a chart of many categories, whose table is as high."
OVER_TIME, SEASONS, SHARES = "Time series", "Seasons", "Share of demand"


def _render_time_series(wanted: AnalysisInput) -> ChartNotes:
    drawn, message = series_in_grain(wanted, wanted.grain)
    stacked = wanted.is_stacked and can_be_stacked(drawn)
    if wanted.is_stacked and not stacked:
        message += " Flows below zero cannot be stacked, so they are drawn as lines."
    height = 420 if len(wanted.categories) <= FEW else MANY_ROWS_PIXELS
    render_chart(
        add_range_strip(figure_in_page(drawn, stacked=stacked, height=height)),
        drawn.frame,
        name=f"{wanted.dataset.name}-{drawn.grain.name.replace(' ', '-')}",
        alt=f"{wanted.dataset.title} over time, {wanted}, mean MW per {drawn.grain.name}",
        columns=SERIES_COLUMNS,
    )
    return ChartNotes(message)


def series_in_grain(wanted: AnalysisInput, asked: str) -> tuple[Series, str]:
    """Return the series and a sentence about its resolution: the chosen one, or one that a browser can draw."""
    window = wanted.window
    auto = grain_for(window)
    length = window.end_utc - window.start_utc
    grain = auto.name if asked == AUTO else asked
    too_fine = asked in GRAINS and length / GRAINS[asked].width > POINTS_A_SERIES
    if too_fine:
        grain = auto.name
    message = f"Mean MW per **{grain}**, UK time, {wanted}."
    if too_fine:
        message += f" One point per {asked} is too many for this period."
    if grain in profiles.BY_DAY:
        drawn = snapshot_cache.cached_query(
            profiles.by_settlement_day, wanted.selection, wanted.days.first, wanted.days.last, grain=grain
        )
    else:
        drawn = snapshot_cache.cached_query(series_of, wanted.selection, window, grain=GRAINS[grain])
    return drawn, message


def _render_distribution(wanted: AnalysisInput) -> ChartNotes:
    frame = query_window(profiles.distribution, wanted)
    render_chart(
        figures.distribution(frame, wanted.dataset.category),
        frame,
        name="distribution",
        alt="Distribution of half-hourly MW",
        columns=PROFILES,
    )
    return ChartNotes("Share of half-hours in each MW band. Tall spikes, such as solar at night, are cut off.")


def _render_correlation(wanted: AnalysisInput) -> ChartNotes:
    frame = query_window(profiles.correlation, wanted)
    render_chart(
        figures.correlation(frame),
        frame,
        name="correlation",
        alt="Correlation of each pair of technologies",
        columns=PROFILES,
    )
    return ChartNotes(
        "Pearson's r of half-hourly MW. 1: rise together; −1: one rises as the other falls."  # noqa: RUF001 (a minus is meant)
    )


def _render_seasons(wanted: AnalysisInput) -> ChartNotes:
    _render_hours(wanted, "weekday")
    return ChartNotes(f"Mean of {plain(', '.join(wanted.categories))} combined, by hour of the day in UK time.")


def _render_months(wanted: AnalysisInput) -> None:
    st.subheader("By month", anchor=False)
    _render_hours(wanted, "month")


def _render_hours(wanted: AnalysisInput, across: str) -> None:
    frame = query_window(profiles.by_hour, wanted, across=across)
    render_chart(
        figures.by_hour(frame, across=across),
        frame,
        name=f"hour-by-{across}",
        alt=f"Mean MW by hour of the day and {across}",
        columns=PROFILES,
    )


def _render_duration(wanted: AnalysisInput) -> ChartNotes:
    frame = query_window(profiles.duration, wanted)
    render_chart(
        figures.duration(frame, wanted.dataset.category),
        frame,
        name="duration-curve",
        alt="Duration curve",
        columns=PROFILES,
    )
    return ChartNotes("Power reached or exceeded for each share of the half-hours with data.")


def _render_comparison(wanted: AnalysisInput) -> ChartNotes:
    frame = query_summary(wanted).filter(pl.col("half_hours") > 0)
    render_chart(
        figures.comparison(frame, wanted.dataset.category),
        frame,
        name="comparison",
        alt="Spread of each technology's MW",
        columns=SPREAD,
    )
    return ChartNotes(
        "Whiskers: 5th to 95th percentile. Box: 25th to 75th, with the median and the mean (dashed). Diamond: peak."
    )


def _render_years(wanted: AnalysisInput) -> ChartNotes:
    frame = snapshot_cache.cached_query(profiles.by_year, Selection(wanted.dataset.name, tuple(wanted.categories)))
    render_chart(
        figures.by_year(frame),
        frame,
        name="year-on-year",
        alt="Monthly energy of this year and of the years before",
        columns=PROFILES,
    )
    text = (
        f"Energy of {plain(', '.join(wanted.categories))} by month, all years. Months with less than "
        f"{share(COMPLETE_MONTH)} coverage are hollow marks: they are not joined, and not part of the range. "
        "Click a year in the legend to add its line."
    )
    return ChartNotes(text, _years_table(frame))


def _years_table(frame: pl.DataFrame) -> FiguresTable:
    """Return the energy and the coverage of each year, and the change of complete months on those a year before."""
    complete = frame.filter(pl.col("coverage") >= COMPLETE_MONTH).select("year", "month", "energy_mwh")
    before = complete.with_columns(pl.col("year") + 1).rename({"energy_mwh": "before_mwh"})
    pairs = complete.join(before, on=["year", "month"]).group_by("year").agg(pl.col("energy_mwh", "before_mwh").sum())
    changes = {year: change_of(now, then) for year, now, then in pairs.iter_rows() if then}
    years = (
        frame.group_by("year")
        .agg(pl.col("energy_mwh", "half_hours", "half_hours_expected").sum())
        .sort("year", descending=True)
    )
    rows = [
        FigureRow(
            str(row["year"]),
            [
                energy(row["energy_mwh"]),
                changes.get(row["year"], ""),
                percent(row["half_hours"] / row["half_hours_expected"]),
            ],
            "" if n else ACCENT,
        )
        for n, row in enumerate(years.iter_rows(named=True))
    ]
    return FiguresTable(
        ["Year", "Energy", "On the year before", "Coverage"],
        rows,
        "Energy and coverage: of the months with data. The change compares the complete months that both years have.",
    )


def _render_capacity_factors(wanted: AnalysisInput) -> ChartNotes:
    frame = snapshot_cache.cached_query(
        profiles.monthly_capacity_factors,
        Selection(wanted.dataset.name, tuple(wanted.categories)),
        wanted.days.first,
        wanted.days.last,
    )
    if frame.is_empty():
        st.info("No installed capacity yet. It is fetched with every import.", icon=":material/info:")
        return ChartNotes()
    render_chart(
        add_month_strip(figures.capacity_factors(frame, wanted.dataset.category), frame["month"].n_unique()),
        frame,
        name="capacity-factor",
        alt="Monthly capacity factor",
        columns=CAPACITY_FACTORS,
    )
    return ChartNotes(
        "Energy divided by what the installed capacity (Elexon's yearly figures, interpolated) could generate in the "
        f"same half-hours; hollow: months with less than {share(COMPLETE_MONTH)} of their half-hours. {WIND_ERRS_LOW} "
        f"{CAPACITY_IS_PLANNED}"
    )


def _render_shares(wanted: AnalysisInput) -> ChartNotes:
    return render_shares(wanted.window, str(wanted), wanted.grain)


def _render_residual_demand(wanted: AnalysisInput) -> None:
    render_residual_demand(wanted.window, str(wanted), wanted.grain)


VIEWS: dict[str, Callable[[AnalysisInput], ChartNotes]] = {
    OVER_TIME: _render_time_series,
    "Distribution": _render_distribution,
    "Correlation": _render_correlation,
    SEASONS: _render_seasons,
    "Duration": _render_duration,
    "Comparison": _render_comparison,
    "Year on year": _render_years,
    "Capacity factor": _render_capacity_factors,
    SHARES: _render_shares,
}
BELOW: dict[str, Callable[[AnalysisInput], None]] = {SEASONS: _render_months, SHARES: _render_residual_demand}
"The second charts of views, which are below the first one and its table."
OF_PSR_TYPES = {"Capacity factor", SHARES}
"The views of the dataset by PSR type; fuels have no installed capacity, and no embedded plant."
