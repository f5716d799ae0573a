"""Faults on request: the notation, and which half-hours and requests a fault affects.

The notation is `kind[=value][xN][%share][@span]`, several separated by commas:

- `xN` affects only the first N attempts of the same request (path and query);
- `%0.02` affects a seeded share, of half-hours for data faults, of different requests for transport faults;
- `@2024-01-08` is that UTC day, `@2024-01-08T05:30Z` that half-hour, `@2024-01-08/2024-01-10` from the first to before
  the second: half-hours for data faults, requests whose range overlaps it for transport faults. The half-hours of a
  forecast are those that it is for, and the range of a request by publish time is that of the publications.

Belongs here: parsing and choosing. Not here: what a fault does (data_faults.py, transport_faults.py).
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from elexon_assets.simulator.half_hours import index_at_or_after, index_of
from elexon_assets.simulator.noise import seeded_chance

REQUIRED, OPTIONAL, NONE = "required", "optional", "none"

TRANSPORT_KINDS = {
    "status": REQUIRED,  # the HTTP status, 400 to 599
    "retry-after": REQUIRED,  # a 429 with that header, seconds
    "slow": REQUIRED,  # seconds before the answer
    "bomb": REQUIRED,  # the MB of blanks before the answer, compressed by gzip
    "drip": REQUIRED,  # seconds after each byte of the answer
    "hang": NONE,  # no answer until the client gives up
    "disconnect": NONE,  # the connection closes in the middle of the answer
    "truncated": NONE,  # half of the JSON
    "html": NONE,  # a web page with status 200
}
DATA_KINDS = {
    "hole": NONE,  # the half-hour is absent
    "duplicate": NONE,  # every row twice
    "republished": NONE,  # every row again, an hour later, with another value
    "understated": NONE,  # transmission-metered wind is missing; FUELHH is unchanged
    "late": OPTIONAL,  # hours by which the publication is late, 6 by default
    "unknown-psr": NONE,  # one more row, of an unknown PSR type (fuel type); also in IGCA
    "null": NONE,  # from here to `absurd`: Wind Onshore, in FUELHH WIND, of a price that of APX
    "nan": NONE,
    "negative": NONE,  # -500 MW
    "slightly-negative": NONE,  # -20 MW
    "absurd": NONE,  # 99,999 MW
    "stranger": NONE,  # one row from a month before the window
    "missing-column": NONE,  # no row of the answer has a value
    "wrong-label": NONE,  # settlement date and period of another half-hour
    "zero": NONE,  # FUELHH: every fuel
    "some-zero": NONE,  # FUELHH: nuclear, biomass and gas
    "solar-zero": NONE,  # AGWS: solar, by day or by night
    "solar-shines": NONE,  # AGWS: solar at 300 MW, by day or by night
    "year-one": NONE,  # the publish time is one that no clock can show in UTC
    "half-character": NONE,  # the series has half of a surrogate pair in its name
    "stuck": NONE,  # both winds as in the previous half-hour
}
KINDS = TRANSPORT_KINDS | DATA_KINDS
DEFAULT_LATE_HOURS = 6.0

NOTATION = re.compile(
    r"(?P<kind>[a-z-]+?)(?:=(?P<value>[^x%@]*))?(?:x(?P<attempts>\d+))?(?:%(?P<share>[^@]*))?(?:@(?P<span>.*))?"
)


@dataclass(frozen=True)
class Fault:
    """One fault; `first` and `end` are half-hours, the end excluded; None means no limit."""

    kind: str
    value: float | None = None
    attempts: int | None = None
    share: float = 1.0
    first: int | None = None
    end: int | None = None

    @property
    def is_transport(self) -> bool:
        """Return whether the fault affects the transport and not the data."""
        return self.kind in TRANSPORT_KINDS

    def in_attempt(self, attempt: int) -> bool:
        """Return whether the fault affects this attempt; attempts count from 1."""
        return self.attempts is None or attempt <= self.attempts

    def hits_half_hour(self, seed: int, half_hour: int) -> bool:
        """Return whether the fault affects the half-hour."""
        return self._overlaps(half_hour, half_hour) and self._in_share(seed, half_hour)

    def hits_request(self, seed: int, target: str, span: tuple[int, int] | None) -> bool:
        """Return whether the fault affects a request.

        `span` is the requested range, both ends included; a request without one is affected by faults without one.
        """
        limited = self.first is not None or self.end is not None
        overlaps = not limited if span is None else self._overlaps(*span)
        return overlaps and self._in_share(seed, target)

    def _overlaps(self, first: int, last: int) -> bool:
        return (self.first is None or last >= self.first) and (self.end is None or first < self.end)

    def _in_share(self, seed: int, what: object) -> bool:
        return self.share >= 1 or seeded_chance(seed, self.kind, what) < self.share


def parse_faults(text: str) -> tuple[Fault, ...]:
    """Parse the notation. Raises ValueError, which says which part of the text is wrong."""
    return tuple(_parse_fault(part.strip()) for part in text.split(",") if part.strip())


def _parse_fault(text: str) -> Fault:
    match = NOTATION.fullmatch(text)
    if match is None:
        raise ValueError(f"fault {text!r}: expected kind[=value][xN][%share][@span]")
    kind = match["kind"]
    if kind not in KINDS:
        raise ValueError(f"fault {text!r}: unknown kind {kind!r}; the kinds are {', '.join(sorted(KINDS))}")
    first, end = _parse_span(text, match["span"])
    attempts = None if match["attempts"] is None else int(match["attempts"])
    return Fault(
        kind, _parse_value(text, kind, match["value"]), attempts, _parse_share(text, match["share"]), first, end
    )


def _parse_value(text: str, kind: str, value: str | None) -> float | None:
    if value is None:
        if KINDS[kind] == REQUIRED:
            raise ValueError(f"fault {text!r}: {kind} needs a value, as in {kind}={503 if kind == 'status' else 2}")
        return DEFAULT_LATE_HOURS if kind == "late" else None
    if KINDS[kind] == NONE:
        raise ValueError(f"fault {text!r}: {kind} takes no value")
    number = _parse_number(text, value)
    if kind == "status" and not (number.is_integer() and 400 <= number <= 599):
        raise ValueError(f"fault {text!r}: a status is a whole number from 400 to 599")
    if not 0 <= number <= 86_400:
        raise ValueError(f"fault {text!r}: {value} is not between 0 and 86400")
    return number


def _parse_share(text: str, share: str | None) -> float:
    if share is None:
        return 1.0
    number = _parse_number(text, share)
    if not 0 < number <= 1:
        raise ValueError(f"fault {text!r}: a share is above 0 and at most 1, as in %0.02")
    return number


def _parse_number(text: str, number: str) -> float:
    try:
        return float(number)
    except ValueError:
        raise ValueError(f"fault {text!r}: {number!r} is not a number") from None


def _parse_span(text: str, span: str | None) -> tuple[int | None, int | None]:
    if span is None:
        return None, None
    start, slash, end = span.partition("/")
    first, is_day = _parse_instant(text, start)
    if not slash:
        half_hour = index_of(first)
        return half_hour, half_hour + (48 if is_day else 1)
    limit, _ = _parse_instant(text, end)
    if limit <= first:
        raise ValueError(f"fault {text!r}: the span ends before it begins")
    return index_of(first), index_at_or_after(limit)


def _parse_instant(text: str, moment: str) -> tuple[datetime, bool]:
    """Return (instant, whether it is a bare date); without a zone it is UTC."""
    try:
        instant = datetime.fromisoformat(moment)
    except ValueError:
        raise ValueError(f"fault {text!r}: {moment!r} is not a date such as 2024-01-08 or 2024-01-08T05:30Z") from None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    return instant.astimezone(UTC), len(moment) == 10
