"""Tests of the unit of an axis, GW where MW would have five digits, and of the colours of numbers."""

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types
import pytest

from renewables.charts.style import DIVERGING, ON_DIVERGING, axis_style, figure_layout, in_gigawatts, power_unit


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


@pytest.mark.parametrize(
    ("values", "of", "name", "drawn"),
    [
        ([12_000.0, None], "MWp", "GWp", [12.0, None]),
        ([-12_000.0], "MW", "GW", [-12.0]),
        ([9_999.0], "MWp", "MWp", [9_999.0]),
    ],
)
def test_power_has_the_unit_of_its_greatest_value(
    values: list[float | None], of: str, name: str, drawn: list[float | None]
) -> None:
    unit = power_unit(values, of=of)
    assert (unit.name, unit.of(values)) == (name, drawn)


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colour", [colour for _, colour in DIVERGING])
def test_numbers_can_be_read_on_every_colour_of_a_correlation(colour: str) -> None:
    assert (luminance(ON_DIVERGING) + 0.05) / (luminance(colour) + 0.05) >= 4.5
