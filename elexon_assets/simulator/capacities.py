"""IGCA: installed capacity by type and year, in several revisions, requested by publish time.

Belongs here: its values, revisions, parameters. Not here: half-hours. The capacity of wind and solar is the
one that the weather uses, at the start of the year; the other types are only plausible.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from starlette.datastructures import QueryParams

from elexon_assets.simulator.half_hours import index_of, text_of
from elexon_assets.simulator.parameters import Query
from elexon_assets.simulator.rows import OFFSHORE, ONSHORE, SOLAR
from elexon_assets.simulator.weather import OFFSHORE_GW, ONSHORE_GW, SOLAR_GW, capacity_mw

NAME = "IGCA"
CAP_DAYS = 731
FIRST_YEAR = 2015
UNKNOWN_TYPE = "Energy storage"
"The additional type of the fault `unknown-psr`."

OF_THE_WEATHER = {SOLAR: SOLAR_GW, OFFSHORE: OFFSHORE_GW, ONSHORE: ONSHORE_GW}
YEARS = (2015, 2020, 2026)
OTHERS_MW = {
    "Biomass": (2700, 4200, 4400),
    "Fossil Gas": (31_000, 36_500, 36_000),
    "Fossil Hard coal": (17_500, 6800, 0),
    "Fossil Oil": (1400, 900, 500),
    "Hydro Pumped Storage": (2828, 2828, 2828),
    "Hydro Run-of-river and poundage": (1700, 1880, 1900),
    "Nuclear": (9900, 9200, 5900),
    "Other": (1100, 1700, 5600),
}
"The MW at the starts of the years of YEARS, interpolated between."

REVISIONS = ((-8, 0.96), (110, 1.01), (285, 1.0))
"The revisions: days from the start of the year to the publication, and the value relative to the last revision."
PUBLISHED_AT = timedelta(hours=13, minutes=25, seconds=52)


@dataclass(frozen=True)
class AskedCapacity:
    """The requested publish times, both included; `first` and `last` are their half-hours, for faults with a span."""

    start: datetime
    end: datetime

    @property
    def first(self) -> int:
        """Return the half-hour of the first publish time."""
        return index_of(self.start)

    @property
    def last(self) -> int:
        """Return the half-hour of the last publish time."""
        return index_of(self.end)


def capacity_asked(values: QueryParams, *, stream: bool) -> AskedCapacity:
    """Parse `publishDateTimeFrom` to `publishDateTimeTo`, at most 731 days; a stream has no limit. Raises Refused."""
    query = Query(values)
    start, end = query.publish_times(stream=stream, cap_days=CAP_DAYS)
    return AskedCapacity(start, end)


def published_capacities(asked: AskedCapacity, now: datetime) -> list[dict[str, Any]]:
    """Return rows as Elexon sends them, newest publication first."""
    end = min(asked.end, now)
    years = range(max(asked.start.year - 1, FIRST_YEAR), min(end.year + 1, now.year + 1) + 1)
    documents = [
        (_start_of(year) + timedelta(days=days) + PUBLISHED_AT, year, revision, share)
        for year in years
        for revision, (days, share) in enumerate(REVISIONS, start=1)
    ]
    return [
        {
            "dataset": NAME,
            "documentId": f"SIMULATOR-{NAME}-{year}",
            "documentRevisionNumber": revision,
            "publishTime": text_of(published_at),
            "businessType": "Installed generation",
            "psrType": psr_type,
            "year": year,
            "quantity": round(mw * share, 1),
        }
        for published_at, year, revision, share in sorted(documents, reverse=True)
        if asked.start <= published_at <= end
        for psr_type, mw in _capacities_of_year(year).items()
    ]


def last_published(now: datetime) -> str:
    """Return the publish time of the newest document."""
    newest: str = published_capacities(AskedCapacity(now - timedelta(days=CAP_DAYS), now), now)[0]["publishTime"]
    return newest


def _start_of(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC)


def _capacities_of_year(year: int) -> dict[str, float]:
    """Return the MW at the start of the year, which is the end of the previous year."""
    first = index_of(_start_of(year))
    ours = {name: float(capacity_mw(year_ends, first, 1)[0]) for name, year_ends in OF_THE_WEATHER.items()}
    others = {name: float(np.interp(year, YEARS, mw)) for name, mw in OTHERS_MW.items()}
    return dict(sorted((ours | others).items()))
