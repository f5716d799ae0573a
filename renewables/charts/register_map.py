"""Register records on the map: by themselves, and as neighbours around our own facilities.

Neighbours are open rings of one colour that no status, stage or technology of ours has. Belongs here: traces and
figures of records. Not here: our facilities and the coast (`pipeline_map.py`).
"""

from collections.abc import Sequence
from math import cos, radians
from typing import Any

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types
import polars as pl

from pipeline_assets.vocabulary import Technology
from renewables.charts.colours import FALLBACK, colour_of
from renewables.charts.escaping import escape_markup
from renewables.charts.pipeline_map import EAST, NORTH, SOUTH, WEST, is_on_map, map_figure, marker_pixels

NEIGHBOUR = "#9A55DD"
"The colour of the rings."
NEIGHBOUR_NAME = "REPD records nearby"
DIAMETERS = (5, 26)
RING_DIAMETERS = (7, 22)
OWN_COLOUR = "#0B5A94"
SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down")
OTHER = "Other technologies"
KM_PER_DEGREE = 111.2


def squares_of_registers(frame: pl.DataFrame) -> go.Figure:
    """Draw a mark per square of the map and technology, from `squares_of_records`: MW by area."""
    own = [str(name) for name in Technology]
    placed = frame.filter(is_on_map()).with_columns(
        kind=pl.when(pl.col("technology").is_in(own)).then("technology").otherwise(pl.lit(OTHER))
    )
    greatest = float(placed["capacity_mw"].max() or 1)  # type: ignore[arg-type]  # a float column's maximum
    traces = []
    for kind, shape in zip((*own, OTHER), (*SHAPES, "cross"), strict=True):
        part = placed.filter(kind=kind).sort("capacity_mw", descending=True)
        if len(part):
            traces.append(
                go.Scattergeo(
                    **{"lon": part["longitude"].to_list(), "lat": part["latitude"].to_list(), "mode": "markers"},
                    **{"name": kind, "customdata": [_square_text(row) for row in part.iter_rows(named=True)]},
                    marker={
                        "size": [marker_pixels(mw, greatest, DIAMETERS) for mw in part["capacity_mw"]],
                        "color": FALLBACK if kind == OTHER else colour_of(kind),
                        **{"symbol": shape, "opacity": 0.75, "line": {"color": "#FFFFFF", "width": 0.5}},
                    },
                    hovertemplate="%{customdata}<extra></extra>",
                )
            )
    return map_figure(traces)


def with_neighbours(figure: go.Figure, frame: pl.DataFrame) -> go.Figure:
    """Return the map with rings for the records of `neighbours`, below the marks of our own facilities."""
    coast, *marks = figure.data
    return go.Figure([coast, *_ring_traces(frame), *marks], figure.layout)


def map_around(
    places: Sequence[tuple[str, float, float]], frame: pl.DataFrame, km: float, *, aspect: float = 1.0
) -> go.Figure:
    """Draw our facilities (name, latitude, longitude) and the records within some km of them, zoomed in on both.

    `aspect` is the width of the map divided by its height.
    """
    own = go.Scattergeo(
        **{"lon": [longitude for _, _, longitude in places], "lat": [latitude for _, latitude, _ in places]},
        **{"mode": "markers", "name": "This project", "customdata": [f"<b>{escape_markup(n)}</b>" for n, *_ in places]},
        marker={"size": 15, "color": OWN_COLOUR, "symbol": "star", "line": {"color": "#FFFFFF", "width": 1}},
        hovertemplate="%{customdata}<extra></extra>",
    )
    figure = map_figure([*_ring_traces(frame), own], height=460)
    latitudes, longitudes = [place[1] for place in places], [place[2] for place in places]
    north = 1.15 * km / KM_PER_DEGREE
    east = aspect * north / max(cos(radians(max(map(abs, latitudes)))), 0.1)
    figure.update_geos(
        lonaxis_range=[max(min(longitudes) - east, WEST - 20), min(max(longitudes) + east, EAST + 20)],
        lataxis_range=[max(min(latitudes) - north, SOUTH - 20), min(max(latitudes) + north, NORTH + 20)],
    )
    return figure


def _ring_traces(frame: pl.DataFrame) -> list[go.Scattergeo]:
    """Return the trace of the neighbours, or none; the custom data of a mark are "", its text and its record id."""
    placed = frame.filter(pl.col("latitude").is_not_null()).sort("capacity_mw", descending=True, nulls_last=True)
    if placed.is_empty():
        return []
    greatest = float(placed["capacity_mw"].max() or 1)  # type: ignore[arg-type]  # a float column's maximum
    return [
        go.Scattergeo(
            **{"lon": placed["longitude"].to_list(), "lat": placed["latitude"].to_list(), "mode": "markers"},
            **{
                "name": NEIGHBOUR_NAME,
                "customdata": [("", _hover_text(row), row["record_id"]) for row in placed.iter_rows(named=True)],
            },
            marker={
                "size": [marker_pixels(mw or 0.0, greatest, RING_DIAMETERS) for mw in placed["capacity_mw"]],
                **{"color": NEIGHBOUR, "symbol": "circle-open", "opacity": 0.9, "line": {"width": 2}},
            },
            hovertemplate="%{customdata[1]}<extra></extra>",
            legendrank=2000,
        )
    ]


def _hover_text(row: dict[str, Any]) -> str:
    capacity = "capacity not published" if row["capacity_mw"] is None else f"{row['capacity_mw']:,.1f} MW AC"
    lines = [
        f"<b>{escape_markup(row['name'] or '')}</b>",
        f"{escape_markup(row['technology'] or '')}, {capacity}",
        escape_markup(row["status"] or ""),
        escape_markup(row["operator"] or ""),
        f"{row['register'].upper()} {escape_markup(row['record_id'])}, {row['distance_km']:,.1f} km away",
    ]
    return "<br>".join(line for line in lines if line)


def _square_text(row: dict[str, Any]) -> str:
    records = "1 record" if row["records"] == 1 else f"{row['records']:,} records"
    names = ", ".join(escape_markup(name or "") for name in row["largest"])
    return f"<b>{escape_markup(row['technology'] or '')}</b><br>{row['capacity_mw']:,.1f} MW in {records}<br>{names}"
