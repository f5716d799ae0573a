"""What is derived from the models: labels, limits, vocabularies, and the documents that list them."""

import pytest

from pipeline_assets.fields import FieldType, field_title, fields_by_name, fields_of, form_fields, listed_fields
from pipeline_assets.models import ENTITIES, Project
from pipeline_assets.vocabulary import Stage
from tools import field_tables


def test_the_documented_fields_are_those_of_the_models() -> None:
    page = field_tables.PAGE.read_text(encoding="utf-8")
    assert field_tables.with_tables(page) == page, "run: python -m tools.field_tables"


@pytest.mark.parametrize("kind", ENTITIES)
def test_every_field_has_a_label_of_its_own(kind: str) -> None:
    titles = [field.title for field in fields_of(kind)]
    assert len(set(titles)) == len(titles)
    assert [title for title in titles if "_" in title] == []


def test_a_field_knows_its_limits_its_vocabulary_and_what_it_refers_to() -> None:
    project, plant = fields_by_name("pipelines"), fields_by_name("facilities")
    assert project["name"].max_length == 100
    assert (project["stage"].vocabulary, project["stage"].default) == (Stage, "Discovery")
    assert (plant["capacity_mwp"].low, plant["capacity_mwp"].high, plant["capacity_mwp"].nullable) == (0, 10_000, False)
    assert (plant["longitude"].value_type, plant["longitude"].nullable) == (FieldType.NUMBER, True)
    link = fields_by_name("pipeline_facilities")["pipeline_id"]
    assert (link.value_type, link.target, link.max_length) == (FieldType.REFERENCE, "pipelines", None)


def test_lists_show_short_fields_and_the_long_ones_that_say_so() -> None:
    listed = [field.name for field in listed_fields("pipelines")]
    assert {"rag_comment", "status_date"} <= set(listed)
    assert "notes" not in listed
    assert "pipeline_id" not in [field.name for field in listed_fields("information_points")]


def test_a_form_asks_for_all_fields_but_those_that_it_sets_itself() -> None:
    assert form_fields("pipeline_counterparties", apart_from={"pipeline_id": "p1"}) == ("counterparty_id", "role")
    assert "notes" not in form_fields("counterparties", with_long=False)


def test_a_field_that_the_model_lost_is_called_by_its_name() -> None:
    assert field_title("pipelines", "rtb_date") == "Ready to build (RTB)"
    assert field_title("pipelines", "fax_number") == "Fax number"


def test_a_field_of_yes_and_no_is_refused_with_what_to_use(monkeypatch: pytest.MonkeyPatch) -> None:
    class Asked(Project):
        is_consented: bool = False

    monkeypatch.setitem(ENTITIES, "pipelines", Asked)
    with pytest.raises(TypeError, match=r"is_consented is a boolean: .* vocabulary of two words"):
        fields_of("pipelines")
