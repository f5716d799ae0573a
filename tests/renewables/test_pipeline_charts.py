"""The pipeline's charts: they are drawn for any filter, and text from people is escaped in them."""

from collections.abc import Iterator

import polars as pl
import pytest

from pipeline_assets.vocabulary import Stage
from renewables.charts import pipeline as capacity
from renewables.charts.pipeline_counts import highest_ratings, projects_by_stage, technology_shares
from renewables.charts.pipeline_map import EAST, NORTH, SOUTH, WEST, ColourBy, coast_outline, is_on_map, on_the_map
from renewables.charts.pipeline_outlook import cumulative_capacity
from renewables.charts.pipeline_risks import likelihood_by_impact
from renewables.charts.pipeline_status import rag_grid, rtb_timeline
from renewables.queries import pipeline, pipeline_aggregates
from renewables.queries.pipeline import Filter
from renewables.queries.pipeline_outlook import Outlook, capacity_outlook
from renewables.queries.snapshot import Connection
from tests.renewables.landed_portfolio import HOSTILE, NARROW, TODAY, land_portfolio
from warehouse.connection import reading


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    home = tmp_path_factory.mktemp("portfolio")
    land_portfolio(home).dispose()
    with reading(home / "warehouse.duckdb") as snapshot:
        yield snapshot


def test_text_from_people_is_escaped_in_every_figure(con: Connection) -> None:
    wide = Filter(TODAY)
    figures = [
        on_the_map(pipeline.facility_places(wide, con)),
        rag_grid(pipeline.rag_by_month(wide, con=con)),
        rtb_timeline(pipeline.rtb_dates(wide, con), TODAY),
        likelihood_by_impact(pipeline.open_risks(wide, con)),
        highest_ratings(pipeline.open_risks(wide, con)),
    ]
    whole = "".join(str(figure.to_dict()) for figure in figures)
    assert "&lt;b&gt;bold" in whole
    assert HOSTILE not in whole
    assert "<a " not in whole


def test_a_figure_is_drawn_for_any_filter(con: Connection) -> None:
    for wanted in NARROW:
        frame = pipeline.by_stage_and_technology(wanted, con)
        bars = capacity.by_stage(frame)
        weighted = sum(sum(x or 0 for x in bar.x) for bar in bars.data if bar.type == "bar" and bar.showlegend)
        assert weighted == pytest.approx(frame["weighted_mwp"].sum())
        capacity.stage_by_technology(frame)
        on_the_map(pipeline.facility_places(wanted, con))
        rag_grid(pipeline.rag_by_month(wanted, con=con))
        rtb_timeline(pipeline.rtb_dates(wanted, con), TODAY)
        likelihood_by_impact(pipeline.open_risks(wanted, con))


def test_the_outlook_is_drawn_with_or_without_its_band(con: Connection) -> None:
    outlook: Outlook = capacity_outlook(Filter(TODAY), con)
    names = [trace.name for trace in cumulative_capacity(outlook, "Total", TODAY).data]
    assert "About 95 % of the trend" in names
    bare = Outlook(outlook.steps, outlook.fits.clear(), outlook.trend.clear())
    assert "About 95 % of the trend" not in [trace.name for trace in cumulative_capacity(bare, "Total", TODAY).data]


def test_the_outline_is_closed_and_within_the_map() -> None:
    parts = list(coast_outline())
    assert len(parts) == 41  # 34 of Great Britain, Northern Ireland, five of Ireland, the Isle of Man
    for longitudes, latitudes in parts:
        assert (longitudes[0], latitudes[0]) == (longitudes[-1], latitudes[-1])
        assert min(longitudes) > WEST
        assert max(longitudes) < EAST
        assert min(latitudes) > SOUTH
        assert max(latitudes) < NORTH


@pytest.mark.parametrize("colour_by", ColourBy)
def test_the_map_marks_every_facility_within_its_bounds_whatever_colours_it(
    colour_by: ColourBy, con: Connection
) -> None:
    frame = pipeline.facility_places(Filter(TODAY), con)
    placed = frame.filter(is_on_map())
    coast, *marks = on_the_map(frame, colour_by).data
    by_value = {trace.name: sorted(hover for _, hover in trace.customdata) for trace in marks}
    assert {name: len(hovers) for name, hovers in by_value.items()} == dict(
        placed.group_by(colour_by.lower()).len().rows()
    )
    assert {id for trace in marks for id, _ in trace.customdata} == set(placed["pipeline_id"])
    assert len({(trace.marker.color, trace.marker.symbol) for trace in marks}) == len(marks)
    assert coast.hoverinfo == "skip"


def test_a_facility_in_another_country_is_not_on_the_map(con: Connection) -> None:
    frame = pipeline.facility_places(Filter(TODAY), con).filter(is_on_map()).head(1)
    moved = frame.with_columns(longitude=pl.lit(12.5), latitude=pl.lit(41.9))
    assert moved.filter(~is_on_map()).height == 1
    assert len(on_the_map(moved).data) == 1


@pytest.mark.parametrize("wanted", [Filter(TODAY), *NARROW])
def test_projects_by_stage_and_shares_of_technologies_add_up(wanted: Filter, con: Connection) -> None:
    headline = pipeline.headline_figures(wanted, con)
    stages = pipeline_aggregates.projects_by_stage(wanted, con)
    shares = pipeline_aggregates.technology_shares(wanted, con)
    assert stages["projects"].sum() == headline["projects"]
    assert [stage for stage in Stage if stage in set(stages["stage"])] == stages["stage"].to_list()
    assert shares["gross_mwp"].sum() == pytest.approx(headline["gross_mwp"])
    assert shares["share"].sum() == pytest.approx(1 if len(shares) else 0)
    top = pipeline.open_risks(wanted, con).head(10)
    bars = [projects_by_stage(stages).data[0], technology_shares(shares).data[0], highest_ratings(top).data[0]]
    assert [len(bar.x) for bar in bars] == [len(stages), len(shares), len(top)]
    assert list(bars[2].x) == sorted(top["rating"], reverse=True)
