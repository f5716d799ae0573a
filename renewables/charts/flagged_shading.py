"""Draws flagged data as a thin strip of hatched bars under a chart over time; a bar's height is the flagged share.

Belongs here: how flags look, the same on every chart over time. Not here: what is flagged (`renewables/queries`).
"""

from datetime import timedelta
from typing import Any

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types
import polars as pl

from elexon_assets.flag_vocabulary import REASON_BY_NAME
from renewables.queries.generation import Series

NAME = "Flagged"
SHADE, EDGE = "rgba(204, 51, 17, 0.16)", "rgba(204, 51, 17, 0.45)"
"""Paul Tol's red, which no technology uses. The bars are hatched as well, so that the meaning does not rest on colour.

"""
STRIP, GAP = 0.045, 0.02
"The height of the strip, and the gap between it and the values, as shares of the height of the plot."


def add_flag_strip(figure: go.Figure, series: Series, starts: pl.Expr | None = None) -> go.Figure:
    """Add the strip between the values and the labels of the time axis; without flags the figure stays as it is.

    Args:
        figure: A figure over time, whose second y axis is free.
        series: The series that is drawn.
        starts: The buckets' positions on the x axis; UTC by default.
    """
    bars = flagged_bars(series, starts)
    if not bars:
        return figure
    strip = {"domain": [0, STRIP], "range": [0, 1], "fixedrange": True, "visible": False, "showgrid": False}
    figure.add_traces(bars)
    return figure.update_layout(
        xaxis_anchor="y2", yaxis_domain=[STRIP + GAP, 1], yaxis2=strip, hoversubplots="axis", barmode="overlay"
    )


def flagged_bars(series: Series, starts: pl.Expr | None = None) -> list[go.Bar]:
    """Return one bar trace on the second y axis, or none if nothing is flagged.

    Args:
        series: The series that is drawn.
        starts: The buckets' positions on the x axis; UTC by default.
    """
    if series.flagged.is_empty():
        return []
    flagged = series.flagged.with_columns(start_time_utc=pl.col("start_time_utc") if starts is None else starts)
    rows = flagged.unique("start_time_utc", keep="first", maintain_order=True).to_dicts()
    # Plotly shows a bar's hover text up to halfway to the nearest bar: an empty bar limits that to one bucket.
    after_the_last = rows[-1]["start_time_utc"] + series.grain.width
    return [
        go.Bar(
            x=[*(row["start_time_utc"] for row in rows), after_the_last],
            y=[*(row["half_hours_flagged"] / row["half_hours_expected"] for row in rows), None],
            width=series.grain.width / timedelta(milliseconds=1),
            offset=0,
            yaxis="y2",
            name=NAME,
            marker={
                "color": SHADE,
                "line": {"color": EDGE, "width": 0.5},
                "pattern": {"shape": "/", "fgcolor": EDGE, "bgcolor": SHADE, "size": 6, "solidity": 0.15},
            },
            customdata=[_hover_text(row) for row in rows],
            hovertemplate="%{customdata}<extra></extra>",
        )
    ]


def _hover_text(row: dict[str, Any]) -> str:
    reasons = ", ".join(REASON_BY_NAME[name].title for name in row["reasons"])
    if row["half_hours_expected"] == 1:
        return f"Flagged: {reasons}"
    return f"Flagged: {reasons} ({row['half_hours_flagged']} of {row['half_hours_expected']} half-hours)"
