"""Figures of the registers: what they draw, in which order, and that foreign text in them stays text."""

import duckdb
import polars as pl
import pytest

from renewables.charts.pipeline_map import is_on_map, on_the_map
from renewables.charts.register_map import NEIGHBOUR_NAME, map_around, squares_of_registers, with_neighbours
from renewables.charts.registers import capacity_by_status, kinds_of_changes, operators_by_status, slip_by_technology
from renewables.queries import pipeline
from renewables.queries.pipeline import Filter
from renewables.queries.register_changes import connection_slip, field_titles, register_changes
from renewables.queries.register_operators import operator_ranking
from renewables.queries.registers import RegisterFilter, neighbours, register_sums, squares_of_records
from tests.renewables.landed_portfolio import HOSTILE, TODAY

Con = duckdb.DuckDBPyConnection
ESCAPED = "&lt;b&gt;bold&lt;/b&gt;"
REPD = RegisterFilter(("repd",))


def test_the_bars_of_a_status_add_up_to_its_capacity(register_con: Con) -> None:
    sums = register_sums(REPD, con=register_con)
    figure = capacity_by_status(sums, "MW")
    *bars, ends = figure.data
    totals = dict(zip(ends.y, ends.x, strict=True))
    assert figure.layout.xaxis.title.text == "GW", "an axis is in GW from 10,000 MW on"
    gigawatts = sums.group_by("status_group").agg(pl.col("capacity_mw").sum() / 1000)
    assert totals == pytest.approx(dict(gigawatts.iter_rows()))
    for group, total in totals.items():
        assert sum((bar.x[bar.y.index(group)] or 0) for bar in bars) == pytest.approx(total)


def test_changes_begin_with_the_records_that_appeared_and_left(register_con: Con) -> None:
    result = register_changes("repd", con=register_con)
    assert result is not None
    [bars] = kinds_of_changes(result.fields, field_titles("repd")).data
    assert bars.y[:2] == ("Appeared", "Left")
    assert "Development Status (short)" in bars.y


def test_slip_is_drawn_to_both_sides_with_the_net_as_a_mark(register_con: Con) -> None:
    slip = connection_slip(con=register_con)
    assert slip is not None
    earlier, later, net = slip_by_technology(slip.technologies).data
    assert sum(net.x) == pytest.approx(slip.net_mw_years)
    assert max(earlier.x) <= 0 <= min(later.x)


def test_operators_with_the_same_short_name_have_their_own_bars() -> None:
    names = [f"An operator with a very long name, number {n}" for n in (1, 2)]
    operators = pl.DataFrame({"operator": names, "capacity_mw": [20.0, 10.0]})
    stages = operators.with_columns(status_group=pl.lit("Consented"))
    bar, ends = operators_by_status(operators, stages).data
    assert (list(bar.x), list(ends.x)) == ([20.0, 10.0], [20.0, 10.0])
    assert len(set(bar.y)) == 2


def test_neighbours_are_rings_below_our_facilities_with_their_facts(register_con: Con) -> None:
    ours = pipeline.facility_places(Filter(TODAY), register_con).filter(is_on_map())
    rows = neighbours(ours.select("latitude", "longitude").rows(), 50, con=register_con).head(30)
    coast, rings, *marks = with_neighbours(on_the_map(ours), rows).data
    assert (coast.mode, rings.name, rings.marker.symbol) == ("lines", NEIGHBOUR_NAME, "circle-open")
    assert sum(len(mark.lon) for mark in marks) == len(ours)
    assert {custom[2] for custom in rings.customdata} == set(rows["record_id"])
    assert all("km away" in custom[1] and "REPD" in custom[1] for custom in rings.customdata)
    assert len(with_neighbours(on_the_map(ours), rows.clear()).data) == 1 + len(marks)


def test_foreign_text_on_the_maps_and_bars_stays_text(register_con: Con) -> None:
    rows = neighbours([(52.0, -1.0)], 200, con=register_con).head(1).with_columns(name=pl.lit(HOSTILE))
    figure = map_around([(HOSTILE, 52.0, -1.0)], rows, 200)
    texts = [str(custom) for trace in figure.data[1:] for custom in trace.customdata]
    squares = squares_of_records(REPD, con=register_con).head(1).with_columns(largest=pl.lit([HOSTILE]))
    texts += [custom for trace in squares_of_registers(squares).data[1:] for custom in trace.customdata]
    operators = pl.DataFrame({"operator": [HOSTILE], "capacity_mw": [1.0]})
    bars = operators_by_status(operators, operators.with_columns(status_group=pl.lit("Ended")))
    texts += [*bars.data[0].customdata, *bars.layout.yaxis.ticktext]
    assert len(texts) == 5
    assert all(HOSTILE not in text and "<b>bold" not in text for text in texts)
    assert all(ESCAPED in text or "&lt;b" in text for text in texts)


def test_the_ranking_feeds_the_chart_of_operators(register_con: Con) -> None:
    ranking = operator_ranking(REPD, limit=5, con=register_con)
    *bars, ends = operators_by_status(ranking.operators, ranking.stages).data
    for place, total in enumerate(ends.x):
        assert sum((bar.x[place] or 0) for bar in bars) == pytest.approx(total)
