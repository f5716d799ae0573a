"""Tests of data faults: every kind, on the half-hours of its span and on no other."""

import math
from collections import Counter

import pytest

from tests.elexon_assets.simulator.conftest import Elexon

START, END = "2024-01-08T00:00Z", "2024-01-08T23:30Z"
HIT = "2024-01-08T05:30:00Z"
AT = "@2024-01-08T05:30Z"

Rows = list[dict[str, object]]


def hit(rows: Rows) -> Rows:
    return [row for row in rows if row["startTime"] == HIT]


def by_type(rows: Rows) -> dict[object, object]:
    return {row.get("psrType", row.get("fuelType")): row.get("quantity", row.get("generation")) for row in rows}


@pytest.fixture
def plain(elexon: Elexon) -> Rows:
    return elexon.wind_and_solar(START, END)


def spoiled(elexon: Elexon, fault: str, plain: Rows) -> Rows:
    """Return the rows of the affected half-hour, after checking that all others are unchanged."""
    rows = elexon.wind_and_solar(START, END, fault + AT)
    assert [row for row in rows if row["startTime"] != HIT] == [row for row in plain if row["startTime"] != HIT]
    return hit(rows)


def test_a_hole_has_no_rows(elexon: Elexon, plain: Rows) -> None:
    assert spoiled(elexon, "hole", plain) == []


def test_duplicates_are_exact(elexon: Elexon, plain: Rows) -> None:
    assert spoiled(elexon, "duplicate", plain) == [row for row in hit(plain) for _ in range(2)]


def test_a_republished_row_arrives_later_with_another_value_beside_the_original(elexon: Elexon, plain: Rows) -> None:
    rows = spoiled(elexon, "republished", plain)
    assert rows[::2] == hit(plain)
    for original, again in zip(rows[::2], rows[1::2], strict=True):
        assert str(again["publishTime"]) > str(original["publishTime"])
        assert (again["quantity"] != original["quantity"]) == (original["quantity"] != 0)  # solar is zero at night
        assert (again["psrType"], again["startTime"]) == (original["psrType"], original["startTime"])


def test_understated_wind_collapses_in_agws_and_not_in_fuelhh(elexon: Elexon, plain: Rows) -> None:
    rows = by_type(spoiled(elexon, "understated", plain))
    before = by_type(hit(plain))
    assert 77 <= float(str(rows["Wind Offshore"])) <= 290
    assert float(str(rows["Wind Onshore"])) < 0.5 * float(str(before["Wind Onshore"]))
    assert rows["Solar"] == before["Solar"]
    fuels = elexon.fuelhh("2024-01-08", "2024-01-08", "understated" + AT)
    assert fuels == elexon.fuelhh("2024-01-08", "2024-01-08")
    metered = float(str(by_type(hit(fuels))["WIND"]))
    assert float(str(rows["Wind Onshore"])) + float(str(rows["Wind Offshore"])) < 0.75 * metered


def test_a_complete_day_can_be_understated(elexon: Elexon) -> None:
    rows = elexon.wind_and_solar(START, END, "understated@2024-01-08")
    offshore = [float(str(row["quantity"])) for row in rows if row["psrType"] == "Wind Offshore"]
    assert len(offshore) == 48
    assert max(offshore) <= 290
    assert len(set(offshore)) == 48


def test_a_late_document_is_published_hours_after_its_time(elexon: Elexon, plain: Rows) -> None:
    assert {row["publishTime"] for row in spoiled(elexon, "late=2.5", plain)} == {"2024-01-08T10:28:00Z"}


def test_a_late_document_moves_to_the_window_of_its_publication(elexon: Elexon) -> None:
    usual = {"publishDateTimeFrom": "2024-01-08T07:58Z", "publishDateTimeTo": "2024-01-08T07:58Z"}
    delayed = {"publishDateTimeFrom": "2024-01-08T13:58Z", "publishDateTimeTo": "2024-01-08T13:58Z"}
    assert elexon.get("/datasets/AGWS", "late" + AT, **usual).json()["data"] == []
    rows = elexon.get("/datasets/AGWS", "late" + AT, **delayed).json()["data"]
    assert Counter(row["startTime"] for row in rows) == {HIT: 3, "2024-01-08T11:30:00Z": 3}


def test_an_unknown_psr_type_appears_beside_the_known_ones(elexon: Elexon, plain: Rows) -> None:
    rows = spoiled(elexon, "unknown-psr", plain)
    assert [row for row in rows if row["psrType"] != "Wind Floating"] == hit(plain)
    assert len(rows) == 4
    fuels = hit(elexon.fuelhh("2024-01-08", "2024-01-08", "unknown-psr" + AT))
    assert len(fuels) == 20  # Greenlink (INTGRNL) had not begun
    assert "HYDROGEN" in by_type(fuels)


@pytest.mark.parametrize(
    ("kind", "value"),
    [("null", None), ("nan", math.nan), ("negative", -500), ("slightly-negative", -20), ("absurd", 99_999)],
)
def test_value_faults_change_onshore_wind_in_agws_and_wind_in_fuelhh(
    elexon: Elexon, plain: Rows, kind: str, value: float | None
) -> None:
    rows = by_type(spoiled(elexon, kind, plain))
    fuels = by_type(hit(elexon.fuelhh("2024-01-08", "2024-01-08", kind + AT)))
    for item in (rows["Wind Onshore"], fuels["WIND"]):
        assert item == value or (isinstance(item, float) and isinstance(value, float) and math.isnan(item))
    assert {name: mw for name, mw in rows.items() if name != "Wind Onshore"} == {
        name: mw for name, mw in by_type(hit(plain)).items() if name != "Wind Onshore"
    }


def test_nan_is_a_literal_in_the_json(elexon: Elexon) -> None:
    response = elexon.get("/generation/actual/per-type/wind-and-solar", "nan" + AT, **{"from": START, "to": END})
    assert response.text.count('"quantity":NaN') == 1


def test_a_stranger_is_one_row_from_a_month_earlier(elexon: Elexon, plain: Rows) -> None:
    rows = elexon.wind_and_solar(START, END, "stranger@2024-01-08")
    [stranger] = [row for row in rows if row not in plain]
    assert len(rows) == len(plain) + 1
    assert (stranger["startTime"], stranger["settlementDate"]) == ("2023-12-08T00:00:00Z", "2023-12-08")


def test_a_missing_column_is_missing_from_every_row(elexon: Elexon, plain: Rows) -> None:
    rows = elexon.wind_and_solar(START, END, "missing-column" + AT)
    assert rows == [{name: value for name, value in row.items() if name != "quantity"} for row in plain]
    assert all("generation" not in row for row in elexon.fuelhh("2024-01-08", "2024-01-08", "missing-column"))
    assert elexon.wind_and_solar(START, END, "missing-column@2024-01-09") == plain
    csv = elexon.get(
        "/generation/actual/per-type/wind-and-solar", "missing-column", format="csv", **{"from": START, "to": END}
    )
    assert csv.text.startswith("PublishTime,BusinessType,PsrType,StartTime,SettlementDate,SettlementPeriod\r\n")


def test_a_wrong_label_contradicts_the_start_time(elexon: Elexon, plain: Rows) -> None:
    rows = spoiled(elexon, "wrong-label", plain)
    assert {(row["settlementDate"], row["settlementPeriod"]) for row in rows} == {("2024-01-07", 13)}
    assert by_type(rows) == by_type(hit(plain))


def test_zero_empties_every_fuel_and_leaves_agws_alone(elexon: Elexon, plain: Rows) -> None:
    assert set(by_type(hit(elexon.fuelhh("2024-01-08", "2024-01-08", "zero" + AT))).values()) == {0}
    assert spoiled(elexon, "zero", plain) == hit(plain)


def test_stuck_wind_repeats_the_previous_half_hour(elexon: Elexon, plain: Rows) -> None:
    before = by_type([row for row in plain if row["startTime"] == "2024-01-08T05:00:00Z"])
    rows = by_type(spoiled(elexon, "stuck", plain))
    assert (rows["Wind Onshore"], rows["Wind Offshore"]) == (before["Wind Onshore"], before["Wind Offshore"])
    assert rows["Solar"] == by_type(hit(plain))["Solar"]
    day = elexon.wind_and_solar("2024-01-07T23:30Z", "2024-01-08T02:00Z", "stuck@2024-01-08/2024-01-08T02:00Z")
    onshore = [row["quantity"] for row in day if row["psrType"] == "Wind Onshore"]
    assert len(set(onshore)) == 2
    assert onshore[1:] == [onshore[1]] * 5


def test_a_share_affects_the_same_half_hours_in_every_window(elexon: Elexon, plain: Rows) -> None:
    rows = elexon.wind_and_solar(START, END, "hole%0.3")
    existing = {row["startTime"] for row in rows}
    assert 20 < len(existing) < 46
    assert rows == [row for row in plain if row["startTime"] in existing]
    later = elexon.wind_and_solar("2024-01-08T12:00Z", "2024-01-09T12:00Z", "hole%0.3")
    assert {str(row["startTime"]) for row in later if str(row["startTime"]) < "2024-01-09"} == {
        start for start in existing if str(start) >= "2024-01-08T12"
    }
