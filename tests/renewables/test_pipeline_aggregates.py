"""Sums of the pipeline: they agree with the single projects, and text from people is escaped in their figures."""

from collections.abc import Iterator

import polars as pl
import pytest

from renewables.charts import pipeline_aggregates as charts
from renewables.charts.pipeline_map import ColourBy, squares_on_the_map
from renewables.queries import pipeline
from renewables.queries import pipeline_aggregates as sums
from renewables.queries.pipeline import Filter
from renewables.queries.pipeline_outlook import by_month, capacity_outlook
from renewables.queries.snapshot import Connection
from tests.renewables.landed_portfolio import HOSTILE, NARROW, TODAY, land_portfolio
from warehouse.connection import reading

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    home = tmp_path_factory.mktemp("portfolio")
    land_portfolio(home).dispose()
    with reading(home / "warehouse.duckdb") as snapshot:
        yield snapshot


@pytest.fixture(params=NARROW, ids=["all", "solar", "several", "counterparty", "none"])
def wanted(request: pytest.FixtureRequest) -> Filter:
    chosen: Filter = request.param
    return chosen


@pytest.mark.parametrize("colour_by", ColourBy)
def test_the_squares_of_the_map_contain_every_facility_with_coordinates(
    colour_by: ColourBy, wanted: Filter, con: Connection
) -> None:
    placed = pipeline.facility_places(wanted, con).filter(pl.col("longitude").is_not_null())
    squares = sums.places_by_square(wanted, colour_by.lower(), con)
    assert squares["facilities"].sum() == len(placed)
    assert squares["capacity_mwp"].sum() == pytest.approx(placed["capacity_mwp"].sum())
    parts = squares.select(pl.col("parts").explode()).unnest("parts").group_by("category").agg(pl.sum("mwp"))
    expected = placed.group_by(colour_by.lower()).agg(pl.sum("capacity_mwp"))
    assert dict(parts.rows()) == pytest.approx(dict(expected.rows()))


def test_the_steps_of_likelihood_and_impact_contain_every_open_point(wanted: Filter, con: Connection) -> None:
    points, steps = pipeline.open_risks(wanted, con), sums.risks_by_score(wanted, con)
    assert steps["points"].sum() == len(points)
    assert steps["worst"].max() == points["rating"].max()


def test_the_counts_by_month_equal_those_of_the_projects(wanted: Filter, con: Connection) -> None:
    single = pipeline.rag_by_month(wanted, con=con).group_by("month", "rag").len("projects")
    counts = sums.rag_counts_by_month(wanted, con=con)
    assert counts.sort("month", "rag").rows() == single.sort("month", "rag").rows()


def test_the_quarters_contain_every_project_with_an_rtb_date(wanted: Filter, con: Connection) -> None:
    quarters, single = sums.rtb_by_quarter(wanted, con), pipeline.rtb_dates(wanted, con)
    assert quarters["projects"].sum() == len(single)
    assert quarters["gross_mwp"].sum() == pytest.approx(single["gross_mwp"].sum())


def test_the_pages_of_projects_together_contain_all_in_the_same_order(wanted: Filter, con: Connection) -> None:
    whole = pipeline.rag_by_month(wanted, con=con)
    count = int(pipeline.headline_figures(wanted, con)["projects"])
    pages = [pipeline.rag_by_month(wanted, con=con, limit=7, offset=offset) for offset in range(0, count + 7, 7)]
    assert pl.concat(pages).rows() == whole.rows()


def test_the_outlook_by_month_ends_at_the_same_height(con: Connection) -> None:
    steps = capacity_outlook(Filter(TODAY), con).steps.filter(technology="Total")
    thinned = by_month(steps)
    assert len(thinned) < len(steps)
    assert thinned["gross_mwp"].sum() == pytest.approx(steps["gross_mwp"].sum())
    assert thinned["cumulative_gross_mwp"][-1] == steps["cumulative_gross_mwp"][-1]


def test_text_from_people_is_escaped_in_the_figures_of_sums(con: Connection) -> None:
    wide = Filter(TODAY)
    squares = sums.places_by_square(wide, con=con).with_columns(largest=pl.lit([HOSTILE]))
    steps = sums.risks_by_score(wide, con).with_columns(worst_point=pl.lit(HOSTILE))
    whole = str(squares_on_the_map(squares).to_dict()) + str(charts.risks_by_score(steps).to_dict())
    assert "&lt;b&gt;bold" in whole
    assert HOSTILE not in whole


def test_a_figure_of_sums_is_drawn_for_any_filter(wanted: Filter, con: Connection) -> None:
    charts.rag_counts(sums.rag_counts_by_month(wanted, con=con))
    charts.rtb_quarters(sums.rtb_by_quarter(wanted, con), TODAY)
    charts.risks_by_score(sums.risks_by_score(wanted, con))
    squares_on_the_map(sums.places_by_square(wanted, con=con))
