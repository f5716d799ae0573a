"""Analysis: one span, seen in eight ways, each with its table; the figures of the span below."""

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
    "coverage": st.column_config.NumberColumn("Coverage", format="%.2f%%"),
    "half_hours_flagged": st.column_config.NumberColumn("Flagged", format="%,d", help="Half-hours in doubt."),
    "flagged_share": st.column_config.NumberColumn("Flagged share", format="%.2f%%"),
    "energy_mwh": st.column_config.NumberColumn("Energy (MWh)", format="%,.0f"),
    "mean_mw": st.column_config.NumberColumn("Mean (MW)", format="%,.0f"),
    "peak_mw": st.column_config.NumberColumn("Peak (MW)", format="%,.0f"),
    "peak_start_time_london": st.column_config.DatetimeColumn("Peak at (London)", format="DD MMM YYYY HH:mm"),
    "capacity_mw": st.column_config.NumberColumn(
        "Installed (MW)", format="%,.0f", help=f"Mean over the span. {CAPACITY_IS_PLANNED}"
    ),
    "capacity_factor": st.column_config.NumberColumn("Capacity factor", format="%.1f%%", help=WIND_ERRS_LOW),
    **{f"p{p}_mw": st.column_config.NumberColumn(f"P{p} (MW)", format="%,.0f") for p in (5, 25, 50, 75, 95)},
    "half_hours_outside_soft_limits": st.column_config.NumberColumn("Outside soft limits"),
    "half_hours_expected": None,
}


@dataclass(frozen=True)
class Wanted:
    """What is looked at, in every view."""

    dataset: Dataset
    days: Days
    categories: list[str]
    exclude_flagged: bool
    held: Window

    @property
    def window(self) -> Window:
        """Up to the newest half-hour held: one that is still to come is not missing."""
        days = window_of_days(self.days.first, self.days.last)
        return Window(days.start_utc, min(days.end_utc, self.held.end_utc))

    @property
    def selection(self) -> Selection:
        """What every question of the read layer is about."""
        return Selection(self.dataset.name, tuple(self.categories), exclude_flagged=self.exclude_flagged)

    def __str__(self) -> str:
        return span_of_days(self.days.first, self.days.last)


def render_page() -> None:
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
            "Leave out flagged",
            key="sound",
            bind="query-params",
            help="Values in doubt count as missing. Flags never alter a value.",
        )
    days = days_chosen(available)
    wanted = Wanted(dataset, days, categories, exclude, available)
    views = {name: view for name, view in VIEWS.items() if name not in ONLY_WITH_CAPACITY or _has_capacity(dataset)}
    name = st.segmented_control(
        "View", list(views), default="Time series", required=True, key="view", bind="query-params"
    )
    (views.get(name or "") or _time_series)(wanted)
    _render_summary(wanted)


def _has_capacity(dataset: Dataset) -> bool:
    return dataset.category == INSTALLED_CAPACITY.category


def _time_series(wanted: Wanted) -> None:
    with st.container(horizontal=True):
        asked = st.selectbox("Grain", GRAIN_NAMES, key="grain", bind="query-params", width=160)
        kind = st.segmented_control(
            "Drawn as", ["Stacked", "Lines"], default="Stacked", required=True, key="drawn", bind="query-params"
        )
    drawn, message = series_in_grain(wanted, asked)
    stacked = kind == "Stacked" and can_be_stacked(drawn)
    if kind == "Stacked" and not stacked:
        message += " Signed flows cannot be stacked, so they are lines."
    st.caption(message)
    render_chart(
        figure_in_page(drawn, stacked=stacked),
        drawn.frame,
        name=f"{wanted.dataset.name}-{drawn.grain.name.replace(' ', '-')}",
        alt=f"{wanted.dataset.title} over time, {wanted}, mean MW per {drawn.grain.name}",
    )


def series_in_grain(wanted: Wanted, asked: str) -> tuple[Series, str]:
    """Return the series and the sentence that says its grain: as asked, or coarser than a browser could draw."""
    window = wanted.window
    auto = grain_for(window)
    length = window.end_utc - window.start_utc
    grain = auto.name if asked == "Auto" else asked
    too_fine = asked in GRAINS and length / GRAINS[asked].width > POINTS_A_SERIES
    if too_fine:
        grain = auto.name
    message = f"Mean MW per **{grain}**, {wanted}."
    if too_fine:
        message += f" A {asked} each would be too many points for this span."
    if grain in profiles.BY_DAY:
        drawn = snapshot_cache.cached_query(
            profiles.by_settlement_day, wanted.selection, wanted.days.first, wanted.days.last, grain=grain
        )
    else:
        drawn = snapshot_cache.cached_query(series_of, wanted.selection, window, grain=GRAINS[grain])
    return drawn, message


def _render_distribution(wanted: Wanted) -> None:
    frame = _of_span(profiles.distribution, wanted)
    st.caption(
        "How often a half-hour's MW lies in each band, of the half-hours there are. A spike, as of the sun's nights, "
        "may run off the top."
    )
    render_chart(
        figures.distribution(frame, wanted.dataset.category),
        frame,
        name="distribution",
        alt="Distribution of half-hourly MW",
    )


def _render_correlation(wanted: Wanted) -> None:
    frame = _of_span(profiles.correlation, wanted)
    st.caption(
        "Pearson's r of half-hourly MW, over the half-hours that both have. 1: together; −1: one instead of the other."  # noqa: RUF001 (a minus is meant)
    )
    render_chart(figures.correlation(frame), frame, name="correlation", alt="Correlation of each pair of technologies")


def _render_seasons(wanted: Wanted) -> None:
    st.caption(f"Mean MW of {plain(', '.join(wanted.categories))} together, London hours.")
    for column, across in zip(st.columns(2), ("weekday", "month"), strict=True):
        frame = _of_span(profiles.by_hour, wanted, across=across)
        with column:
            render_chart(
                figures.by_hour(frame, across=across),
                frame,
                name=f"hour-by-{across}",
                alt=f"Mean MW by hour of the day and {across}",
            )


def _render_duration(wanted: Wanted) -> None:
    frame = _of_span(profiles.duration, wanted)
    st.caption("The MW that is reached or exceeded for a share of the half-hours there are.")
    render_chart(figures.duration(frame, wanted.dataset.category), frame, name="duration-curve", alt="Duration curve")


def _render_comparison(wanted: Wanted) -> None:
    frame = _render_figures(wanted).filter(pl.col("half_hours") > 0)
    st.caption(
        "Whiskers: 5th to 95th percentile. Box: the middle half, with median and mean (dashed). Diamond: the peak."
    )
    render_chart(
        figures.comparison(frame, wanted.dataset.category),
        frame,
        name="comparison",
        alt="Spread of each technology's MW",
        columns=SUMMARY,
    )


def _render_years(wanted: Wanted) -> None:
    frame = snapshot_cache.cached_query(profiles.by_year, Selection(wanted.dataset.name, tuple(wanted.categories)))
    st.caption(
        f"Energy of {plain(', '.join(wanted.categories))} by month, of all years. A hollow mark: less than "
        f"{share(figures.WHOLE_MONTH)} of the month is there."
    )
    render_chart(figures.by_year(frame), frame, name="year-on-year", alt="Monthly energy, a line a year")


def _capacity_factor(wanted: Wanted) -> None:
    frame = snapshot_cache.cached_query(
        profiles.monthly_capacity_factors,
        Selection(wanted.dataset.name, tuple(wanted.categories)),
        wanted.days.first,
        wanted.days.last,
    )
    if frame.is_empty():
        st.info("No installed capacity is held yet: it comes with every import.", icon=":material/info:")
        return
    st.caption(
        "Energy over what the installed capacity (Elexon's yearly figures, linear between them) makes in the same half "
        f"hours. {WIND_ERRS_LOW} {CAPACITY_IS_PLANNED}"
    )
    render_chart(
        figures.capacity_factors(frame, wanted.dataset.category),
        frame,
        name="capacity-factor",
        alt="Monthly capacity factor",
        columns=SUMMARY,
    )


def _render_summary(wanted: Wanted) -> None:
    frame = _render_figures(wanted)
    st.subheader("Figures of the span", anchor=False)
    coverage = frame["coverage"].min()
    completeness = "All half-hours are there"
    if isinstance(coverage, float) and coverage < 1:
        completeness = f"At least {percent(coverage)} of the half-hours are there for each"
    without = ", without what is flagged" if wanted.exclude_flagged else ""
    has_capacity = bool(frame["capacity_factor"].count())
    caveats = snapshot_cache.cached_query(caveats_of, wanted.selection, has_capacity=has_capacity)
    st.caption(
        f"{wanted}{without}. {completeness}; energy is never filled up, and its flagged share is beside it. "
        + " ".join(caveats)
    )
    show_table(frame, name="summary", columns=SUMMARY)


def _render_figures(wanted: Wanted) -> pl.DataFrame:
    return snapshot_cache.cached_query(summary_of, wanted.selection, wanted.window)


def _of_span(question: Callable[..., pl.DataFrame], wanted: Wanted, **more: str) -> pl.DataFrame:
    return snapshot_cache.cached_query(question, wanted.selection, wanted.window, **more)


VIEWS: dict[str, Callable[[Wanted], None]] = {
    "Time series": _time_series,
    "Distribution": _render_distribution,
    "Correlation": _render_correlation,
    "Seasons": _render_seasons,
    "Duration": _render_duration,
    "Comparison": _render_comparison,
    "Year on year": _render_years,
    "Capacity factor": _capacity_factor,
}
ONLY_WITH_CAPACITY = {"Capacity factor"}

render_page()
