"""The one input for latitude and longitude in forms, and the offer to swap them."""

import pytest
import sqlalchemy as sa

from pipeline_assets.ledger import reader
from tests.dashboards.conftest import Open, page_text
from tests.dashboards.test_pipeline_forms import field, new_project, press, put


def coordinates_of(engine: sa.Engine) -> tuple[float, float]:
    (plant,) = reader.records_of_kind(engine, "facilities")
    return plant.fields["latitude"], plant.fields["longitude"]


def test_coordinates_are_pasted_as_one_text(engine: sa.Engine, open_page: Open) -> None:
    app = open_page("projects", edit="new")
    new_project(app)
    put(app, "Coordinates", "52.45, -0.25")
    press(app, "Create project")
    assert coordinates_of(engine) == (52.45, -0.25)


@pytest.mark.parametrize(("swap", "expected"), [(True, (52.45, -0.25)), (False, (-0.25, 52.45))])
def test_swapped_coordinates_are_offered_to_be_swapped_once(
    swap: bool, expected: tuple[float, float], engine: sa.Engine, open_page: Open
) -> None:
    app = open_page("projects", edit="new")
    new_project(app)
    put(app, "Coordinates", "-0.25, 52.45")
    press(app, "Create project")
    assert "is outside Great Britain" in page_text(app)
    (offer,) = [box for box in app.checkbox if box.label == "Swap latitude and longitude"]
    assert offer.value
    offer.set_value(swap)
    press(app, "Create project")
    assert coordinates_of(engine) == expected


def test_a_text_that_is_no_coordinates_is_refused_with_an_example(engine: sa.Engine, open_page: Open) -> None:
    app = open_page("projects", edit="new")
    new_project(app)
    put(app, "Coordinates", "north of the mill")
    press(app, "Create project")
    assert "Write latitude and longitude" in page_text(app)
    assert field(app, "Coordinates").value == "north of the mill"  # type: ignore[attr-defined]  # an input
    assert reader.newest_position(engine) == 0
