"""Profiles of a span as figures: distribution, correlation, seasons, duration, comparison, years, capacity factors.

The frames come from `queries/profiles.py` and `queries/analysis.py`. Not here: series over time (`generation.py`).
"""

from typing import Any

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types
import polars as pl
from plotly.colors import sample_colorscale  # type: ignore[import-untyped]  # as above

from renewables.charts.colours import colour_of, dash_of
from renewables.charts.style import ACCENT, DIVERGING, SEQUENTIAL, axis_style, figure_layout, translucent_colour

WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
HOURS = [f"{hour:02}:00" for hour in range(24)]
YEAR_DASHES = ["solid", "dash", "dot", "dashdot"]
NUMBERED = 8
"The largest number of categories of a correlation whose numbers fit into their cells."
COMPLETE_MONTH = 0.95
"The coverage below which a month is drawn hollow, because its energy says little."


def distribution(frame: pl.DataFrame, category: str) -> go.Figure:
    """Draw the share of half-hours by MW, one line per category."""
    traces = [
        go.Scatter(
            x=((part["from_mw"] + part["to_mw"]) / 2).to_list(),
            y=(part["share"] * 100).to_list(),
            customdata=part.select("from_mw", "to_mw", "half_hours").rows(),
            name=str(name),
            mode="lines",
            line={"color": colour_of(str(name)), "dash": dash_of(str(name)), "shape": "hvh", "width": 1.8},
            hovertemplate="%{customdata[0]:,.0f} to %{customdata[1]:,.0f} MW: %{y:.1f} % (%{customdata[2]:,})",
        )
        for (name,), part in frame.group_by(category, maintain_order=True)
    ]
    x = axis_style("Generation (MW)", tickformat=",.0f", rangemode="tozero")
    return go.Figure(traces, figure_layout(x, axis_style("Share of half-hours (%)", **_without_spikes(frame))))


def _without_spikes(frame: pl.DataFrame) -> dict[str, object]:
    """Return the highest share to draw.

    Solar nights put half of all half-hours into one band, which is cut off at the top.
    """
    most, ordinary = frame["share"].max(), frame["share"].quantile(0.98)
    if not isinstance(most, float) or ordinary is None or most < 3 * ordinary:
        return {"rangemode": "tozero"}
    return {"range": [0, 130 * ordinary]}


def correlation(frame: pl.DataFrame) -> go.Figure:
    """Draw a square of Pearson's r, -1 to 1."""
    names = frame["category"].unique(maintain_order=True).to_list()
    table = frame.pivot("other", index="category", values="r", maintain_order=True)
    z = [list(row[1:]) for row in table.iter_rows()]
    few = len(names) <= NUMBERED
    heat = go.Heatmap(
        **{"x": names, "y": names, "z": z, "zmin": -1, "zmax": 1, "colorscale": DIVERGING, "xgap": 2, "ygap": 2},
        texttemplate="%{z:.2f}" if few else None,
        textfont={"size": 14},
        hovertemplate="%{y} and %{x}: r = %{z:.2f}<extra></extra>",
        colorbar={"title": {"text": "r"}, "thickness": 12, "outlinewidth": 0},
    )
    in_lines = {"tickvals": names, "ticktext": [name.replace(" ", "<br>") for name in names]}  # a phone is narrow
    x, y = axis_style("", tickangle=0 if few else 90, **in_lines), axis_style("", autorange="reversed")
    return go.Figure(heat, figure_layout(x, y, height=380 if few else 620, legend_above=False))


def by_hour(frame: pl.DataFrame, *, across: str) -> go.Figure:
    """Draw mean MW by hour of the day, across weekdays or months."""
    names, title = (WEEKDAYS, "Day of the week") if across == "weekday" else (MONTHS, "Month")
    z: list[list[float | None]] = [[None] * len(names) for _ in HOURS]
    for place, hour, mw in frame.select(across, "hour", "mean_mw").iter_rows():
        z[hour][place - 1] = mw
    heat = go.Heatmap(
        **{"x": names, "y": HOURS, "z": z, "colorscale": SEQUENTIAL, "xgap": 1, "ygap": 1},
        hovertemplate="%{x} %{y}: %{z:,.0f} MW<extra></extra>",
        hoverongaps=False,
        colorbar={"title": {"text": "MW"}, "thickness": 12, "tickformat": ",.0f", "outlinewidth": 0, "nticks": 6},
    )
    y = axis_style("Hour of the day (UK time)", autorange="reversed", type="category", dtick=3, showgrid=False)
    return go.Figure(heat, figure_layout(axis_style(title, showgrid=False), y, height=440, legend_above=False))


def duration(frame: pl.DataFrame, category: str) -> go.Figure:
    """Draw the MW that are reached or exceeded for each share of the time."""
    traces = [
        go.Scatter(
            x=(part["share_of_time"] * 100).to_list(),
            y=part["exceeded_mw"].to_list(),
            name=str(name),
            mode="lines",
            line={"color": colour_of(str(name)), "dash": dash_of(str(name)), "width": 1.8},
            hovertemplate="%{y:,.0f} MW",
        )
        for (name,), part in frame.group_by(category, maintain_order=True)
    ]
    x = axis_style("Share of half-hours at or above (%)", hoverformat=".1f", range=[0, 100])
    y = axis_style("Generation (MW)", tickformat=",.0f")
    return go.Figure(traces, figure_layout(x, y, hovermode="x unified"))


def comparison(frame: pl.DataFrame, category: str) -> go.Figure:
    """Draw the spread of each category: 5th to 95th percentile, the middle half, the median and the mean."""
    names = frame[category].to_list()
    boxes = [
        go.Box(
            **{"y": [row[category]], "name": row[category], "orientation": "h", "boxmean": True},
            line={"width": 1.6},
            **{"lowerfence": [row["p5_mw"]], "upperfence": [row["p95_mw"]], "mean": [row["mean_mw"]]},
            **{"q1": [row["p25_mw"]], "median": [row["p50_mw"]], "q3": [row["p75_mw"]]},
            marker={"color": colour_of(row[category])},
            fillcolor=translucent_colour(colour_of(row[category]), 0.25),
        )
        for row in frame.iter_rows(named=True)
    ]
    peaks = go.Scatter(
        **{"x": frame["peak_mw"].to_list(), "y": names, "mode": "markers", "name": "Peak"},
        marker={"color": [colour_of(name) for name in names], "size": 10, "symbol": "diamond"},
        hovertemplate="Peak %{x:,.0f} MW<extra></extra>",
    )
    x, y = axis_style("Generation (MW)", tickformat=",.0f", rangemode="tozero"), axis_style("", autorange="reversed")
    height = max(300, 44 * len(names) + 110)
    about: dict[str, Any] = {"height": height, "legend_above": False, "showlegend": False, "boxmode": "overlay"}
    return go.Figure([*boxes, peaks], figure_layout(x, y, **about))


def by_year(frame: pl.DataFrame) -> go.Figure:
    """Draw energy by month, one line per year with the newest in bold.

    A month without data breaks its line; an incomplete month has a hollow mark.
    """
    years = frame["year"].unique().sort(descending=True).to_list()
    earlier = sample_colorscale(SEQUENTIAL, [0.3 + 0.45 * n / max(len(years) - 2, 1) for n in range(len(years) - 1)])
    traces = []
    for n, (year, colour) in enumerate(zip(years, [ACCENT, *earlier], strict=True)):
        rows = {row["month"]: row for row in frame.filter(year=year).iter_rows(named=True)}
        energy = [rows[month]["energy_mwh"] if month in rows else None for month in range(1, 13)]
        coverage = [rows[month]["coverage"] if month in rows else 0.0 for month in range(1, 13)]
        traces.append(
            go.Scatter(
                x=MONTHS,
                y=[None if mwh is None else mwh / 1000 for mwh in energy],
                customdata=[share * 100 for share in coverage],
                name=str(year),
                mode="lines+markers",
                connectgaps=False,
                marker={
                    "size": 8,
                    "symbol": ["circle" if share >= COMPLETE_MONTH else "circle-open" for share in coverage],
                },
                line={"width": 1.6 if n else 3, "dash": YEAR_DASHES[n % 4], "color": colour},
                hovertemplate="%{y:,.0f} GWh (%{customdata:.1f} % coverage)",
            )
        )
    x = axis_style("Month", categoryorder="array", categoryarray=MONTHS)
    y = axis_style("Energy (GWh)", tickformat=",.0f", rangemode="tozero")
    return go.Figure(traces, figure_layout(x, y, hovermode="x unified"))


def capacity_factors(frame: pl.DataFrame, category: str) -> go.Figure:
    """Draw the monthly capacity factor (%), one line per category."""
    traces = [
        go.Scatter(
            x=part["month"].to_list(),
            y=(part["capacity_factor"] * 100).to_list(),
            name=str(name),
            mode="lines+markers",
            connectgaps=False,
            line={"color": colour_of(str(name)), "width": 1.8},
            hovertemplate="%{y:.1f} %",
        )
        for (name,), part in frame.group_by(category, maintain_order=True)
    ]
    x = axis_style("Month", hoverformat="%b %Y", tickformatstops=[{"dtickrange": [None, "M12"], "value": "%b\n%Y"}])
    return go.Figure(
        traces, figure_layout(x, axis_style("Capacity factor (%)", rangemode="tozero"), hovermode="x unified")
    )
