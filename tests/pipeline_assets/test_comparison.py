"""The portfolio compared at two moments: each movement by name, moved dates, RAG and risk moves."""

from datetime import date

import duckdb
import pytest

from pipeline_assets.comparison import compare_portfolio
from pipeline_assets.fields import fields_of
from pipeline_assets.past_tables import past_table
from pipeline_assets.tables import AUDIT
from pipeline_assets.vocabulary import Stage
from tests.pipeline_assets.invented_history import (
    BEGINNING,
    STEP,
    Change,
    compare_around,
    created,
    facility,
    instant_of,
    landed,
    moves_of,
    point,
    project,
)

OPENING = [project("p"), *facility("f", "p")]


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ([("pipelines", "p", {"stage": "Construction"})], ("Advanced", "Design", "Construction", 10, 10)),
        ([("pipelines", "p", {"stage": "Discovery"})], ("Moved back", "Design", "Discovery", 10, 10)),
        ([("pipelines", "p", {"stage": "On hold"})], ("Put on hold", "Design", "On hold", 10, 10)),
        ([("pipelines", "p", {"stage": "Completed"})], ("Completed", "Design", "Completed", 10, 10)),
        ([("facilities", "f", {"capacity_mwp": 12.5})], ("Resized", "Design", "Design", 10, 12.5)),
        ([("facilities", "f", {"technology": "BESS"})], ("Reclassified", "Design", "Design", 10, 10)),
        ([("pipeline_facilities", "p-f", {"archived": True})], ("Resized", "Design", "Design", 10, None)),
        ([("pipelines", "p", {"archived": True})], ("Archived", "Design", "Design", 10, None)),
        ([("facilities", "f", {"archived": True})], ("Resized", "Design", "Design", 10, None)),
    ],
    ids=lambda value: f"{value[0]}" if isinstance(value, tuple) else "to",
)
def test_a_change_of_a_project_is_one_movement_with_its_stages_and_capacities(
    later: list[Change], expected: tuple[object, ...]
) -> None:
    lines = compare_around(OPENING, later).lines
    assert lines.select("movement", "stage_before", "stage_after", "mwp_before", "mwp_after").rows() == [expected]
    assert lines.select("pipeline_id", "project", "facility").rows() == [("p", "Project p", "Plant f")]


def test_a_project_that_comes_back_is_restored_and_one_that_resumes_is_not_advanced() -> None:
    opening = [*OPENING, ("pipelines", "p", {"archived": True}), project("q", Stage.ON_HOLD), *facility("g", "q")]
    later: list[Change] = [("pipelines", "p", {"archived": False}), ("pipelines", "q", {"stage": "Construction"})]
    lines = compare_around(opening, later).lines
    assert lines.select("movement", "pipeline_id").rows() == [("Restored", "p"), ("Resumed", "q")]


def test_a_new_project_without_a_facility_is_a_line_without_capacity_and_no_part_of_the_bridge() -> None:
    comparison = compare_around(OPENING, [project("q")])
    assert comparison.lines.select("movement", "pipeline_id", "facility", "mwp_after").rows() == [
        ("New", "q", None, None)
    ]
    assert moves_of(comparison) == {("Opening", "Design", "Solar"): 10, ("Closing", "Design", "Solar"): 10}


def test_changes_that_cancel_out_between_the_moments_are_no_movements() -> None:
    later: list[Change] = [
        ("pipelines", "p", {"stage": "On hold", "rag": "Red", "rtb_date": "2027-01-01"}),
        ("pipelines", "p", {"stage": "Design", "rag": "Green", "rtb_date": None}),
        *[project("q"), ("pipelines", "q", {"archived": True})],
    ]
    assert compare_around(OPENING, later).is_empty


def test_moved_ready_to_build_dates_are_in_days_and_a_date_that_appears_has_none() -> None:
    opening = [project("p", rtb_date="2027-03-01"), project("q", rtb_date="2027-03-01"), project("r")]
    later: list[Change] = [
        ("pipelines", "p", {"rtb_date": "2027-04-15"}),
        ("pipelines", "q", {"rtb_date": "2027-02-27"}),
        ("pipelines", "r", {"rtb_date": "2028-01-01"}),
    ]
    dates = compare_around(opening, later).dates
    assert dates.select("pipeline_id", "name", "after", "days").rows() == [
        ("p", "RTB", date(2027, 4, 15), 45),
        ("q", "RTB", date(2027, 2, 27), -2),
        ("r", "RTB", date(2028, 1, 1), None),
    ]


def test_moved_dates_of_milestones_are_listed_and_the_forecast_of_ready_to_build_only_once() -> None:
    step = {"pipeline_id": "p", "planned_date": "2027-01-01", "forecast_date": "2027-01-01"}
    opening = [project("p", rtb_date="2027-01-01"), created("milestones", "r", name="RTB", **step)]
    opening += [created("milestones", id, name=name, **step) for id, name in (("c", "COD"), ("g", "Grid offer"))]
    later: list[Change] = [
        ("pipelines", "p", {"rtb_date": "2027-02-01"}),
        ("milestones", "r", {"forecast_date": "2027-02-01"}),
        ("milestones", "c", {"forecast_date": "2027-01-11", "actual_date": "2027-01-12"}),
        ("milestones", "g", {"forecast_date": "2028-01-01", "archived": True}),
    ]
    assert compare_around(opening, later).dates.select("pipeline_id", "name", "days").rows() == [
        ("p", "RTB", 31),
        ("p", "COD, forecast", 10),
        ("p", "COD, actual", None),
    ]


def test_rag_moves_have_their_comment_and_direction_the_worst_first() -> None:
    opening = [project("p", rag="Red", rag_comment="late"), project("q")]
    later: list[Change] = [
        ("pipelines", "p", {"rag": "Amber", "rag_comment": "offer signed"}),
        ("pipelines", "q", {"rag": "Red", "rag_comment": "no grid"}),
    ]
    rags = compare_around(opening, later).rags
    assert rags.select("pipeline_id", "before", "after", "is_worse", "comment").rows() == [
        ("q", "Green", "Red", True, "no grid"),
        ("p", "Red", "Amber", False, "offer signed"),
    ]


def test_risks_that_were_opened_closed_or_rated_otherwise_are_listed_with_both_ratings() -> None:
    opening = [
        *[project("p"), point("closed", 50, 50), point("worse", 10, 10), point("same", 10, 20)],
        *[point("better", 90, 90, pipeline_id="p"), point("reopened", 7, 7, status="Closed", mitigation="done")],
    ]
    later: list[Change] = [
        ("information_points", "closed", {"status": "Closed", "mitigation": "done"}),
        ("information_points", "worse", {"likelihood": 90}),
        ("information_points", "better", {"impact": 10}),
        ("information_points", "reopened", {"status": "Open"}),
        point("new", 80, 80),
        ("information_points", "same", {"owner": "Ann"}),
    ]
    risks = compare_around(opening, later).risks
    assert risks.select("information_point", "move", "rating_before", "rating_after", "project").rows() == [
        ("new", "Opened", None, 6400, None),
        ("closed", "Closed", 2500, 2500, None),
        ("better", "Rated lower", 8100, 900, "Project p"),
        ("worse", "Rated higher", 100, 900, None),
        ("reopened", "Reopened", 49, 49, None),
    ]


def test_a_risk_of_an_archived_project_counts_as_archived() -> None:
    opening = [project("p"), point("i", 10, 10, pipeline_id="p")]
    risks = compare_around(opening, [("pipelines", "p", {"archived": True})]).risks
    assert risks.select("move", "rating_before", "rating_after").rows() == [("Archived", 100, None)]


def test_before_the_first_change_the_portfolio_was_empty() -> None:
    with landed(OPENING) as con:
        comparison = compare_portfolio(con, BEGINNING - STEP, instant_of(3))
        assert comparison.before_position == 0
        assert moves_of(comparison) == {("New", "Design", "Solar"): 10, ("Closing", "Design", "Solar"): 10}


def test_before_the_first_landing_nothing_has_changed() -> None:
    with duckdb.connect() as con:
        comparison = compare_portfolio(con, BEGINNING, BEGINNING + STEP)
    assert comparison.is_empty
    assert moves_of(comparison) == {}


def test_a_field_that_a_record_never_had_has_its_default_in_an_earlier_state() -> None:
    kind, id, fields = project("p")
    older = {name: value for name, value in fields.items() if name != "market"}
    with landed([(kind, id, older)]) as con:
        assert con.sql(f"SELECT market FROM ({past_table('pipelines', 1)})").fetchall() == [("Great Britain",)]
        assert con.sql(f"SELECT count(*) FROM {AUDIT}").fetchall() == [(len(fields_of("pipelines")) - 1,)]
