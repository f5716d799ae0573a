"""Tests of the contract before the write: which rows are quarantined, and for which reason. Scenario 4."""

import math
import re
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from elexon_assets.contract import contract_of, limits_of, split_valid
from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import GENERATION_BY_FUEL, WIND_AND_SOLAR
from elexon_assets.errors import ShapeChanged, UnusableInput
from elexon_assets.parsing import parse_rows
from elexon_assets.windows import Window

pytestmark = pytest.mark.usefixtures("home")

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)
GOOD_ROW = {
    "startTime": "2024-01-01T12:00:00Z",
    "psrType": "Wind Onshore",
    "businessType": "Wind generation",
    "quantity": 640.283,
    "publishTime": "2024-01-01T14:28:00Z",
    "settlementDate": "2024-01-01",
    "settlementPeriod": 25,
}


def frame(*changes: dict[str, object], dataset: Dataset = WIND_AND_SOLAR) -> pl.DataFrame:
    """Return a frame with one row for each set of changed fields."""
    window = Window(NOON - timedelta(hours=12), NOON + timedelta(hours=12))
    return parse_rows(dataset, [GOOD_ROW | change for change in changes], window).frame


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"quantity": None}, "generation_mw is missing or cannot be read"),
        ({"quantity": "a lot"}, "generation_mw is missing or cannot be read"),
        ({"quantity": math.nan}, "quantity is not a finite number"),
        ({"quantity": math.inf}, "outside the hard limits; quantity is not a finite number"),
        ({"quantity": -50.1}, "outside the hard limits"),
        ({"quantity": 17_000.1}, "outside the hard limits"),
        ({"quantity": 24_000.1, "psrType": "Solar", "businessType": "Solar generation"}, "outside the hard limits"),
        ({"psrType": "Wave", "businessType": "Wave\x00"}, "businessType is not a known value"),
        ({"psrType": "Wind | Floating"}, "psrType cannot be the name of a series"),
        ({"psrType": "x" * 61}, "psrType cannot be the name of a series"),
        ({"psrType": "Wind Floating", "quantity": 24_000.1}, "outside the hard limits"),
        ({"psrType": None}, "psr_type is missing or cannot be read"),
        ({"psrType": ""}, "psrType cannot be the name of a series"),
        ({"publishTime": "9999-12-31T00:00:00Z"}, "publish_time_utc is missing or cannot be read"),
        ({"businessType": "Tidal generation"}, "businessType is not a known value"),
        ({"startTime": None}, "settlement_date is missing .*start_time_utc is missing or cannot be read"),
        ({"startTime": "2024-01-01T12:10:00Z"}, "startTime is not on a half-hour"),
        ({"publishTime": "soon"}, "publish_time_utc is missing or cannot be read"),
        ({"psrType": "<i>", "quantity": None}, "generation_mw is missing or cannot be read; psrType cannot be"),
    ],
)
def test_a_bad_row_is_quarantined_with_its_reason_and_the_good_ones_pass(
    change: dict[str, object], reason: str
) -> None:
    judged = split_valid(WIND_AND_SOLAR, frame({}, change, {"psrType": "Wind Offshore"}))
    assert judged.good["psr_type"].to_list() == ["Wind Onshore", "Wind Offshore"]
    assert judged.bad["raw_row"].to_list() == [1]
    assert re.search(reason, judged.bad["reason"][0])


def test_a_new_series_may_have_its_own_business_type() -> None:
    judged = split_valid(WIND_AND_SOLAR, frame({"psrType": "Wave", "businessType": "Wave generation"}))
    assert judged.good["psr_type"].to_list() == ["Wave"]


@pytest.mark.parametrize("quantity", [-50, -0.0, 0, 11_000, 17_000])
def test_values_up_to_the_hard_limits_land(quantity: float) -> None:
    judged = split_valid(WIND_AND_SOLAR, frame({"quantity": quantity}))
    assert (len(judged.good), len(judged.bad)) == (1, 0)


def test_frames_without_a_bad_row_pass_unchanged() -> None:
    whole = frame({}, {"psrType": "Solar", "businessType": "Solar generation", "quantity": 0})
    judged = split_valid(WIND_AND_SOLAR, whole)
    assert judged.good.equals(whole)
    assert judged.bad.columns == [*whole.columns, "reason"]


def test_an_empty_frame_passes() -> None:
    assert len(split_valid(WIND_AND_SOLAR, frame()).good) == 0


def test_a_frame_of_bad_rows_becomes_empty() -> None:
    judged = split_valid(WIND_AND_SOLAR, frame({"quantity": None}, {"quantity": None}, {"psrType": ""}))
    assert (len(judged.good), len(judged.bad)) == (0, 3)


def test_a_missing_column_or_one_of_another_type_is_named() -> None:
    with pytest.raises(ShapeChanged, match="generation_mw"):
        split_valid(WIND_AND_SOLAR, frame({}).drop("generation_mw"))
    with pytest.raises(ShapeChanged, match="generation_mw"):
        split_valid(WIND_AND_SOLAR, frame({}).with_columns(pl.col("generation_mw").cast(pl.String)))


def test_the_limits_setting_moves_limits_as_plants_are_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMITS_MW", '{"Wind Onshore": {"hard_high": 20000}}')
    assert len(split_valid(WIND_AND_SOLAR, frame({"quantity": 19_000})).good) == 1
    assert limits_of(WIND_AND_SOLAR)["Wind Onshore"].hard_high == 20_000
    assert limits_of(WIND_AND_SOLAR)["Wind Onshore"].soft_high == 11_000
    assert limits_of(WIND_AND_SOLAR)["Solar"] == WIND_AND_SOLAR.limits["Solar"]


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ('{"Sun": {"soft_high": 3}}', "LIMITS_MW overrides the limits of 'Sun', which has none: give any of .*Solar"),
        ('{"Solar": {"soft_high": -5}}', "LIMITS_MW puts the limits of 'Solar' out of order: give hard_low .* <= "),
    ],
)
def test_invalid_limits_are_refused_with_the_name_of_their_setting(
    monkeypatch: pytest.MonkeyPatch, value: str, sentence: str
) -> None:
    monkeypatch.setenv("LIMITS_MW", value)
    with pytest.raises(UnusableInput, match=sentence):
        limits_of(WIND_AND_SOLAR)


def test_signed_flows_are_not_errors() -> None:
    row = {"fuelType": "INTFR", "generation": -2_000}
    assert len(split_valid(GENERATION_BY_FUEL, frame(row, dataset=GENERATION_BY_FUEL)).good) == 1


@pytest.mark.parametrize("dataset", [WIND_AND_SOLAR, GENERATION_BY_FUEL], ids=lambda dataset: dataset.code)
def test_the_contract_has_every_declared_column_and_none_of_the_declared_is_nullable(dataset: Dataset) -> None:
    columns = contract_of(dataset).columns
    assert set(dataset.columns) <= set(columns)
    assert not any(columns[name].nullable for name in dataset.columns)
