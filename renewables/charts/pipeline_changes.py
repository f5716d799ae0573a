"""The bridge of the portfolio between two moments as a figure, from the frame of `queries/changes.py`."""

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types
import polars as pl

from pipeline_assets.comparison import ENDS
from renewables.charts.style import MUTED, axis_style, figure_layout, power_unit

MORE, LESS = "#0072B2", "#D55E00"
"Colours of capacity that joins and that leaves, which colour-blind readers can distinguish."


def capacity_bridge(steps: pl.DataFrame) -> go.Figure:
    """Draw a waterfall from the opening to the closing MWp, one line per movement, with its signed MWp."""
    rows = list(steps.iter_rows(named=True))
    levels = [row["mwp"] for row in rows[:1]]
    for row in rows[1:-1]:
        levels.append(levels[-1] + row["mwp"])
    unit = power_unit(levels, of="MWp")
    digits = 1 if unit.mw == 1 else 2
    texts = [f"{row['mwp'] / unit.mw:{'' if row['movement'] in ENDS else '+'},.{digits}f}" for row in rows]
    bridge = go.Waterfall(
        **{"orientation": "h", "y": [row["movement"] for row in rows], "x": unit.of(row["mwp"] for row in rows)},
        measure=["absolute", *["relative"] * (len(rows) - 2), "total"],
        text=[text.replace("-", "\u2212") for text in texts],
        **{"textposition": "outside", "cliponaxis": False, "connector": {"line": {"color": MUTED, "width": 1}}},
        increasing={"marker": {"color": MORE}},
        decreasing={"marker": {"color": LESS}},
        totals={"marker": {"color": MUTED}},
        hovertemplate=f"%{{y}}: %{{text}} {unit.name}<extra></extra>",
    )
    x = axis_style(
        f"Capacity ({unit.name})", tickformat=",~r", range=[0, (max(levels) or 1) / unit.mw * 1.25], nticks=6
    )
    y = axis_style("", autorange="reversed", showgrid=False)
    return go.Figure(bridge, figure_layout(x, y, height=90 + 42 * len(rows), legend_above=False))
