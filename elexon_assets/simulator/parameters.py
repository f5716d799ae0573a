"""Query parameters: what a request selects, or the 400 that Elexon answers.

Belongs here: parsing, the limits, the texts of refusals. Not here: routes, what is published.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from starlette.datastructures import QueryParams

from elexon_assets.settlement import first_start_utc, periods_in
from elexon_assets.simulator.formats import FORMATS
from elexon_assets.simulator.half_hours import index_at_or_after, index_of, text_of
from elexon_assets.simulator.rows import Dataset

Parsed = TypeVar("Parsed")

CAP_DAYS = 7
INSTANT = re.compile(
    r"(\d{4})[-/](\d\d)[-/](\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,7})?)?)(Z|[+-]\d\d:\d\d)?)?", re.IGNORECASE
)
SETTLEMENT_DATE = re.compile(r"\d{4}-\d\d-\d\d")
EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)
"The range of settlement dates; others are clamped to it, because nothing is published there and dates end nearby."


class Refused(Exception):
    """A 400 answer: messages by parameter name; the name is empty for a rule about several parameters."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        """Store the messages by parameter name."""
        super().__init__("; ".join(message for messages in errors.values() for message in messages))
        self.errors = errors


@dataclass(frozen=True)
class Asked:
    """The requested half-hours from `first` to `last`, both inclusive; the other fields narrow the rows down."""

    first: int
    last: int
    published: tuple[str, str] | None = None
    settlement_dates: tuple[str, str] | None = None
    settlement_periods: frozenset[int] = frozenset()
    series: frozenset[str] = frozenset()


@dataclass
class Query:
    """The parameters of one request, which collect all complaints, so that one answer names them all."""

    values: QueryParams
    errors: dict[str, list[str]] = field(default_factory=dict)

    def all(self, name: str) -> list[str]:
        """Return all values of a parameter; like ASP.NET, ignores the case of its name."""
        return [value for key, value in self.values.multi_items() if key.lower() == name.lower() and value != ""]

    def has(self, name: str) -> bool:
        """Return whether the parameter has a value."""
        return bool(self.all(name))

    def instant(self, name: str) -> datetime:
        """Parse an instant. A bare date is midnight UTC; a time without a zone is UTC."""
        return self._parse_parameter(name, _parse_instant, datetime.min.replace(tzinfo=UTC))

    def settlement_date(self, name: str) -> date:
        """Parse a settlement date, strictly yyyy-MM-dd."""
        return self._parse_parameter(name, _parse_settlement_date, date.min)

    def whole_numbers(self, name: str, low: int, high: int) -> list[int]:
        """Parse whole numbers within the limits."""
        numbers = []
        for text in self.all(name):
            if text.isdecimal() and low <= int(text) <= high:
                numbers.append(int(text))
            else:
                self.complain(name, f"The value '{text}' is not valid for {_pascal_case(name)}: {low} to {high}.")
        return numbers

    def check_format(self, *, stream: bool = False) -> None:
        """Complain about a format that does not exist. A stream does not read it."""
        for text in [] if stream else self.all("format"):
            if text.lower() not in FORMATS:
                self.complain("format", f"The value '{text}' is not valid for Format.")

    def complain(self, name: str, message: str) -> None:
        """Add a complaint about a parameter."""
        self.errors.setdefault(_pascal_case(name), []).append(message)

    def complain_missing(self, name: str) -> None:
        """Record that a required parameter is missing."""
        self.complain(name, f"A value for the '{_pascal_case(name)}' parameter or property was not provided.")

    def refuse_if_wrong(self) -> None:
        """Raise Refused if there are complaints."""
        if self.errors:
            raise Refused(self.errors)

    def publish_times(self, *, stream: bool, cap_days: int = CAP_DAYS) -> tuple[datetime, datetime]:
        """Return (first, last), both ends inclusive. A stream has no limit. Raises Refused."""
        start, end = self.instant("publishDateTimeFrom"), self.instant("publishDateTimeTo")
        self.check_format(stream=stream)
        self.refuse_if_wrong()
        too_long = not stream and end - start > timedelta(days=cap_days)
        names = ("publishDateTimeFrom", "publishDateTimeTo")
        self.refuse_range(*names, backwards=start > end, too_long=too_long, cap_days=cap_days)
        return start, end

    def refuse_range(
        self, from_name: str, to_name: str, *, backwards: bool, too_long: bool, cap_days: int = CAP_DAYS
    ) -> None:
        """Raise Refused for a range that is reversed or longer than the limit."""
        names = f"{_pascal_case(from_name)} and {_pascal_case(to_name)}"
        if backwards:
            raise Refused({"": [f"{_pascal_case(from_name)} must not be later than {_pascal_case(to_name)}"]})
        if too_long:
            raise Refused({"": [f"The date range between {names} inclusive must not exceed {cap_days} days"]})

    def _parse_parameter(self, name: str, parse: Callable[[str], Parsed], otherwise: Parsed) -> Parsed:
        texts = self.all(name)
        if not texts:
            self.complain_missing(name)
            return otherwise
        try:
            return parse(texts[0])
        except (ValueError, OverflowError):
            self.complain(name, f"The value '{texts[0]}' is not valid for {_pascal_case(name)}.")
            return otherwise


def start_times_asked(values: QueryParams, *, cap_days: int = CAP_DAYS) -> Asked:
    """Parse `from` and `to`, both inclusive, by start time.

    A settlement period turns its end into a settlement date and period.
    """
    query = Query(values)
    start, end = query.instant("from"), query.instant("to")
    first_periods = query.whole_numbers("settlementPeriodFrom", 1, 50)
    last_periods = query.whole_numbers("settlementPeriodTo", 1, 50)
    query.check_format()
    query.refuse_if_wrong()
    # with a settlement period only the date counts, and its time is ignored
    start_limit = datetime.combine(start.date(), time(), UTC) if first_periods else start
    end_limit = datetime.combine(end.date(), time(), UTC) if last_periods else end
    first = _first_half_hour(start.date(), first_periods[0]) if first_periods else index_at_or_after(start)
    last = _last_half_hour(end.date(), last_periods[0]) if last_periods else index_of(end)
    backwards = start_limit > end_limit or (bool(first_periods and last_periods) and first > last)
    query.refuse_range(
        "from",
        "to",
        backwards=backwards,
        too_long=end_limit - start_limit > timedelta(days=cap_days),
        cap_days=cap_days,
    )
    return Asked(first, last)


def published_asked(dataset: Dataset, values: QueryParams, *, stream: bool, cap_days: int = CAP_DAYS) -> Asked:
    """Parse `publishDateTimeFrom` and `publishDateTimeTo`, both inclusive; a stream has no limit."""
    query = Query(values)
    asked = _parse_publish_window(dataset, query, stream=stream, cap_days=cap_days)
    query.refuse_if_wrong()
    return asked


def settlement_dates_asked(dataset: Dataset, values: QueryParams, *, stream: bool, cap_days: int = CAP_DAYS) -> Asked:
    """Parse settlement dates (strictly yyyy-MM-dd, both inclusive) or publish times, but never both."""
    query = Query(values)
    by_date = query.has("settlementDateFrom") or query.has("settlementDateTo")
    by_publish_time = query.has("publishDateTimeFrom") or query.has("publishDateTimeTo")
    if by_date and by_publish_time:
        raise Refused({"": ["Settlement Date fields cannot be set when a Publish Date field is set"]})
    periods = frozenset(query.whole_numbers("settlementPeriod", 1, 50))
    fuel_types = frozenset(query.all("fuelType"))
    if by_publish_time:
        asked = _parse_publish_window(dataset, query, stream=stream, cap_days=cap_days)
        return Asked(asked.first, asked.last, asked.published, None, periods, fuel_types)
    first_date, last_date = query.settlement_date("settlementDateFrom"), query.settlement_date("settlementDateTo")
    query.check_format(stream=stream)
    query.refuse_if_wrong()
    too_long = not stream and last_date - first_date >= timedelta(days=cap_days)
    backwards = first_date > last_date
    names = ("settlementDateFrom", "settlementDateTo")
    query.refuse_range(*names, backwards=backwards, too_long=too_long, cap_days=cap_days)
    first, last = _first_half_hour(first_date, 1), _last_half_hour(last_date, 50)
    return Asked(first, last, None, (first_date.isoformat(), last_date.isoformat()), periods, fuel_types)


def one_settlement_date_asked(text: str, values: QueryParams) -> Asked:
    """Parse a settlement date that is part of a path, strictly yyyy-MM-dd. Raises Refused."""
    query = Query(QueryParams([("settlementDate", text), *values.multi_items()]))
    day = query.settlement_date("settlementDate")
    query.check_format()
    query.refuse_if_wrong()
    dates = (day.isoformat(), day.isoformat())
    return Asked(_first_half_hour(day, 1), _last_half_hour(day, 50), settlement_dates=dates)


def _parse_publish_window(dataset: Dataset, query: Query, *, stream: bool, cap_days: int) -> Asked:
    start, end = query.publish_times(stream=stream, cap_days=cap_days)
    shift = dataset.minutes_to_publication
    first = index_at_or_after(max(start, datetime(2000, 1, 1, tzinfo=UTC)) - timedelta(minutes=shift))
    last = index_of(max(end, datetime(2000, 1, 1, tzinfo=UTC)) - timedelta(minutes=shift))
    return Asked(first, last, published=(text_of(start), text_of(end)))


def _first_half_hour(settlement_date: date, period: int) -> int:
    """Return the first half-hour of a period; for a period that the day does not have, the start of the next day."""
    day = min(max(settlement_date, EARLIEST), LATEST)
    return index_of(first_start_utc(day)) + min(period - 1, periods_in(day))


def _last_half_hour(settlement_date: date, period: int) -> int:
    day = min(max(settlement_date, EARLIEST), LATEST)
    return index_of(first_start_utc(day)) + min(period, periods_in(day)) - 1


def _parse_instant(text: str) -> datetime:
    match = INSTANT.fullmatch(text)
    if match is None:
        raise ValueError(text)
    year, month, day, clock, zone = match.groups()
    zone = "+00:00" if zone is None or zone in "Zz" else zone
    return datetime.fromisoformat(f"{year}-{month}-{day}T{clock or '00:00'}{zone}").astimezone(UTC)


def _parse_settlement_date(text: str) -> date:
    if SETTLEMENT_DATE.fullmatch(text) is None:
        raise ValueError(text)
    return date.fromisoformat(text)


def _pascal_case(name: str) -> str:
    return name[:1].upper() + name[1:]
