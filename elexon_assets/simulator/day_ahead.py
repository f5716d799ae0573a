"""DGWS: wind and solar as forecast for a day, by three processes, a pure function of (seed, half-hour).

Belongs here: when a process publishes, and its errors. Not here: the eight issues of the wind forecast
(`forecasts.py`), parameters, HTTP. The day-ahead forecast is published at about 16:45Z for the next UTC day, so in
British Summer Time the first two settlement periods of a day come a day before the others. When the intraday processes
publish is not established; here they do so once, in the morning of their day.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np

from elexon_assets.dataset_model import BETWEEN_DIMENSIONS
from elexon_assets.simulator.half_hours import (
    HALF_HOURS_A_DAY,
    instant_of,
    settlement_labels,
    start_texts,
    text_of,
)
from elexon_assets.simulator.noise import (
    KERNEL_HALF_HOURS,
    Channel,
    Series,
    filter_noise,
    matern_kernel,
    seeded_chance,
    white_noise,
)
from elexon_assets.simulator.rows import OFFSHORE, ONSHORE, PSR_TYPES, SOLAR, Dataset, Row, new_row
from elexon_assets.simulator.weather import (
    OFFSHORE_GW,
    ONSHORE_GW,
    SOLAR_GW,
    capacity_mw,
    clear_sky_of,
    weather,
    year_of_weather,
    year_span,
)

DAY_AHEAD = "Day ahead"


@dataclass(frozen=True)
class Process:
    """A forecast of one UTC day: when it is published, the first half-hour it is for, and its error."""

    published_after: timedelta
    "The delay after the start of the day, negative if it is published before."
    first_of_day: int
    error_share: float
    "The error relative to the day-ahead one."


PROCESSES = {
    DAY_AHEAD: Process(timedelta(hours=-7, minutes=-15), 0, 1.0),
    "Intraday process": Process(timedelta(hours=5), 12, 0.7),
    "Intraday total": Process(timedelta(hours=8), 0, 0.6),
}
LATEST_SECONDS = 15
CORRELATION_HOURS = 5.0
ERRORS = {ONSHORE: 0.055, OFFSHORE: 0.075, SOLAR: 0.12}
"""The standard deviation of the day-ahead error: of wind over its capacity, of solar over its output under a clear sky.
"""
CAPACITIES = {ONSHORE: ONSHORE_GW, OFFSHORE: OFFSHORE_GW, SOLAR: SOLAR_GW}


@lru_cache(maxsize=4096)
def publication_of(day: int, process: str) -> datetime:
    """Return when the process publishes its forecast of a UTC day (days since 1970): a few seconds past the minute."""
    seconds = int(seeded_chance(0, "DGWS", process, day) * LATEST_SECONDS)
    due = instant_of(day * HALF_HOURS_A_DAY) + PROCESSES[process].published_after
    return due + timedelta(seconds=seconds)


def rows_by_start(seed: int, first: int, last: int) -> list[Row]:
    """Return the rows of every half-hour from last down to first, with all processes."""
    return _forecast_rows(seed, first, last, dict.fromkeys(PROCESSES, (first, last)))


def rows_by_publication(seed: int, first: int, last: int) -> list[Row]:
    """Return the rows that are published in the half-hours from first to last, newest start first."""
    spans = {}
    for process in PROCESSES:
        days = [
            day
            for day in range(first // HALF_HOURS_A_DAY - 1, last // HALF_HOURS_A_DAY + 2)
            if instant_of(first) <= publication_of(day, process) < instant_of(last + 1)
        ]
        if days:
            spans[process] = days[0] * HALF_HOURS_A_DAY, (days[-1] + 1) * HALF_HOURS_A_DAY - 1
    if not spans:
        return []
    begins, ends = zip(*spans.values(), strict=True)
    return _forecast_rows(seed, min(begins), max(ends), spans)


def newest_publication(_seed: int, now: datetime) -> str:
    """Return the publish time of the newest forecast at `now`."""
    today = (now - instant_of(0)).days
    times = [publication_of(day, process) for process in PROCESSES for day in range(today - 1, today + 2)]
    return text_of(max(time for time in times if time <= now))


def _forecast_rows(seed: int, first: int, last: int, spans: dict[str, tuple[int, int]]) -> list[Row]:
    starts, (dates, periods) = start_texts(first, last), settlement_labels(first, last)
    forecasts = {
        (process, psr_type): _forecast_mw(seed, process, psr_type, first, last).tolist()
        for process in spans
        for psr_type in PSR_TYPES
    }
    days = range(first // HALF_HOURS_A_DAY, last // HALF_HOURS_A_DAY + 1)
    publishes = {(day, process): text_of(publication_of(day, process)) for process in spans for day in days}
    rows = []
    for half_hour in range(last, first - 1, -1):
        day, of_day = divmod(half_hour, HALF_HOURS_A_DAY)
        n = half_hour - first
        for process, (begins, ends) in spans.items():
            if not begins <= half_hour <= ends or of_day < PROCESSES[process].first_of_day:
                continue
            publish = publishes[day, process]
            document = f"SIMULATOR-DGWS-{process[:3].upper()}-{day:05d}"
            for psr_type in PSR_TYPES:
                business_type = "Solar generation" if psr_type == SOLAR else "Wind generation"
                series = f"{psr_type}{BETWEEN_DIMENSIONS}{process}"
                mw = forecasts[process, psr_type][n]
                fields = {"businessType": business_type}
                rows.append(
                    new_row((half_hour, series, mw, publish, starts[n], dates[n], periods[n], document, 1, fields))
                )
    return rows


def _forecast_mw(seed: int, process: str, psr_type: str, first: int, last: int) -> Series:
    years = range(instant_of(first).year, instant_of(last).year + 1)
    return np.concatenate(
        [
            _year_of_forecast(seed, process, psr_type, year)[
                max(first - year_span(year)[0], 0) : last + 1 - year_span(year)[0]
            ]
            for year in years
        ]
    )


@lru_cache(maxsize=64)
def _year_of_forecast(seed: int, process: str, psr_type: str, year: int) -> Series:
    """Return the whole MW of a UTC year.

    Wind is hourly, with both halves equal; solar is zero while the sun is down.
    """
    first, count = year_span(year)
    capacity = capacity_mw(CAPACITIES[psr_type], first, count)
    error = ERRORS[psr_type] * PROCESSES[process].error_share * _error_noise(seed, process, psr_type, first, count)
    if psr_type == SOLAR:
        actual = year_of_weather(seed, year).solar_mw
        clear = clear_sky_of(year) * capacity
        return np.asarray(np.clip(np.round(actual + clear * error), 0, np.round(clear)))
    here = weather(seed, first, first + count - 1)
    actual = here.onshore_mw if psr_type == ONSHORE else here.offshore_mw
    hourly = (actual + capacity * error).reshape(-1, 2).mean(axis=1)
    return np.repeat(np.round(np.clip(hourly, 0, None)), 2)


def _error_noise(seed: int, process: str, psr_type: str, first: int, count: int) -> Series:
    """Return noise of variance 1; an intraday forecast shares most of the day-ahead error."""
    kernel = matern_kernel(CORRELATION_HOURS)
    start, length = first - KERNEL_HALF_HOURS + 1, count + KERNEL_HALF_HOURS - 1

    def noise(process_number: int) -> Series:
        """Return the noise of one process."""
        channel = Channel.DAY_AHEAD + 3 * process_number + PSR_TYPES.index(psr_type)
        return filter_noise(white_noise(seed, channel, start, length), kernel)

    number = list(PROCESSES).index(process)
    return noise(0) if number == 0 else 0.8 * noise(0) + 0.6 * noise(number)


_SERIES = f"{ONSHORE}{BETWEEN_DIMENSIONS}{DAY_AHEAD}"
_UNKNOWN = f"Wind Floating{BETWEEN_DIMENSIONS}{DAY_AHEAD}"

DGWS_BY_START = Dataset(
    "DGWS",
    -2000,  # published as early as 31 h 15 min before the half-hour
    rows_by_start,
    _SERIES,
    _UNKNOWN,
    has_own_publications=True,
    newest_publication=newest_publication,
)
DGWS = Dataset(
    "DGWS", 0, rows_by_publication, _SERIES, _UNKNOWN, by_publication=True, newest_publication=newest_publication
)
