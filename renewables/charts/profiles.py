"""Profiles of a span as figures: distribution, correlation, seasons, duration, comparison, years, capacity factors.

The frames come from `queries/profiles.py` and `queries/analysis.py`. Not here: series over time (`generation.py`).
"""

from typing import Any, NamedTuple

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types
import polars as pl
from plotly.colors import sample_colorscale  # type: ignore[import-untyped]  # as above

from renewables.charts.colours import colour_of, dash_of
from renewables.charts.complete_months import COMPLETE_MONTH, half_hours_of_month, month_axis, monthly_traces
from renewables.charts.style import (
    ACCENT,
    DIVERGING,
    MUTED,
    ON_DIVERGING,
    SEQUENTIAL,
    axis_style,
    figure_layout,
    power_unit,
    translucent_colour,
)

WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
HOURS = [f"{hour:02}:00" for hour in range(24)]
YEAR_DASHES = ["solid", "dash", "dot", "dashdot"]
NUMBERED = 8
"The largest number of categories of a correlation whose numbers fit into their cells."
TERAWATT_HOURS_FROM_MWH = 1e6
"The greatest energy of a month from which the years are drawn in TWh."


def distribution(frame: pl.DataFrame, category: str) -> go.Figure:
    """Draw the share of half-hours by MW, one line per category."""
    unit = power_unit(frame["from_mw"], frame["to_mw"])
    traces = [
        go.Scatter(
            x=unit.of((part["from_mw"] + part["to_mw"]) / 2),
            y=(part["share"] * 100).to_list(),
            customdata=list(zip(unit.of(part["from_mw"]), unit.of(part["to_mw"]), part["half_hours"], strict=True)),
            name=str(name),
            mode="lines",
            line={"color": colour_of(str(name)), "dash": dash_of(str(name)), "shape": "hvh", "width": 1.8},
            hovertemplate=f"%{{customdata[0]:{unit.digits}}} to %{{customdata[1]:{unit.digits}}} {unit.name}: "
            "%{y:.3~r} % (%{customdata[2]:,})",
        )
        for (name,), part in frame.group_by(category, maintain_order=True)
    ]
    x = axis_style(f"Generation ({unit.name})", tickformat=",~r", rangemode="tozero")
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
        textfont={"size": 14, "color": ON_DIVERGING},
        hovertemplate="%{y} and %{x}: r = %{z:.2f}<extra></extra>",
        colorbar={"title": {"text": "r"}, "thickness": 12, "outlinewidth": 0},
    )
    in_lines = {"tickvals": names, "ticktext": [name.replace(" ", "<br>") for name in names]}  # a phone is narrow
    x = axis_style("", tickangle=0 if few else 90, **in_lines)
    y = axis_style("", autorange="reversed", **(in_lines if few else {}))
    return go.Figure(heat, figure_layout(x, y, height=380 if few else 620, legend_above=False))


def by_hour(frame: pl.DataFrame, *, across: str) -> go.Figure:
    """Draw mean MW by hour of the day, across weekdays or the months with data."""
    words, title = (WEEKDAYS, "Day of the week") if across == "weekday" else (MONTHS, "Month")
    places = list(range(1, 8)) if across == "weekday" else frame["month"].unique().sort().to_list()
    names = [words[place - 1] for place in places]
    unit = power_unit(frame["mean_mw"])
    z: list[list[float | None]] = [[None] * len(names) for _ in HOURS]
    for place, hour, value in zip(frame[across], frame["hour"], unit.of(frame["mean_mw"]), strict=True):
        z[hour][places.index(place)] = value
    heat = go.Heatmap(
        **{"x": names, "y": HOURS, "z": z, "colorscale": SEQUENTIAL, "xgap": 1, "ygap": 1},
        hovertemplate=f"%{{x}} %{{y}}: %{{z:{unit.digits}}} {unit.name}<extra></extra>",
        hoverongaps=False,
        colorbar={"title": {"text": unit.name}, "thickness": 12, "tickformat": ",~r", "outlinewidth": 0, "nticks": 6},
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
    unit = power_unit(frame["peak_mw"])
    spread = {
        **{"lowerfence": "p5_mw", "q1": "p25_mw", "median": "p50_mw", "q3": "p75_mw", "upperfence": "p95_mw"},
        "mean": "mean_mw",
    }
    boxes = [
        go.Box(
            **{"y": [row[category]], "name": row[category], "orientation": "h", "boxmean": True},
            line={"width": 1.6},
            **{part: unit.of([row[column]]) for part, column in spread.items()},
            hoverinfo="x",
            xhoverformat=unit.digits,
            marker={"color": colour_of(row[category])},
            fillcolor=translucent_colour(colour_of(row[category]), 0.25),
        )
        for row in frame.iter_rows(named=True)
    ]
    peaks = go.Scatter(
        **{"x": unit.of(frame["peak_mw"]), "y": names, "mode": "markers", "name": "Peak"},
        marker={"color": [colour_of(name) for name in names], "size": 10, "symbol": "diamond"},
        hovertemplate=f"Peak %{{x:{unit.digits}}} {unit.name}<extra></extra>",
    )
    x = axis_style(f"Generation ({unit.name})", tickformat=",~r", rangemode="tozero")
    y = axis_style("", autorange="reversed")
    height = max(300, 44 * len(names) + 110)
    about: dict[str, Any] = {"height": height, "legend_above": False, "showlegend": False, "boxmode": "overlay"}
    return go.Figure([*boxes, peaks], figure_layout(x, y, **about))


def by_year(frame: pl.DataFrame) -> go.Figure:
    """Draw energy by month: the newest year in bold, and the earlier ones as a band with their median.

    Only complete months are joined, and only they are part of the band; an incomplete month has a hollow mark. A click
    on an earlier year in the legend adds its line.
    """
    years = frame["year"].unique().sort(descending=True).to_list()
    unit = _energy_unit(frame["energy_mwh"])
    frame = frame.with_columns(energy=pl.col("energy_mwh") / unit.mwh)
    traces = _band_of_years(frame.filter(pl.col("year") != years[0]), unit) if len(years) > 1 else []
    earlier = sample_colorscale(SEQUENTIAL, [0.3 + 0.45 * n / max(len(years) - 2, 1) for n in range(len(years) - 1)])
    for n, (year, colour) in reversed(list(enumerate(zip(years, [ACCENT, *earlier], strict=True)))):
        rows = {row["month"]: row for row in frame.filter(year=year).iter_rows(named=True)}
        energy = [rows[month]["energy"] if month in rows else None for month in range(1, 13)]
        coverage = [rows[month]["coverage"] if month in rows else 0.0 for month in range(1, 13)]
        lines = monthly_traces(
            MONTHS,
            energy,
            coverage,
            name=str(year),
            line={"width": 1.6 if n else 3.5, "dash": YEAR_DASHES[n % 4], "color": colour},
            customdata=[share * 100 for share in coverage],
            hovertemplate=f"%{{y:,.3~r}} {unit.name} (%{{customdata:.4~r}} % coverage)",
            size=6 if n else 9,
        )
        for line in lines:
            line.visible = "legendonly" if n else True
        traces += lines
    x = axis_style("Month", categoryorder="array", categoryarray=MONTHS)
    y = axis_style(f"Energy ({unit.name})", tickformat=",~r", rangemode="tozero")
    return go.Figure(traces, figure_layout(x, y, hovermode="x unified"))


class _EnergyUnit(NamedTuple):
    name: str
    mwh: float


def _energy_unit(values: pl.Series) -> _EnergyUnit:
    """Return TWh for values of which one has four digits in GWh, and otherwise GWh."""
    greatest = values.abs().max()
    is_large = isinstance(greatest, float) and greatest >= TERAWATT_HOURS_FROM_MWH
    return _EnergyUnit("TWh", 1e6) if is_large else _EnergyUnit("GWh", 1e3)


def _band_of_years(frame: pl.DataFrame, unit: _EnergyUnit) -> list[go.Scatter]:
    """Return the range and the median of the complete months of several years, or nothing without such months."""
    complete = frame.filter(pl.col("coverage") >= COMPLETE_MONTH)
    if complete.is_empty():
        return []
    spread = {
        month: (low, high, median)
        for month, low, high, median in complete.group_by("month")
        .agg(
            low=pl.col("energy").min(),
            high=pl.col("energy").max(),
            median=pl.col("energy").median(),
        )
        .iter_rows()
    }
    several = frame["year"].n_unique() > 1
    runs: list[list[int]] = []
    for month in sorted(spread):
        if runs and runs[-1][-1] == month - 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    bands = [
        go.Scatter(
            x=[MONTHS[month - 1] for month in (*run, *reversed(run))],
            y=[*(spread[month][0] for month in run), *(spread[month][1] for month in reversed(run))],
            name="Range",
            legendgroup="range",
            showlegend=n == 0,
            mode="lines",
            line={"width": 9 if len(run) == 1 else 0, "color": translucent_colour(MUTED, 0.22)},
            fill="toself",
            fillcolor=translucent_colour(MUTED, 0.22),
            hoverinfo="skip",
        )
        for n, run in enumerate(runs)
    ]
    rows = [spread.get(month) for month in range(1, 13)]
    median = go.Scatter(
        x=MONTHS,
        y=[row and row[2] for row in rows],
        customdata=[row and row[:2] for row in rows],
        name="Median",
        mode="lines+markers",
        connectgaps=False,
        marker={"size": 4},
        line={"width": 2, "color": MUTED, "dash": "dash"},
        hovertemplate=f"%{{y:,.3~r}} {unit.name} (%{{customdata[0]:,.3~r}} to %{{customdata[1]:,.3~r}})",
    )
    return [*(bands if several else []), median]


def capacity_factors(frame: pl.DataFrame, category: str) -> go.Figure:
    """Draw the monthly capacity factor (%), one line per category; a month without enough half-hours is not joined."""
    traces = []
    for (name,), part in frame.group_by(category, maintain_order=True):
        months = part["month"].to_list()
        half_hours = part["half_hours"].to_list()
        traces += monthly_traces(
            months,
            (part["capacity_factor"] * 100).to_list(),
            [count / half_hours_of_month(month) for month, count in zip(months, half_hours, strict=True)],
            name=str(name),
            line={"color": colour_of(str(name)), "width": 1.8},
            hovertemplate="%{y:.3~r} %",
        )
    y = axis_style("Capacity factor (%)", rangemode="tozero")
    return go.Figure(traces, figure_layout(month_axis(frame["month"]), y, hovermode="x unified"))
