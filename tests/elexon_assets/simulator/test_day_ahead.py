"""Tests of DGWS: three processes, published for a UTC day, by start time and by publish time."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from elexon_assets.simulator.day_ahead import rows_by_publication, rows_by_start
from elexon_assets.simulator.half_hours import index_of
from elexon_assets.simulator.rows import OFFSHORE, ONSHORE, PSR_TYPES, SOLAR
from elexon_assets.simulator.weather import year_of_weather
from tests.elexon_assets.simulator.conftest import Elexon

PATH = "/forecast/generation/wind-and-solar/day-ahead"
PROCESSES = ("Day ahead", "Intraday process", "Intraday total")


def rows_of(elexon: Elexon, start: str, end: str, process: str = "day ahead") -> list[dict[str, Any]]:
    response = elexon.get(PATH, **{"from": start, "to": end, "processType": process})
    assert response.status_code == 200, response.text
    rows: list[dict[str, Any]] = response.json()["data"]
    return rows


def test_in_summer_the_first_two_periods_are_published_a_day_before_the_others(elexon: Elexon) -> None:
    rows = rows_of(elexon, "2024-06-08T23:00Z", "2024-06-09T22:30Z")
    assert {row["settlementDate"] for row in rows} == {"2024-06-09"}
    days = {row["settlementPeriod"]: row["publishTime"][:16] for row in rows}
    assert {days[period] for period in (1, 2)} == {"2024-06-07T16:45"}
    assert {days[period] for period in range(3, 49)} == {"2024-06-08T16:45"}


def test_in_winter_a_settlement_day_is_published_together(elexon: Elexon) -> None:
    rows = rows_of(elexon, "2024-01-09T00:00Z", "2024-01-09T23:30Z")
    assert {row["publishTime"][:16] for row in rows} == {"2024-01-08T16:45"}
    assert len(rows) == 48 * 3


def test_wind_is_hourly_and_solar_is_not(elexon: Elexon) -> None:
    rows = rows_of(elexon, "2024-06-09T00:00Z", "2024-06-09T23:30Z")
    for psr_type in PSR_TYPES:
        values = [row["quantity"] for row in rows if row["psrType"] == psr_type][::-1]
        assert (values[::2] == values[1::2]) == (psr_type != SOLAR)
    assert {row["quantity"] for row in rows if row["psrType"] == SOLAR and row["startTime"] < "2024-06-09T02"} == {0.0}


@pytest.mark.parametrize("process", PROCESSES)
def test_the_word_of_a_process_is_lower_case_in_the_parameter_only(elexon: Elexon, process: str) -> None:
    rows = rows_of(elexon, "2024-06-09T12:00Z", "2024-06-09T12:00Z", process.lower())
    assert {row["processType"] for row in rows} == {process}
    refusal = elexon.get(PATH, **{"from": "2024-06-09", "to": "2024-06-09", "processType": process})
    assert list(refusal.json()["errors"]) == ["ProcessType"]


def test_all_processes_come_together_and_those_of_the_day_are_nearer(elexon: Elexon) -> None:
    rows = rows_of(elexon, "2024-06-09T12:00Z", "2024-06-09T12:30Z", "all")
    assert Counter(row["processType"] for row in rows) == dict.fromkeys(PROCESSES, 6)
    first = index_of(datetime(2024, 1, 1, tzinfo=UTC))
    half_hours = range(first, first + 48 * 120)
    here = year_of_weather(7, 2024)
    actual = {ONSHORE: here.onshore_mw, OFFSHORE: here.offshore_mw, SOLAR: here.solar_mw}
    misses: dict[str, list[float]] = {}
    for row in rows_by_start(7, half_hours[0], half_hours[-1]):
        psr_type, process = row.series.split(" | ")
        assert row.mw is not None
        misses.setdefault(process, []).append(abs(row.mw - actual[psr_type][row.half_hour - first]))
    day_ahead, intraday, total = (float(np.mean(misses[process])) for process in PROCESSES)
    assert 300 < total < intraday < day_ahead < 900


def test_by_publish_time_the_same_rows_come_with_their_document(elexon: Elexon) -> None:
    window = {"publishDateTimeFrom": "2024-06-08T16:00Z", "publishDateTimeTo": "2024-06-08T17:00Z"}
    rows = elexon.get("/datasets/DGWS", **window).json()["data"]
    plain = rows_of(elexon, "2024-06-09T00:00Z", "2024-06-09T23:30Z")
    assert len({row["documentId"] for row in rows}) == 1
    assert [{name: row[name] for name in plain[0]} for row in rows] == plain


def test_what_is_not_published_yet_is_not_answered(elexon: Elexon) -> None:
    rows = rows_of(elexon, "2026-06-01T00:00Z", "2026-06-04T00:00Z", "all")  # at 12:10Z on 1 June
    assert {row["startTime"][:10] for row in rows} == {"2026-06-01"}
    assert {row["processType"] for row in rows} == set(PROCESSES)


def test_every_row_has_one_publication_whatever_the_window() -> None:
    first = index_of(datetime(2024, 3, 30, tzinfo=UTC))
    by_day = [row for day in range(4) for row in rows_by_publication(7, first + 48 * day, first + 48 * day + 47)]
    together = rows_by_publication(7, first, first + 4 * 48 - 1)
    assert len(by_day) == len({row[:8] for row in by_day}) == len(together)
    assert {row[:8] for row in by_day} == {row[:8] for row in together}
