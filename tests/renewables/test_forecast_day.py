"""Tests of the issues for one day, of the newest issue, and of their figures."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from elexon_assets.datasets import GENERATION_BY_FUEL, WIND_FORECAST
from renewables.charts.forecast import day_figure, error_figure
from renewables.queries.forecast_day import forecast_day, forecast_span, judged_span, newest_wind_forecast
from renewables.queries.forecast_selection import ForecastSelection
from renewables.queries.forecast_skill import skill_of
from tests.renewables.forecast_frames import (
    FIRST,
    HALF_HOUR,
    HOUR,
    WIND,
    Connection,
    actual,
    empty_warehouse,
    flag,
    issue,
    land,
    random_wind,
)

DAY = date(2024, 10, 29)
WIND_ONLY = ForecastSelection.read()


@pytest.fixture
def con() -> Iterator[Connection]:
    yield from empty_warehouse()


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2024, 10, 29, hour, minute, tzinfo=UTC)


def test_the_last_issue_before_gate_closure_was_published_an_hour_before_its_half_hour(con: Connection) -> None:
    for published, mw in ((at(8), 100.0), (at(9, 15), 200.0), (at(10), 300.0), (at(10, 1), 400.0)):
        land(con, WIND_FORECAST, issue(published, {at(11): mw}))
    last = forecast_day(WIND_ONLY, DAY, con).issues.filter("is_last")
    assert last.select("start_time_utc", "generation_mw").rows() == [(at(11), 300.0), (at(11, 30), 400.0)]


def test_a_target_that_no_issue_forecast_before_gate_closure_has_no_last_issue(con: Connection) -> None:
    land(con, WIND_FORECAST, issue(at(10, 40), {at(11): 100.0}))
    assert forecast_day(WIND_ONLY, DAY, con).issues["is_last"].to_list() == [False, False]


def test_targets_in_the_past_of_an_issue_are_not_part_of_the_day(con: Connection) -> None:
    land(con, WIND_FORECAST, issue(at(10), {at(9): 1.0, at(10): 1.0, at(11): 500.0}))
    assert forecast_day(WIND_ONLY, DAY, con).issues["start_time_utc"].to_list() == [at(11), at(11, 30)]


def test_the_day_on_which_the_clocks_go_back_has_fifty_half_hours(con: Connection) -> None:
    land(con, GENERATION_BY_FUEL, [actual(FIRST + n * HALF_HOUR, 1_000.0, **WIND) for n in range(240)])
    published = datetime(2024, 10, 26, 3, 30, tzinfo=UTC)
    land(con, WIND_FORECAST, issue(published, {FIRST + n * HOUR: 900.0 for n in range(60, 120)}))
    day = forecast_day(WIND_ONLY, date(2024, 10, 27), con)
    assert (len(day.actual), len(day.issues), len(day.rows)) == (50, 50, 50)
    assert len(day_figure(day, category="WIND").data[-1].x) == 48, "the repeated hour is drawn once"


def test_a_table_of_the_day_has_the_actual_value_beside_each_forecast(con: Connection) -> None:
    land(con, GENERATION_BY_FUEL, [actual(at(11), 1_000.0, **WIND)])
    flag(con, GENERATION_BY_FUEL, at(11), "WIND")
    land(con, WIND_FORECAST, issue(at(9), {at(11): 900.0}))
    rows = forecast_day(WIND_ONLY, DAY, con).rows.select("generation_mw", "actual_mw", "is_flagged").rows()
    assert rows == [(900.0, 1_000.0, True), (900.0, None, None)]


def test_the_figure_of_a_day_draws_the_issues_faint_and_the_last_one_bold(con: Connection) -> None:
    random_wind(con)
    day = forecast_day(WIND_ONLY, DAY, con)
    width = {trace.name: trace.line.width for trace in day_figure(day, category="WIND").data}
    assert width["Each issue"] < width["Last before gate closure"] == width["Actual"]


def test_a_day_without_any_issue_is_drawn_with_its_actual_values_alone(con: Connection) -> None:
    land(con, GENERATION_BY_FUEL, [actual(at(11), 1_000.0, **WIND)])
    assert [trace.name for trace in day_figure(forecast_day(WIND_ONLY, DAY, con), category="WIND").data] == ["Actual"]


def test_the_figure_of_errors_has_a_line_for_the_forecast_and_each_baseline(con: Connection) -> None:
    random_wind(con)
    span = judged_span(WIND_ONLY, con)
    assert span is not None
    by_lead = skill_of(WIND_ONLY, span, con=con).by["lead"]
    lines = error_figure(by_lead, "lead_hours", title="Lead time").data
    assert [line.name for line in lines] == ["Forecast", "Persistence", "Same time yesterday"]
    assert list(lines[0].x) == list(range(45))


def test_the_newest_forecast_begins_after_the_newest_actual_value(con: Connection) -> None:
    land(con, WIND_FORECAST, issue(at(3, 30), {at(hour): 100.0 for hour in range(24)}))
    land(con, WIND_FORECAST, issue(at(5, 30), {at(hour): 200.0 for hour in range(24)}))
    newest = newest_wind_forecast(at(7), con)
    assert newest is not None
    assert newest.issued_utc == at(5, 30)
    assert newest.hours.select("start_time_utc", "generation_mw").rows() == [(at(h), 200.0) for h in range(7, 24)]
    assert newest_wind_forecast(at(23, 30), con) is None


def test_without_forecasts_or_without_actual_values_there_is_nothing_to_score(con: Connection) -> None:
    assert forecast_span(WIND_ONLY, con) is None
    land(con, WIND_FORECAST, issue(at(3, 30), {at(5): 100.0}))
    assert forecast_span(WIND_ONLY, con) is not None
    assert judged_span(WIND_ONLY, con) is None
