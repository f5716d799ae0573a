"""How Red, Amber and Green look on every chart: each has a shape and a letter as well as a colour."""

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types

from pipeline_assets.vocabulary import Rag

COLOURS = {Rag.RED: "#C4421A", Rag.AMBER: "#F0B030", Rag.GREEN: "#1F8A70"}
ON_COLOURS = {Rag.RED: "#FFFFFF", Rag.AMBER: "#2B2000", Rag.GREEN: "#FFFFFF"}
"The colour of a letter on each of these colours."
SHAPES = {Rag.RED: "square", Rag.AMBER: "triangle-up", Rag.GREEN: "circle"}
LETTERS = {rag: rag[0] for rag in Rag}
WORST_FIRST = tuple(reversed(Rag))


def legend_of_cells() -> list[go.Scatter]:
    """Return legend entries for a grid of lettered cells."""
    return [
        go.Scatter(
            **{"x": [None], "y": [None], "mode": "markers", "name": f"{LETTERS[rag]} {rag}"},
            marker={"symbol": "square", "size": 12, "color": COLOURS[rag]},
        )
        for rag in WORST_FIRST
    ]
