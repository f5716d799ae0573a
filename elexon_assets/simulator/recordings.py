"""Recorded rows from a folder of real answers, served unchanged in place of synthetic ones.

Belongs here: reading the files by their contents, and which half-hours they cover. Not here: choosing for a request.
The supported files are answers of /datasets/AGWS and of the wind and solar endpoint, answers of
/generation/actual/per-type (their wind and solar rows), `fuelhh_*.csv` (one column per fuel type) and `known_gaps.csv`.
Other files are ignored.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from elexon_assets.settlement import periods_in
from elexon_assets.simulator.fuels import FUEL_TYPES
from elexon_assets.simulator.half_hours import index_of, settlement_labels, text_minutes_later
from elexon_assets.simulator.rows import AGWS, FUELHH, PSR_TYPES, Row, document_id

LATEST_PUBLICATION_HALF_HOURS = 24
"The half-hours that a window of publish times looks back, because a recorded document may be hours late."


class RecordedHalfHour(NamedTuple):
    """The FUELHH values of one half-hour in the order of FUEL_TYPES; None was not published.

    (Rows would fill memory.)
    """

    start_time: str
    settlement_date: str
    settlement_period: int
    generation_mw: tuple[int | None, ...]


@dataclass
class Recordings:
    """The rows by half-hour; `inferred` half-hours had no publish time and get the usual one."""

    wind_and_solar: dict[int, list[Row]] = field(default_factory=dict)
    fuels: dict[int, RecordedHalfHour] = field(default_factory=dict)
    fuel_dates: set[str] = field(default_factory=set)
    inferred: set[int] = field(default_factory=set)

    def has_wind_and_solar(self, first: int, last: int) -> bool:
        """Return whether every half-hour from first to last is recorded, and at least one exists."""
        return first <= last and all(n in self.wind_and_solar for n in range(first, last + 1))

    def has_fuels(self, settlement_dates: Iterable[str]) -> bool:
        """Return whether every date is recorded, and at least one exists.

        After the last recorded date nothing counts as published.
        """
        asked = set(settlement_dates)
        end = max(self.fuel_dates, default="")
        return bool(asked & self.fuel_dates) and all(day in self.fuel_dates or day > end for day in asked)

    def wind_and_solar_rows(self, first: int, last: int) -> list[Row]:
        """Return rows, newest first; half-hours that were not recorded are absent."""
        return [row for n in range(last, first - 1, -1) for row in self.wind_and_solar.get(n, ())]

    def fuel_rows(self, first: int, last: int) -> list[Row]:
        """Return rows, newest first; half-hours that were not recorded are absent."""
        rows = []
        for half_hour in range(last, first - 1, -1):
            if (result := self.fuels.get(half_hour)) is not None:
                start, day, period, values = result
                publish = text_minutes_later(start, FUELHH.minutes_to_publication)
                rows += [
                    Row(half_hour, fuel_type, mw, publish, start, day, period)
                    for fuel_type, mw in zip(FUEL_TYPES, values, strict=True)
                    if mw is not None
                ]
        return rows


def read_recordings(folder: Path) -> Recordings:
    """Read the recordings of a folder.

    Raises NotADirectoryError if the folder does not exist, and ValueError with the name of a file that cannot be read.
    """
    if not folder.is_dir():
        raise NotADirectoryError(f"no folder of recordings at {folder}")
    recordings = Recordings()
    for path in sorted(folder.glob("*.json")):
        try:
            answer = json.loads(path.read_text("utf-8"))
            for row, is_inferred in _wind_and_solar(answer):
                recordings.wind_and_solar.setdefault(row.half_hour, []).append(row)
                if is_inferred:
                    recordings.inferred.add(row.half_hour)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"recording {path} cannot be understood: {error!r}") from error
    for rows in recordings.wind_and_solar.values():
        rows.sort(key=lambda row: PSR_TYPES.index(row.series))
    _read_fuels(folder, recordings)
    return recordings


def _wind_and_solar(answer: Any) -> Iterator[tuple[Row, bool]]:
    """Yield (row, whether its publish time is inferred) for every row of a known shape, none for other answers."""
    data = answer.get("data") if isinstance(answer, dict) else answer
    for record in data if isinstance(data, list) else []:
        if not isinstance(record, dict):
            return
        is_forecast = "processType" in record
        if isinstance(record.get("data"), list):
            for inner in record["data"]:
                if inner.get("psrType") in PSR_TYPES:
                    yield _inferred_publication(record["startTime"], inner), True
        elif record.get("psrType") in PSR_TYPES and record.get("dataset", AGWS.name) == AGWS.name and not is_forecast:
            yield _recorded_row(record), False


def _recorded_row(record: dict[str, Any]) -> Row:
    half_hour = index_of(datetime.fromisoformat(record["startTime"]))
    return Row(
        half_hour,
        record["psrType"],
        record["quantity"],
        record["publishTime"],
        record["startTime"],
        record["settlementDate"],
        record["settlementPeriod"],
        record.get("documentId", document_id(half_hour)),
        record.get("documentRevisionNumber", 1),
    )


def _inferred_publication(start_time: str, inner: dict[str, Any]) -> Row:
    half_hour = index_of(datetime.fromisoformat(start_time))
    [settlement_date], [period] = settlement_labels(half_hour, half_hour)
    publish = text_minutes_later(start_time, AGWS.minutes_to_publication)
    document = document_id(half_hour)
    return Row(half_hour, inner["psrType"], inner["quantity"], publish, start_time, settlement_date, period, document)


def _read_fuels(folder: Path, recordings: Recordings) -> None:
    periods: dict[str, int] = {}
    for path in sorted(folder.glob("fuelhh_*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            for record in csv.DictReader(lines):
                start, day = record["period_start_utc"], record["settlement_date"]
                half_hour = index_of(datetime.fromisoformat(start))
                values = tuple(int(record[fuel]) if record.get(fuel) else None for fuel in FUEL_TYPES)
                recordings.fuels[half_hour] = RecordedHalfHour(start, day, int(record["settlement_period"]), values)
                periods[day] = periods.get(day, 0) + 1
    gaps = _known_gaps(folder / "known_gaps.csv")
    for day, count in periods.items():
        if count + gaps.get(day, 0) >= periods_in(date.fromisoformat(day)):
            recordings.fuel_dates.add(day)


def _known_gaps(path: Path) -> dict[str, int]:
    """Return the periods that were never published, by settlement date."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as lines:
        return {record["settlement_date"]: int(record["shortfall"]) for record in csv.DictReader(lines)}
