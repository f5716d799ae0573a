"""Analysis: one period in nine views, each with its table, and a summary below."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import snapshot_cache
from dashboards.components.chart import render_chart, show_table
from dashboards.components.filters import Days, categories_chosen, dataset_chosen, days_chosen
from dashboards.components.footer import empty_state
from dashboards.components.formatting import percent, share, span_of_days
from dashboards.components.plain_text import plain
from dashboards.components.share_views import render_shares
from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import INSTALLED_CAPACITY
from elexon_assets.windows import Window
from renewables.charts import profiles as figures
from renewables.charts.generation import can_be_stacked, figure_in_page
from renewables.queries import profiles
from renewables.queries.analysis import summary_of
from renewables.queries.caveats import CAPACITY_IS_PLANNED, WIND_ERRS_LOW, caveats_of
from renewables.queries.generation import GRAINS, POINTS_A_SERIES, Series, grain_for, series_of
from renewables.queries.profiles import window_of_days
from renewables.queries.selection import Selection
from renewables.queries.snapshot import span_of

GRAIN_NAMES = ["Auto", "half-hour", "hour", "day", "week", "month"]
SUMMARY: dict[str, Any] = {
    "psr_type": st.column_config.TextColumn("Technology", pinned=True),
    "fuel_type": st.column_config.TextColumn("Fuel", pinned=True),
    "half_hours": st.column_config.NumberColumn("Half-hours", format="%,d"),
    "coverage": st.column_config.NumberColumn("Coverage", format="%.2f %%"),
    "half_hours_flagged": st.column_config.NumberColumn("Flagged", format="%,d", help="Half-hours with a flag."),
    "flagged_share": st.column_config.NumberColumn("Flagged share", format="%.2f %%"),
    "energy_mwh": st.column_config.NumberColumn("Energy (MWh)", format="%,.0f"),
    "mean_mw": st.column_config.NumberColumn("Mean (MW)", format="%,.0f"),
    "peak_mw": st.column_config.NumberColumn("Peak (MW)", format="%,.0f"),
    "peak_start_time_london": st.column_config.DatetimeColumn("Peak at (London)", format="D MMM YYYY HH:mm"),
    "capacity_mw": st.column_config.NumberColumn(
        "Installed (MW)", format="%,.0f", help=f"Mean over the period. {CAPACITY_IS_PLANNED}"
    ),
    "capacity_factor": st.column_config.NumberColumn("Capacity factor", format="%.1f %%", help=WIND_ERRS_LOW),
    **{f"p{p}_mw": st.column_config.NumberColumn(f"P{p} (MW)", format="%,.0f") for p in (5, 25, 50, 75, 95)},
    "half_hours_outside_soft_limits": st.column_config.NumberColumn("Outside soft limits"),
    "half_hours_expected": None,
}


@dataclass(frozen=True)
class AnalysisInput:
    """The dataset, days and categories that every view shows."""

    dataset: Dataset
    days: Days
    categories: list[str]
    exclude_flagged: bool
    held: Window

    @property
    def window(self) -> Window:
        """Return the window up to the newest half-hour with data, since later ones are not missing yet."""
        days = window_of_days(self.days.first, self.days.last)
        return Window(days.start_utc, min(days.end_utc, self.held.end_utc))

    @property
    def selection(self) -> Selection:
        """Return the selection for the queries."""
        return Selection(self.dataset.name, tuple(self.categories), exclude_flagged=self.exclude_flagged)

    def __str__(self) -> str:
        return span_of_days(self.days.first, self.days.last)


def render_page() -> None:
    """Draw the views of the chosen period, and its summary."""
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
    with row:
        dataset = dataset_chosen()
    available = snapshot_cache.cached_query(span_of, dataset.name) if snapshot_cache.current_snapshot() else None
    if available is None:
        empty_state(dataset.title.lower())
        return
    with row:
        categories = categories_chosen(dataset)
        exclude = st.toggle(
            "Exclude flagged",
            key="sound",
            bind="query-params",
            help="Treat flagged values as missing. Flags never alter a value.",
        )
    days = days_chosen(available)
    wanted = AnalysisInput(dataset, days, categories, exclude, available)
    views = {name: view for name, view in VIEWS.items() if name not in OF_PSR_TYPES or _has_psr_types(dataset)}
    name = st.segmented_control(
        "View", list(views), default="Time series", required=True, key="view", bind="query-params"
    )
    (views.get(name or "") or _time_series)(wanted)
    _render_summary(wanted)


def _has_psr_types(dataset: Dataset) -> bool:
    return dataset.category == INSTALLED_CAPACITY.category


def _time_series(wanted: AnalysisInput) -> None:
    with st.container(horizontal=True):
        asked = st.selectbox("Resolution", GRAIN_NAMES, key="grain", bind="query-params", width=160)
        kind = st.segmented_control(
            "Chart type", ["Stacked", "Lines"], default="Stacked", required=True, key="drawn", bind="query-params"
        )
    drawn, message = series_in_grain(wanted, asked)
    stacked = kind == "Stacked" and can_be_stacked(drawn)
    if kind == "Stacked" and not stacked:
        message += " Flows below zero cannot be stacked, so they are drawn as lines."
    st.caption(message)
    render_chart(
        figure_in_page(drawn, stacked=stacked),
        drawn.frame,
        name=f"{wanted.dataset.name}-{drawn.grain.name.replace(' ', '-')}",
        alt=f"{wanted.dataset.title} over time, {wanted}, mean MW per {drawn.grain.name}",
    )


def series_in_grain(wanted: AnalysisInput, asked: str) -> tuple[Series, str]:
    """Return the series and a sentence about its resolution: the chosen one, or one that a browser can draw."""
    window = wanted.window
    auto = grain_for(window)
    length = window.end_utc - window.start_utc
    grain = auto.name if asked == "Auto" else asked
    too_fine = asked in GRAINS and length / GRAINS[asked].width > POINTS_A_SERIES
    if too_fine:
        grain = auto.name
    message = f"Mean MW per **{grain}**, {wanted}."
    if too_fine:
        message += f" One point per {asked} is too many for this period."
    if grain in profiles.BY_DAY:
        drawn = snapshot_cache.cached_query(
            profiles.by_settlement_day, wanted.selection, wanted.days.first, wanted.days.last, grain=grain
        )
    else:
        drawn = snapshot_cache.cached_query(series_of, wanted.selection, window, grain=GRAINS[grain])
    return drawn, message


def _render_distribution(wanted: AnalysisInput) -> None:
    frame = _query_window(profiles.distribution, wanted)
    st.caption("Share of half-hours in each MW band. Tall spikes, such as solar at night, are cut off.")
    render_chart(
        figures.distribution(frame, wanted.dataset.category),
        frame,
        name="distribution",
        alt="Distribution of half-hourly MW",
    )


def _render_correlation(wanted: AnalysisInput) -> None:
    frame = _query_window(profiles.correlation, wanted)
    st.caption(
        "Pearson's r of half-hourly MW. 1: rise together; −1: one rises as the other falls."  # noqa: RUF001 (a minus is meant)
    )
    render_chart(figures.correlation(frame), frame, name="correlation", alt="Correlation of each pair of technologies")


def _render_seasons(wanted: AnalysisInput) -> None:
    st.caption(f"Mean MW of {plain(', '.join(wanted.categories))} combined, by hour of the day in UK time.")
    for column, across in zip(st.columns(2), ("weekday", "month"), strict=True):
        frame = _query_window(profiles.by_hour, wanted, across=across)
        with column:
            render_chart(
                figures.by_hour(frame, across=across),
                frame,
                name=f"hour-by-{across}",
                alt=f"Mean MW by hour of the day and {across}",
            )


def _render_duration(wanted: AnalysisInput) -> None:
    frame = _query_window(profiles.duration, wanted)
    st.caption("MW reached or exceeded for each share of the half-hours with data.")
    render_chart(figures.duration(frame, wanted.dataset.category), frame, name="duration-curve", alt="Duration curve")


def _render_comparison(wanted: AnalysisInput) -> None:
    frame = _render_figures(wanted).filter(pl.col("half_hours") > 0)
    st.caption(
        "Whiskers: 5th to 95th percentile. Box: 25th to 75th, with the median and the mean (dashed). Diamond: peak."
    )
    render_chart(
        figures.comparison(frame, wanted.dataset.category),
        frame,
        name="comparison",
        alt="Spread of each technology's MW",
        columns=SUMMARY,
    )


def _render_years(wanted: AnalysisInput) -> None:
    frame = snapshot_cache.cached_query(profiles.by_year, Selection(wanted.dataset.name, tuple(wanted.categories)))
    st.caption(
        f"Energy of {plain(', '.join(wanted.categories))} by month, all years. Hollow marks: months with less "
        f"than {share(figures.COMPLETE_MONTH)} coverage."
    )
    render_chart(figures.by_year(frame), frame, name="year-on-year", alt="Monthly energy, one line per year")


def _capacity_factor(wanted: AnalysisInput) -> None:
    frame = snapshot_cache.cached_query(
        profiles.monthly_capacity_factors,
        Selection(wanted.dataset.name, tuple(wanted.categories)),
        wanted.days.first,
        wanted.days.last,
    )
    if frame.is_empty():
        st.info("No installed capacity yet. It is fetched with every import.", icon=":material/info:")
        return
    st.caption(
        "Energy divided by what the installed capacity (Elexon's yearly figures, interpolated) could generate in the "
        f"same half-hours. {WIND_ERRS_LOW} {CAPACITY_IS_PLANNED}"
    )
    render_chart(
        figures.capacity_factors(frame, wanted.dataset.category),
        frame,
        name="capacity-factor",
        alt="Monthly capacity factor",
        columns=SUMMARY,
    )


def _render_shares(wanted: AnalysisInput) -> None:
    render_shares(wanted.window, str(wanted))


def _render_summary(wanted: AnalysisInput) -> None:
    frame = _render_figures(wanted)
    st.subheader("Summary for this period", anchor=False)
    coverage = frame["coverage"].min()
    completeness = "No gaps in this period."
    if isinstance(coverage, float) and coverage < 1:
        completeness = f"Every series has at least {percent(coverage)} of its half-hours."
    without = ", excluding flagged values" if wanted.exclude_flagged else ""
    has_capacity = bool(frame["capacity_factor"].count())
    caveats = snapshot_cache.cached_query(caveats_of, wanted.selection, has_capacity=has_capacity)
    st.caption(
        f"{wanted}{without}. {completeness} Missing values are never estimated; flagged values "
        "are counted on the right. " + " ".join(caveats)
    )
    show_table(frame, name="summary", columns=SUMMARY)


def _render_figures(wanted: AnalysisInput) -> pl.DataFrame:
    return snapshot_cache.cached_query(summary_of, wanted.selection, wanted.window)


def _query_window(question: Callable[..., pl.DataFrame], wanted: AnalysisInput, **more: str) -> pl.DataFrame:
    return snapshot_cache.cached_query(question, wanted.selection, wanted.window, **more)


VIEWS: dict[str, Callable[[AnalysisInput], None]] = {
    "Time series": _time_series,
    "Distribution": _render_distribution,
    "Correlation": _render_correlation,
    "Seasons": _render_seasons,
    "Duration": _render_duration,
    "Comparison": _render_comparison,
    "Year on year": _render_years,
    "Capacity factor": _capacity_factor,
    "Share of demand": _render_shares,
}
OF_PSR_TYPES = {"Capacity factor", "Share of demand"}
"The views of the dataset by PSR type; fuels have no installed capacity, and no embedded plant."

render_page()
