"""Capacity of the pipeline as figures, by stage and technology, from the frames of `queries/pipeline.py`.

Not here: the outlook, the map, statuses and risks (`pipeline_outlook.py`, `pipeline_map.py`, `pipeline_status.py`).
"""

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types
import polars as pl

from pipeline_assets.vocabulary import Stage, Technology
from renewables.charts.colours import colour_of
from renewables.charts.style import PowerUnit, axis_style, figure_layout, power_unit
from renewables.formatting import significant

PALE = 0.45
"The opacity of gross capacity, beside weighted capacity."
ONE_COLOUR = [(0.0, "#E6F0F7"), (1.0, "#0B5A94")]
"A scale of opaque colours, so that Plotly chooses dark or light text by contrast."


def by_stage(frame: pl.DataFrame) -> go.Figure:
    """Draw two bars per stage, stacked by technology: gross MWp (pale) and weighted MWp (full), with both sums."""
    stages = _in_order(Stage, frame["stage"])
    sums = frame.group_by("stage").agg(pl.col("gross_mwp", "weighted_mwp").sum())
    by_name = {stage: (gross, weighted) for stage, gross, weighted in sums.iter_rows()}
    widest = max((gross for gross, _ in by_name.values()), default=0) or 1
    unit = power_unit([widest], of="MWp")
    traces = []
    for technology in _in_order(Technology, frame["technology"]):
        part = {row["stage"]: row for row in frame.filter(technology=technology).iter_rows(named=True)}
        for group, column in (("gross", "gross_mwp"), ("weighted", "weighted_mwp")):
            traces.append(
                go.Bar(
                    **{
                        "y": stages,
                        "x": unit.of(part[stage][column] if stage in part else None for stage in stages),
                    },
                    **{"orientation": "h", "name": technology, "legendgroup": technology, "offsetgroup": group},
                    showlegend=group == "weighted",
                    marker={
                        "color": colour_of(technology),
                        "opacity": PALE if group == "gross" else 1,
                        "line": {"width": 0},
                        "pattern": {"shape": "/" if technology == Technology.WIND else ""},
                    },
                    hovertemplate=f"{technology}, {group}: %{{x:,.4~r}} {unit.name}<extra></extra>",
                )
            )
    traces.append(
        go.Scatter(
            **{"x": unit.of(max(by_name[stage]) for stage in stages), "y": stages, "mode": "text"},
            text=[f"  {' / '.join(_size_text(mwp, unit) for mwp in by_name[stage])}" for stage in stages],
            **{"textposition": "middle right", "hoverinfo": "skip", "showlegend": False, "cliponaxis": False},
        )
    )
    x = axis_style(
        f"Capacity ({unit.name}): gross / weighted", tickformat=",~r", range=[0, widest / unit.mw * 1.3], nticks=6
    )
    y = axis_style("", autorange="reversed", showgrid=False)
    return go.Figure(traces, figure_layout(x, y, barmode="stack", height=90 + 52 * max(len(stages), 3), bargap=0.28))


def _size_text(mwp: float, unit: PowerUnit) -> str:
    """Return a capacity in the unit of the axis."""
    return f"{mwp:,.0f}" if unit.mw == 1 else significant(mwp / unit.mw)


def stage_by_technology(frame: pl.DataFrame) -> go.Figure:
    """Draw one cell per stage and technology with projects: gross MWp by depth of colour, and both numbers."""
    stages, technologies = _in_order(Stage, frame["stage"]), _in_order(Technology, frame["technology"])
    rows = {(row["stage"], row["technology"]): row for row in frame.iter_rows(named=True)}
    cells = [[rows.get((stage, technology)) for technology in technologies] for stage in stages]
    heat = go.Heatmap(
        x=[technology.replace(" ", "<br>") for technology in technologies],
        y=stages,
        z=[[cell["gross_mwp"] if cell else None for cell in line] for line in cells],
        text=[[_cell_text(cell) for cell in line] for line in cells],
        customdata=[[_hover_text(cell) for cell in line] for line in cells],
        **{"colorscale": ONE_COLOUR, "zmin": 0, "xgap": 3, "ygap": 3, "texttemplate": "%{text}", "hoverongaps": False},
        hovertemplate="%{customdata}<extra></extra>",
        textfont={"size": 13},
        colorbar={
            **{"title": {"text": "Gross MWp", "side": "bottom"}, "orientation": "h", "y": -0.02, "yanchor": "top"},
            **{"thickness": 8, "tickformat": ",.0f", "outlinewidth": 0, "nticks": 5},
        },
    )
    x = axis_style("", side="top", showgrid=False, tickangle=0)
    y = axis_style("", autorange="reversed", showgrid=False)
    return go.Figure(heat, figure_layout(x, y, height=130 + 62 * max(len(stages), 3)))


def _cell_text(row: dict[str, object] | None) -> str:
    return f"<b>{row['gross_mwp']:,.0f}</b><br>({row['projects']})" if row else ""


def _hover_text(row: dict[str, object] | None) -> str:
    if not row:
        return ""
    return (
        f"<b>{row['stage']}, {row['technology']}</b><br>{row['gross_mwp']:,.1f} MWp gross<br>"
        f"{row['weighted_mwp']:,.1f} MWp weighted by {row['weight']:.0%}<br>{_project_count(row)}"
    )


def _project_count(row: dict[str, object]) -> str:
    return f"{row['projects']} project{'' if row['projects'] == 1 else 's'}"


def _in_order(words: type[Stage] | type[Technology], column: pl.Series) -> list[str]:
    present = set(column)
    return [word.value for word in words if word in present]
