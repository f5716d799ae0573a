"""The style that all figures of the dashboard share: margins, axes with units, a legend above.

Colours of text, grid and background come from the page's theme, so that one figure serves light and dark.
"""

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
            "modebar": {"orientation": "v"},
            **more,
        }
    )
