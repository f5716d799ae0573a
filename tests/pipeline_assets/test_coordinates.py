"""Coordinates in one text, as copied from a map."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_assets.coordinates import coordinates_text, look_swapped, parse_coordinates
from pipeline_assets.errors import UnreadableValue


@pytest.mark.parametrize(
    "text",
    [
        *("52.45, -0.25", "52.45,-0.25", " 52.45 -0.25 ", "(52.45; -0.25)", "52.45° N, 0.25° W", "52.45N 0.25W"),
        "52.45, \u22120.25",
    ],
)
def test_coordinates_are_read_as_maps_write_them(text: str) -> None:
    assert parse_coordinates(text) == (52.45, -0.25)


@pytest.mark.parametrize("text", ["", "52.45", "north", "52.45, -0.25, 12", "52,45, -0,25"])
def test_any_other_text_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UnreadableValue, match=r"write latitude and longitude, such as 52\.45, -0\.25"):
        parse_coordinates(text)


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_written_coordinates_are_read_as_the_same_numbers(latitude: float, longitude: float) -> None:
    assert parse_coordinates(coordinates_text(latitude, longitude)) == (latitude, longitude)


def test_only_a_place_that_swapping_brings_into_great_britain_looks_swapped() -> None:
    assert look_swapped(-0.25, 52.45)
    assert not look_swapped(52.45, -0.25)
    assert not look_swapped(40.4, -3.7)
