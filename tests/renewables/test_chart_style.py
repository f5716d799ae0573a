"""Tests of the unit of an axis: GW where MW would have five digits."""

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types
import pytest

from renewables.charts.style import axis_style, figure_layout, in_gigawatts


def figure_of(*values: float | None, title: str = "Generation (MW)", stack: str | None = None) -> go.Figure:
    traces = [go.Scatter(x=[1], y=[value], stackgroup=stack, hovertemplate="%{y:,.0f} MW") for value in values]
    return go.Figure(traces, figure_layout(axis_style("UK time"), axis_style(title, tickformat=",.0f")))


@pytest.mark.parametrize("stack", [None, "run 0"])
def test_large_values_and_large_stacks_are_drawn_in_gw(stack: str | None) -> None:
    values = (12_000.0, None) if stack is None else (6_000.0, 6_000.0)
    figure = in_gigawatts(figure_of(*values, stack=stack))
    assert figure.layout.yaxis.title.text == "Generation (GW)"
    assert [list(trace.y) for trace in figure.data] == [[value / 1000 if value else None] for value in values]
    assert {trace.hovertemplate for trace in figure.data} == {"%{y:,.2f} GW"}


@pytest.mark.parametrize(
    "figure", [figure_of(9_999.0), figure_of(6_000.0, 6_000.0), figure_of(50_000.0, title="Price (£/MWh)"), figure_of()]
)
def test_other_values_and_other_units_stay_as_they_are(figure: go.Figure) -> None:
    before = figure.to_dict()
    assert in_gigawatts(figure).to_dict() == before
