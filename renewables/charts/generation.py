"""Generation over time: a series in, a figure out, without any I/O.

Belongs here: how a series looks, and that a gap is visible as a gap. Not here: queries.
"""

from datetime import datetime, timedelta
from typing import Any

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types
import polars as pl

from elexon_assets.settlement import LONDON
from renewables.attribution import attribution, label_of_sources, note_of_sources
from renewables.charts import flagged_shading
from renewables.charts.colours import colour_of, dash_of
from renewables.charts.style import axis_style, figure_layout, translucent_colour
from renewables.queries.generation import Series

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
HEIGHT_PIXELS = 520
PLOT_PIXELS = 1_000
"The approximate width of the plot."
HATCH = "rgba(120, 120, 120, 0.14)"
STRIP_SHARE = 0.1
"The height of the strip for choosing a range, as a share of the height of the plot."
MONTHS_WITHOUT_STRIP = 13
"The number of months up to which a figure by month needs no strip to choose some of them."
GAPS_SHADED = 200
"The largest number of gaps that are shaded: more shapes slow a figure down, and gaps are visible without them."

TICKS = [
    {"dtickrange": [None, 86_399_999], "value": "%H:%M\n%-d %b"},
    {"dtickrange": [86_400_000, "M1"], "value": "%-d %b\n%Y"},
    {"dtickrange": ["M1", "M12"], "value": "%b\n%Y"},
    {"dtickrange": ["M12", None], "value": "%Y"},
]
"The formats of the ticks, with the day before the month as British readers write it."

FEW = 6
"The largest number of categories whose legend fits into two lines on a phone."
BELOW = {"orientation": "h", "x": 0, "xanchor": "left", "y": -0.29, "yanchor": "top", "traceorder": "normal"}
BESIDE = {"orientation": "v", "traceorder": "normal", "tracegroupgap": 0, "font": {"size": 11}}


def can_be_stacked(series: Series) -> bool:
    """Return whether the series can be stacked: signed flows (pumped storage, interconnectors) cannot."""
    low = series.frame[series.dataset.value].min()
    return not isinstance(low, float) or low >= -100


def generation_figure(series: Series, *, stacked: bool = True) -> go.Figure:
    """Draw mean MW over time, UTC. Areas cover only buckets in which every category is present; lines break at gaps."""
    shown = _with_rows(series)
    wide = shown.pivot("category", index="start_time_utc", values="mw", maintain_order=True)
    categories = [name for name in wide.columns if name != "start_time_utc"]
    traces = (_area_traces if stacked and categories else _line_traces)(wide, categories)
    return flagged_shading.add_flag_strip(go.Figure(traces, _figure_layout(series, wide, categories)), series)


def figure_in_page(series: Series, *, stacked: bool = True, height: int = 420) -> go.Figure:
    """Draw the same figure for the dashboard: in London time, without title and attribution, which the page shows."""
    shown = _with_rows(series).with_columns(start_time_utc=_london_wall_time(pl.col("start_time_utc")))
    wide = shown.pivot("category", index="start_time_utc", values="mw", maintain_order=True, aggregate_function="mean")
    categories = [name for name in wide.columns if name != "start_time_utc"]
    span = [
        instant.astimezone(LONDON).replace(tzinfo=None) for instant in (series.window.start_utc, series.window.end_utc)
    ]
    traces = (_area_traces if stacked and categories else _line_traces)(wide, categories)
    x = axis_style("UK time", tickformatstops=TICKS, hoverformat="%a %-d %b %Y %H:%M", range=span)
    y = axis_style("Generation (MW)", tickformat=",.0f", rangemode="tozero")
    layout = figure_layout(x, y, height=height, shapes=_gap_shapes(series, wide, categories), **_hover_settings(series))
    if len(categories) > FEW:
        layout.legend.font.size = 11
    return flagged_shading.add_flag_strip(
        go.Figure(traces, layout), series, _london_wall_time(pl.col("start_time_utc"))
    )


def add_month_strip(figure: go.Figure, months: int) -> go.Figure:
    """Add the strip to a figure by month, unless its months are few enough to tell them apart."""
    return add_range_strip(figure) if months > MONTHS_WITHOUT_STRIP else figure


def add_range_strip(figure: go.Figure) -> go.Figure:
    """Add a small copy of a figure over time below it, in which a part of the time can be chosen."""
    strip = {"visible": True, "thickness": STRIP_SHARE, "bgcolor": "rgba(0, 0, 0, 0)"}
    figure.update_xaxes(rangeslider=strip, title_text="")  # the strip would cover the title
    return figure


def _hover_settings(series: Series) -> dict[str, Any]:
    """Return a hover distance of less than one bucket, so that a missing bucket shows no neighbour's value."""
    bucket_pixels = PLOT_PIXELS * (series.grain.width / (series.window.end_utc - series.window.start_utc))
    return {"hovermode": "x unified", "hoverdistance": max(2, min(20, round(0.75 * bucket_pixels)))}


def _london_wall_time(instants: pl.Expr) -> pl.Expr:
    """Convert instants to wall time in London, because Plotly draws the instants as given.

    October's repeated hour is drawn once, as its mean.
    """
    return instants.dt.convert_time_zone(LONDON.key).dt.replace_time_zone(None)


def _with_rows(series: Series) -> pl.DataFrame:
    """Return start_time_utc, category and mw, without categories that have no value in the complete span."""
    frame = series.frame.select(
        "start_time_utc", category=pl.col(series.dataset.category), mw=pl.col(series.dataset.value)
    )
    return frame.filter(pl.col("mw").is_not_null().any().over("category"))


def _line_traces(wide: pl.DataFrame, categories: list[str]) -> list[go.Scatter]:
    traces = []
    for name in categories:
        traces.append(
            go.Scatter(
                x=wide["start_time_utc"].to_list(),
                y=wide[name].to_list(),
                name=name,
                legendgroup=name,
                mode="lines",
                connectgaps=False,
                line={"color": colour_of(name), "width": 1.6, "dash": dash_of(name)},
                hovertemplate="%{y:,.0f} MW",
            )
        )
        lone = wide.filter(pl.col(name).is_not_null() & _is_alone(pl.col(name)))
        if len(lone):
            traces.append(_lone_points(lone, name))
    return traces


def _area_traces(wide: pl.DataFrame, categories: list[str]) -> list[go.Scatter]:
    """Return one stack for each unbroken run of buckets: Plotly would draw a gap inside a stack as zero."""
    whole = pl.all_horizontal(pl.col(name).is_not_null() for name in categories)
    runs = wide.with_columns(run=(whole != whole.shift(1).fill_null(value=False)).cum_sum(), whole=whole)
    traces, seen = [], set[str]()
    for (run,), part in runs.filter("whole").group_by("run", maintain_order=True):
        for name in categories:
            colour = colour_of(name)
            traces.append(
                go.Scatter(
                    x=part["start_time_utc"].to_list(),
                    y=part[name].to_list(),
                    name=name,
                    legendgroup=name,
                    showlegend=name not in seen,
                    stackgroup=f"run {run}",
                    mode="lines" if len(part) > 1 else "markers",
                    marker={"color": colour, "size": 4},
                    line={"color": colour, "width": 0.5},
                    fillcolor=translucent_colour(colour, 0.72),
                    hovertemplate="%{y:,.0f} MW",
                )
            )
            seen.add(name)
    return traces


def _lone_points(lone: pl.DataFrame, name: str) -> go.Scatter:
    """Return markers for values between two gaps, which a line cannot show."""
    return go.Scatter(
        x=lone["start_time_utc"].to_list(),
        y=lone[name].to_list(),
        name=name,
        legendgroup=name,
        showlegend=False,
        mode="markers",
        marker={"color": colour_of(name), "size": 4},
        hoverinfo="skip",
    )


def _is_alone(values: pl.Expr) -> pl.Expr:
    return values.shift(1).is_null() & values.shift(-1).is_null()


def _figure_layout(series: Series, wide: pl.DataFrame, categories: list[str]) -> go.Layout:
    label = label_of_sources(series.sources)
    return go.Layout(
        template="plotly_white",
        height=HEIGHT_PIXELS,
        font={"family": FONT, "size": 13, "color": "#222"},
        title={
            "text": f"<b>{series.dataset.title}, Great Britain</b>",
            "font": {"size": 17},
            "subtitle": {"text": _subtitle_text(series, label), "font": {"size": 12, "color": "#555"}},
            **{"x": 0, "xref": "container", "xanchor": "left", "pad": {"l": 14}, "y": 0.97, "yanchor": "top"},
        },
        margin={"l": 66, "r": 14, "t": 92, "b": 128},
        **_hover_settings(series),
        hoverlabel={"font": {"family": FONT}},
        legend=BELOW if len(categories) <= FEW else BESIDE,
        xaxis={
            "title": {"text": "Time (UTC)", "standoff": 4, "font": {"size": 12}},
            "tickformatstops": TICKS,
            "hoverformat": "%a %-d %b %Y %H:%M UTC",
            "range": [series.window.start_utc, series.window.end_utc],
        },
        yaxis={
            "title": {"text": "Generation (MW)", "standoff": 8, "font": {"size": 12}},
            "tickformat": ",.0f",
            "rangemode": "tozero",
            "zerolinecolor": "#999",
        },
        annotations=_attribution_annotations(series, label),
        shapes=_gap_shapes(series, wide, categories),
    )


def _subtitle_text(series: Series, label: str) -> str:
    last = series.window.end_utc - timedelta(microseconds=1)
    message = f"<b>{label}</b> · " if label else ""
    return (
        f"{message}mean MW per {series.grain.name}<br>{_day_text(series.window.start_utc)} to {_day_text(last)} (UTC)"
    )


def _day_text(instant: datetime) -> str:
    return f"{instant.day} {instant:%b %Y}"


def _attribution_annotations(series: Series, label: str) -> list[go.layout.Annotation]:
    """Return the attribution under the axis and, for synthetic data, a faint watermark across the plot."""
    foot = attribution(series.sources).replace(" copyright", "<br>copyright") or note_of_sources(series.sources)
    annotations = [
        go.layout.Annotation(
            text=foot,
            showarrow=False,
            align="left",
            font={"size": 9.5, "color": "#666"},
            **{"xref": "paper", "x": 0, "xanchor": "left", "yref": "paper", "y": 0, "yanchor": "top", "yshift": -58},
        )
    ]
    if "SYNTHETIC" in label or "FROM" in label:
        annotations.append(
            go.layout.Annotation(
                text=label,
                showarrow=False,
                textangle=-18,
                font={"size": 46, "color": "rgba(60, 60, 60, 0.13)"},
                **{"xref": "paper", "x": 0.5, "yref": "paper", "y": 0.55},
            )
        )
    return annotations


def _gap_shapes(series: Series, wide: pl.DataFrame, categories: list[str]) -> list[go.layout.Shape]:
    """Return a shade for each span in which no category has a value."""
    absent = pl.all_horizontal(pl.col(name).is_null() for name in categories) if categories else pl.lit(value=True)
    runs = (
        wide.with_columns(absent=absent)
        .with_columns(run=pl.col("absent").rle_id())
        .filter("absent")
        .group_by("run", maintain_order=True)
        .agg(first=pl.col("start_time_utc").min(), last=pl.col("start_time_utc").max())
    )
    if len(runs) > GAPS_SHADED:
        return []
    return [
        go.layout.Shape(
            type="rect",
            layer="below",
            line={"width": 0},
            fillcolor=HATCH,
            **{"xref": "x", "x0": first, "x1": last + series.grain.width, "yref": "paper", "y0": 0, "y1": 1},
        )
        for first, last in runs.select("first", "last").iter_rows()
    ]
