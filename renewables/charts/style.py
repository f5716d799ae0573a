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
DIVERGING = "RdBu"
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
"The greatest value from which an axis in MW is drawn in GW."


@dataclass(frozen=True)
class PowerUnit:
    """The unit in which a chart writes MW: its name, the MW in it, and the format of its values."""

    name: str
    mw: float
    digits: str

    def of(self, values: Iterable[float | None]) -> list[float | None]:
        """Return values in MW in this unit."""
        return [None if value is None else value / self.mw for value in values]


def power_unit(*series: Iterable[float | None]) -> PowerUnit:
    """Return GW if one of the values in MW has five digits, and otherwise MW."""
    greatest = max((abs(value) for values in series for value in values if value is not None), default=0.0)
    return PowerUnit("GW", 1000, ",.2f") if greatest >= GIGAWATTS_FROM_MW else PowerUnit("MW", 1, ",.0f")


def capacity_scale(greatest: float, unit: str = "MWp") -> tuple[float, str]:
    """Return the divisor and the unit of an axis of capacity, which is in GW if the greatest value is large."""
    return (1000.0, unit.replace("MW", "GW")) if greatest >= GIGAWATTS_FROM_MW else (1.0, unit)


def in_gigawatts(figure: go.Figure) -> go.Figure:
    """Return the figure with its y axis in GW if that is in MW and has large values, and otherwise as it is."""
    title = figure.layout.yaxis.title.text or ""
    traces = [trace for trace in figure.data if "y" in trace and trace.y is not None and trace.yaxis in (None, "y")]
    if not title.endswith("(MW)") or _greatest(traces) < GIGAWATTS_FROM_MW:
        return figure
    for trace in traces:
        trace.y = [None if value is None else value / 1000 for value in trace.y]
        if trace.hovertemplate:
            trace.hovertemplate = trace.hovertemplate.replace("%{y:,.0f} MW", "%{y:,.2f} GW")
    figure.update_yaxes(title_text=title.replace("(MW)", "(GW)"), tickformat=",~r", selector={"title.text": title})
    return figure


def _greatest(traces: Sequence[Any]) -> float:
    """Return the greatest value, or the greatest sum of the maxima of traces that are stacked."""
    sums: dict[Any, float] = {}
    for place, trace in enumerate(traces):
        stack = (trace.stackgroup if "stackgroup" in trace else None) or place
        sums[stack] = sums.get(stack, 0.0) + max((abs(value) for value in trace.y if value is not None), default=0.0)
    return max(sums.values(), default=0.0)
