"""Projects by stage, shares of technologies and the highest ratings, as bars.

A share is the length of a bar, because the angles of a pie are harder to compare. Not here: capacity by stage
(`pipeline.py`), ratings by likelihood and impact (`pipeline_risks.py`).
"""

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types
import polars as pl

from pipeline_assets.vocabulary import Technology
from renewables.charts.colours import colour_of
from renewables.charts.escaping import escape_markup
from renewables.charts.pipeline_risks import BANDS, band_of
from renewables.charts.style import ACCENT, axis_style, figure_layout

BAR_PIXELS = 34
SPACE_PIXELS = 90
LONGEST_LABEL = 36


def projects_by_stage(frame: pl.DataFrame) -> go.Figure:
    """Draw a bar per stage with its number of projects, from `queries.pipeline.projects_by_stage`."""
    bars = go.Bar(
        **{"y": frame["stage"].to_list(), "x": frame["projects"].to_list(), "orientation": "h"},
        **{"text": [f"{count:,}" for count in frame["projects"]], "textposition": "auto", "marker_color": ACCENT},
        hovertemplate="%{y}: %{x:,} projects<extra></extra>",
    )
    return _horizontal(bars, "Projects", len(frame))


def technology_shares(frame: pl.DataFrame) -> go.Figure:
    """Draw a bar per technology with its share of the gross MWp, from `queries.pipeline.technology_shares`."""
    bars = go.Bar(
        **{"y": frame["technology"].to_list(), "x": frame["share"].to_list(), "orientation": "h"},
        **{"text": [f"{share:.0%}" for share in frame["share"]], "textposition": "auto"},
        marker={
            "color": [colour_of(technology) for technology in frame["technology"]],
            "pattern": {"shape": ["/" if technology == Technology.WIND else "" for technology in frame["technology"]]},
        },
        customdata=frame["gross_mwp"].to_list(),
        hovertemplate="%{y}: %{x:.1%}, %{customdata:,.1f} MWp<extra></extra>",
    )
    return _horizontal(bars, "Share of gross MWp", len(frame), tickformat=".0%")


def highest_ratings(frame: pl.DataFrame) -> go.Figure:
    """Draw a bar per information point with its rating and the colour of its band, the highest first."""
    colours = {band.name: band.colour for band in BANDS}
    names = [
        f"{row['rank']}. {row['information_point'][:LONGEST_LABEL]}" for row in frame.iter_rows(named=True)
    ]  # the rank keeps points of one name apart
    bars = go.Bar(
        **{"y": [escape_markup(name) for name in names], "x": frame["rating"].to_list(), "orientation": "h"},
        **{"text": [f"{rating:,}" for rating in frame["rating"]], "textposition": "auto"},
        marker_color=[colours[band_of(rating)] for rating in frame["rating"]],
        customdata=[escape_markup(name) for name in frame["information_point"]],
        hovertemplate="%{customdata}: %{x:,}<extra></extra>",
    )
    return _horizontal(bars, "Impact x likelihood", len(frame), range=[0, 10_000], tickformat=",d")


def _horizontal(bars: go.Bar, title: str, count: int, **x_axis: object) -> go.Figure:
    x = axis_style(title, **{"rangemode": "tozero", "nticks": 6, **x_axis})
    y = axis_style("", autorange="reversed", showgrid=False, type="category")
    height = SPACE_PIXELS + BAR_PIXELS * max(count, 2)
    return go.Figure(bars, figure_layout(x, y, height=height, legend_above=False, bargap=0.25))
