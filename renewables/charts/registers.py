"""Public registers as bars: capacity by status, kinds of changes, slip of connection dates, operators.

Belongs here: figures from the frames of `queries/registers.py` and its neighbours. Not here: the map
(`register_map.py`).
"""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types
import polars as pl

from pipeline_assets.registers.register_model import StatusGroup
from pipeline_assets.vocabulary import Technology
from renewables.charts.colours import FALLBACK, colour_of
from renewables.charts.escaping import escape_markup, short_label
from renewables.charts.style import ACCENT, MUTED, PowerUnit, axis_style, figure_layout, power_unit
from renewables.formatting import power

OTHER = "Other technologies"
LATER, EARLIER = "#D55E00", "#0072B2"
STATUS_COLOURS = {
    **{StatusGroup.SCOPING: "#CBD2DC", StatusGroup.IN_PLANNING: "#8FB8DE", StatusGroup.CONSENTED: "#3D85C6"},
    **{StatusGroup.UNDER_CONSTRUCTION: "#E69F00", StatusGroup.OPERATIONAL: "#009E73"},
    **{StatusGroup.REVISED: "#B7A3C9", StatusGroup.ENDED: "#8A8F98"},
}
APPEARED = "#009E73"
LONGEST_LABEL = 34
MOST_KINDS = 12
"The number of changed fields that are drawn; the table has all."


def capacity_by_status(frame: pl.DataFrame, unit: str) -> go.Figure:
    """Draw a bar per status group, stacked by technology, from `register_sums` of one register.

    Our technologies have their colours; all others are one.
    """
    groups = [str(group) for group in StatusGroup if group in set(frame["status_group"])]
    groups += sorted(set(frame["status_group"].drop_nulls()) - set(groups))
    own = [str(name) for name in Technology]
    is_own = pl.col("technology").is_in(own)
    sums = frame.group_by("status_group", technology=pl.when(is_own).then("technology").otherwise(pl.lit(OTHER))).agg(
        pl.col("records", "capacity_mw").sum()
    )
    totals = dict(frame.group_by("status_group").agg(pl.col("capacity_mw").sum()).iter_rows())
    widest = max((totals[group] for group in groups), default=0) or 1
    scale = power_unit([widest], of=unit)
    hover = f"%{{x:,.4~r}} {scale.name[:2]} in %{{customdata:,}} records<extra></extra>"
    bars = []
    for technology in (*own, OTHER):
        part = {row["status_group"]: row for row in sums.filter(technology=technology).iter_rows(named=True)}
        if not part:
            continue
        bars.append(
            go.Bar(
                **{
                    "y": groups,
                    "x": scale.of(part[group]["capacity_mw"] if group in part else None for group in groups),
                },
                **{"orientation": "h", "name": technology},
                customdata=[part[group]["records"] if group in part else 0 for group in groups],
                marker={"color": FALLBACK if technology == OTHER else colour_of(technology), "line": {"width": 0}},
                hovertemplate=f"%{{y}}, {technology}: {hover}",
            )
        )
    bars.append(_end_labels(groups, [totals[group] for group in groups], scale))
    x = axis_style(scale.name, tickformat=",~r", range=[0, widest / scale.mw * 1.22], nticks=6)
    y = axis_style("", autorange="reversed", showgrid=False)
    return go.Figure(bars, figure_layout(x, y, barmode="stack", height=96 + 38 * max(len(groups), 3), bargap=0.3))


def kinds_of_changes(frame: pl.DataFrame, titles: Mapping[str, str]) -> go.Figure:
    """Draw a bar per kind of change with its number of records, from `IssueChanges.fields`.

    The records that appeared and left come first, then the `MOST_KINDS` fields that changed most often; `titles` are
    those of the fields.
    """
    whole = frame.filter(pl.col("change") != "changed").sort("change")
    changed = frame.filter(change="changed").head(MOST_KINDS)
    rows = pl.concat([whole, changed])
    names = [
        titles.get(row["field"], row["field"]) if row["field"] else row["change"].capitalize()
        for row in rows.to_dicts()
    ]
    colours = {"appeared": APPEARED, "left": LATER}
    bars = go.Bar(
        **{"y": [short_label(name, LONGEST_LABEL) for name in names], "x": rows["records"].to_list()},
        **{"orientation": "h", "text": [f"{count:,}" for count in rows["records"]], "textposition": "auto"},
        marker_color=[colours.get(change, ACCENT) for change in rows["change"]],
        customdata=rows["capacity_mw"].to_list(),
        hovertemplate="%{y}: %{x:,} records, %{customdata:,.0f} MW<extra></extra>",
    )
    x = axis_style("Records", tickformat=",.0f", rangemode="tozero", nticks=6)
    y = axis_style("", autorange="reversed", showgrid=False)
    return go.Figure(bars, figure_layout(x, y, height=80 + 30 * max(len(names), 3), legend_above=False))


def slip_by_technology(frame: pl.DataFrame) -> go.Figure:
    """Draw two bars per technology: MW-years later to the right, earlier to the left; the mark is the net."""
    names = [short_label(name or "No technology", LONGEST_LABEL) for name in frame["technology"]]
    hover = "%{y}, %{data.name}: %{x:+,.0f} MW-years<extra></extra>"
    traces = [
        go.Bar(
            **{"y": names, "x": frame[column].to_list(), "orientation": "h", "name": label},
            **{"marker_color": colour, "hovertemplate": hover},
        )
        for column, label, colour in (
            ("earlier_mw_years", "Earlier", EARLIER),
            ("later_mw_years", "Later", LATER),
        )
    ]
    traces.append(
        go.Scatter(
            **{"y": names, "x": frame["net_mw_years"].to_list(), "mode": "markers", "name": "Net"},
            marker={"symbol": "diamond", "size": 9, "color": MUTED, "line": {"color": "#FFFFFF", "width": 1}},
            hovertemplate=hover,
        )
    )
    x = axis_style("MW-years", tickformat="+,.0f", zeroline=True, zerolinecolor=MUTED, nticks=6)
    y = axis_style("", autorange="reversed", showgrid=False)
    return go.Figure(traces, figure_layout(x, y, barmode="relative", height=100 + 32 * max(len(names), 3)))


def operators_by_status(operators: pl.DataFrame, stages: pl.DataFrame) -> go.Figure:
    """Draw a bar per operator, stacked by status group, from `OperatorRanking`."""
    names, totals = operators["operator"].to_list(), operators["capacity_mw"].to_list()
    widest = max(totals, default=0) or 1
    unit = power_unit([widest])
    places = list(range(len(names)))  # two long names may have the same short label
    bars = []
    for group in map(str, StatusGroup):
        part = dict(stages.filter(status_group=group).select("operator", "capacity_mw").iter_rows())
        if part:
            bars.append(
                go.Bar(
                    **{"y": places, "x": unit.of(part.get(name) for name in names)},
                    **{"orientation": "h", "name": group},
                    customdata=[escape_markup(name) for name in names],
                    marker={"color": STATUS_COLOURS[StatusGroup(group)], "line": {"width": 0}},
                    hovertemplate=f"%{{customdata}}, {group.lower()}: %{{x:,.4~r}} {unit.name}<extra></extra>",
                )
            )
    bars.append(_end_labels(places, totals, unit))
    labels = [short_label(name, LONGEST_LABEL) for name in names]
    x = axis_style(unit.name, tickformat=",~r", range=[0, widest / unit.mw * 1.22], nticks=6)
    y = axis_style("", autorange="reversed", showgrid=False, tickvals=places, ticktext=labels)
    return go.Figure(bars, figure_layout(x, y, barmode="stack", height=110 + 28 * max(len(names), 3), bargap=0.25))


def _end_labels(names: Sequence[object], totals: list[float], unit: PowerUnit) -> go.Scatter:
    """Return the total at the end of each bar."""
    return go.Scatter(
        **{"x": unit.of(totals), "y": names, "mode": "text"},
        **{"text": [f"  {power(total)}" for total in totals], "textposition": "middle right"},
        **{"hoverinfo": "skip", "showlegend": False, "cliponaxis": False},
    )
