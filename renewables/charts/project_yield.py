"""Expected energy of the pipeline as figures, from the frames of `queries/project_yield.py`."""

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types
import polars as pl

from renewables.charts.colours import colour_of
from renewables.charts.escaping import escape_markup
from renewables.charts.pipeline import PALE
from renewables.charts.style import axis_style, figure_layout

NO_COD = "No COD date"
COLOUR = "#0B5A94"


def energy_by_cod_year(frame: pl.DataFrame) -> go.Figure:
    """Draw two bars per COD year: the expected energy a year, gross (pale) and weighted by stage (full), GWh."""
    labels = [NO_COD if year is None else str(year) for year in frame["cod_year"]]
    bars = [
        go.Bar(
            **{"x": labels, "y": (frame[column] / 1000).to_list(), "name": name},
            marker={"color": COLOUR, "opacity": opacity, "line": {"width": 0}},
            hovertemplate=f"%{{x}}, {name.lower()}: %{{y:,.1f}} GWh a year<extra></extra>",
        )
        for column, name, opacity in (("expected_mwh", "Gross", PALE), ("weighted_mwh", "Weighted", 1))
    ]
    x, y = (
        axis_style("", type="category", showgrid=False),
        axis_style("GWh a year", rangemode="tozero"),
    )
    return go.Figure(bars, figure_layout(x, y, barmode="group", height=320))


def energy_by_year(frame: pl.DataFrame) -> go.Figure:
    """Draw one bar per year on record, stacked by facility (facility_id, facility, technology, year, energy_mwh)."""
    bars = []
    for (_, facility, technology), part in frame.group_by("facility_id", "facility", "technology", maintain_order=True):
        name = escape_markup(str(facility))
        bars.append(
            go.Bar(
                **{"x": part["year"].cast(pl.String).to_list(), "y": (part["energy_mwh"] / 1000).to_list()},
                **{
                    "name": name,
                    "marker": {"color": colour_of(str(technology)), "line": {"width": 1, "color": "white"}},
                },
                hovertemplate=f"{name}, %{{x}}: %{{y:,.1f}} GWh<extra></extra>",
            )
        )
    x, y = (
        axis_style("", type="category", categoryorder="category ascending", showgrid=False),
        axis_style("GWh", tickformat=",~g", rangemode="tozero"),
    )
    return go.Figure(bars, figure_layout(x, y, barmode="stack", height=280))
