"""The content of figures, read from the figure."""

import dataclasses
from datetime import date

import polars as pl
import pytest

from renewables.attribution import attribution, label_of_sources, note_of_sources
from renewables.charts.colours import colour_of
from renewables.charts.generation import can_be_stacked, generation_figure
from renewables.charts.html_page import html_page
from renewables.queries.generation import Series, series_by_grain
from tests.filled_homes import AUTUMN, SPRING

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("warehouse")]


def test_lines_break_where_a_value_is_missing() -> None:
    drawn = series_by_grain(*SPRING)
    lines = [trace for trace in generation_figure(drawn, stacked=False).data if trace.mode == "lines"]
    assert [trace.name for trace in lines] == ["Wind Onshore", "Wind Offshore", "Solar"]
    for trace in lines:
        values = drawn.frame.filter(psr_type=trace.name)["generation_mw"].to_list()
        assert list(trace.y) == values
        assert None in values
        assert trace.connectgaps is False
        assert trace.line.color == colour_of(trace.name)


def test_a_stack_is_drawn_only_where_every_category_is_present() -> None:
    drawn = series_by_grain(*SPRING)
    whole = drawn.frame.group_by("start_time_utc").agg(pl.col("half_hours").sum()).filter(half_hours=3)
    areas = generation_figure(drawn).data
    for name in ("Wind Onshore", "Wind Offshore", "Solar"):
        times = [time for trace in areas if trace.name == name for time in trace.x]
        assert sorted(times) == sorted(whole["start_time_utc"].to_list())
    for trace in areas:
        steps = pl.Series(trace.x).diff().drop_nulls().unique().to_list()
        assert set(steps) <= {drawn.grain.width}, "a stack reaches over a gap"
    assert [trace.name for trace in areas if trace.showlegend] == ["Wind Onshore", "Wind Offshore", "Solar"]


def test_axes_show_their_units_and_the_title_shows_the_grain() -> None:
    layout = generation_figure(series_by_grain(date(2024, 3, 1), date(2024, 11, 30))).layout
    assert "UTC" in layout.xaxis.title.text
    assert "MW" in layout.yaxis.title.text
    assert "per day" in layout.title.subtitle.text


def test_synthetic_data_is_labelled_and_not_attributed_to_elexon() -> None:
    layout = generation_figure(series_by_grain(*AUTUMN)).layout
    message = " ".join([layout.title.subtitle.text, *(note.text for note in layout.annotations)])
    assert "SYNTHETIC" in message
    assert "Elexon Limited" not in message


def test_elexons_data_carries_its_attribution() -> None:
    drawn = dataclasses.replace(series_by_grain(*AUTUMN), sources=["elexon"])
    message = " ".join(note.text for note in generation_figure(drawn).layout.annotations)
    assert "Contains BMRS data © Elexon Limited" in message
    assert "SYNTHETIC" not in message


@pytest.mark.parametrize(
    ("sources", "label", "attributed"),
    [
        ([], "", False),
        (["elexon"], "", True),
        (["synthetic"], "SYNTHETIC", False),
        (["recorded", "recorded-inferred"], "RECORDED", True),
        (["recorded", "synthetic"], "SYNTHETIC AND RECORDED", True),
        (["mirror.example"], "FROM mirror.example", False),
        (["recorded.example"], "FROM recorded.example", False),
        (["synthetic", "mirror.example"], "SYNTHETIC AND FROM mirror.example", False),
    ],
)
def test_sources_determine_the_label_and_the_attribution(sources: list[str], label: str, attributed: bool) -> None:
    assert label_of_sources(sources) == label
    line = "Contains BMRS data © Elexon Limited copyright and database right 2024"
    assert attribution(sources, 2024) == (line if attributed else "")
    assert all(part in note_of_sources(sources) for part in label.split(" AND "))


def test_signed_flows_are_not_stacked() -> None:
    assert can_be_stacked(series_by_grain(*SPRING))
    assert not can_be_stacked(series_by_grain(*SPRING, dataset="generation_by_fuel"))


def test_categories_without_any_value_are_left_out() -> None:
    fuels = series_by_grain(*SPRING, dataset="generation_by_fuel")
    absent = pl.when(pl.col("fuel_type") != "COAL").then("generation_mw")
    without = dataclasses.replace(fuels, frame=fuels.frame.with_columns(generation_mw=absent))
    assert "COAL" not in {trace.name for trace in generation_figure(without, stacked=False).data}


def test_an_empty_span_is_a_figure_without_traces() -> None:
    empty: Series = series_by_grain(date(2024, 7, 1), date(2024, 7, 2))
    for stacked in (True, False):
        assert generation_figure(empty, stacked=stacked).data == ()


def test_an_html_page_is_one_file_that_loads_nothing_else() -> None:
    html = html_page(
        generation_figure(series_by_grain(*AUTUMN)), title="Wind <& solar>", notes="SYNTHETIC", licensed=False
    )
    assert "<title>Wind &lt;&amp; solar&gt;</title>" in html
    assert 'name="viewport"' in html
    assert "<script src=" not in html
    assert "<link " not in html
    assert len(html) > 1_000_000, "the drawing library is not inside"


def test_flags_are_a_strip_under_the_values_and_not_over_them() -> None:
    drawn = series_by_grain(*SPRING)
    flagged = dataclasses.replace(
        drawn,
        flagged=pl.DataFrame(
            {
                "start_time_utc": [drawn.window.start_utc],
                "half_hours_flagged": [1],
                "half_hours_expected": [1],
                "reasons": [["wind_understated"]],
            },
            schema=drawn.flagged.schema,
        ),
    )
    layout = generation_figure(flagged).layout
    assert layout.yaxis2.domain[1] < layout.yaxis.domain[0]
    assert layout.xaxis.anchor == "y2", "the labels of the time axis are below the strip"
