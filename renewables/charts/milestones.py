"""Milestones on a timeline: planned as an outline, forecast filled, actual solid, with today's line and the slip.

The frames come from `queries/milestone_timeline.py`.
"""

from datetime import date
from typing import Any

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types
import polars as pl

from pipeline_assets.vocabulary import MilestoneName as Name
from renewables.charts.escaping import escape_markup, short_label
from renewables.charts.style import MUTED, axis_style, figure_layout, translucent_colour

ROW_PIXELS = 27
GROUPS: dict[str, tuple[str, tuple[Name, ...]]] = {
    "Land": ("#999933", (Name.HEADS_OF_TERMS, Name.LAND_OPTION)),
    "Grid": ("#0072B2", (Name.GRID_APPLICATION, Name.GRID_OFFER, Name.GRID_ACCEPTANCE, Name.GRID_ENERGISATION)),
    "Planning": (
        "#009E73",
        (Name.PLANNING_SCREENING, Name.PLANNING_SUBMISSION, Name.PLANNING_DECISION, Name.PLANNING_EXPIRY),
    ),
    "Finance": ("#CC79A7", (Name.ROUTE_TO_MARKET, Name.INVESTMENT_DECISION)),
    "Building": ("#D55E00", (Name.RTB, Name.CONSTRUCTION_START, Name.COD)),
}
"The colour and the milestones of each group; colour-blind readers can distinguish the colours."
_COLOURS = {str(name): colour for colour, names in GROUPS.values() for name in names}
_STATES: dict[str, tuple[str, str]] = {
    "planned_date": ("Planned", "diamond-open"),
    "forecast_date": ("Forecast", "diamond"),
    "actual_date": ("Actual", "circle"),
}
"The word and the symbol of each date; a forecast that was reached is not drawn."


def milestone_timeline(frame: pl.DataFrame, today: date, *, by: str) -> go.Figure:
    """Draw the dates in rows by project or by milestone, each with a line from its planned date; `by` is the column.

    The slip stands beside its mark where each row has one milestone.
    """
    rows = {key: n for n, key in enumerate(frame[by].unique(maintain_order=True))}
    labels = dict(zip(frame[by], frame["project" if by == "pipeline_id" else by], strict=True))
    traces = [_slip_lines(frame, rows, by)]
    for state, (word, symbol) in _STATES.items():
        dated = frame.filter(pl.col(state).is_not_null())
        if state == "forecast_date":
            dated = dated.filter(pl.col("actual_date").is_null())
        traces += [_marks(dated, state, symbol, rows, by), _legend_item(word, state, symbol, MUTED)]
    if by == "pipeline_id":
        shown = {_COLOURS[name] for name in frame["milestone"]}
        traces += [_legend_item(group, "actual_date", "square", c) for group, (c, _) in GROUPS.items() if c in shown]
    x = axis_style("", type="date", side="bottom")
    y = axis_style(
        "",
        tickvals=list(rows.values()),
        ticktext=[short_label(labels[key]) for key in rows],
        range=[len(rows) - 0.4, -0.6],
        zeroline=False,
    )
    now: dict[str, Any] = {"type": "line", "x0": today, "x1": today, "y0": 0, "y1": 1, "yref": "paper"}
    now["line"] = {"color": MUTED, "width": 1, "dash": "dot"}
    notes: list[dict[str, Any]] = [
        {
            "x": today,
            "y": 0,
            "yref": "paper",
            "yanchor": "bottom",
            "text": "today",
            "showarrow": False,
            "xanchor": "left",
        }
    ]
    if len(rows) == len(frame):
        notes += _slip_notes(frame, rows, by)
    layout = figure_layout(
        x, y, height=120 + ROW_PIXELS * max(len(rows), 2), hovermode="closest", annotations=notes, shapes=[now]
    )
    return go.Figure(traces, layout)


def _marks(frame: pl.DataFrame, state: str, symbol: str, rows: dict[str, int], by: str) -> go.Scatter:
    colours = [_COLOURS[name] for name in frame["milestone"]]
    is_forecast = state == "forecast_date"
    fills = [translucent_colour(colour, 0.55) for colour in colours] if is_forecast else colours
    return go.Scatter(
        **{"x": frame[state].to_list(), "y": [rows[key] for key in frame[by]], "mode": "markers"},
        customdata=[_hover_text(row) for row in frame.iter_rows(named=True)],
        marker={"symbol": symbol, "size": 12, "color": fills, "line": {"color": colours, "width": 1.5}},
        **{"hovertemplate": "%{customdata}<extra></extra>", "showlegend": False},
    )


def _legend_item(word: str, state: str, symbol: str, colour: str) -> go.Scatter:
    fill = translucent_colour(colour, 0.55) if state == "forecast_date" else colour
    marker = {"symbol": symbol, "size": 11, "color": fill, "line": {"color": colour, "width": 1.5}}
    return go.Scatter(x=[None], y=[None], mode="markers", name=word, marker=marker, hoverinfo="skip")


def _slip_lines(frame: pl.DataFrame, rows: dict[str, int], by: str) -> go.Scatter:
    xs: list[date | None] = []
    ys: list[int | None] = []
    for row in frame.filter(pl.col("slip_days") != 0).iter_rows(named=True):
        xs += [row["planned_date"], row["actual_date"] or row["forecast_date"], None]
        ys += [rows[row[by]], rows[row[by]], None]
    line = {"color": MUTED, "width": 2.5}
    return go.Scatter(x=xs, y=ys, mode="lines", line=line, name="Slip", hoverinfo="skip")


def _slip_notes(frame: pl.DataFrame, rows: dict[str, int], by: str) -> list[dict[str, Any]]:
    """Return the slip of each row as an annotation right of its last mark."""
    notes = []
    for row in frame.filter(pl.col("slip_days") != 0).iter_rows(named=True):
        last = max(row["planned_date"], row["actual_date"] or row["forecast_date"])
        text = {"text": f"{row['slip_days']:+,} d", "showarrow": False, "xanchor": "left", "xshift": 10}
        notes.append({"x": last, "y": rows[row[by]], **text})
    return notes


def _hover_text(row: dict[str, Any]) -> str:
    head = f"<b>{escape_markup(row['milestone'])}</b>, {escape_markup(row['project'])}"
    dates = [f"{word} {row[state]:%-d %b %Y}" for state, (word, _) in _STATES.items() if row[state]]
    slip = [f"{row['slip_days']:+,} days"] if row["slip_days"] else []
    owner = [escape_markup(row["owner"])] if row["owner"] else []
    return "<br>".join([head, *dates, *slip, *owner])
