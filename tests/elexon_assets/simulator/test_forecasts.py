"""Tests of WINDFOR: when it is issued, what an issue holds, and how wrong it is."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from elexon_assets.simulator.capacities import AskedCapacity, published_capacities
from elexon_assets.simulator.forecasts import (
    Issue,
    issue_time,
    number_of_first_issue_from,
    published_issue,
    windfor_rows,
)
from elexon_assets.simulator.half_hours import EPOCH, index_of
from elexon_assets.simulator.noise import Series
from elexon_assets.simulator.weather import weather
from tests.elexon_assets.simulator.conftest import NOW, Elexon

FIRST = number_of_first_issue_from(datetime(2024, 1, 1, tzinfo=UTC))
ISSUES = range(FIRST, FIRST + 8 * 200)


def leads(issue: Issue) -> Series:
    """Return the hours from the publication to each target."""
    hours = issue.first_hour + np.arange(len(issue.generation_mw))
    return np.asarray(hours - (issue.published - EPOCH) / timedelta(hours=1))


def errors(issue: Issue) -> Series:
    first, last = 2 * issue.first_hour, 2 * (issue.first_hour + len(issue.generation_mw)) - 1
    return np.asarray(issue.generation_mw - weather(7, first, last).metered_wind_mw.reshape(-1, 2).mean(axis=1))


def rows_between(elexon: Elexon, start: str, end: str, faults: str = "") -> list[dict[str, Any]]:
    response = elexon.get("/datasets/WINDFOR", faults, publishDateTimeFrom=start, publishDateTimeTo=end)
    assert response.status_code == 200, response.text
    rows: list[dict[str, Any]] = response.json()["data"]
    return rows


@pytest.fixture(scope="module")
def by_lead() -> dict[float, Series]:
    """Return the errors of 200 days over the capacity in IGCA, by lead."""
    year_start = datetime(2024, 1, 1, tzinfo=UTC)
    capacity = sum(
        row["quantity"]
        for row in published_capacities(AskedCapacity(year_start, year_start + timedelta(days=360)), NOW)
        if row["year"] == 2024 and row["psrType"].startswith("Wind") and row["documentRevisionNumber"] == 3
    )
    collected: dict[float, list[float]] = {}
    for number in ISSUES:
        issue = published_issue(7, number)
        for lead, error in zip(leads(issue).tolist(), errors(issue).tolist(), strict=True):
            collected.setdefault(lead, []).append(error / capacity)
    return {lead: np.array(values) for lead, values in collected.items()}


def rmse(values: Series) -> float:
    return float(np.sqrt(np.nanmean(values**2)))


def test_the_error_grows_from_three_percent_of_capacity_at_an_hour_to_twelve_at_two_days(
    by_lead: dict[float, Series],
) -> None:
    sizes = [rmse(by_lead[lead]) for lead in (0.5, 1.5, 5.5, 11.5, 23.5, 35.5, 47.5)]
    assert sizes == sorted(sizes)
    assert 0.02 < sizes[0] < sizes[1] < 0.04
    assert 0.10 < sizes[-1] < 0.14


def test_the_forecast_is_not_biased_at_a_short_lead(by_lead: dict[float, Series]) -> None:
    assert abs(float(np.nanmean(by_lead[1.5]))) < 0.005
    assert abs(float(np.nanmean(by_lead[23.5]))) < 0.012


def test_errors_of_an_issue_run_on_from_target_to_target() -> None:
    together = np.array([errors(published_issue(7, number))[-46:-1] for number in ISSUES[:400]])
    assert np.corrcoef(together[:, 20], together[:, 21])[0, 1] > 0.8


def test_a_later_issue_corrects_an_earlier_one() -> None:
    target = published_issue(7, FIRST + 3).first_hour + 60
    values = [published_issue(7, FIRST + k) for k in (0, 3)]
    assert len({issue.generation_mw[target - issue.first_hour] for issue in values}) == 2
    pairs = []
    for number in ISSUES[:800]:
        first, second = published_issue(7, number), published_issue(7, number + 4)
        shared = first.first_hour + 70
        pairs.append(
            (errors(first)[shared - first.first_hour], errors(second)[shared - second.first_hour]),
        )
    before, after = np.array([pair for pair in pairs if not np.isnan(pair).any()]).T
    assert 0.5 < np.corrcoef(before, after)[0, 1] < 0.98
    assert rmse(after) < rmse(before)


def test_there_are_eight_issues_a_day_by_the_clock_in_london() -> None:
    winter = [issue_time(FIRST + n).strftime("%H:%M") for n in range(8)]
    assert winter == ["03:30", "05:30", "08:30", "10:30", "12:30", "16:30", "19:30", "23:30"]
    summer = number_of_first_issue_from(datetime(2024, 7, 1, tzinfo=UTC))
    assert issue_time(summer).strftime("%H:%M") == "02:30"


def test_an_issue_has_about_73_hours_from_a_day_before_to_two_days_after() -> None:
    for number in ISSUES[:50]:
        issue = published_issue(7, number)
        assert 73 <= len(issue.generation_mw) <= 75
        assert -27 <= leads(issue)[0] <= -26
        assert 45 <= leads(issue)[-1] <= 48


def test_a_past_target_repeats_the_last_value_before_it(elexon: Elexon) -> None:
    rows = rows_between(elexon, "2024-01-08T00:00Z", "2024-01-11T00:00Z")
    last_before: dict[str, tuple[str, int | None]] = {}
    for row in sorted(rows, key=lambda row: str(row["publishTime"])):
        if row["publishTime"] < row["startTime"]:
            last_before[row["startTime"]] = row["publishTime"], row["generation"]
    past = [row for row in rows if row["publishTime"] > row["startTime"] > "2024-01-08T04"]
    assert len(past) > 300
    assert all(row["generation"] == last_before[row["startTime"]][1] for row in past)


def test_now_and_then_an_issue_is_missing_and_a_number_is_null(elexon: Elexon) -> None:
    rows = rows_between(elexon, "2024-01-01T00:00Z", "2024-01-07T23:59Z")
    for start in ("2024-01-08", "2024-01-15", "2024-01-22", "2024-01-29"):
        rows += rows_between(elexon, start, str(np.datetime64(start) + 6) + "T23:59Z")
    issues = {row["publishTime"] for row in rows}
    assert 35 * 8 - 20 < len(issues) < 35 * 8
    assert 0 < sum(row["generation"] is None for row in rows) < len(rows) / 50
    assert all(row["generation"] is None or isinstance(row["generation"], int) for row in rows)


def test_without_parameters_only_the_newest_issue_is_answered(elexon: Elexon) -> None:
    rows = elexon.get("/datasets/WINDFOR").json()["data"]
    assert {row["publishTime"] for row in rows} == {"2026-06-01T11:30:00Z"}
    ignored = elexon.get("/datasets/WINDFOR", **{"from": "2024-01-01", "to": "2024-01-02"}).json()["data"]
    assert ignored == rows


def test_nothing_is_issued_in_the_future(elexon: Elexon) -> None:
    rows = rows_between(elexon, "2026-06-01T00:00Z", "2026-06-03T00:00Z")
    assert max(row["publishTime"] for row in rows) == "2026-06-01T11:30:00Z"
    assert rows_between(elexon, "2026-06-02T00:00Z", "2026-06-03T00:00Z") == []


def test_the_first_issue_of_the_record_repeats_earlier_values_too(elexon: Elexon) -> None:
    rows = rows_between(elexon, "2016-02-28T00:00Z", "2016-03-01T06:00Z")
    assert {row["publishTime"] for row in rows} == {"2016-03-01T03:30:00Z", "2016-03-01T05:30:00Z"}
    assert min(row["startTime"] for row in rows) == "2016-02-29T01:00:00Z"


def test_an_issue_does_not_depend_on_the_window_that_asks_for_it(elexon: Elexon) -> None:
    whole = rows_between(elexon, "2024-01-08T00:00Z", "2024-01-15T00:00Z")
    part = rows_between(elexon, "2024-01-10T08:30Z", "2024-01-10T08:30Z")
    assert part
    assert [row for row in whole if row["publishTime"] == "2024-01-10T08:30:00Z"] == part
    first = index_of(datetime(2024, 1, 10, tzinfo=UTC))
    assert windfor_rows(7, first, first + 47) == windfor_rows(7, first, first + 47)
    assert windfor_rows(8, first, first + 47) != windfor_rows(7, first, first + 47)


@pytest.fixture(scope="module")
def plain(elexon: Elexon) -> list[dict[str, Any]]:
    return rows_between(elexon, "2024-01-08T10:00Z", "2024-01-08T11:00Z")


def test_data_faults_act_on_the_targets(elexon: Elexon, plain: list[dict[str, Any]]) -> None:
    window = "2024-01-08T10:00Z", "2024-01-08T11:00Z"
    without = rows_between(elexon, *window, faults="hole@2024-01-09")
    assert len(plain) - len(without) == 24
    late = rows_between(elexon, "2024-01-08T15:30Z", "2024-01-08T15:30Z", faults="late=5")
    assert [row["generation"] for row in late] == [row["generation"] for row in plain]
    assert {row["generation"] for row in rows_between(elexon, *window, faults="null")} == {None}
