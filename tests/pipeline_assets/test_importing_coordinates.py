"""Imports of files with latitude and longitude in one column, as copied from a map."""

from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from pipeline_assets.access import Actor
from pipeline_assets.spreadsheets.import_plan import Plan, confirm_import, plan_import
from pipeline_assets.spreadsheets.sheet_columns import PIPELINES

BOTH = "facility_coordinates"


def plan_rows(engine: sa.Engine, header: str, *rows: str) -> Plan:
    """Return the plan of tab-separated rows, each a solar facility of 5 MWp with the columns of `header`."""
    lines = [f"Name\tTechnology\tMWp\t{header}", *(f"P{n}\tSolar\t5\t{row}" for n, row in enumerate(rows))]
    return plan_import(engine, "pipelines", "\n".join(lines).encode())


def places_of(plan: Plan) -> list[tuple[object, object]]:
    after = [{each.column: each.after for each in row.differences} for row in plan.rows]
    return [(row.get("facility_latitude"), row.get("facility_longitude")) for row in after]


def problems_of(problems: Sequence[object]) -> list[str]:
    return [str(problem) for problem in problems]


@pytest.mark.parametrize(
    "header",
    [
        *("Coordinates", "Coordinate", "Co-ordinates", "Site coordinates", "Lat/Long", "Lat, Lon", "LAT / LNG"),
        *("Latitude, longitude", "Latitude and Longitude", "Coordinates (lat, long)", "Location", "Site location"),
        *("Location (WGS84)", "GPS", "facility_coordinates"),
    ],
)
def test_a_column_of_coordinates_is_read_under_everyday_headers(engine: sa.Engine, header: str) -> None:
    plan = plan_rows(engine, header, "52.45, -0.25", "52.45° N, 0.25° W", "'52.45 -0.25", "")
    assert (plan.ignored, plan.errors, plan.warnings) == ((), [], [])
    assert places_of(plan) == [(52.45, -0.25)] * 3 + [(None, None)]


def test_a_cell_without_coordinates_is_an_error_with_an_example(engine: sa.Engine) -> None:
    plan = plan_rows(engine, "Coordinates", "near Ely", "52.45")
    assert problems_of(plan.errors) == [
        f"row 2, {BOTH}: 'near Ely' cannot be read: write latitude and longitude, such as 52.45, -0.25",
        f"row 3, {BOTH}: '52.45' cannot be read: write latitude and longitude, such as 52.45, -0.25",
    ]


def test_coordinates_out_of_range_are_an_error_of_their_column(engine: sa.Engine) -> None:
    assert {error.column for error in plan_rows(engine, "Coordinates", "152.45, -0.25").errors} == {BOTH}


@pytest.mark.parametrize(
    ("header", "cells", "column"),
    [("Coordinates", "-0.25, 52.45", BOTH), ("Latitude\tLongitude", "-0.25\t52.45", "facility_latitude")],
)
def test_swapped_coordinates_are_a_warning_with_the_offer_to_swap(
    engine: sa.Engine, header: str, cells: str, column: str
) -> None:
    plan = plan_rows(engine, header, cells)
    assert plan.errors == []
    assert problems_of(plan.warnings) == [
        f"row 2, {column}: latitude -0.25 is outside Great Britain, and 52.45, -0.25 would be inside: "
        "swap them if they changed places"
    ]


def test_separate_columns_that_disagree_are_an_error_of_their_row_alone(engine: sa.Engine) -> None:
    header, agreeing = "Coordinates\tLatitude\tLongitude", "52.45, -0.25\t52.45\t-0.25"
    plan = plan_rows(engine, header, agreeing, "52.45, -0.25\t53.45\t-0.25", "52.45, -0.25\t\t", "\t51.5\t-1")
    assert problems_of(plan.errors) == [
        f"row 3, {BOTH}: says 52.45 for the latitude, while the column of the latitude says 53.45"
    ]
    assert places_of(plan) == [(52.45, -0.25), (None, None), (52.45, -0.25), (51.5, -1)]


@pytest.mark.parametrize("cells", ["(clear)\t52.45\t-0.25", "52.45, -0.25\t(clear)\t(clear)"])
def test_clearing_in_one_column_and_a_value_in_the_other_disagree(engine: sa.Engine, cells: str) -> None:
    errors = plan_rows(engine, "Coordinates\tLatitude\tLongitude", cells).errors
    assert [error.column for error in errors] == [BOTH, BOTH]
    assert "empties it" in errors[0].message


def test_a_blank_cell_keeps_the_coordinates_and_the_clearing_word_empties_both(engine: sa.Engine) -> None:
    confirm_import(engine, plan_rows(engine, "Coordinates", "52.45, -0.25"), actor=Actor.typed("me"))
    assert not plan_rows(engine, "Coordinates", "").changes_something
    plan = plan_rows(engine, "Coordinates", "(clear)")
    assert {(each.column, each.before) for _, each in plan.clearings} == {
        ("facility_latitude", 52.45),
        ("facility_longitude", -0.25),
    }


def test_a_location_in_words_is_left_out_beside_any_coordinates(engine: sa.Engine) -> None:
    plan = plan_rows(engine, "Location\tCoordinates", "near Ely\t52.45, -0.25", "Norfolk\t")
    assert plan.ignored == (("Location", "none of its cells holds coordinates"),)
    assert (plan.errors, places_of(plan)[0]) == ([], (52.45, -0.25))


def test_a_location_with_coordinates_in_some_cells_must_have_them_in_all(engine: sa.Engine) -> None:
    plan = plan_rows(engine, "Location", "52.45, -0.25", "near Ely")
    assert [(error.row, error.column) for error in plan.errors] == [(3, BOTH)]


@pytest.mark.parametrize("header", ["Longitude, latitude", "Long/Lat"])
def test_a_column_with_the_longitude_first_is_left_out_with_the_fix(engine: sa.Engine, header: str) -> None:
    plan = plan_rows(engine, header, "-0.25, 52.45")
    assert plan.ignored == ((header, "its cells have the longitude first: write 52.45, -0.25"),)


def test_coordinates_are_no_column_of_exports() -> None:
    assert BOTH not in {column.name for column in PIPELINES.exported}
