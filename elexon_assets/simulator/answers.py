"""Which rows an answer contains: recorded or synthetic, published by now, in the requested range, with data faults.

Belongs here: the simulation, free of HTTP. Not here: parameters, serialization, transport faults.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from elexon_assets.simulator.data_faults import Scene, apply_faults, latest_publication_minutes, unrequested_rows
from elexon_assets.simulator.faults import Fault
from elexon_assets.simulator.half_hours import first_of, settlement_labels, text_of
from elexon_assets.simulator.market_recordings import MarketRecordings
from elexon_assets.simulator.parameters import Asked
from elexon_assets.simulator.recordings import LATEST_PUBLICATION_HALF_HOURS, Recordings
from elexon_assets.simulator.rows import AGWS, FIRST_PUBLISHED, FUELHH, OFFSHORE, ONSHORE, Dataset, Row
from elexon_assets.simulator.weather import weather


@dataclass(frozen=True)
class Answer:
    """The rows of one answer; `provenance` is the value of the header X-Simulator-Rows."""

    rows: list[Row]
    without_value: bool
    provenance: str


@dataclass(frozen=True)
class Source:
    """The origin of rows: the seed, or recordings if they cover the complete request."""

    seed: int
    recordings: Recordings
    market: MarketRecordings

    def answer(self, dataset: Dataset, asked: Asked, faults: Sequence[Fault], now: datetime) -> Answer:
        """Return the rows, newest first. Recorded and synthetic rows are never mixed."""
        first, last = max(asked.first, FIRST_PUBLISHED), min(asked.last, dataset.last_published(now))
        is_recorded = self._is_recorded(dataset, asked, first, last)
        rows = self._candidate_rows(dataset, asked, first, last, faults, is_recorded)
        rows = _filter_by_labels(rows, asked)
        scene = Scene(dataset, self.seed, self._recorded_wind if is_recorded else self._synthetic_wind)
        spoiled = apply_faults(rows, faults, scene)
        published = spoiled.rows
        if (
            asked.published is not None or is_recorded or spoiled.changed or dataset.has_own_publications
        ):  # otherwise all are published, as counted above
            earliest, latest = asked.published or ("", text_of(now))
            latest = min(latest, text_of(now))
            published = [row for row in published if earliest <= row.publish_time <= latest]
        if dataset.newest_only:
            published = _newest_publications(published)
        intruders = unrequested_rows(published, faults, scene)
        provenance = self._describe_provenance(dataset, is_recorded, published)
        if is_recorded and (spoiled.changed or intruders):
            provenance += "; faulty"
        return Answer(published + intruders, spoiled.without_value, provenance)

    def _is_recorded(self, dataset: Dataset, asked: Asked, first: int, last: int) -> bool:
        if first > last:
            return False
        if dataset is AGWS:
            return self.recordings.has_wind_and_solar(first, last)
        if dataset is not FUELHH:
            return self.market.covers(dataset, first, last)
        return bool(self.recordings.fuel_dates) and self.recordings.has_fuels(
            _published_settlement_dates(asked, first, last)
        )

    def _candidate_rows(
        self, dataset: Dataset, asked: Asked, first: int, last: int, faults: Sequence[Fault], is_recorded: bool
    ) -> list[Row]:
        if asked.settlement_dates is not None:
            first = max(first - 1, FIRST_PUBLISHED)  # its label may have slipped to the requested date
        if asked.published is not None:
            # first - 1: compared by the second a publish time may be inside, compared by the minute it is not
            first = max(first - int(latest_publication_minutes(faults) // 30) - 1, FIRST_PUBLISHED)
        if is_recorded and asked.published is not None:
            first, last = first - LATEST_PUBLICATION_HALF_HOURS, last + 1
        if is_recorded:
            recorded = self.recordings
            if dataset not in (AGWS, FUELHH):
                return self.market.rows(dataset, first, last)
            return recorded.wind_and_solar_rows(first, last) if dataset is AGWS else recorded.fuel_rows(first, last)
        return dataset.rows(self.seed, first, last) if first <= last else []

    def _describe_provenance(self, dataset: Dataset, is_recorded: bool, rows: list[Row]) -> str:
        if not is_recorded:
            return "synthetic"
        if dataset is AGWS and not any(row.half_hour in self.recordings.inferred for row in rows):
            return "recorded"
        if dataset not in (AGWS, FUELHH) and self.market.states_publications(dataset, rows):
            return "recorded"
        return "recorded; publish-time=inferred"

    def _synthetic_wind(self, half_hour: int) -> tuple[float, float] | None:
        values = weather(self.seed, half_hour, half_hour)
        return float(values.onshore_mw[0]), float(values.offshore_mw[0])

    def _recorded_wind(self, half_hour: int) -> tuple[float, float] | None:
        by_type = {row.series: row.mw for row in self.recordings.wind_and_solar.get(half_hour, ())}
        onshore, offshore = by_type.get(ONSHORE), by_type.get(OFFSHORE)
        return None if onshore is None or offshore is None else (onshore, offshore)


def _published_settlement_dates(asked: Asked, first: int, last: int) -> list[str]:
    """Return the requested settlement dates of which any part can be published."""
    if asked.settlement_dates is None:
        return sorted(set(settlement_labels(first, last)[0]))
    start, end = (date.fromisoformat(text) for text in asked.settlement_dates)
    days = (start + timedelta(days=n) for n in range((end - start).days + 1))
    return [day.isoformat() for day in days if first <= first_of(day) + 49 and first_of(day) <= last]


def _newest_publications(rows: list[Row]) -> list[Row]:
    """Return the rows without those that a later publication of the same half-hour and series replaces."""
    newest: dict[tuple[int, str], str] = {}
    for row in rows:
        key = row.half_hour, row.series
        newest[key] = max(newest.get(key, ""), row.publish_time)
    return [row for row in rows if row.publish_time == newest[row.half_hour, row.series]]


def _filter_by_labels(rows: list[Row], asked: Asked) -> list[Row]:
    """Filter rows by their labels as published and by fuel type."""
    if asked.settlement_dates is not None:
        earliest, latest = asked.settlement_dates
        rows = [row for row in rows if earliest <= row.settlement_date <= latest]
    if asked.settlement_periods:
        rows = [row for row in rows if row.settlement_period in asked.settlement_periods]
    if asked.series:
        rows = [row for row in rows if row.series in asked.series]
    return rows
