"""Cumulative capacity by RTB date and its outlook, from the frames of `queries/pipeline_outlook.py`."""

from datetime import date, timedelta

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types
import polars as pl

from renewables.charts.colours import colour_of
from renewables.charts.style import MUTED, axis_style, figure_layout, power_unit
from renewables.queries.pipeline_outlook import Outlook

YEAR = timedelta(days=365)
TREND, BAND = "#AA4499", "rgba(170, 68, 153, 0.14)"
"A colour that no technology has, so that computed values look different from planned ones."


def cumulative_capacity(outlook: Outlook, technology: str, today: date) -> go.Figure:
    """Draw gross and weighted MWp by RTB date as steps, dotted after today, with the trend and its band."""
    colour = colour_of(technology)
    steps, trend = outlook.steps.filter(technology=technology), outlook.trend.filter(technology=technology)
    traces = []
    if len(trend):
        ahead = trend.filter(pl.col("month_end") > today)
        traces += [_band_edge(ahead, "high_mwp"), _band_edge(ahead, "low_mwp", fill=BAND)]
        traces.append(
            go.Scatter(
                **{"x": trend["month_end"].to_list(), "y": trend["trend_mwp"].to_list(), "mode": "lines"},
                **{"name": "Trend of the last five years", "line": {"color": TREND, "dash": "dash", "width": 2}},
                hovertemplate="%{y:,.4~r} MWp",
            )
        )
    for column, name, width in (
        ("cumulative_weighted_mwp", "Weighted, by RTB date", 1.4),
        ("cumulative_gross_mwp", "Gross, by RTB date", 3.0),
    ):
        traces += _step_traces(steps, column, name, width, colour, today)
    last = max([today, *steps["rtb_date"].to_list(), *trend["month_end"].to_list()])
    first = min([today, *steps["rtb_date"].to_list()])
    unit = power_unit(*(trace.y for trace in traces), of="MWp")
    for trace in traces:
        trace.y = unit.of(trace.y)
        trace.hovertemplate = trace.hovertemplate and trace.hovertemplate.replace("MWp", unit.name)
    x = axis_style("RTB date", type="date", hoverformat="%-d %b %Y", range=[first - YEAR / 4, last + YEAR / 6])
    y = axis_style(f"Cumulative capacity ({unit.name})", tickformat=",~r", rangemode="tozero")
    figure = go.Figure(traces, figure_layout(x, y, hovermode="x", height=460))
    figure.add_vline(today, line={"color": MUTED, "width": 1, "dash": "dot"})
    figure.add_annotation(x=today, y=1, yref="paper", text="today", showarrow=False, xanchor="left", xshift=3)
    return figure


def _step_traces(
    steps: pl.DataFrame, column: str, name: str, width: float, colour: str, today: date
) -> list[go.Scatter]:
    past, planned = steps.filter(pl.col("rtb_date") <= today), steps.filter(pl.col("rtb_date") > today)
    reached = past[column].to_list()[-1] if len(past) else 0.0
    parts = (
        ("solid", True, [*past["rtb_date"], today], [*past[column], reached]),
        ("dot", False, [today, *planned["rtb_date"]], [reached, *planned[column]]),
    )
    return [
        go.Scatter(
            **{"x": x, "y": y, "mode": "lines", "name": name, "legendgroup": name, "showlegend": shown},
            line={"color": colour, "dash": dash, "shape": "hv", "width": width},
            hovertemplate="%{y:,.4~r} MWp",
        )
        for dash, shown, x, y in parts
    ]


def _band_edge(trend: pl.DataFrame, column: str, fill: str | None = None) -> go.Scatter:
    return go.Scatter(
        **{"x": trend["month_end"].to_list(), "y": trend[column].to_list(), "mode": "lines", "line": {"width": 0}},
        **{"fill": "tonexty" if fill else None, "fillcolor": fill, "showlegend": bool(fill)},
        name="About 95 % of the trend" if fill else column,
        hoverinfo="skip",
    )
