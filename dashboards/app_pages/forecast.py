"""Forecast: how good the forecasts were, by lead time, hour and month, and all issues for a chosen day."""

from datetime import date, timedelta
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import snapshot_cache
from dashboards.components.chart import render_chart, show_table
from dashboards.components.filters import Days, days_chosen, days_of, one_chosen, titles_of
from dashboards.components.footer import empty_state
from dashboards.components.formatting import day as day_text
from dashboards.components.formatting import number, power, share, span_of_days
from elexon_assets.dataset_model import BETWEEN_DIMENSIONS
from elexon_assets.datasets import WIND_AND_SOLAR_FORECAST
from elexon_assets.windows import Window
from renewables.charts.forecast import day_figure, error_figure
from renewables.queries.caveats import curtailment_caveat
from renewables.queries.forecast_day import forecast_day, forecast_span, judged_span
from renewables.queries.forecast_errors import BANDS
from renewables.queries.forecast_selection import FIRST_PUBLISHED, FORECASTS, NEWEST, ForecastSelection, Truth
from renewables.queries.forecast_skill import GROUP_TITLES, GROUPS, Skill, skill_of
from renewables.queries.profiles import window_of_days

TRUTHS = {NEWEST: "Newest", FIRST_PUBLISHED: "First published"}
ERRORS_BY = {"lead": "Lead time", "hour": "Hour of the day", "month": "Month"}
BASELINES = (
    "Persistence: the latest half-hour that had been published when the forecast was issued. Same time yesterday: the "
    "last day with that time of day (UTC) that had been published by then."
)
SCORES: dict[str, Any] = {
    "series": None,
    "band": st.column_config.TextColumn(GROUP_TITLES["band"], pinned=True),
    "month": st.column_config.DateColumn(GROUP_TITLES["month"], format="MMM YYYY", pinned=True),
    "lead_hours": st.column_config.NumberColumn(GROUP_TITLES["lead_hours"], pinned=True),
    "hour": st.column_config.NumberColumn(GROUP_TITLES["hour"], pinned=True),
    "issues": st.column_config.NumberColumn("Issues", format="%,d"),
    "forecasts": st.column_config.NumberColumn("Targets", format="%,d", help="Targets of all issues that were scored."),
    "bias_mw": st.column_config.NumberColumn("Bias (MW)", format="%,.0f", help="Forecast minus actual."),
    "mae_mw": st.column_config.NumberColumn("MAE (MW)", format="%,.0f", help="Mean absolute error."),
    "rmse_mw": st.column_config.NumberColumn("RMSE (MW)", format="%,.0f", help="Root mean square error of an issue."),
    "nmae": st.column_config.NumberColumn("nMAE", format="%.1f %%", help="MAE divided by the installed capacity."),
    "persistence_mae_mw": st.column_config.NumberColumn("Persistence (MW)", format="%,.0f", help=BASELINES),
    "same_time_yesterday_mae_mw": st.column_config.NumberColumn("Yesterday (MW)", format="%,.0f", help=BASELINES),
    "skill": st.column_config.NumberColumn("Skill", format="%.1f %%", help="1 - MAE / MAE of the better baseline."),
    "half_hours_flagged": st.column_config.NumberColumn("Flagged", help="Half-hours left out because of a flag."),
    "half_hours_missing": st.column_config.NumberColumn("Missing", help="Half-hours without an actual value."),
    "negative_price_share": st.column_config.NumberColumn(
        "Negative prices", format="%.2f %%", help="Share of the half-hours in which the system price was negative."
    ),
}
DAY_ROWS: dict[str, Any] = {
    "start_time_london": st.column_config.DatetimeColumn("Half-hour (UK)", format="D MMM YYYY HH:mm", pinned=True),
    "publish_time_london": st.column_config.DatetimeColumn("Issued (UK)", format="D MMM YYYY HH:mm"),
    "generation_mw": st.column_config.NumberColumn("Forecast (MW)", format="%,.0f"),
    "is_last": st.column_config.CheckboxColumn("Last before gate closure"),
    "actual_mw": st.column_config.NumberColumn("Actual (MW)", format="%,.0f"),
    "is_flagged": st.column_config.CheckboxColumn("Flagged"),
}


def render_page() -> None:
    """Draw the scores of the chosen forecast and period, and one day."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        selection = _selection_chosen()
    has_data = snapshot_cache.current_snapshot() is not None
    forecast = snapshot_cache.cached_query(forecast_span, selection) if has_data else None
    if forecast is None:
        empty_state(selection.declaration.title.lower())
        return
    judged = snapshot_cache.cached_query(judged_span, selection)
    if judged is None:
        truth = selection.truth_dataset.title.lower()
        st.info(
            f"There is no {truth} for the forecast hours yet, so nothing can be scored. Import {truth} as well.",
            icon=":material/info:",
        )
    else:
        _render_scores(selection, judged)
    _render_day(selection, forecast, judged)


def _selection_chosen() -> ForecastSelection:
    name = one_chosen(
        "Forecast",
        titles_of(FORECASTS),
        key="forecast",
        help="Wind: WINDFOR, judged against WIND of generation by fuel. Wind and solar: DGWS, judged against wind "
        "and solar by technology.",
    )
    series: list[str] = []
    if name == WIND_AND_SOLAR_FORECAST.name:
        for dimension, label in (("psr_type", "Technology"), ("process_type", "Process")):
            values = WIND_AND_SOLAR_FORECAST.columns[dimension].values
            series.append(st.selectbox(label, values, key=label.lower(), bind="query-params", width=180) or values[0])
    truth = one_chosen(
        "Actual values",
        TRUTHS,
        key="truth",
        help="The forecast is judged against the newest publication of each actual value, or against the first one.",
    )
    read = ForecastSelection.read(name, [BETWEEN_DIMENSIONS.join(series)] if series else None)
    return ForecastSelection(read.dataset, read.series, Truth(truth))


def _render_scores(selection: ForecastSelection, judged: Window) -> None:
    days = days_chosen(judged, default="90 days")
    window = window_of_days(days.first, days.last)
    span = Window(max(window.start_utc, judged.start_utc), min(window.end_utc, judged.end_utc))
    above = st.container()
    by = one_chosen("Error by", ERRORS_BY, key="by")
    skill = snapshot_cache.cached_query(skill_of, selection, span, ("all", "month", by))
    total = skill.by["all"]
    if total.is_empty() or not total["issues"].item():
        st.info(f"No forecast can be scored for {span_of_days(days.first, days.last)}.", icon=":material/info:")
        return
    with above:
        _render_total(selection, skill, days)
    frame, column = skill.by[by], GROUPS[by] or ""
    render_chart(
        error_figure(frame, column, title=GROUP_TITLES[column]),
        frame,
        name=f"forecast-error-by-{by}",
        alt=f"Mean absolute error of the forecast and of two baselines by {ERRORS_BY[by].lower()}",
        columns=SCORES,
    )
    st.subheader("By lead time", anchor=False)
    show_table(skill.by["band"], name="forecast-error-by-band", columns=SCORES)
    st.subheader("By month", anchor=False)
    show_table(_months(skill), name="forecast-error-by-month-table", columns=SCORES)


def _render_total(selection: ForecastSelection, skill: Skill, days: Days) -> None:
    row = skill.by["all"].row(0, named=True)
    with st.container(horizontal=True, key="cards"):
        for label, value, words in (
            ("Mean absolute error", power(row["mae_mw"]), f"{_percent(row['nmae'])} of installed capacity"),
            ("Bias", power(row["bias_mw"]), "forecast minus actual"),
            ("RMSE", power(row["rmse_mw"]), "root mean square error"),
            ("Skill", _percent(row["skill"]), "against the better baseline"),
        ):
            with st.container(border=True, width=233, gap="xsmall"):
                st.metric(label, value)
                st.caption(words)
    st.caption(
        f"{span_of_days(days.first, days.last)}: {number(row['issues'])} issues, {number(row['forecasts'])} targets, "
        f"against {selection.truth} of {selection.truth_dataset.title.lower()}. Errors are computed for each issue and "
        "then averaged, so that each issue counts once. Targets at or before the publish time are left out, and so are "
        f"{number(row['half_hours_flagged'])} flagged and {number(row['half_hours_missing'])} missing half-hours. "
        f"Bands of lead time: {', '.join(BANDS)}. {BASELINES}"
    )
    st.caption(f":material/info: {curtailment_caveat(skill.negative_share)}")


def _months(skill: Skill) -> pl.DataFrame:
    """Return the scores by month with the share of half-hours at negative prices, the newest month first."""
    prices = skill.negative_prices.select(
        "month", negative_price_share=pl.col("half_hours_negative") / pl.col("half_hours")
    )
    return skill.by["month"].join(prices, on="month", how="left").sort("month", descending=True)


def _render_day(selection: ForecastSelection, forecast: Window, judged: Window | None) -> None:
    st.subheader("One day", anchor=False)
    available, last = days_of(forecast), days_of(judged or forecast)
    newest = max(last.first, last.last - timedelta(days=1))  # the last day is usually incomplete
    picked = st.date_input(
        "Day",
        newest,
        min_value=available.first,
        max_value=available.last,
        key="day",
        bind="query-params",
        format="DD/MM/YYYY",
        width=180,
    )
    day = picked if isinstance(picked, date) else newest
    drawn = snapshot_cache.cached_query(forecast_day, selection, day)
    if drawn.issues.is_empty() and drawn.actual.is_empty():
        st.info(f"There is neither a forecast nor an actual value for {day_text(day)}.", icon=":material/info:")
        return
    issues = drawn.issues["publish_time_utc"].n_unique()
    counted = "one issue" if issues == 1 else f"each of {issues} issues"
    st.caption(
        f"{day_text(day)}: the actual values, {counted} as a faint line, and in bold the last one before "
        "gate closure, 1 hour before the start of the half-hour. Only targets after the publish time are drawn."
    )
    render_chart(
        day_figure(drawn, category=selection.categories[0]),
        drawn.rows,
        name=f"forecast-{day}",
        alt=f"Actual generation on {day_text(day)} and the forecasts of {issues} issues",
        columns=DAY_ROWS,
    )


def _percent(value: float | None) -> str:
    return share(value) if value is None else f"{100 * value:.1f} %"


render_page()
