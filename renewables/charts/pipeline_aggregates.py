"""Sums of the pipeline as figures, whose size does not grow with the number of projects.

The frames come from `queries/pipeline_aggregates.py`. Not here: the map (`pipeline_map.py`), single projects
(`pipeline_status.py`, `pipeline_risks.py`).
"""

from datetime import date
from math import sqrt

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types
import polars as pl

from renewables.charts.escaping import escape_markup
from renewables.charts.pipeline_rag import COLOURS, WORST_FIRST
from renewables.charts.pipeline_risks import BANDS, FULL, band_of, border_of
from renewables.charts.style import MUTED, axis_style, figure_layout

BAR_PIXELS = 260
SMALLEST, LARGEST = 12, 44
"The diameters in pixels; the area grows with the number of points."


def rag_counts(frame: pl.DataFrame) -> go.Figure:
    """Draw how many projects were Red, Amber and Green at the end of each month, stacked."""
    words = [f"{month:%b %Y}" for month in frame["month"].unique().sort()]
    x = axis_style("", showgrid=False, type="category", categoryorder="array", categoryarray=words)
    return _stacked_bars(frame.with_columns(label=pl.col("month").dt.strftime("%b %Y")), x)


def rtb_quarters(frame: pl.DataFrame, today: date) -> go.Figure:
    """Draw how many projects have their RTB date in each quarter, by their present RAG status."""
    label = pl.format("Q{} {}", pl.col("quarter").dt.quarter(), pl.col("quarter").dt.year())
    middle = pl.col("quarter").dt.offset_by("45d")
    figure = _stacked_bars(
        frame.with_columns(label=label, at=middle), axis_style("RTB date, by quarter", type="date"), at="at"
    )
    figure.add_vline(today, line={"color": MUTED, "width": 1, "dash": "dot"})
    figure.add_annotation(x=today, y=1, yref="paper", text="today", showarrow=False, xanchor="left", xshift=3)
    return figure


def risks_by_score(frame: pl.DataFrame) -> go.Figure:
    """Draw a mark per step of likelihood and impact, sized by its number of points and coloured by the worst one."""
    traces = [border_of(band) for band in BANDS[:-1]]
    most = float(frame["points"].max() or 1)  # type: ignore[arg-type]  # an integer column's maximum
    for band in BANDS:
        part = [row for row in frame.iter_rows(named=True) if band_of(row["worst"]) == band.name]
        if part:
            traces.append(
                go.Scatter(
                    **{"x": [row["likelihood"] for row in part], "y": [row["impact"] for row in part]},
                    **{"mode": "markers+text", "text": [f"{row['points']:,}" for row in part], "cliponaxis": False},
                    name=f"{band.name} (from {band.lowest:,})",
                    textfont={"color": "#FFFFFF" if band is BANDS[0] else "#2B2000"},
                    marker={
                        "size": [max(SMALLEST, LARGEST * sqrt(row["points"] / most)) for row in part],
                        **{"color": band.colour, "symbol": band.shape, "opacity": 0.8},
                    },
                    customdata=[
                        f"<b>{row['points']:,} information points</b><br>Highest rating {row['worst']:,}: "
                        f"{escape_markup(row['worst_point'])}"
                        for row in part
                    ],
                    hovertemplate="%{customdata}<extra></extra>",
                )
            )
    x = axis_style("Likelihood (1 to 100)", range=[0, FULL + 4], dtick=20)
    y = axis_style("Impact (1 to 100)", range=[0, FULL + 8], dtick=20)
    return go.Figure(traces, figure_layout(x, y, height=460, hovermode="closest"))


def _stacked_bars(frame: pl.DataFrame, x: dict[str, object], *, at: str = "label") -> go.Figure:
    traces = []
    for rag in WORST_FIRST:
        part = frame.filter(rag=rag)
        traces.append(
            go.Bar(
                **{"x": part[at].to_list(), "y": part["projects"].to_list(), "name": rag.value},
                **{"customdata": part["label"].to_list(), "marker": {"color": COLOURS[rag]}},
                hovertemplate=f"%{{customdata}}, {rag}: %{{y:,}} projects<extra></extra>",
            )
        )
    return go.Figure(
        traces, figure_layout(x, axis_style("Projects", tickformat=",d"), height=BAR_PIXELS, barmode="stack")
    )
