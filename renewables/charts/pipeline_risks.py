"""Open information points by likelihood and impact, from the frames of `queries.pipeline.open_risks`."""

from typing import NamedTuple

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types
import polars as pl

from renewables.charts.escaping import escape_markup
from renewables.charts.style import MUTED, axis_style, figure_layout
from renewables.queries.pipeline import TOP


class Band(NamedTuple):
    """A band of ratings, from `lowest` up to the lowest of the next band."""

    name: str
    lowest: int
    colour: str
    shape: str


BANDS = (
    Band("High", 5_000, "#C4421A", "diamond"),
    Band("Medium", 2_000, "#F0B030", "triangle-up"),
    Band("Low", 1, "#56B4E9", "circle"),
)
FULL = 100
"The highest impact and likelihood; the lowest is 1."


def likelihood_by_impact(frame: pl.DataFrame) -> go.Figure:
    """Draw a mark per point with its band by colour and shape, the rank of the top ten, and lines between bands."""
    traces = [border_of(band) for band in BANDS[:-1]]
    highest = FULL * FULL + 1
    for band in BANDS:
        part = frame.filter((pl.col("rating") >= band.lowest) & (pl.col("rating") < highest))
        highest = band.lowest
        if not len(part):
            continue
        traces.append(
            go.Scatter(
                **{"x": part["likelihood"].to_list(), "y": part["impact"].to_list(), "mode": "markers+text"},
                text=[str(rank) if rank <= TOP else "" for rank in part["rank"]],
                **{"textposition": "top center", "textfont": {"size": 12}, "cliponaxis": False},
                **{"name": f"{band.name} (from {band.lowest:,})", "marker": {"size": 12, "opacity": 0.9}},
                marker_color=band.colour,
                marker_symbol=band.shape,
                customdata=[_hover_text(row) for row in part.iter_rows(named=True)],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    x = axis_style("Likelihood (1 to 100)", range=[0, FULL + 4], dtick=20)
    y = axis_style("Impact (1 to 100)", range=[0, FULL + 8], dtick=20)
    return go.Figure(traces, figure_layout(x, y, height=460, hovermode="closest"))


def band_of(rating: int) -> str:
    """Return the band of a rating."""
    return next(band.name for band in BANDS if rating >= band.lowest)


def border_of(band: Band) -> go.Scatter:
    """Draw the line on which a band begins."""
    xs = [band.lowest / FULL + n * (FULL - band.lowest / FULL) / 40 for n in range(41)]
    return go.Scatter(
        **{"x": xs, "y": [band.lowest / x for x in xs], "mode": "lines", "showlegend": False, "hoverinfo": "skip"},
        line={"color": MUTED, "width": 1, "dash": "dot"},
    )


def _hover_text(row: dict[str, object]) -> str:
    lines = [
        f"<b>{row['rank']}. {escape_markup(row['information_point'])}</b>",
        escape_markup(row["project"] or "no project"),
    ]
    lines.append(f"Impact {row['impact']} x likelihood {row['likelihood']} = {row['rating']:,}")
    if row["due_date"]:
        lines.append(f"Due {row['due_date']:%-d %b %Y}")
    return "<br>".join(lines)
