"""The style that all figures of the dashboard share: margins, axes with units, a legend above.

Colours of text, grid and background come from the page's theme, so that one figure serves light and dark.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types

HEIGHT_PIXELS = 420
SEQUENTIAL = "Viridis"
"A scale that colour-blind readers can distinguish, also in grey."
DIVERGING = [(0.0, "#A50F2B"), (0.5, "#6B7280"), (1.0, "#1D4E9E")]
"""A scale from -1 (red) by 0 (grey) to 1 (blue), which differs from a white ground and from a dark one.

Each of its colours is dark enough for white numbers (4.5 : 1).
"""
ON_DIVERGING = "#FFFFFF"
"The colour of numbers on that scale."
ACCENT = "#5E6EE6"
"A colour between the light and the dark theme's accent."
MUTED = "#7F8894"
"The colour of lines and words in the background, on light and on dark."
LEGEND = {
    **{"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"},
    **{"traceorder": "normal", "title": {"text": ""}},
}


def translucent_colour(colour: str, opacity: float) -> str:
    """Return a `#RRGGBB` colour with an opacity, as `rgba(...)`."""
    red, green, blue = (int(colour[n : n + 2], 16) for n in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity})"


def axis_style(title: str, **more: Any) -> dict[str, Any]:
    """Return an axis with its unit in the title and room for its numbers."""
    return {"title": {"text": title, "standoff": 8}, "automargin": True, **more}


def figure_layout(
    x: dict[str, Any], y: dict[str, Any], *, height: int = HEIGHT_PIXELS, legend_above: bool = True, **more: Any
) -> go.Layout:
    """Return a layout with the axes `x` and `y`; `legend_above` keeps room for a legend."""
    return go.Layout(
        **{
            "height": height,
            "margin": {"l": 8, "r": 8, "t": 36 if legend_above else 12, "b": 8},
            "legend": LEGEND,
            "xaxis": x,
            "yaxis": y,
            "modebar": {"orientation": "h", "bgcolor": "rgba(0, 0, 0, 0)", "color": MUTED, "activecolor": ACCENT},
            **more,
        }
    )


GIGAWATTS_FROM_MW = 10_000
"The greatest value in MW from which a chart or a table is in GW."


@dataclass(frozen=True)
class PowerUnit:
    """The unit in which a chart writes power: its name, the MW in it, and the format of its values."""

    name: str
    mw: float
    digits: str

    def of(self, values: Iterable[float | None]) -> list[float | None]:
        """Return values in MW in this unit."""
        return [None if value is None else value / self.mw for value in values]


def power_unit(*series: Iterable[float | None], of: str = "MW") -> PowerUnit:
    """Return the unit of values of which one has five digits in `of` (MW or MWp): GW or GWp, and otherwise `of`."""
    greatest = max((abs(value) for values in series for value in values if value is not None), default=0.0)
    is_large = greatest >= GIGAWATTS_FROM_MW
    return PowerUnit(of.replace("MW", "GW"), 1000, ",.2f") if is_large else PowerUnit(of, 1, ",.0f")


def in_gigawatts(figure: go.Figure) -> go.Figure:
    """Return the figure with its y axis in GW if that is in MW and has large values, and otherwise as it is."""
    title = figure.layout.yaxis.title.text or ""
    traces = [trace for trace in figure.data if "y" in trace and trace.y is not None and trace.yaxis in (None, "y")]
    if not title.endswith("(MW)"):
        return figure
    unit = power_unit([_greatest(traces)])
    if unit.mw == 1:
        return figure
    for trace in traces:
        trace.y = unit.of(trace.y)
        if trace.hovertemplate:
            trace.hovertemplate = trace.hovertemplate.replace("%{y:,.0f} MW", f"%{{y:{unit.digits}}} {unit.name}")
    new_title = title.replace("(MW)", f"({unit.name})")
    figure.update_yaxes(title_text=new_title, tickformat=",~r", selector={"title.text": title})
    return figure


def _greatest(traces: Sequence[Any]) -> float:
    """Return the greatest value, or the greatest sum of the maxima of traces that are stacked."""
    sums: dict[Any, float] = {}
    for place, trace in enumerate(traces):
        stack = (trace.stackgroup if "stackgroup" in trace else None) or place
        sums[stack] = sums.get(stack, 0.0) + max((abs(value) for value in trace.y if value is not None), default=0.0)
    return max(sums.values(), default=0.0)
