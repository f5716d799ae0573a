"""What all figures of the dashboard share: room, axes with units, a legend above, nothing that a theme should say.

Colours of text, grid and ground come from the page's theme, so that one figure serves light and dark.
"""

from typing import Any

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types

HEIGHT_PIXELS = 420
SEQUENTIAL = "Viridis"
"Told apart by colour-blind readers, and in grey."
DIVERGING = "RdBu"
ACCENT = "#5E6EE6"
"Of the theme, between its light and its dark one."
MUTED = "#7F8894"
"Lines and words that stand back, on light and on dark."
LEGEND = {
    **{"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"},
    **{"traceorder": "normal", "title": {"text": ""}},
}


def translucent(colour: str, opacity: float) -> str:
    """Of a colour as `#RRGGBB`."""
    red, green, blue = (int(colour[n : n + 2], 16) for n in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity})"


def axis(title: str, **more: Any) -> dict[str, Any]:
    """With its unit in the title, and room for its numbers."""
    return {"title": {"text": title, "standoff": 8}, "automargin": True, **more}


def layout(
    x: dict[str, Any], y: dict[str, Any], *, height: int = HEIGHT_PIXELS, legend_above: bool = True, **more: Any
) -> go.Layout:
    """`x`, `y`: from `axis`; `legend_above`: whether room is kept for one."""
    return go.Layout(
        **{
            "height": height,
            "margin": {"l": 8, "r": 8, "t": 36 if legend_above else 12, "b": 8},
            "legend": LEGEND,
            "xaxis": x,
            "yaxis": y,
            "modebar": {"orientation": "v"},
            **more,
        }
    )
