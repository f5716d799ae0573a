"""Places of records: within 5 m of independent positions, on both grids.

The control points are those that Ordnance Survey publishes for testing OSTN15, its own definition of the national grid:
ETRS89 latitude and longitude with the easting and northing. Our seven-parameter transformation is not OSTN15, so the
distance measures its error.
"""

from math import cos, hypot, radians

import polars as pl
import pytest
from pyproj import Transformer

from pipeline_assets.registers.grid_coordinates import locate_records
from tests.pipeline_assets.registers.excerpts import REPD_2021, REPD_2024, Excerpts, read, value

CONTROL_POINTS = {
    "St Mary's": (49.92226393730, -6.29977752014, 91492.146, 11318.804),
    "The Lizard": (49.96006137820, -5.20304609998, 170370.718, 11572.405),
    "Isle of Wight": (50.57563665000, -1.29782277240, 449816.371, 75335.861),
    "Kent": (51.37447025550, 1.44454730409, 639821.835, 169565.858),
    "London": (51.48936564950, -0.11992557180, 530624.974, 178388.464),
    "Pembroke": (51.85890896400, -4.30852476960, 241124.584, 220332.641),
    "King's Lynn": (52.75136687170, 0.40153547065, 562180.547, 319784.995),
    "Anglesey": (53.41628516040, -4.28918069756, 247958.971, 393492.909),
    "Isle of Man": (54.32919541010, -4.38849118133, 244780.636, 495254.887),
    "Flamborough": (54.11685144290, -0.07773133187, 525745.670, 470703.214),
    "Glasgow": (55.85399952950, -4.29649016251, 256340.925, 664697.269),
    "Mallaig": (57.00606696050, -5.82836691850, 167634.202, 797067.144),
    "Inverness": (57.48625000720, -4.21926398555, 267056.768, 846176.972),
}


def located(easting: float | None, northing: float | None, country: str | None = "England") -> dict[str, object]:
    frame = pl.DataFrame(
        {"easting_m": [easting], "northing_m": [northing], "country": [country], "region": [None]},
        schema_overrides={
            "easting_m": pl.Float64(),
            "northing_m": pl.Float64(),
            "country": pl.String(),
            "region": pl.String(),
        },
    )
    return locate_records(frame).row(0, named=True)


def metres_between(place: dict[str, object], latitude: float, longitude: float) -> float:
    assert isinstance(place["latitude"], float)
    assert isinstance(place["longitude"], float)
    return hypot(
        (place["latitude"] - latitude) * 111_200, (place["longitude"] - longitude) * 111_320 * cos(radians(latitude))
    )


@pytest.mark.parametrize("name", CONTROL_POINTS)
def test_a_place_is_within_5_m_of_the_control_point(name: str) -> None:
    latitude, longitude, easting, northing = CONTROL_POINTS[name]
    assert metres_between(located(easting, northing), latitude, longitude) < 5


def test_places_come_back_on_the_grid_within_5_m(excerpts: Excerpts, home: object) -> None:  # noqa: ARG001 (the home)
    """Back with pyproj's own choice of transformation from the EPSG registry."""
    excerpts.land(REPD_2024)
    rows = read("SELECT easting_m, northing_m, longitude, latitude FROM repd_records WHERE latitude IS NOT NULL")
    back = Transformer.from_crs(4326, 27700, always_xy=True).transform(
        rows["longitude"].to_numpy(), rows["latitude"].to_numpy()
    )
    assert len(rows) == 286
    for name, metres in zip(("easting_m", "northing_m"), back, strict=True):
        assert (rows[name] - pl.Series(metres)).abs().max() < 5  # type: ignore[operator]  # the column has numbers


@pytest.mark.parametrize(
    ("easting", "northing"), [(333_800.0, 374_000.0), (243_500.0, 416_500.0), (224_000.0, 344_000.0)]
)
def test_a_record_of_northern_ireland_on_the_irish_grid_is_there(easting: float, northing: float) -> None:
    """Belfast, Derry and Enniskillen, transformed independently by the registry's definition of the Irish grid."""
    longitude, latitude = Transformer.from_crs(29902, 4326, always_xy=True).transform(easting, northing)
    place = located(easting, northing, "Northern Ireland")
    assert metres_between(place, latitude, longitude) < 5
    assert place["place_note"] is None


def test_the_same_numbers_in_england_are_on_the_national_grid() -> None:
    assert located(333_800.0, 374_000.0)["latitude"] == pytest.approx(53.26, abs=0.01)


def test_records_of_northern_ireland_in_the_excerpts_are_in_northern_ireland(excerpts: Excerpts, home: object) -> None:  # noqa: ARG001 (the home)
    excerpts.land(REPD_2021)
    rows = read("SELECT latitude, longitude FROM register_current WHERE country = 'Northern Ireland'")
    assert len(rows) == 18
    assert rows["latitude"].is_between(54.0, 55.4).all()
    assert rows["longitude"].is_between(-8.2, -5.4).all()


def test_a_four_digit_easting_is_in_the_west_of_northern_ireland(excerpts: Excerpts, home: object) -> None:  # noqa: ARG001 (the home)
    excerpts.land(REPD_2024)
    places = read("SELECT latitude, longitude FROM repd_records WHERE ref_id IN ('2716', '4673')").rows()
    assert [(pytest.approx(54.5, abs=0.1), pytest.approx(-8.05, abs=0.1))] * 2 == places


def test_coordinates_with_decimals_and_offshore_ones_have_places(excerpts: Excerpts, home: object) -> None:  # noqa: ARG001 (the home)
    excerpts.land(REPD_2024)
    assert (
        value("SELECT count(latitude) FROM repd_records WHERE ref_id IN ('8171', '8194', '8199', '8224', '8231')") == 5
    )
    offshore = read("SELECT latitude, longitude FROM register_current WHERE county = 'Offshore'")
    assert offshore["latitude"].null_count() == 0
    assert offshore["longitude"].max() > 1  # type: ignore[operator]  # the column has numbers


def test_a_blank_pair_has_no_place_and_no_note(excerpts: Excerpts, home: object) -> None:  # noqa: ARG001 (the home)
    excerpts.land(REPD_2024)
    assert read("SELECT latitude, longitude, notes FROM repd_records WHERE ref_id = '1613'").row(0) == (
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("easting", "northing", "note"),
    [
        (450_000.0, None, "one of the two coordinates is missing"),
        (None, 450_000.0, "one of the two coordinates is missing"),
        (4_500_000.0, 4_500_000.0, "are not in the United Kingdom"),
        (-2_000_000.0, 100_000.0, "are not in the United Kingdom"),
        (0.0, 0.0, "are not in the United Kingdom"),
    ],
)
def test_a_pair_that_is_nowhere_has_no_place_and_a_note(easting: float, northing: float, note: str) -> None:
    place = located(easting, northing)
    assert place["latitude"] is None
    assert place["longitude"] is None
    assert note in str(place["place_note"])


def test_a_record_of_northern_ireland_whose_pair_is_elsewhere_on_both_grids_has_a_note() -> None:
    place = located(530_000.0, 180_000.0, "Northern Ireland")
    assert place["latitude"] is None
    assert "530000.0, 180000.0" in str(place["place_note"])
