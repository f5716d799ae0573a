"""Coverage as a calendar: one cell per day, with its state as a colour, a sign and words."""

from collections.abc import Sequence
from datetime import date, timedelta

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types
import polars as pl

from renewables.charts.profiles import MONTHS, WEEKDAYS
from renewables.charts.style import axis_style, figure_layout
from renewables.queries.coverage import COMPLETE, FLAGGED, MISSING, NOT_IMPORTED, SHORT, STATES

COLOURS = {
    COMPLETE: "#2E9E82",
    FLAGGED: "#56B4E9",
    SHORT: "#E69F00",
    MISSING: "#B9401F",
    NOT_IMPORTED: "rgba(128, 128, 128, 0.18)",
}
SIGNS = {COMPLETE: "", FLAGGED: "!", SHORT: "–", MISSING: "×", NOT_IMPORTED: ""}  # noqa: RUF001 (the signs are intended)
TITLES = {
    **{COMPLETE: "Complete", FLAGGED: "! Flagged", SHORT: "– Short", MISSING: "× Missing"},  # noqa: RUF001 (as above)
    NOT_IMPORTED: "Not imported",
}


def coverage_calendar(frame: pl.DataFrame, year: int) -> go.Figure:
    """Draw the days of `queries.coverage.days_by_state` for one year (UTC): weeks left to right, weekdays downwards."""
    monday = date(year, 1, 1) - timedelta(days=date(year, 1, 1).weekday())
    weeks = ((date(year, 12, 31) - monday).days // 7) + 1
    z: list[list[int | None]] = [[None] * weeks for _ in WEEKDAYS]
    text, hover = [[""] * weeks for _ in WEEKDAYS], [[""] * weeks for _ in WEEKDAYS]
    for row in frame.filter(pl.col("day_utc").dt.year() == year).iter_rows(named=True):
        day: date = row["day_utc"]
        week, weekday = (day - monday).days // 7, day.weekday()
        z[weekday][week] = STATES.index(row["state"])
        text[weekday][week] = SIGNS[row["state"]]
        hover[weekday][week] = _hover_text(row)
    heat = go.Heatmap(
        **{"x": list(range(weeks)), "y": WEEKDAYS, "z": z, "text": text, "customdata": hover, "showscale": False},
        **{"zmin": -0.5, "zmax": len(STATES) - 0.5, "colorscale": _colour_scale(), "xgap": 1, "ygap": 2},
        texttemplate="%{text}",
        textfont={"size": 10, "color": "#FFFFFF"},
        hovertemplate="%{customdata}<extra></extra>",
        hoverongaps=False,
    )
    states = [state for state in STATES if state != NOT_IMPORTED or state in frame["state"]]
    firsts = [(date(year, month, 1) - monday).days / 7 for month in range(1, 13)]
    x = axis_style("", tickvals=[first + 1.5 for first in firsts], ticktext=MONTHS, showgrid=False, zeroline=False)
    y = axis_style("", autorange="reversed", showgrid=False, dtick=1)
    return go.Figure([heat, *_legend_entries(states)], figure_layout(x, y, height=230, hovermode="closest"))


def _hover_text(row: dict[str, object]) -> str:
    day = row["day_utc"]
    lines = [f"<b>{day:%a %-d %b %Y}</b>: {row['state']}", f"{row['half_hours']} of 48 half-hours"]
    if row["half_hours_flagged"]:
        lines.append(f"{row['half_hours_flagged']} flagged")
    if row["why"]:
        lines.append(f"{row['why']}")
    return "<br>".join(lines)


def _colour_scale() -> list[tuple[float, str]]:
    """Return a stepped colour scale, one step per state."""
    step = 1 / len(STATES)
    return [(edge, COLOURS[state]) for n, state in enumerate(STATES) for edge in (n * step, (n + 1) * step)]


def _legend_entries(states: Sequence[str]) -> list[go.Scatter]:
    return [
        go.Scatter(
            x=[None],
            y=[None],
            mode="markers",
            name=TITLES[state],
            marker={"symbol": "square", "size": 11, "color": COLOURS[state]},
        )
        for state in states
    ]
