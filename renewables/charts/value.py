"""Prices and shares of demand as figures: capture prices by month, duration of prices, prices by wind, shares.

The frames come from `queries/value.py` and `queries/shares.py`. Not here: generation over time (`generation.py`).
"""

from typing import Any

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types
import polars as pl

from elexon_assets.settlement import LONDON
from renewables.charts.colours import colour_of, dash_of
from renewables.charts.complete_months import month_axis, monthly_traces
from renewables.charts.generation import TICKS
from renewables.charts.style import ACCENT, MUTED, axis_style, figure_layout

BASELOAD = "Baseload"
PRICE_AXIS = "Price (£/MWh)"
ZERO_LINE = {"zeroline": True, "zerolinewidth": 1.5}
SPIKES = 0.0025
"The share of the time, at each end of a duration curve, whose prices may be cut off so that the others can be read."


def monthly_captures(summary: pl.DataFrame, captures: pl.DataFrame) -> go.Figure:
    """Draw the capture price of each technology by month, beside the baseload price.

    A month of which less than `COMPLETE_MONTH` of the half-hours count is a hollow mark that no line joins.
    """
    baseload = go.Scatter(
        x=summary["month"].to_list(),
        y=summary["baseload_price_gbp_per_mwh"].to_list(),
        name=BASELOAD,
        mode="lines+markers",
        connectgaps=False,
        marker={"size": 5},
        line={"color": MUTED, "width": 3},
        hovertemplate="£%{y:,.2f}/MWh",
    )
    counts = ("half_hours", "half_hours_without_price", "half_hours_without_generation", "half_hours_flagged")
    counted = captures.with_columns(covered=pl.col("half_hours") / pl.sum_horizontal(counts))
    traces = [
        trace
        for (name,), part in counted.group_by("technology", maintain_order=True)
        for trace in monthly_traces(
            part["month"].to_list(),
            part["capture_price_gbp_per_mwh"].to_list(),
            part["covered"].fill_nan(0).fill_null(0).to_list(),
            name=str(name),
            line={"color": colour_of(str(name)), "dash": dash_of(str(name)), "width": 1.8},
            customdata=[None if rate is None else 100 * rate for rate in part["capture_rate"]],
            hovertemplate="£%{y:,.2f}/MWh (%{customdata:.0f} % of baseload)",
        )
    ]
    y = axis_style(PRICE_AXIS, tickformat=",.2~f", **ZERO_LINE)
    return go.Figure([baseload, *traces], figure_layout(month_axis(summary["month"]), y, hovermode="x unified"))


def price_duration(frame: pl.DataFrame) -> go.Figure:
    """Draw the price that is reached or exceeded for each share of the time."""
    trace = go.Scatter(
        x=(frame["share_of_time"] * 100).to_list(),
        y=frame["price_gbp_per_mwh"].to_list(),
        mode="lines",
        name="Price",
        line={"color": ACCENT, "width": 2},
        hovertemplate="£%{y:,.2f}/MWh",
    )
    x = axis_style("Share of half-hours at or above (%)", hoverformat=".1f", range=[0, 100])
    y = axis_style(PRICE_AXIS, tickformat=",.2~f", **ZERO_LINE, **_without_spikes(frame))
    return go.Figure(trace, figure_layout(x, y, hovermode="x unified", legend_above=False, showlegend=False))


def _without_spikes(frame: pl.DataFrame) -> dict[str, Any]:
    """Return the range of the axis if single extreme prices would flatten the rest of the curve."""
    prices = frame["price_gbp_per_mwh"]
    most, least = prices.quantile(1 - SPIKES), prices.quantile(SPIKES)
    highest, lowest = prices.max(), prices.min()
    if most is None or least is None or not isinstance(highest, float) or not isinstance(lowest, float):
        return {}
    margin = 0.1 * (most - least)
    if highest - lowest < 2 * (most - least):
        return {}
    return {"range": [max(lowest, least - margin), min(highest, most + margin)]}


def prices_by_wind(frame: pl.DataFrame) -> go.Figure:
    """Draw the mean price by quantile of wind's share of underlying demand."""
    names = [f"{100 * low:.0f}–{100 * high:.0f}" for low, high in frame.select("from_share", "to_share").iter_rows()]  # noqa: RUF001 (a dash is meant)
    bars = go.Bar(
        x=frame["quantile"].to_list(),
        y=frame["mean_price_gbp_per_mwh"].to_list(),
        customdata=[
            (name, half_hours, 100 * share)
            for name, half_hours, share in zip(names, frame["half_hours"], frame["negative_time_share"], strict=True)
        ],
        marker={"color": colour_of("Wind Offshore")},
        hovertemplate="Wind %{customdata[0]} % of underlying demand: £%{y:,.2f}/MWh<br>"
        "%{customdata[1]:,} half-hours, %{customdata[2]:.1f} % below zero<extra></extra>",
    )
    x = axis_style("Wind / underlying demand (%)", tickvals=frame["quantile"].to_list(), ticktext=names, tickangle=-45)
    y = axis_style("Mean price (£/MWh)", tickformat=",.2~f", **ZERO_LINE)
    return go.Figure(bars, figure_layout(x, y, legend_above=False, showlegend=False, bargap=0.15))


FEW_PERIODS = 60
"The largest number of periods that are drawn with a mark each, so that one between two gaps is visible."


SHARE_LINES = {
    "share_of_demand": ("Of demand (INDO)", colour_of("Wind Onshore"), "solid"),
    "share_of_underlying_demand": ("Of underlying demand", ACCENT, "dash"),
}
"The lines of the shares: their names, colours and dashes."


def shares_of_demand(frame: pl.DataFrame, period: str) -> go.Figure:
    """Draw the shares of demand and of underlying demand over time, in percent."""
    traces = _lines_over_time(frame, period, SHARE_LINES, scale=100, hover="%{y:.3~r} %")
    y = axis_style("Wind and solar (%)", rangemode="tozero")
    return go.Figure(traces, figure_layout(_time_axis(frame[period]), y, hovermode="x unified"))


def residual_demand(frame: pl.DataFrame, period: str) -> go.Figure:
    """Draw underlying demand, and what wind and solar leave of it, in GW."""
    lines = {
        "underlying_demand_mw": ("Underlying demand", MUTED, "solid"),
        "residual_demand_mw": ("Residual demand", colour_of("CCGT"), "solid"),
    }
    traces = _lines_over_time(frame, period, lines, scale=0.001, hover="%{y:,.1f} GW")
    y = axis_style("Mean (GW)", tickformat=",.0f", rangemode="tozero")
    return go.Figure(traces, figure_layout(_time_axis(frame[period]), y, hovermode="x unified"))


def _lines_over_time(
    frame: pl.DataFrame, period: str, lines: dict[str, tuple[str, str, str]], *, scale: float, hover: str
) -> list[go.Scatter]:
    """Return a line for each column, with its name, colour and dash; a period without a value breaks it."""
    times = frame[period]
    if period == "start_time_utc":  # Plotly draws instants as given; London's repeated hour is drawn twice
        times = times.dt.convert_time_zone(LONDON.key).dt.replace_time_zone(None)
    return [
        go.Scatter(
            x=times.to_list(),
            y=(frame[column] * scale).to_list(),
            name=name,
            mode="lines+markers" if len(frame) <= FEW_PERIODS else "lines",
            connectgaps=False,
            line={"color": colour, "dash": dash, "width": 1.8},
            hovertemplate=hover,
        )
        for column, (name, colour, dash) in lines.items()
    ]


def _time_axis(periods: pl.Series) -> dict[str, Any]:
    if periods.name == "month":
        return month_axis(periods)
    title, hover = (
        ("UK time", "%a %-d %b %H:%M") if periods.name == "start_time_utc" else ("Settlement date", "%a %-d %b %Y")
    )
    return axis_style(title, hoverformat=hover, tickformatstops=TICKS)
