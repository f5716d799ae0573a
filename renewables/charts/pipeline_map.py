"""Facilities on a map of Great Britain that needs no network: colour by RAG, stage or technology, area by capacity.

The outline is Natural Earth's, 1:10m (public domain; https://www.naturalearthdata.com), simplified to 0.7 km: Great
Britain, Northern Ireland, Ireland and the Isle of Man. Not here: facilities in other countries, which the page lists.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types
import polars as pl

from pipeline_assets.vocabulary import STAGES_IN_ORDER, Stage, Technology
from renewables.charts import pipeline_rag
from renewables.charts.colours import FALLBACK, colour_of
from renewables.charts.escaping import escape_markup
from renewables.charts.style import LEGEND, MUTED

OUTLINE = Path(__file__).with_name("great_britain.geojson")
OUTLINE_SOURCE = "Outline made with Natural Earth."
WEST, EAST, SOUTH, NORTH = -10.8, 3.2, 49.2, 61.2
"The bounds of the map in degrees."
HEIGHT_PIXELS = 680
DIAMETERS = (11, 36)
"The smallest and the largest marker in pixels; the area grows with MWp."
SQUARE_DIAMETERS = (6, 20)
"The same for marks that represent a square of the map, whose neighbours they should not cover."


class ColourBy(StrEnum):
    """The facts of a project or facility that may colour the map."""

    RAG = "RAG"
    STAGE = "Stage"
    TECHNOLOGY = "Technology"


@dataclass(frozen=True)
class Mark:
    """The look of one value: colours always come with a shape of their own."""

    colour: str
    shape: str


_STAGE_COLOURS = ("#FDE725", "#8BD346", "#2DB27D", "#21908C", "#3B528B", "#440154")
"Viridis in six steps, from the first stage to the last: colour-blind readers can distinguish them."
_SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "pentagon", "cross")

MARKS: Mapping[ColourBy, Mapping[str, Mark]] = {
    ColourBy.RAG: {rag: Mark(pipeline_rag.COLOURS[rag], pipeline_rag.SHAPES[rag]) for rag in pipeline_rag.WORST_FIRST},
    ColourBy.STAGE: {
        **{
            stage: Mark(colour, shape)
            for stage, colour, shape in zip(STAGES_IN_ORDER, _STAGE_COLOURS, _SHAPES, strict=False)
        },
        Stage.ON_HOLD: Mark(FALLBACK, "x"),
    },
    ColourBy.TECHNOLOGY: {
        technology: Mark(colour_of(technology), shape) for technology, shape in zip(Technology, _SHAPES, strict=False)
    },
}
"The marks in the order of the legend; the first ones are drawn above the others."


def is_on_map() -> pl.Expr:
    """Return whether a row with longitude and latitude is within the bounds of the map; null without a place."""
    return pl.col("longitude").is_between(WEST, EAST) & pl.col("latitude").is_between(SOUTH, NORTH)


def on_the_map(frame: pl.DataFrame, colour_by: ColourBy = ColourBy.RAG) -> go.Figure:
    """Draw the facilities within the bounds: MWp by area, small ones above large ones.

    The first custom datum of a mark is its `pipeline_id`.
    """
    return _map_figure(frame, colour_by, [_hover_text(row) for row in frame.iter_rows(named=True)], DIAMETERS)


def squares_on_the_map(frame: pl.DataFrame, colour_by: ColourBy = ColourBy.RAG) -> go.Figure:
    """Draw a mark per square of the map, sized by MWp: for more facilities than can be drawn one by one.

    `frame` comes from `queries.pipeline_aggregates.places_by_square` for the same `colour_by`.
    """
    texts = [_square_text(row, colour_by) for row in frame.iter_rows(named=True)]
    named = frame.rename({"category": colour_by.lower()}).with_columns(pipeline_id=pl.lit(""))
    return _map_figure(named, colour_by, texts, SQUARE_DIAMETERS)


def _map_figure(
    frame: pl.DataFrame, colour_by: ColourBy, texts: Sequence[str], diameters: tuple[int, int]
) -> go.Figure:
    placed = frame.with_columns(hover=pl.Series(texts, dtype=pl.String)).filter(is_on_map())
    placed = placed.sort("capacity_mwp", descending=True)
    greatest = float(placed["capacity_mwp"].max() or 1)  # type: ignore[arg-type]  # a float column's maximum
    traces: list[go.Scattergeo] = []
    for rank, (value, mark) in reversed(list(enumerate(MARKS[colour_by].items()))):
        part = placed.filter(pl.col(colour_by.lower()) == value)
        if len(part):
            traces.append(
                go.Scattergeo(
                    **{"lon": part["longitude"].to_list(), "lat": part["latitude"].to_list(), "mode": "markers"},
                    **{"name": str(value), "customdata": part.select("pipeline_id", "hover").rows()},
                    marker={
                        "size": [marker_pixels(mwp, greatest, diameters) for mwp in part["capacity_mwp"]],
                        **{"color": mark.colour, "symbol": mark.shape, "opacity": 0.85},
                        "line": {"color": "#FFFFFF", "width": 1},
                    },
                    hovertemplate="%{customdata[1]}<extra></extra>",
                    legendrank=1000 + rank,
                )
            )
    return map_figure(traces)


def map_figure(traces: Sequence[go.Scattergeo], *, height: int = HEIGHT_PIXELS) -> go.Figure:
    """Draw marks above the coast."""
    return go.Figure(
        [_coast_trace(), *traces],
        go.Layout(
            height=height,
            margin={"l": 0, "r": 0, "t": 36, "b": 0},
            legend={**LEGEND, "itemsizing": "constant"},
            clickmode="event+select",
            geo={
                **{"visible": False, "bgcolor": "rgba(0,0,0,0)", "projection": {"type": "mercator"}},
                **{"lonaxis": {"range": [WEST, EAST]}, "lataxis": {"range": [SOUTH, NORTH]}},
            },
        ),
    )


def coast_outline() -> Iterator[tuple[list[float], list[float]]]:
    """Yield (longitudes, latitudes) of each closed part, clockwise, the mainland of Great Britain first."""
    for ring in _outline_rings():
        yield [longitude for longitude, _ in ring], [latitude for _, latitude in ring]


@cache
def _outline_rings() -> tuple[tuple[tuple[float, float], ...], ...]:
    features = json.loads(OUTLINE.read_text(encoding="utf-8"))["features"]
    polygons = [polygon for feature in features for polygon in feature["geometry"]["coordinates"]]
    # Reversed, because Plotly fills what is to the right of a line: in the file's order that is the rest of the globe.
    return tuple(tuple((longitude, latitude) for longitude, latitude in reversed(polygon[0])) for polygon in polygons)


@cache
def _coast_points() -> tuple[np.ndarray, np.ndarray]:
    """Return the longitudes and latitudes of all parts, with NaN between them.

    Plotly takes arrays as they are, and checks lists number by number.
    """
    parts = [np.array([*zip(*part, strict=True), (np.nan, np.nan)]) for part in coast_outline()]
    points = np.concatenate(parts)
    return points[:, 0].copy(), points[:, 1].copy()


def _coast_trace() -> go.Scattergeo:
    longitudes, latitudes = _coast_points()
    return go.Scattergeo(
        **{"lon": longitudes, "lat": latitudes, "mode": "lines", "fill": "toself"},
        **{"fillcolor": "rgba(127, 136, 148, 0.16)", "line": {"color": MUTED, "width": 1}},
        **{"hoverinfo": "skip", "name": "Coast", "showlegend": False},
    )


def marker_pixels(mwp: float, greatest: float, diameters: tuple[int, int]) -> float:
    """Return the diameter of a mark whose area grows with its capacity."""
    smallest, largest = diameters
    return max(smallest, largest * sqrt(mwp / greatest)) if greatest else smallest


def _square_text(row: dict[str, Any], colour_by: ColourBy) -> str:
    head = f"<b>{row['facilities']:,} facilities in {row['projects']:,} projects</b>"
    names = ", ".join(map(escape_markup, row["largest"]))
    by_value = {part["category"]: part["mwp"] for part in row["parts"]}
    shares = [f"{value} {by_value[value]:,.1f}" for value in MARKS[colour_by] if by_value.get(value)]
    return f"{head}<br>{row['capacity_mwp']:,.1f} MWp: {', '.join(shares)}<br>Largest: {names}"


def _hover_text(row: dict[str, Any]) -> str:
    lines = [
        f"<b>{escape_markup(row['facility'])}</b>",
        f"{row['technology']}, {row['capacity_mwp']:,.1f} MWp",
        f"{row['stage']}, {row['rag']}",
    ]
    if row["project"] != row["facility"]:
        lines.insert(1, f"Project: {escape_markup(row['project'])}")
    if row["rtb_date"]:
        lines.append(f"RTB {row['rtb_date']:%-d %b %Y}")
    return "<br>".join(lines)
