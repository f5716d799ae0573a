"""Forecast: how good the forecasts were, by lead time, hour and month, and all issues for a chosen day."""

from datetime import date, timedelta
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import snapshot_cache
from dashboards.components.chart import render_chart, show_table
from dashboards.components.chart_and_table import FigureRow, FiguresTable, chart_and_table, render_figures
from dashboards.components.filters import Days, days_chosen, days_of, one_chosen, select_one, titles_of
from dashboards.components.footer import empty_state
from dashboards.components.formatting import NOTHING, number, power, share, span_of_days
from dashboards.components.formatting import day as day_text
from dashboards.components.plain_text import plain
from dashboards.components.toolbar import KEPT, Chip, more_options, render_chips, toolbar
from elexon_assets.dataset_model import BETWEEN_DIMENSIONS
from elexon_assets.datasets import WIND_AND_SOLAR_FORECAST
from elexon_assets.windows import Window
from renewables.charts.forecast import LINES, day_figure, error_figure
from renewables.charts.generation import add_month_strip
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
CARD_PIXELS = 160
"The least width of a card: four fit side by side on a desktop, two on a phone."
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
    "nmae": st.column_config.NumberColumn("nMAE", format="%.3g %%", help="MAE divided by the installed capacity."),
    "persistence_mae_mw": st.column_config.NumberColumn("Persistence (MW)", format="%,.0f", help=BASELINES),
    "same_time_yesterday_mae_mw": st.column_config.NumberColumn("Yesterday (MW)", format="%,.0f", help=BASELINES),
    "skill": st.column_config.NumberColumn("Skill", format="%.3g %%", help="1 - MAE / MAE of the better baseline."),
    "half_hours_flagged": st.column_config.NumberColumn("Flagged", help="Half-hours left out because of a flag."),
    "half_hours_missing": st.column_config.NumberColumn("Missing", help="Half-hours without an actual value."),
    "negative_price_share": st.column_config.NumberColumn(
        "Negative prices", format="%.3g %%", help="Share of the half-hours in which the system price was negative."
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
    with toolbar():
        selection, chips = _selection_chosen()
        has_data = snapshot_cache.current_snapshot() is not None
        forecast = snapshot_cache.cached_query(forecast_span, selection) if has_data else None
        judged = snapshot_cache.cached_query(judged_span, selection) if forecast else None
        if judged is not None:
            days = days_chosen(judged, default="90 days")
            by = one_chosen("Error by", ERRORS_BY, key="by", shows_label=False)
    if forecast is None:
        empty_state(selection.declaration.title.lower())
        return
    render_chips(chips)
    if judged is None:
        truth = selection.truth_dataset.title.lower()
        st.info(
            f"There is no {truth} for the forecast hours yet, so nothing can be scored. Import {truth} as well.",
            icon=":material/info:",
        )
    else:
        _render_scores(selection, judged, days, by)
    _render_day(selection, forecast, judged)


def _selection_chosen() -> tuple[ForecastSelection, list[Chip]]:
    """Draw the choice of a forecast, and return it with the chips of what the popover has changed."""
    name = select_one("Forecast", titles_of(FORECASTS), key="forecast", width=220, icon=":material/online_prediction:")
    series: list[str] = []
    chips = []
    of_technologies = name == WIND_AND_SOLAR_FORECAST.name
    if of_technologies:
        technologies = WIND_AND_SOLAR_FORECAST.columns["psr_type"].values
        named = {value: value for value in technologies}
        series.append(select_one("Technology", named, key="technology", width=180, icon=":material/energy:"))
    with more_options():
        if of_technologies:
            processes = WIND_AND_SOLAR_FORECAST.columns["process_type"].values
            process = st.selectbox("Process", processes, key="process", bind="query-params", persist_state=KEPT)
            series.append(process or processes[0])
            if process != processes[0]:
                chips.append(Chip(process, "process", processes[0]))
        truth = one_chosen(
            "Actual values",
            TRUTHS,
            key="truth",
            persists=KEPT,
            help="The forecast is judged against the newest publication of each actual value, or against the first "
            "one.",
        )
        st.caption(
            "The wind forecast (WINDFOR) is judged against WIND of generation by fuel, the wind and solar forecast "
            "(DGWS) against wind and solar by technology."
        )
    if truth != NEWEST:
        chips.append(Chip(f"{TRUTHS[truth]} actual values", "truth", NEWEST))
    read = ForecastSelection.read(name, [BETWEEN_DIMENSIONS.join(series)] if series else None)
    return ForecastSelection(read.dataset, read.series, Truth(truth)), chips


def _render_scores(selection: ForecastSelection, judged: Window, days: Days, by: str) -> None:
    window = window_of_days(days.first, days.last)
    span = Window(max(window.start_utc, judged.start_utc), min(window.end_utc, judged.end_utc))
    skill = snapshot_cache.cached_query(skill_of, selection, span, ("all", "month", by))
    total = skill.by["all"]
    if total.is_empty() or not total["issues"].item():
        st.info(f"No forecast can be scored for {span_of_days(days.first, days.last)}.", icon=":material/info:")
        return
    st.subheader(plain(_headline(selection, skill)), anchor=False)
    frame, column = skill.by[by], GROUPS[by] or ""
    figure = error_figure(frame, column, title=GROUP_TITLES[column])
    left, right = chart_and_table()
    with left:
        render_chart(
            add_month_strip(figure, frame.height) if by == "month" else figure,
            frame,
            name=f"forecast-error-by-{by}",
            alt=f"Mean absolute error of the forecast and of two baselines by {ERRORS_BY[by].lower()}",
            columns=SCORES,
        )
    with right:
        render_figures(_errors_table(skill))
        st.caption(f":material/info: {curtailment_caveat(skill.negative_share)}")
    _render_total(selection, skill, days)
    st.subheader("By lead time", anchor=False)
    show_table(skill.by["band"], name="forecast-error-by-band", columns=SCORES)
    st.subheader("By month", anchor=False)
    show_table(_months(skill), name="forecast-error-by-month-table", columns=SCORES)


def _headline(selection: ForecastSelection, skill: Skill) -> str:
    """Return one sentence about the shortest lead times that were scored."""
    row = skill.by["band"].filter(pl.col("issues") > 0).row(0, named=True)
    name = ", ".join(part.replace(BETWEEN_DIMENSIONS, ", ").lower() for part in selection.series)
    title = selection.declaration.title + (f" ({name})" if selection.dataset == WIND_AND_SOLAR_FORECAST.name else "")
    error = power(row["mae_mw"]) if row["nmae"] is None else f"{_percent(row['nmae'])} of capacity"
    sentence = f"{title}: MAE {error} {row['band']} ahead"
    if not row["persistence_mae_mw"]:
        return sentence
    better = 1 - row["mae_mw"] / row["persistence_mae_mw"]
    return f"{sentence}, {share(abs(better))} {'better' if better >= 0 else 'worse'} than persistence"


def _errors_table(skill: Skill) -> FiguresTable:
    """Return the errors of the forecast and of the baselines by lead time, which are the legend of the chart too."""
    bands = skill.by["band"].filter(pl.col("issues") > 0).to_dicts() + skill.by["all"].to_dicts()
    rows = [
        FigureRow(label, [power(row[column]) for row in bands], line["color"], line.get("dash", "solid"))
        for column, (label, line) in LINES.items()
    ]
    rows.append(FigureRow("Of capacity", [_percent(row["nmae"]) for row in bands]))
    rows.append(FigureRow("Skill", [_percent(row["skill"]) for row in bands]))
    titles = [str(row.get("band") or "All").replace(" h", "\u00a0h").capitalize() for row in bands]
    return FiguresTable(["MAE", *titles], rows, BASELINES)


def _render_total(selection: ForecastSelection, skill: Skill, days: Days) -> None:
    row = skill.by["all"].row(0, named=True)
    with st.grid(4, min_column_width=CARD_PIXELS, key="cards"):
        for label, value, words in (
            ("Mean absolute error", power(row["mae_mw"]), f"{_percent(row['nmae'])} of installed capacity"),
            ("Bias", power(row["bias_mw"]), "forecast minus actual"),
            ("RMSE", power(row["rmse_mw"]), "root mean square error"),
            ("Skill", _percent(row["skill"]), "against the better baseline"),
        ):
            with st.container(border=True, height="stretch", gap="xsmall"):
                st.metric(label, value)
                st.caption(words)
    st.caption(
        f"{span_of_days(days.first, days.last)}: {number(row['issues'])} issues, {number(row['forecasts'])} targets, "
        f"against {selection.truth} of {selection.truth_dataset.title.lower()}. Errors are computed for each issue and "
        "then averaged, so that each issue counts once. Targets at or before the publish time are left out, and so are "
        f"{number(row['half_hours_flagged'])} flagged and {number(row['half_hours_missing'])} missing half-hours. "
        f"Bands of lead time: {', '.join(BANDS)}. {BASELINES}"
    )


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
    return NOTHING if value is None else f"{100 * value:.1f} %".replace("-", "\u2212")


render_page()
