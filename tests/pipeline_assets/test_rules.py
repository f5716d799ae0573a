"""Rules of a step from one version of a record to the next: default dates, refusals, warnings."""

from datetime import date
from typing import Any

import pytest

from pipeline_assets.rules import fields_after, problems_of_step, validated_fields, warnings_of

TODAY = date(2026, 6, 1)


def project(**fields: object) -> dict[str, Any]:
    stored, problems = validated_fields("pipelines", "fen", {"name": "Fen", "status_date": "2026-01-05"} | fields)
    assert problems == []
    return stored


def facility(**fields: object) -> dict[str, Any]:
    stored, problems = validated_fields(
        "facilities", "f", {"name": "Fen", "technology": "Solar", "capacity_mwp": 50} | fields
    )
    assert problems == []
    return stored


@pytest.mark.parametrize(
    "status", [{"stage": "Design"}, {"rag": "Red", "rag_comment": "Late"}, {"rag_comment": "Late"}, {"rtb_date": TODAY}]
)
def test_a_new_status_without_a_date_is_dated_today(status: dict[str, object]) -> None:
    fields, _ = fields_after("pipelines", "fen", project(), status, TODAY)
    assert fields["status_date"] == "2026-06-01"


def test_a_new_project_without_a_date_is_dated_today() -> None:
    fields, _ = fields_after("pipelines", "fen", None, {"name": "Fen"}, TODAY)
    assert fields["status_date"] == "2026-06-01"


def test_a_status_dated_in_the_future_is_refused_because_later_ones_would_count_as_older() -> None:
    _, problems = fields_after("pipelines", "fen", None, {"name": "Fen", "status_date": "2026-06-03"}, TODAY)
    assert [(problem.field, "in the future" in problem.message) for problem in problems] == [("status_date", True)]


def test_an_existing_future_status_does_not_block_edits_of_other_fields() -> None:
    given = {"status_date": "2030-01-01", "notes": "new"}
    _, problems = fields_after("pipelines", "fen", project(status_date="2030-01-01"), given, TODAY)
    assert problems == []


def test_a_status_may_have_the_date_that_has_begun_in_eastern_time_zones() -> None:
    fields, problems = fields_after("pipelines", "fen", None, {"name": "Fen", "status_date": "2026-06-02"}, TODAY)
    assert (fields["status_date"], problems) == ("2026-06-02", [])


def test_a_given_status_date_is_kept() -> None:
    given = {"stage": "Design", "status_date": "2026-05-30"}
    fields, _ = fields_after("pipelines", "fen", project(), given, TODAY)
    assert fields["status_date"] == "2026-05-30"


@pytest.mark.parametrize(
    "same",
    [
        {},
        {"notes": "new"},
        {"rtb_date": date(2027, 3, 1)},
        {"rtb_date": "2027-03-01"},
        {"stage": "Discovery", "rag_comment": "  ", "status_date": None},
    ],
)
def test_an_unchanged_status_keeps_its_date_however_it_is_spelt(same: dict[str, object]) -> None:
    fields, problems = fields_after("pipelines", "fen", project(rtb_date="2027-03-01"), same, TODAY)
    assert (fields["status_date"], problems) == ("2026-01-05", [])


@pytest.mark.parametrize(("before", "rag"), [("Green", "Amber"), ("Green", "Red"), ("Amber", "Red"), ("Red", "Amber")])
def test_a_change_to_amber_or_red_requires_a_new_comment(before: str, rag: str) -> None:
    old = project(rag=before, rag_comment="The grid is late.")

    [problem] = problems_of_step("pipelines", "fen", old, old | {"rag": rag})
    assert (problem.field, problem.message) == ("rag_comment", f"explain why the RAG status becomes {rag}")
    assert problems_of_step("pipelines", "fen", old, old | {"rag": rag, "rag_comment": "Later still."}) == []


def test_a_change_to_green_or_no_change_requires_no_comment() -> None:
    red = project(rag="Red", rag_comment="The grid is late.")
    assert problems_of_step("pipelines", "fen", red, red | {"rag": "Green"}) == []
    assert problems_of_step("pipelines", "fen", red, red | {"notes": "new"}) == []


def test_coordinates_outside_great_britain_are_a_warning() -> None:
    kirkwall, paris = {"longitude": -2.96, "latitude": 58.98}, {"longitude": 2.35, "latitude": 48.86}
    assert warnings_of("facilities", "f", None, facility(**kirkwall)) == []
    assert warnings_of("facilities", "f", None, facility()) == []
    assert [(w.field, w.message) for w in warnings_of("facilities", "f", None, facility(**paris))] == [
        ("longitude", "2.35 is outside Great Britain"),
        ("latitude", "48.86 is outside Great Britain"),
    ]


@pytest.mark.parametrize(
    ("before", "now", "messages"),
    [
        ("Discovery", "Design", []),
        ("Discovery", "Procurement", ["skips from Discovery to Procurement"]),
        ("Construction", "Design", ["goes back from Construction to Design"]),
        ("Construction", "On hold", []),
        ("On hold", "Commissioning", []),
        ("Design", "Design", []),
    ],
)
def test_skipping_a_stage_or_going_back_is_a_warning(before: str, now: str, messages: list[str]) -> None:
    warnings = warnings_of("pipelines", "fen", project(stage=before), project(stage=now))
    assert [warning.message for warning in warnings] == messages


def test_storage_of_anything_but_a_battery_is_a_warning() -> None:
    fields = {"name": "Fen", "technology": "Solar", "capacity_mwp": 5, "storage_mwh": 10}
    stored, problems = validated_fields("facilities", "fen", fields)

    assert problems == []
    assert [warning.field for warning in warnings_of("facilities", "fen", None, stored)] == ["storage_mwh"]
    assert warnings_of("facilities", "fen", None, {**stored, "technology": "BESS"}) == []
