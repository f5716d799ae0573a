"""WINDFOR: wind forecasts as issued eight times a day, a pure function of (seed, issue).

Belongs here: the issues, their targets, and errors that grow with the lead. Not here: rows of other datasets, HTTP.

An issue's error for an hour is the sum of what the later issues will still correct, so errors grow with the lead, run
smoothly over the targets of an issue, and shrink from one issue to the next.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from elexon_assets.settlement import LONDON
from elexon_assets.simulator.half_hours import EPOCH, index_of, instant_of, start_texts, text_of
from elexon_assets.simulator.noise import Channel, Series, seeded_chance, white_noise
from elexon_assets.simulator.rows import NO_FIELDS, Dataset, Row, new_row
from elexon_assets.simulator.weather import OFFSHORE_GW, ONSHORE_GW, capacity_mw, weather

ISSUED_AT = tuple(time(hour, 30) for hour in (3, 5, 8, 10, 12, 16, 19, 23))
"The times of the issues by the clock in London."
FIRST_DAY = date(2016, 2, 1)
"The day from which issues are counted: before the first publication, which repeats values of earlier issues."
HOURS_BEFORE = 26
HOURS_AFTER = (46, 47, 48)
"The targets of an issue, counted from the hour that contains it; the last one depends on the issue."
HOURS_AHEAD = max(HOURS_AFTER)

ERROR_AT_ONE_HOUR, ERROR_AT_TWO_DAYS = 0.031, 0.125
"The standard deviation of the error over the installed capacity; between the two leads it follows a power of the lead."
EXPONENT = float(np.log(ERROR_AT_TWO_DAYS / ERROR_AT_ONE_HOUR) / np.log(48))
CORRELATION_HOURS = 4.0
MISSING_SHARE = 0.015
"The share of issues that are never published."
NULL_SHARE = 0.01
"The share of issues that have no number for one of their targets."
COUNTERS_AN_ISSUE = 256


@dataclass(frozen=True)
class Issue:
    """One forecast: its targets are consecutive hours, NaN where no number was published."""

    published: datetime
    first_hour: int
    generation_mw: Series


@lru_cache(maxsize=4096)
def issue_time(number: int) -> datetime:
    """Return when the issue is due; numbers count from the first issue of `FIRST_DAY`."""
    days, position = divmod(number, len(ISSUED_AT))
    return datetime.combine(FIRST_DAY + timedelta(days=days), ISSUED_AT[position], LONDON).astimezone(UTC)


def number_of_first_issue_from(instant: datetime) -> int:
    """Return the number of the first issue that is due at the instant or later."""
    number = ((instant.astimezone(LONDON).date() - FIRST_DAY).days - 1) * len(ISSUED_AT)
    while issue_time(number) < instant:
        number += 1
    return number


@lru_cache(maxsize=4096)
def is_missing(seed: int, number: int) -> bool:
    """Return whether the issue is never published."""
    return number < 0 or seeded_chance(seed, "WINDFOR missing", number) < MISSING_SHARE


@lru_cache(maxsize=64)
def published_issue(seed: int, number: int) -> Issue:
    """Return one issue. Targets in the past repeat the last value that an earlier issue gave before them."""
    published = issue_time(number)
    hour = _issue_hour(number)
    first, last = hour - HOURS_BEFORE, hour + HOURS_AFTER[number % len(HOURS_AFTER)]
    values = np.full(last - first + 1, np.nan)
    values[hour + 1 - first :] = _future_values(seed, number)[: last - hour]
    past_until, earlier = hour, number
    while past_until >= first:
        earlier -= 1
        if earlier >= 0 and is_missing(seed, earlier):
            continue
        begins = _issue_hour(earlier) + 1
        if begins <= past_until:
            source = _future_values(seed, earlier)[: past_until - begins + 1]
            kept = source[max(first - begins, 0) :]
            values[past_until - first + 1 - len(kept) : past_until - first + 1] = kept
            past_until = begins - 1
    return Issue(published, first, values)


def windfor_rows(seed: int, first: int, last: int) -> list[Row]:
    """Return the rows of all issues published in the half-hours from first to last, newest issue first."""
    number = number_of_first_issue_from(instant_of(first))
    issues = []
    while issue_time(number) < instant_of(last + 1):
        if not is_missing(seed, number):
            issues.append(published_issue(seed, number))
        number += 1
    rows = []
    for issue in reversed(issues):
        publish = text_of(issue.published)
        half_hours = range(2 * issue.first_hour, 2 * (issue.first_hour + len(issue.generation_mw)), 2)
        starts = start_texts(half_hours[0], half_hours[-1])[::2]
        values = [None if mw != mw else round(mw) for mw in issue.generation_mw.tolist()]
        rows += [
            new_row((half_hour, "WINDFOR", mw, publish, start, "", 0, "", 1, NO_FIELDS))
            for half_hour, mw, start in zip(half_hours, values, starts, strict=True)
        ]
    return rows


def newest_issue_time(seed: int, now: datetime) -> datetime:
    """Return the publish time of the newest issue at `now`."""
    number = number_of_first_issue_from(now + timedelta(seconds=1)) - 1
    while number > 0 and is_missing(seed, number):
        number -= 1
    return issue_time(number)


@lru_cache(maxsize=256)
def _future_values(seed: int, number: int) -> Series:
    """Return the MW that the issue gives for the hours after it, the longest horizon of any issue."""
    first = _issue_hour(number) + 1
    hours = np.arange(first, first + HOURS_AHEAD, dtype=np.int64)
    here = weather(seed, 2 * first, 2 * (first + HOURS_AHEAD) - 1).metered_wind_mw.reshape(-1, 2).mean(axis=1)
    capacity = sum(capacity_mw(installed, 2 * first, 2 * HOURS_AHEAD)[::2] for installed in (ONSHORE_GW, OFFSHORE_GW))
    values: Series = np.clip(
        np.round(here + capacity * _forecast_error(seed, number, hours)), 0, np.round(0.9 * capacity)
    )
    if seeded_chance(seed, "WINDFOR null", number) < NULL_SHARE:
        values[int(seeded_chance(seed, "WINDFOR null target", number) * HOURS_AHEAD)] = np.nan
    return values


def _forecast_error(seed: int, number: int, hours: NDArray[np.int64]) -> Series:
    """Return the error over capacity: what this issue does not know, and what each later issue learns."""
    last_hour = EPOCH + timedelta(hours=int(hours[-1]))
    issues = range(number, number_of_first_issue_from(last_hour) + 1)
    variance = _error_variances(hours, [issue_time(each) for each in issues])
    innovations = [_issue_innovation(seed, each)[hours - _innovation_start(each)] for each in issues[1:]]
    return np.asarray((np.sqrt(variance[:-1] - variance[1:]) * np.stack(innovations)).sum(axis=0))


def _error_variances(hours: NDArray[np.int64], issued: Sequence[datetime]) -> Series:
    """Return the variance of the error of each issue (rows) at each target, zero for targets that have begun."""
    issued_hours = np.array([(each - EPOCH) / timedelta(hours=1) for each in issued])
    lead = np.maximum(hours - issued_hours[:, None], 0)
    return np.asarray((ERROR_AT_ONE_HOUR * lead**EXPONENT) ** 2)


def _innovation_start(number: int) -> int:
    return _issue_hour(number) - HOURS_AHEAD


@lru_cache(maxsize=256)
def _issue_innovation(seed: int, number: int) -> Series:
    """Return what an issue learns about each hour around it: noise of variance 1, smooth over some hours."""
    lag = np.arange(24)
    kernel = (1 + lag) * np.exp(-2 * lag / CORRELATION_HOURS)
    noise = white_noise(seed, Channel.WIND_FORECAST, number * COUNTERS_AN_ISSUE, COUNTERS_AN_ISSUE)
    return np.convolve(noise, kernel / np.sqrt(np.sum(kernel**2)), "valid")


@lru_cache(maxsize=4096)
def _issue_hour(number: int) -> int:
    """Return the hour that contains the issue."""
    return index_of(issue_time(number)) // 2


WINDFOR = Dataset(
    "WINDFOR",
    0,
    windfor_rows,
    "WINDFOR",
    "WINDFOR",
    by_publication=True,
    newest_publication=lambda seed, now: text_of(newest_issue_time(seed, now)),
)
