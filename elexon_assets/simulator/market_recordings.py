"""Recorded rows of forecasts, demand and prices from a folder of real answers, served unchanged.

Belongs here: recognising the rows of these datasets by their fields, and what they cover. Not here: wind, solar and
fuels (`recordings.py`), choosing for a request. A forecast is recorded by the UTC days on which it was published; of
some issues the sources kept only a part of the targets. The supported files are answers as JSON, `mid_*.csv` (one line
per half-hour, both providers) and the columns INDO and ITSDO of `fuelhh_*.csv`.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from elexon_assets.dataset_model import BETWEEN_DIMENSIONS
from elexon_assets.simulator.day_ahead import DGWS, DGWS_BY_START
from elexon_assets.simulator.demand import DEMAND_OUTTURN, INDO_FIELD, ITSDO_FIELD
from elexon_assets.simulator.forecasts import WINDFOR
from elexon_assets.simulator.half_hours import HALF_HOURS_A_DAY, index_of, text_minutes_later
from elexon_assets.simulator.price_rows import APX, MID, N2EX, SELL, SYSTEM_PRICE
from elexon_assets.simulator.rows import Dataset, Row

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Shape:
    """How the rows of datasets are recognised, and where their value, series and publish time are."""

    datasets: tuple[Dataset, ...]
    fits: Callable[[Record], bool]
    value: str
    dimensions: tuple[str, ...] = ()
    published: str = "publishTime"


SHAPES = (
    Shape((WINDFOR,), lambda record: record.get("dataset") == WINDFOR.name, "generation"),
    Shape(
        (DGWS, DGWS_BY_START),
        lambda record: "processType" in record and "psrType" in record,
        "quantity",
        ("psrType", "processType"),
    ),
    Shape((DEMAND_OUTTURN,), lambda record: INDO_FIELD in record, INDO_FIELD),
    Shape((MID,), lambda record: "dataProvider" in record and "price" in record, "price", ("dataProvider",)),
    Shape((SYSTEM_PRICE,), lambda record: SELL in record, SELL, published="createdDateTime"),
)


@dataclass
class MarketRecordings:
    """The records by dataset and half-hour: that of the publication for a dataset by publication, else the start."""

    by_half_hour: dict[str, dict[int, list[Record]]] = field(default_factory=dict)
    inferred: set[tuple[str, int]] = field(default_factory=set)

    def covers(self, dataset: Dataset, first: int, last: int) -> bool:
        """Return whether everything from first to last is recorded: half-hours, or the days of publications."""
        recorded = self.by_half_hour.get(_key(dataset), {})
        if not dataset.by_publication:
            return all(half_hour in recorded for half_hour in range(first, last + 1))
        days = {half_hour // HALF_HOURS_A_DAY for half_hour in recorded}
        asked = range(first // HALF_HOURS_A_DAY, max(first, last - 1) // HALF_HOURS_A_DAY + 1)
        return all(day in days for day in asked)  # the end of a window may be the midnight after its last day

    def rows(self, dataset: Dataset, first: int, last: int) -> list[Row]:
        """Return rows, newest first."""
        recorded = self.by_half_hour.get(_key(dataset), {})
        [shape] = [shape for shape in SHAPES if dataset in shape.datasets]
        return [
            _recorded_row(dataset, shape, record)
            for half_hour in range(last, first - 1, -1)
            for record in recorded.get(half_hour, ())
        ]

    def states_publications(self, dataset: Dataset, rows: Iterable[Row]) -> bool:
        """Return whether the rows were recorded with their publish times, or belong to a dataset that has none."""
        return dataset is MID or not any((_key(dataset), row.half_hour) in self.inferred for row in rows)

    def add(self, shape: Shape, record: Record) -> None:
        """Add a record to the datasets that have it. Raises KeyError if it lacks its value or series."""
        for name in (shape.value, *shape.dimensions):
            if name not in record:
                raise KeyError(name)
        half_hour = index_of(datetime.fromisoformat(record["startTime"]))
        for dataset in shape.datasets:
            published = record[shape.published] if dataset.by_publication else record["startTime"]
            place = index_of(datetime.fromisoformat(published))
            self.by_half_hour.setdefault(_key(dataset), {}).setdefault(place, []).append(record)
            if shape.published not in record:
                self.inferred.add((_key(dataset), half_hour))


def read_market_recordings(folder: Path) -> MarketRecordings:
    """Read the recordings of a folder. Raises ValueError with the name of a file that cannot be read."""
    recordings = MarketRecordings()
    for path in sorted(folder.glob("*.json")):
        with _named_errors(path):
            answer = json.loads(path.read_text("utf-8"))
            for record in _single_records(answer.get("data") if isinstance(answer, dict) else answer):
                for shape in SHAPES:
                    if shape.fits(record):
                        recordings.add(shape, record)
    for pattern, dataset, records_of in (("mid_*.csv", MID, _mid), ("fuelhh_*.csv", DEMAND_OUTTURN, _demand)):
        [shape] = [shape for shape in SHAPES if dataset in shape.datasets]
        of_answers = set(recordings.by_half_hour.get(_key(dataset), ()))
        for path in sorted(folder.glob(pattern)):
            with _named_errors(path), path.open(encoding="utf-8", newline="") as lines:
                for line in csv.DictReader(lines):
                    for record in records_of(line):
                        if index_of(datetime.fromisoformat(record["startTime"])) not in of_answers:
                            recordings.add(shape, record)
    return recordings


@contextmanager
def _named_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"recording {path} cannot be understood: {error!r}") from error


def _single_records(records: object) -> Sequence[Record]:
    return [record for record in records if isinstance(record, dict)] if isinstance(records, list) else []


def _labels(line: Mapping[str, str]) -> dict[str, Any]:
    """Return the start and the settlement labels of a line of CSV."""
    return {
        "startTime": line["period_start_utc"],
        "settlementDate": line["settlement_date"],
        "settlementPeriod": int(line["settlement_period"]),
    }


def _mid(line: Mapping[str, str]) -> Iterator[Record]:
    for provider in (APX, N2EX):
        name = provider.lower()
        values = {"price": float(line[f"{name}_price"]), "volume": float(line[f"{name}_volume"])}
        yield {**_labels(line), "dataProvider": provider, **values}


def _demand(line: Mapping[str, str]) -> Iterator[Record]:
    if line.get("INDO") and line.get("ITSDO"):
        yield {**_labels(line), INDO_FIELD: int(line["INDO"]), ITSDO_FIELD: int(line["ITSDO"])}


def _recorded_row(dataset: Dataset, shape: Shape, record: Record) -> Row:
    return Row(
        index_of(datetime.fromisoformat(record["startTime"])),
        BETWEEN_DIMENSIONS.join(record[name] for name in shape.dimensions) or dataset.spoiled_series,
        record[shape.value],
        record.get(shape.published) or text_minutes_later(record["startTime"], dataset.minutes_to_publication),
        record["startTime"],
        record.get("settlementDate", ""),
        record.get("settlementPeriod", 0),
        fields=record,
    )


def _key(dataset: Dataset) -> str:
    return f"{dataset.name} by {'publication' if dataset.by_publication else 'start'}"
