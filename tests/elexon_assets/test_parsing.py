"""Tests from Elexon's rows to a typed frame of one window, judged by shape only. Scenarios 2 and 4."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from elexon_assets.datasets import DATASETS, GENERATION_BY_FUEL, WIND_AND_SOLAR
from elexon_assets.errors import ShapeChanged, StrangerRows
from elexon_assets.parsing import ROW_INDEX, parse_rows
from elexon_assets.windows import window_of_days

NEW_YEAR = window_of_days(date(2024, 1, 1), date(2024, 1, 1))
SUMMER_DAY = window_of_days(date(2024, 7, 1), date(2024, 7, 1))


def wind(start: str = "2024-01-01T12:00:00Z", **other: Any) -> dict[str, Any]:
    """Return a row as Elexon publishes it, with the given fields changed."""
    return {
        "publishTime": "2024-01-01T14:28:00Z",
        "businessType": "Wind generation",
        "psrType": "Wind Onshore",
        "quantity": 640.283,
        "startTime": start,
        "settlementDate": start[:10],
        "settlementPeriod": int(start[11:13]) * 2 + int(start[14:16]) // 30 + 1,
    } | other


def fuel(start: str, settlement_date: str) -> dict[str, Any]:
    return {
        "dataset": "FUELHH",
        "publishTime": "2024-07-01T12:00:00Z",
        "startTime": start,
        "settlementDate": settlement_date,
        "settlementPeriod": 1,
        "fuelType": "WIND",
        "generation": 3007,
    }


def test_a_row_gets_our_names_types_and_settlement_period() -> None:
    frame = parse_rows(WIND_AND_SOLAR, [wind()], NEW_YEAR).frame
    assert frame.to_dicts() == [
        {
            ROW_INDEX: 0,
            "start_time_utc": datetime(2024, 1, 1, 12, tzinfo=UTC),
            "psr_type": "Wind Onshore",
            "generation_mw": 640.283,
            "publish_time_utc": datetime(2024, 1, 1, 14, 28, tzinfo=UTC),
            "business_type": "Wind generation",
            "settlement_date": date(2024, 1, 1),
            "settlement_period": 25,
            "elexon_settlement_date": None,
            "elexon_settlement_period": None,
        }
    ]


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.code)
def test_an_empty_answer_is_an_empty_frame_of_the_same_shape(dataset: Any) -> None:
    parsed = parse_rows(dataset, [], NEW_YEAR)
    assert (len(parsed.frame), parsed.neighbours, parsed.labels_disagreeing) == (0, 0, 0)
    assert set(dataset.columns) < set(parsed.frame.columns)


def test_integer_and_decimal_megawatts_can_be_mixed() -> None:
    rows = [wind(quantity=640), wind(quantity=640.283), wind(quantity=0)]
    assert parse_rows(WIND_AND_SOLAR, rows, NEW_YEAR).frame["generation_mw"].to_list() == [640.0, 640.283, 0.0]


@pytest.mark.parametrize("value", [None, "640.283", True, [640], {"mw": 640}, 10**400])
def test_a_quantity_that_is_not_a_number_becomes_null(value: Any) -> None:
    frame = parse_rows(WIND_AND_SOLAR, [wind(), wind(quantity=value), wind(quantity=-1)], NEW_YEAR).frame
    assert frame["generation_mw"].to_list() == [640.283, None, -1.0]


@pytest.mark.parametrize("value", [None, "yesterday", "2024-02-30T00:00:00Z", 1704110400, "2024-01-01"])
def test_an_unreadable_time_becomes_null_and_its_row_stays(value: Any) -> None:
    for field, column in (("publishTime", "publish_time_utc"), ("startTime", "start_time_utc")):
        frame = parse_rows(WIND_AND_SOLAR, [wind(), wind(**{field: value})], NEW_YEAR).frame
        assert len(frame) == 2
        assert frame[column].null_count() == 1


def test_fractions_of_a_second_are_read() -> None:
    frame = parse_rows(WIND_AND_SOLAR, [wind(publishTime="2024-01-01T14:28:01.1234567Z")], NEW_YEAR).frame
    assert frame["publish_time_utc"][0] == datetime(2024, 1, 1, 14, 28, 1, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["2024-01-01T12:00Z", "2024-01-01T12:00:00+00:00", "2024-01-01T13:00:00+01:00", "2024-01-01 12:00:00"],
)
def test_other_notations_of_an_instant_are_read_beside_the_usual_one(text: str) -> None:
    frame = parse_rows(WIND_AND_SOLAR, [wind(), wind() | {"startTime": text}], NEW_YEAR).frame
    assert frame["start_time_utc"].to_list() == [datetime(2024, 1, 1, 12, tzinfo=UTC)] * 2


def test_quotes_within_a_name_are_removed() -> None:
    assert parse_rows(WIND_AND_SOLAR, [wind(psrType='"Solar"')], NEW_YEAR).frame["psr_type"].to_list() == ["Solar"]


@pytest.mark.parametrize("field", ["startTime", "psrType", "quantity", "publishTime", "businessType"])
def test_a_field_missing_from_every_row_is_named(field: str) -> None:
    rows = [wind(), wind("2024-01-01T12:30:00Z")]
    for row in rows:
        del row[field]
    with pytest.raises(ShapeChanged, match=rf"AGWS: the field '{field}'.*none of 2 rows.*Nothing of this window"):
        parse_rows(WIND_AND_SOLAR, rows, NEW_YEAR)


def test_a_field_missing_from_some_rows_is_null_in_those() -> None:
    incomplete = wind("2024-01-01T12:30:00Z")
    del incomplete["quantity"]
    frame = parse_rows(WIND_AND_SOLAR, [wind(), incomplete], NEW_YEAR).frame
    assert frame["generation_mw"].to_list() == [640.283, None]


def test_settlement_labels_are_optional_and_additional_fields_are_ignored() -> None:
    row = wind(documentId="NGET-EMFIP-1", documentRevisionNumber=1)
    del row["settlementDate"], row["settlementPeriod"]
    parsed = parse_rows(WIND_AND_SOLAR, [row], NEW_YEAR)
    assert (len(parsed.frame), parsed.labels_disagreeing) == (1, 0)


def test_the_half_hour_after_the_window_belongs_to_its_neighbour_and_is_dropped() -> None:
    rows = [
        wind("2023-12-31T23:30:00Z"),
        wind("2024-01-01T00:00:00Z"),
        wind("2024-01-01T23:30:00Z"),
        wind("2024-01-02T00:00:00Z"),
    ]
    parsed = parse_rows(WIND_AND_SOLAR, rows, NEW_YEAR)
    assert parsed.frame[ROW_INDEX].to_list() == [1, 2]
    assert parsed.neighbours == 2


@pytest.mark.parametrize(
    "start", ["2024-01-02T00:30:00Z", "2023-12-31T23:00:00Z", "2023-12-01T12:00:00Z", "2034-01-01T00:00:00Z"]
)
def test_a_row_farther_outside_fails_the_window_with_a_sample(start: str) -> None:
    with pytest.raises(StrangerRows, match=rf"1 of 2 rows outside it.*{start}.*Nothing of this window was landed"):
        parse_rows(WIND_AND_SOLAR, [wind(), wind(start)], NEW_YEAR)


def test_rows_of_the_requested_settlement_dates_outside_the_utc_day_are_dropped() -> None:
    """In summer the requested settlement dates begin an hour before the UTC day, and end an hour before the next."""
    rows = [
        fuel("2024-06-30T22:30:00Z", "2024-07-01"),  # before 2022-07-14 the label was a day early
        fuel("2024-06-30T23:00:00Z", "2024-07-01"),
        fuel("2024-07-01T00:00:00Z", "2024-07-01"),
        fuel("2024-07-02T22:30:00Z", "2024-07-02"),
    ]
    parsed = parse_rows(GENERATION_BY_FUEL, rows, SUMMER_DAY)
    assert parsed.frame[ROW_INDEX].to_list() == [2]
    assert parsed.neighbours == 3
    with pytest.raises(StrangerRows):
        parse_rows(GENERATION_BY_FUEL, [*rows, fuel("2024-06-30T22:00:00Z", "2024-06-30")], SUMMER_DAY)


def test_labels_that_disagree_with_the_start_time_are_kept_beside_ours() -> None:
    rows = [wind(), wind(settlementPeriod=26), wind(settlementDate="2024-01-02", settlementPeriod=1)]
    parsed = parse_rows(WIND_AND_SOLAR, rows, NEW_YEAR)
    assert parsed.labels_disagreeing == 2
    assert parsed.frame["settlement_period"].to_list() == [25, 25, 25]
    assert parsed.frame.select("elexon_settlement_date", "elexon_settlement_period").rows() == [
        (None, None),
        (date(2024, 1, 1), 26),
        (date(2024, 1, 2), 1),
    ]
