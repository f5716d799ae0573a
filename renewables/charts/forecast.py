"""Forecasts as figures: the issues for one day, errors by a grouping, and the newest issue after the last actual value.

The frames come from `queries/forecast_day.py` and `queries/forecast_skill.py`. Times are UK time.
"""

from datetime import datetime, timedelta
from typing import Any

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types
import polars as pl

from elexon_assets.settlement import LONDON
from renewables.charts.colours import colour_of
from renewables.charts.complete_months import month_axis
from renewables.charts.generation import TICKS
from renewables.charts.style import ACCENT, MUTED, axis_style, figure_layout, translucent_colour
from renewables.queries.forecast_day import ForecastDay, NewestIssue

WIND_FORECAST_COLOUR = colour_of("WIND")
ISSUED = "%a %-d %b %H:%M"
LINES: dict[str, tuple[str, dict[str, Any]]] = {
    "mae_mw": ("Forecast", {"color": ACCENT, "width": 2.5}),
    "persistence_mae_mw": ("Persistence", {"color": MUTED, "width": 1.6, "dash": "dash"}),
    "same_time_yesterday_mae_mw": ("Same time yesterday", {"color": "#CC79A7", "width": 1.6, "dash": "dot"}),
}
"The lines of a chart of errors: the forecast and the two baselines."


def day_figure(day: ForecastDay, *, category: str) -> go.Figure:
    """Draw the actual value, each issue as a faint line, and the last issue before gate closure in bold."""
    traces = []
    faint = _broken_by_issue(day.issues)
    if len(faint):
        traces.append(
            go.Scatter(
                x=faint["at"].to_list(),
                y=faint["generation_mw"].to_list(),
                customdata=faint["issued"].to_list(),
                name="Each issue",
                mode="lines",
                connectgaps=False,
                line={"color": translucent_colour(MUTED, 0.5), "width": 1},
                hovertemplate="%{y:,.0f} MW, issued %{customdata}<extra></extra>",
            )
        )
    last = _in_uk_time(day.issues.filter("is_last").sort("start_time_utc"))
    if len(last):
        traces.append(
            go.Scatter(
                x=last["at"].to_list(),
                y=last["generation_mw"].to_list(),
                customdata=last["issued"].to_list(),
                name="Last before gate closure",
                mode="lines",
                line={"color": ACCENT, "width": 3},
                hovertemplate="%{y:,.0f} MW, issued %{customdata}<extra>Last before gate closure</extra>",
            )
        )
    actual = _in_uk_time(
        day.actual.filter(pl.col("generation_mw").is_not_null()).upsample("start_time_utc", every="30m")
    )
    if len(actual):
        traces.append(
            go.Scatter(
                x=actual["at"].to_list(),
                y=actual["generation_mw"].to_list(),
                name="Actual",
                mode="lines",
                connectgaps=False,
                line={"color": colour_of(category), "width": 3},
                hovertemplate="%{y:,.0f} MW<extra>Actual</extra>",
            )
        )
    flagged = _in_uk_time(day.actual.filter("is_flagged"))
    if len(flagged):
        traces.append(
            go.Scatter(
                x=flagged["at"].to_list(),
                y=flagged["generation_mw"].to_list(),
                name="Flagged",
                mode="markers",
                marker={"color": "#CC3311", "symbol": "x", "size": 8},
                hovertemplate="%{y:,.0f} MW, flagged: not scored<extra></extra>",
            )
        )
    ends = [_wall_time(instant) for instant in (day.window.start_utc, day.window.end_utc)]
    x = axis_style("UK time", tickformatstops=TICKS, hoverformat="%a %-d %b %Y %H:%M", range=ends)
    y = axis_style("Generation (MW)", tickformat=",.0f", rangemode="tozero")
    return go.Figure(traces, figure_layout(x, y, hovermode="closest"))


def error_figure(frame: pl.DataFrame, column: str, *, title: str) -> go.Figure:
    """Draw the MAE of the forecast and of the baselines by a column of the scores."""
    scored = frame.filter(pl.col("issues") > 0)
    traces = [
        go.Scatter(
            x=scored[column].to_list(),
            y=scored[name].to_list(),
            name=label,
            mode="lines+markers" if len(scored) <= 2 else "lines",
            line=line,
            hovertemplate="%{y:,.0f} MW",
        )
        for name, (label, line) in LINES.items()
    ]
    x = month_axis(scored["month"]) if column == "month" else axis_style(title, tickformat="d")
    y = axis_style("Mean absolute error (MW)", tickformat=",.0f", rangemode="tozero")
    return go.Figure(traces, figure_layout(x, y, hovermode="x unified"))


def add_newest_forecast(figure: go.Figure, newest: NewestIssue) -> go.Figure:
    """Draw the newest wind forecast dashed behind the last actual value of a figure over time, with its issue time.

    Its label is beside the line, since its long name would take a line of the legend.
    """
    hours = _in_uk_time(newest.hours)
    figure.add_trace(
        go.Scatter(
            x=hours["at"].to_list(),
            y=hours["generation_mw"].to_list(),
            name=f"Wind forecast, issued {newest.issued_utc.astimezone(LONDON):{ISSUED}}",
            mode="lines",
            showlegend=False,
            line={"color": WIND_FORECAST_COLOUR, "width": 2, "dash": "dash"},
            hovertemplate="%{y:,.0f} MW",
        )
    )
    label = {"text": "Forecast", "showarrow": False, "xanchor": "left", "yanchor": "top"}
    figure.add_annotation(x=hours["at"].to_list()[0], y=1, yref="paper", **label)
    start, _ = figure.layout.xaxis.range
    figure.update_xaxes(range=[start, hours["at"].to_list()[-1] + timedelta(hours=1)])
    return figure


def _broken_by_issue(issues: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of all issues for one trace, with an empty row after each issue so that its line ends."""
    parts = []
    for _, part in issues.group_by("publish_time_utc", maintain_order=True):
        shown = _in_uk_time(part).select("at", "generation_mw", "issued")
        parts += [shown, shown.tail(1).with_columns(generation_mw=pl.lit(None, pl.Float64))]
    return pl.concat(parts) if parts else pl.DataFrame()


def _in_uk_time(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `at`, the wall time in London, of which the repeated hour in October is drawn once, and `issued` as text."""
    at = pl.col("start_time_utc").dt.convert_time_zone(LONDON.key).dt.replace_time_zone(None)
    frame = frame.with_columns(at=at).unique("at", keep="first", maintain_order=True)
    if "publish_time_utc" not in frame.columns:
        return frame
    return frame.with_columns(issued=pl.col("publish_time_utc").dt.convert_time_zone(LONDON.key).dt.strftime(ISSUED))


def _wall_time(instant: datetime) -> datetime:
    return instant.astimezone(LONDON).replace(tzinfo=None)
