"""Projects by stage, shares of technologies, the funnel and the highest ratings, as bars.

A share is the length of a bar, because the angles of a pie are harder to compare. Not here: capacity by stage
(`pipeline.py`), ratings by likelihood and impact (`pipeline_risks.py`).
"""

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types
import polars as pl

from pipeline_assets.vocabulary import Technology
from renewables.charts.colours import colour_of
from renewables.charts.escaping import escape_markup
from renewables.charts.pipeline_risks import BANDS, band_of
from renewables.charts.style import ACCENT, MUTED, axis_style, figure_layout, translucent_colour

BAR_PIXELS = 34
SPACE_PIXELS = 90
LONGEST_LABEL = 36
CONTRAST = "#D55E00"
"The colour of what stands against the accent: lost projects, and the weight that was set."


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


def stage_outcomes(frame: pl.DataFrame) -> go.Figure:
    """Draw what became of the projects of each stage: advanced, still there, dropped; from `queries.funnel`."""
    waiting = (frame["projects"] - frame["advanced"] - frame["dropped"]).to_list()
    parts = [
        ("Went on", frame["advanced"].to_list(), ACCENT, ""),
        ("Still on the way", waiting, translucent_colour(MUTED, 0.5), ""),
        ("Archived", frame["dropped"].to_list(), CONTRAST, "/"),
    ]
    bars = [
        go.Bar(
            **{"y": frame["stage"].to_list(), "x": counts, "orientation": "h", "name": name},
            marker={"color": colour, "pattern": {"shape": pattern}},
            hovertemplate=f"%{{y}}, {name.lower()}: %{{x:,}} projects<extra></extra>",
        )
        for name, counts, colour, pattern in parts
    ]
    return _with_legend(_horizontal(bars, "Projects that were in the stage", len(frame)))


def realised_probability(frame: pl.DataFrame) -> go.Figure:
    """Draw the realised probability of each stage as a bar, where there are enough projects, and its set weight."""
    stages, shares = frame["stage"].to_list(), frame["realised_probability"].to_list()
    bars = go.Bar(
        **{"y": stages, "x": shares, "orientation": "h", "name": "Realised", "marker_color": ACCENT},
        customdata=frame["decided"].to_list(),
        hovertemplate="%{y}: %{x:.1%} of %{customdata:,} projects<extra></extra>",
    )
    weights = go.Scatter(
        **{"y": stages, "x": frame["weight"].to_list(), "mode": "markers", "name": "Set weight", "cliponaxis": False},
        marker={"symbol": "diamond-open", "size": 11, "color": CONTRAST, "line": {"width": 2}},
        hovertemplate="%{y}: set weight %{x:.0%}<extra></extra>",
    )
    return _with_legend(_horizontal([bars, weights], "Probability", len(frame), tickformat=".0%", range=[0, 1.05]))


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


def _with_legend(figure: go.Figure) -> go.Figure:
    """Return the figure with room for a legend above it."""
    return figure.update_layout(barmode="stack", margin_t=36, showlegend=True)


def _horizontal(bars: object, title: str, count: int, **x_axis: object) -> go.Figure:
    x = axis_style(title, **{"rangemode": "tozero", "nticks": 6, **x_axis})
    y = axis_style("", autorange="reversed", showgrid=False, type="category")
    height = SPACE_PIXELS + BAR_PIXELS * max(count, 2)
    return go.Figure(bars, figure_layout(x, y, height=height, legend_above=False, bargap=0.25))
