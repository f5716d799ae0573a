"""The expected half-hours follow one rule for every category, in every view and query."""

from datetime import UTC, date, datetime, timedelta

import pytest

from elexon_assets.datasets import GENERATION_BY_FUEL
from renewables.queries.analysis import daily, monthly, summary
from renewables.queries.generation import series_by_grain
from renewables.queries.profiles import by_settlement_day, by_year
from renewables.queries.selection import Selection
from tests.elexon_assets.ingesting import fetch_days, published

FIRST = date(2024, 3, 18)
LAST = date(2024, 3, 20)
LINK = "INTGRNL"
BEGAN = datetime(2024, 3, 19, 9, tzinfo=UTC)
"The interconnector's first half-hour, within the days and within their month."
FUELS = "generation_by_fuel"


@pytest.fixture(autouse=True)
def _days_in_which_a_link_begins(simulator: object) -> None:  # noqa: ARG001 (it answers)
    fetch_days(FIRST, LAST, dataset=GENERATION_BY_FUEL)


def test_an_interconnector_that_began_within_a_month_is_expected_alike_by_day_month_and_year() -> None:
    since = (datetime(2024, 3, 21, tzinfo=UTC) - BEGAN) // timedelta(minutes=30)
    assert daily(FIRST, LAST, dataset=FUELS, categories=LINK)["half_hours_expected"].sum() == since
    assert monthly(FIRST, LAST, dataset=FUELS, categories=LINK)["half_hours_expected"].to_list() == [since]
    for view in ("daily", "monthly"):
        sql = f"SELECT sum(half_hours_expected)::BIGINT AS n FROM {FUELS}_{view} WHERE fuel_type = '{LINK}'"
        assert published(sql)["n"].to_list() == [since]
    assert summary(FIRST, LAST, dataset=FUELS, categories=LINK)["half_hours_expected"].to_list() == [since]
    assert series_by_grain(FIRST, LAST, dataset=FUELS, categories=LINK).frame["half_hours_expected"].sum() == since
    rest_of_march = (datetime(2024, 3, 31, 23, tzinfo=UTC) - BEGAN) // timedelta(minutes=30)
    link = Selection.read(FUELS, LINK)
    assert by_year(link)["half_hours_expected"].to_list() == [rest_of_march]
    whole_march = by_settlement_day(link, date(2024, 3, 1), date(2024, 3, 31), grain="month").frame
    assert whole_march["half_hours_expected"].to_list() == [rest_of_march]


def test_an_interconnector_is_complete_from_its_first_half_hour_on() -> None:
    row = summary(FIRST, LAST, dataset=FUELS, categories=LINK).row(0, named=True)
    assert (row["half_hours"], row["coverage"]) == (row["half_hours_expected"], 1.0)


def test_before_an_interconnector_began_its_coverage_is_null_and_not_zero() -> None:
    row = summary(FIRST, FIRST, dataset=FUELS, categories=LINK).row(0, named=True)
    assert (row["half_hours"], row["half_hours_expected"], row["coverage"]) == (0, 0, None)


def test_a_category_that_always_existed_is_expected_in_the_complete_span() -> None:
    days = summary(FIRST, LAST, dataset=FUELS, categories=["NUCLEAR", "INTFR"])
    assert days["half_hours_expected"].to_list() == [3 * 48] * 2
