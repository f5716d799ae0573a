"""Each rule of a record: what is refused, at which field, with which message."""

import re
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from pipeline_assets import vocabulary
from pipeline_assets.models import ENTITIES, InformationPoint, new_id
from pipeline_assets.rules import validated_fields

VALID: dict[str, dict[str, Any]] = {
    "counterparties": {"name": "Octavia Energy"},
    "contacts": {"name": "Ann Other"},
    "counterparty_contacts": {"counterparty_id": "c", "contact_id": "p", "role": "CEO"},
    "pipelines": {"name": "Fen Solar", "status_date": "2026-01-05"},
    "facilities": {"name": "Fen", "technology": "Solar", "capacity_mwp": 49.9},
    "pipeline_facilities": {"pipeline_id": "p", "facility_id": "f"},
    "pipeline_counterparties": {"pipeline_id": "p", "counterparty_id": "c"},
    "information_points": {"name": "Grid date", "impact": 80, "likelihood": 50},
    "information_point_counterparties": {"information_point_id": "i", "counterparty_id": "c"},
    "milestones": {"name": "RTB", "pipeline_id": "p"},
    "comments": {"text": "Called them.", "pipeline_id": "p"},
    "stage_weights": {"stage": "Design", "weight": 0.3},
}


def refused_at(kind: str, **fields: object) -> dict[str, str]:
    """Return the messages by field for the kind's valid record with these fields."""
    _, problems = validated_fields(kind, "x", VALID[kind] | fields)
    assert all((problem.kind, problem.id) == (kind, "x") for problem in problems)
    return {problem.field: problem.message for problem in problems}


@pytest.mark.parametrize("kind", ENTITIES)
def test_the_stored_fields_of_a_valid_record_are_valid_and_unchanged(kind: str) -> None:
    stored, problems = validated_fields(kind, "x", VALID[kind])

    assert problems == []
    assert set(stored) == set(ENTITIES[kind].model_fields)
    assert validated_fields(kind, "x", stored) == (stored, [])


@pytest.mark.parametrize("kind", ENTITIES)
def test_references_name_existing_fields_and_kinds(kind: str) -> None:
    entity = ENTITIES[kind]
    assert set(entity.references) | set(entity.unique) <= set(entity.model_fields)
    assert set(entity.references.values()) <= set(ENTITIES)
    assert set(entity.owners) <= set(entity.references)


@pytest.mark.parametrize("kind", ENTITIES)
def test_a_field_that_the_kind_does_not_have_is_refused(kind: str) -> None:
    assert refused_at(kind, colour="blue") == {"colour": "is not a field of this kind"}


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    _, [problem] = validated_fields("ponds", "x", {})
    assert problem.field == "kind"
    assert "counterparties, contacts" in problem.message


@pytest.mark.parametrize("kind", ["counterparties", "contacts", "pipelines", "facilities", "information_points"])
def test_a_name_has_1_to_100_characters_without_the_blanks_around_it(kind: str) -> None:
    assert validated_fields(kind, "x", VALID[kind] | {"name": f"  {'n' * 100}\t"})[0]["name"] == "n" * 100
    assert refused_at(kind, name="n" * 101) == {"name": "string should have at most 100 characters"}
    assert refused_at(kind, name=" \t ") == {"name": "must not be empty"}
    _, [missing] = validated_fields(kind, "x", {name: value for name, value in VALID[kind].items() if name != "name"})
    assert (missing.field, missing.message) == ("name", "is needed")


@pytest.mark.parametrize(
    ("kind", "field", "most"),
    [
        ("counterparties", "website", 300),
        ("counterparties", "notes", 20_000),
        ("contacts", "phone", 50),
        ("information_points", "owner", 100),
        ("comments", "text", 20_000),
    ],
)
def test_longer_texts_have_their_limits_too(kind: str, field: str, most: int) -> None:
    assert refused_at(kind, **{field: "t" * most}) == {}
    assert refused_at(kind, **{field: "t" * (most + 1)}) == {field: f"string should have at most {most} characters"}


def test_an_address_has_one_at_sign() -> None:
    assert refused_at("contacts", email="ann@octavia.example") == {}
    assert refused_at("contacts", email="ann") != {}
    assert refused_at("contacts", email="ann@b@c") != {}
    assert refused_at("contacts", email=f"{'a' * 320}@b") != {}


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\x85"])
def test_a_control_character_is_refused_wherever_there_is_text(character: str) -> None:
    message = f"has a control character (U+{ord(character):04X}): leave it out"
    assert refused_at("counterparties", name=f"Oct{character}avia", notes=f"a{character}") == {
        "name": message,
        "notes": message,
    }


def test_all_kinds_of_line_ends_become_newlines_and_tabs_stay() -> None:
    stored, _ = validated_fields("counterparties", "x", {"name": "Octavia", "notes": "one\r\ntwo\rthree\n\tfour"})
    assert stored["notes"] == "one\ntwo\nthree\n\tfour"


def test_half_a_surrogate_pair_is_refused() -> None:
    assert "unicode" in refused_at("counterparties", name="\ud83d")["name"]


@pytest.mark.parametrize(("field", "most"), [("longitude", 180), ("latitude", 90)])
def test_longitude_and_latitude_are_in_range(field: str, most: int) -> None:
    place = {"longitude": 0, "latitude": 0}
    for value in (-most, most):
        assert refused_at("facilities", **place | {field: value}) == {}
    for wrong in (-most - 0.001, most + 0.001, float("nan"), float("inf"), "west"):
        assert list(refused_at("facilities", **{**place, field: wrong})) == [field]


def test_a_facility_has_both_coordinates_or_neither() -> None:
    both = "enter both longitude and latitude"
    assert refused_at("facilities", longitude=1.0) == {"latitude": both}
    assert refused_at("facilities", latitude=52.0) == {"longitude": both}


def test_a_capacity_is_a_number_of_0_and_more() -> None:
    for value in (0, 10_000, "49.9"):
        assert refused_at("facilities", capacity_mwp=value) == {}
    for wrong in (-0.1, 10_001, float("nan"), float("inf"), "49,9", None):
        assert list(refused_at("facilities", capacity_mwp=wrong)) == ["capacity_mwp"]


@pytest.mark.parametrize("field", ["impact", "likelihood"])
def test_impact_and_likelihood_are_whole_numbers_from_1_to_100(field: str) -> None:
    for value in (1, 100):
        assert refused_at("information_points", **{field: value}) == {}
    for wrong in (0, 101, 50.5, "much", None):
        assert list(refused_at("information_points", **{field: wrong})) == [field]


def test_a_rating_is_impact_times_likelihood() -> None:
    assert InformationPoint.model_validate(VALID["information_points"]).rating == 4_000


@pytest.mark.parametrize(("kind", "field"), [("pipelines", "rtb_date"), ("information_points", "due_date")])
def test_a_date_is_a_calendar_day_or_empty(kind: str, field: str) -> None:
    for value in ("2028-02-29", None):
        assert refused_at(kind, **{field: value}) == {}
    for value in ("2027-02-29", "soon", "03/04/2027", "2027-03-01T10:00:00"):
        assert list(refused_at(kind, **{field: value})) == [field]


@pytest.mark.parametrize("value", ["9999-12-31", "1989-12-31", date(2101, 1, 1), date(1899, 12, 31), 46225, "46225"])
@pytest.mark.parametrize("field", ["rtb_date", "status_date"])
def test_a_date_outside_1990_to_2100_or_a_number_is_refused_at_its_field(field: str, value: object) -> None:
    assert list(refused_at("pipelines", **{field: value})) == [field]


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("facilities", "technology"),
        ("pipelines", "stage"),
        ("pipelines", "rag"),
        ("pipelines", "market"),
        ("counterparty_contacts", "role"),
        ("pipeline_counterparties", "role"),
        ("information_points", "status"),
        ("stage_weights", "stage"),
    ],
)
def test_a_word_outside_a_vocabulary_is_refused_with_the_permitted_words(kind: str, field: str) -> None:
    word = validated_fields(kind, "x", VALID[kind])[0][field]
    assert f"'{word}'" in refused_at(kind, **{field: "Tidal"})[field]
    assert refused_at(kind, **{field: word.upper() + " "}) != {}


@pytest.mark.parametrize("rag", ["Amber", "Red"])
def test_amber_and_red_need_a_comment(rag: str) -> None:
    assert refused_at("pipelines", rag=rag) == {"rag_comment": f"a comment is needed where the RAG status is {rag}"}
    assert list(refused_at("pipelines", rag=rag, rag_comment="  ")) == ["rag_comment"]
    assert refused_at("pipelines", rag=rag, rag_comment="The grid is late.") == {}


def test_a_closed_information_point_needs_a_resolution() -> None:
    assert refused_at("information_points", status="Closed") == {
        "mitigation": "describe the mitigation before closing it"
    }
    assert refused_at("information_points", status="Closed", mitigation="Bought time.") == {}


def test_a_comment_belongs_to_exactly_one_record() -> None:
    assert list(refused_at("comments", pipeline_id=None)) == ["text"]
    assert list(refused_at("comments", counterparty_id="c")) == ["text"]


def test_a_weight_is_a_probability() -> None:
    for value in (0, 1):
        assert refused_at("stage_weights", weight=value) == {}
    for wrong in (-0.01, 1.01, float("nan")):
        assert list(refused_at("stage_weights", weight=wrong)) == ["weight"]


def test_capitals_and_repeated_blanks_do_not_make_a_different_name() -> None:
    counterparty = ENTITIES["counterparties"]
    keys = {
        counterparty.unique_key({"name": name}) for name in ("Octavia  Energy", "OCTAVIA energy", "octavia\tENERGY")
    }
    assert len(keys) == 1
    assert counterparty.unique_key({"name": "Octavia-Energy"}) not in keys
    assert ENTITIES["pipelines"].unique_key({"name": "Fen"}) is None


def test_new_ids_are_unique() -> None:
    assert len({new_id() for _ in range(10_000)}) == 10_000


def test_the_documented_diagram_and_vocabularies_match_the_models() -> None:
    text = (Path(__file__).parents[2] / "docs" / "pipeline.md").read_text()
    lines = re.findall(r'^    (\w+) \S+ (\w+) : "(\w+)( \(part of\))?"$', text, re.MULTILINE)
    assert {(kind, name, whole, bool(part)) for whole, kind, name, part in lines} == {
        (kind, name, whole, name in entity.owners)
        for kind, entity in ENTITIES.items()
        for name, whole in entity.references.items()
    }
    for words in vars(vocabulary).values():
        if isinstance(words, type) and issubclass(words, StrEnum) and words is not StrEnum:
            assert [word for word in words if word not in text] == []
