"""Tests of the endpoint that the product is built on: its window, its order, its publication."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from elexon_assets.settlement import settlement_of
from elexon_assets.simulator.server import running_simulator
from tests.elexon_assets.simulator.conftest import NOW, Elexon, start_times

PATH = "/generation/actual/per-type/wind-and-solar"
instants = st.datetimes(datetime(2016, 3, 1), datetime(2026, 5, 20)).map(lambda t: t.replace(tzinfo=UTC))  # noqa: DTZ001 - hypothesis draws naive limits


def test_both_ends_of_the_window_are_included_and_the_newest_comes_first(elexon: Elexon) -> None:
    rows = elexon.wind_and_solar("2024-01-08T05:00Z", "2024-01-08T06:00Z")
    assert start_times(rows) == ["2024-01-08T06:00:00Z", "2024-01-08T05:30:00Z", "2024-01-08T05:00:00Z"]
    assert [row["psrType"] for row in rows[:3]] == ["Wind Onshore", "Wind Offshore", "Solar"]


@settings(max_examples=60, deadline=None)
@given(start=instants, minutes=st.integers(0, 7 * 24 * 60))
def test_a_window_contains_exactly_the_half_hours_that_start_inside_it(
    elexon: Elexon, start: datetime, minutes: int
) -> None:
    end = start + timedelta(minutes=minutes)
    rows = elexon.wind_and_solar(start.isoformat().replace("+00:00", "Z"), end.isoformat().replace("+00:00", "Z"))
    first = datetime.fromtimestamp(-(-start.timestamp() // 1800) * 1800, UTC)
    expected = []
    while first <= end:
        expected.append(first.strftime("%Y-%m-%dT%H:%M:%SZ"))
        first += timedelta(minutes=30)
    assert start_times(rows) == expected[::-1]
    assert len(rows) == 3 * len(expected)


def test_a_bare_date_is_midnight_utc_so_the_last_day_has_one_half_hour(elexon: Elexon) -> None:
    rows = elexon.wind_and_solar("2024-06-01", "2024-06-02")
    assert len(start_times(rows)) == 49
    assert rows[0]["startTime"] == "2024-06-02T00:00:00Z"


def test_all_notations_of_an_instant_that_elexon_accepts_mean_the_same(elexon: Elexon) -> None:
    expected = elexon.wind_and_solar("2024-06-01T10:00Z", "2024-06-01T11:00Z")
    for start in ("2024-06-01T10:00:00Z", "2024-06-01T10:00:00.000Z", "2024-06-01 10:00", "2024/06/01 10:00"):
        assert elexon.wind_and_solar(start, "2024-06-01T12:00:00.0000000+01:00") == expected


def test_settlement_periods_make_one_continuous_range(elexon: Elexon) -> None:
    rows = elexon.wind_and_solar("2023-07-18", "2023-07-21", settlementPeriodFrom="36", settlementPeriodTo="12")
    times = start_times(rows)
    assert times[0] == "2023-07-21T04:30:00Z"
    assert times[-1] == "2023-07-18T16:30:00Z"
    assert len(times) == 13 + 48 + 48 + 12


def test_requesting_periods_that_a_day_lacks_is_not_an_error(elexon: Elexon) -> None:
    for day, half_hours in (("2024-03-31", 46), ("2024-06-01", 48), ("2024-10-27", 50)):
        rows = elexon.wind_and_solar(day, day, settlementPeriodFrom="1", settlementPeriodTo="50")
        assert [row["settlementPeriod"] for row in rows[::3]] == list(range(half_hours, 0, -1))
        assert {row["settlementDate"] for row in rows} == {day}


def test_labels_agree_with_the_settlement_calendar(elexon: Elexon) -> None:
    for start, end in (("2024-03-30T00:00Z", "2024-04-02T00:00Z"), ("2024-10-26T00:00Z", "2024-10-29T00:00Z")):
        for row in elexon.wind_and_solar(start, end):
            day, period = settlement_of(datetime.fromisoformat(str(row["startTime"])))
            assert (row["settlementDate"], row["settlementPeriod"]) == (day.isoformat(), period)


def test_a_half_hour_is_published_148_minutes_after_its_start(elexon: Elexon) -> None:
    rows = elexon.wind_and_solar("2026-06-01T00:00Z", "2026-06-01T23:30Z")
    assert datetime(2026, 6, 1, 12, 10, tzinfo=UTC) == NOW
    assert rows[0]["startTime"] == "2026-06-01T09:30:00Z"
    assert rows[0]["publishTime"] == "2026-06-01T11:58:00Z"


def test_the_clock_decides_what_is_published() -> None:
    now = datetime(2024, 1, 8, 7, 57, 59, tzinfo=UTC)
    with running_simulator(now=lambda: now) as simulator:
        url = f"{simulator.base_url}{PATH}?from=2024-01-08T05:00Z&to=2024-01-08T06:00Z"
        assert len(httpx.get(url).json()["data"]) == 3
        now += timedelta(seconds=1)
        assert len(httpx.get(url).json()["data"]) == 6


def test_answers_are_empty_before_the_first_day_and_in_the_future(elexon: Elexon) -> None:
    for start, end in (("2016-02-20", "2016-02-25"), ("2030-01-01", "2030-01-03"), ("0001-01-01", "0001-01-02")):
        response = elexon.get(PATH, **{"from": start, "to": end})
        assert response.json() == {"metadata": {"datasets": ["AGWS"]}, "data": []}
        assert response.headers["X-Simulator-Rows"] == "synthetic"
    assert len(elexon.wind_and_solar("2016-02-29T23:30Z", "2016-03-01T00:00Z")) == 3


def test_unknown_parameters_are_ignored(elexon: Elexon) -> None:
    plain = elexon.wind_and_solar("2024-01-08", "2024-01-09")
    assert elexon.wind_and_solar("2024-01-08", "2024-01-09", page="1", publishDateTimeFrom="no date") == plain


def test_csv_has_the_same_rows_under_pascal_case_names(elexon: Elexon) -> None:
    window = {"from": "2024-06-08T10:00Z", "to": "2024-06-08T12:00Z"}
    response = elexon.get(PATH, format="csv", **window)
    assert response.headers["content-type"].startswith("text/csv")
    assert response.text.count("\r\n") == 16
    rows = list(csv.DictReader(io.StringIO(response.text)))
    for line, row in zip(rows, elexon.wind_and_solar(**{"start": window["from"], "end": window["to"]}), strict=True):
        assert {name[0].lower() + name[1:]: value for name, value in line.items() if name != "Quantity"} == {
            name: str(value) for name, value in row.items() if name != "quantity"
        }
        assert line["Quantity"] == f"{row['quantity']:.3f}"


def test_wind_has_at_most_three_decimals_and_solar_is_a_whole_number(elexon: Elexon) -> None:
    response = elexon.get(PATH, **{"from": "2024-06-08", "to": "2024-06-09"})
    for row in json.loads(response.text, parse_float=str)["data"]:
        if row["psrType"] == "Solar":
            assert isinstance(row["quantity"], int)
        else:
            assert len(row["quantity"].partition(".")[2]) <= 3
