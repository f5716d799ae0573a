"""Tests of charts by month: what is joined, what is hollow, and how this year is told from the years before."""

from datetime import date
from typing import Any

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types
import polars as pl
import pytest

from renewables.charts.complete_months import half_hours_of_month, monthly_traces
from renewables.charts.profiles import by_year

MWH = 1e5


def years(*rows: tuple[int, int, float, float]) -> pl.DataFrame:
    """Return months as (year, month, energy in 100 GWh, coverage)."""
    frame = pl.DataFrame(rows, schema=["year", "month", "energy_mwh", "coverage"], orient="row")
    return frame.with_columns(pl.col("energy_mwh").cast(pl.Float64) * MWH)


def traces_of(figure: go.Figure) -> dict[str, list[Any]]:
    named: dict[str, list[Any]] = {}
    for trace in figure.data:
        named.setdefault(trace.name, []).append(trace)
    return named


def test_an_incomplete_month_is_a_hollow_mark_that_no_line_joins() -> None:
    joined, hollow = monthly_traces(
        ["Jan", "Feb", "Mar"],
        [1.0, 0.2, 3.0],
        [1.0, 0.1, 0.95],
        name="2026",
        line={"color": "#123456"},
        hovertemplate="",
    )
    assert list(joined.y) == [1.0, None, 3.0]
    assert joined.connectgaps is False
    assert list(hollow.y) == [None, 0.2, None]
    assert (hollow.mode, hollow.marker.symbol) == ("markers", "circle-open")


def test_this_year_is_bold_and_the_years_before_are_a_range_with_their_median() -> None:
    rows = [(year, month, value, 1.0) for year, value in ((2023, 1.0), (2024, 4.0), (2025, 2.0)) for month in (1, 2)]
    named = traces_of(by_year(years(*rows, (2026, 1, 5.0, 1.0))))
    ((band,), (median,)) = (named["Range"], named["Median"])
    assert sorted(set(band.y)) == [100, 400]
    assert list(median.y)[:3] == [200, 200, None]
    (present,) = named["2026"]
    assert present.visible is True
    assert {trace.visible for year in ("2023", "2024", "2025") for trace in named[year]} == {"legendonly"}
    assert present.line.width > median.line.width


def test_months_with_too_little_data_are_not_part_of_the_range() -> None:
    named = traces_of(
        by_year(years((2024, 1, 3.0, 1.0), (2025, 1, 0.1, 0.2), (2025, 2, 2.0, 1.0), (2026, 1, 1.0, 1.0)))
    )
    assert list(named["Median"][0].y)[:2] == [300, 200]


def test_a_single_year_has_no_range() -> None:
    assert set(traces_of(by_year(years((2026, 1, 1.0, 1.0))))) == {"2026"}


@pytest.mark.parametrize(("hundreds", "unit"), [(9.0, "GWh"), (11.0, "TWh")])
def test_large_months_are_drawn_in_twh(hundreds: float, unit: str) -> None:
    assert by_year(years((2026, 1, hundreds, 1.0))).layout.yaxis.title.text == f"Energy ({unit})"


@pytest.mark.parametrize(("month", "half_hours"), [(2, 29 * 48), (3, 31 * 48 - 2), (10, 31 * 48 + 2), (12, 31 * 48)])
def test_the_half_hours_of_a_month_follow_the_clocks(month: int, half_hours: int) -> None:
    assert half_hours_of_month(date(2024, month, 1)) == half_hours
