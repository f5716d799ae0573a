"""Facilities on a schematic map of Great Britain that needs no network.

The outline (`great_britain.csv`) was drawn by hand for this project: capes, bays and towns of the coast, some 240
points to two decimals of a degree, joined by straight lines. It shows approximate positions, nothing finer.
"""

import csv
from collections.abc import Callable, Iterator
from functools import cache
from math import sqrt
from pathlib import Path
from typing import Any

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types
import polars as pl

from renewables.charts.escaping import escape_markup
from renewables.charts.pipeline_rag import COLOURS, SHAPES, WORST_FIRST
from renewables.charts.style import LEGEND, MUTED

OUTLINE = Path(__file__).with_name("great_britain.csv")
LONGITUDES, LATITUDES = (-8.4, 2.6), (49.6, 61.1)
"The bounds in degrees that are always shown."
MARGIN = 0.5
DIAMETERS = (11, 36)
"The smallest and the largest marker in pixels; the area grows with MWp."
SQUARE_DIAMETERS = (6, 20)
"The same for marks that represent a square of the map, whose neighbours they should not cover."


def on_the_map(frame: pl.DataFrame) -> go.Figure:
    """Draw facilities with coordinates: MWp by size, RAG by colour and shape, small ones above large ones."""
    return _map_figure(frame.filter(pl.col("longitude").is_not_null()), _hover_text)


def squares_on_the_map(frame: pl.DataFrame) -> go.Figure:
    """Draw a mark per square of the map, sized by MWp: for more facilities than can be drawn one by one."""
    return _map_figure(frame, _square_text, SQUARE_DIAMETERS)


def _map_figure(
    frame: pl.DataFrame, text_of: Callable[[dict[str, Any]], str], diameters: tuple[int, int] = DIAMETERS
) -> go.Figure:
    placed = frame.sort("capacity_mwp", descending=True)
    greatest = float(placed["capacity_mwp"].max() or 1)  # type: ignore[arg-type]  # a float column's maximum
    traces = [_coast_trace()]
    for rag in reversed(WORST_FIRST):  # the worst above the others
        part = placed.filter(rag=rag)
        if not len(part):
            continue
        traces.append(
            go.Scattergeo(
                **{"lon": part["longitude"].to_list(), "lat": part["latitude"].to_list(), "mode": "markers"},
                **{"name": rag.value, "customdata": [text_of(row) for row in part.iter_rows(named=True)]},
                marker={
                    "size": [_marker_pixels(mwp, greatest, diameters) for mwp in part["capacity_mwp"]],
                    **{"color": COLOURS[rag], "symbol": SHAPES[rag], "opacity": 0.85},
                    "line": {"color": "#FFFFFF", "width": 1},
                },
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    west, east = _extended_range(LONGITUDES, placed["longitude"])
    south, north = _extended_range(LATITUDES, placed["latitude"])
    return go.Figure(
        traces,
        go.Layout(
            height=680,
            margin={"l": 0, "r": 0, "t": 36, "b": 0},
            legend={**LEGEND, "itemsizing": "constant"},
            geo={
                **{"visible": False, "bgcolor": "rgba(0,0,0,0)", "projection": {"type": "mercator"}},
                **{"lonaxis": {"range": [west, east]}, "lataxis": {"range": [south, north]}},
            },
        ),
    )


def coast_outline() -> Iterator[tuple[list[float], list[float]]]:
    """Yield (longitudes, latitudes) of each closed part: the mainland, then the islands."""
    parts: dict[str, tuple[list[float], list[float]]] = {}
    for part, longitude, latitude in _outline_points():
        xs, ys = parts.setdefault(part, ([], []))
        xs.append(longitude)
        ys.append(latitude)
    yield from parts.values()


@cache
def _outline_points() -> tuple[tuple[str, float, float], ...]:
    with OUTLINE.open(encoding="utf-8", newline="") as file:
        return tuple((row["part"], float(row["longitude"]), float(row["latitude"])) for row in csv.DictReader(file))


def _coast_trace() -> go.Scattergeo:
    xs: list[float | None] = []
    ys: list[float | None] = []
    for longitudes, latitudes in coast_outline():
        xs += [*longitudes, None]
        ys += [*latitudes, None]
    return go.Scattergeo(
        **{"lon": xs, "lat": ys, "mode": "lines", "fill": "toself", "fillcolor": "rgba(127, 136, 148, 0.16)"},
        **{"line": {"color": MUTED, "width": 1}, "hoverinfo": "skip", "name": "Schematic outline", "showlegend": False},
    )


def _marker_pixels(mwp: float, greatest: float, diameters: tuple[int, int]) -> float:
    smallest, largest = diameters
    return max(smallest, largest * sqrt(mwp / greatest)) if greatest else smallest


def _extended_range(least: tuple[float, float], values: pl.Series) -> tuple[float, float]:
    """Return the range `least`, extended to contain all values."""
    numbers = values.to_list()
    return min([least[0], *(value - MARGIN for value in numbers)]), max(
        [least[1], *(value + MARGIN for value in numbers)]
    )


def _square_text(row: dict[str, Any]) -> str:
    head = f"<b>{row['facilities']:,} facilities in {row['projects']:,} projects</b>"
    names = ", ".join(map(escape_markup, row["largest"]))
    shares = [f"{rag} {mwp:,.1f}" for rag in WORST_FIRST if (mwp := row[f"{rag.lower()}_mwp"])]
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
