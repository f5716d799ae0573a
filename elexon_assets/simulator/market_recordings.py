"""Recorded rows of forecasts, demand and prices from a folder of real answers, served unchanged.

Belongs here: recognising the rows of these datasets by their fields, and what they cover. Not here: wind, solar and
fuels (`recordings.py`), choosing for a request. A forecast is recorded by the UTC days on which it was published; of
some issues the sources kept only a part of the targets. The supported files are answers as JSON, `mid_*.csv` (one line
per half-hour, both providers) and the columns INDO and ITSDO of `fuelhh_*.csv`.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl

from elexon_assets.dataset_model import BETWEEN_DIMENSIONS
from elexon_assets.simulator.day_ahead import DGWS, DGWS_BY_START
from elexon_assets.simulator.demand import DEMAND_OUTTURN, INDO, INDO_FIELD, ITSDO, ITSDO_FIELD
from elexon_assets.simulator.forecasts import WINDFOR
from elexon_assets.simulator.half_hours import HALF_HOURS_A_DAY, index_of, text_minutes_later
from elexon_assets.simulator.price_rows import APX, MID, N2EX, SELL, SYSTEM_PRICE
from elexon_assets.simulator.rows import Dataset, Row

Record = Mapping[str, Any]

LABEL_COLUMNS = ("settlement_date", "settlement_period", "period_start_utc")
MID_COLUMNS = ("apxmidp_price", "apxmidp_volume", "n2exmidp_price", "n2exmidp_volume")


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
    Shape((DEMAND_OUTTURN, INDO), lambda record: INDO_FIELD in record, INDO_FIELD),
    Shape((ITSDO,), lambda record: ITSDO_FIELD in record, ITSDO_FIELD),
    Shape((MID,), lambda record: "dataProvider" in record and "price" in record, "price", ("dataProvider",)),
    Shape((SYSTEM_PRICE,), lambda record: SELL in record, SELL, published="createdDateTime"),
)


@dataclass
class MarketRecordings:
    """The records by dataset and half-hour: that of the publication for a dataset by publication, else the start."""

    by_half_hour: dict[Dataset, dict[int, list[Record]]] = field(default_factory=dict)

    def covers(self, dataset: Dataset, first: int, last: int) -> bool:
        """Return whether everything from first to last is recorded: half-hours, or the days of publications."""
        recorded = self.by_half_hour.get(dataset, {})
        if not dataset.by_publication:
            return all(half_hour in recorded for half_hour in range(first, last + 1))
        days = {half_hour // HALF_HOURS_A_DAY for half_hour in recorded}
        asked = range(first // HALF_HOURS_A_DAY, max(first, last - 1) // HALF_HOURS_A_DAY + 1)
        return all(day in days for day in asked)  # the end of a window may be the midnight after its last day

    def rows(self, dataset: Dataset, first: int, last: int) -> list[Row]:
        """Return rows, newest first."""
        recorded = self.by_half_hour.get(dataset, {})
        [shape] = [shape for shape in SHAPES if dataset in shape.datasets]
        return [
            _recorded_row(dataset, shape, record)
            for half_hour in range(last, first - 1, -1)
            for record in recorded.get(half_hour, ())
        ]

    def states_publications(self, dataset: Dataset, rows: Iterable[Row]) -> bool:
        """Return whether the rows were recorded with their publish times, or belong to a dataset that has none."""
        [shape] = [shape for shape in SHAPES if dataset in shape.datasets]
        return dataset is MID or all(shape.published in row.fields for row in rows)

    def add(self, record: Record) -> None:
        """Add a record to the datasets that have it. Raises KeyError if it lacks its value or series."""
        for shape in SHAPES:
            if not shape.fits(record):
                continue
            for name in (shape.value, *shape.dimensions):
                if name not in record:
                    raise KeyError(name)
            for dataset in shape.datasets:
                instant = record[shape.published if dataset.by_publication else "startTime"]
                place = index_of(datetime.fromisoformat(instant))
                self.by_half_hour.setdefault(dataset, {}).setdefault(place, []).append(record)


def read_market_recordings(folder: Path) -> MarketRecordings:
    """Read the recordings of a folder. Raises ValueError with the name of a file that cannot be read."""
    recordings = MarketRecordings()
    for path in sorted(folder.glob("*.json")):
        with _named_errors(path):
            answer = json.loads(path.read_text("utf-8"))
            for record in _single_records(answer.get("data") if isinstance(answer, dict) else answer):
                recordings.add(record)
    for pattern, dataset, values, records_of in (
        ("mid_*.csv", MID, MID_COLUMNS, _market_records),
        ("fuelhh_*.csv", DEMAND_OUTTURN, ("INDO", "ITSDO"), _demand_records),
    ):
        of_answers = set(recordings.by_half_hour.get(dataset, ()))
        for path in sorted(folder.glob(pattern)):
            with _named_errors(path):
                lines = pl.scan_csv(path, schema_overrides=dict.fromkeys(MID_COLUMNS, pl.Float64()))
                if not set(values) <= set(lines.collect_schema()):
                    continue
                lines = lines.select(*LABEL_COLUMNS, *values).drop_nulls()
                for record in chain.from_iterable(map(records_of, lines.collect().iter_rows(named=True))):
                    if index_of(datetime.fromisoformat(record["startTime"])) not in of_answers:
                        recordings.add(record)
    return recordings


@contextmanager
def _named_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError, pl.exceptions.PolarsError) as error:
        raise ValueError(f"recording {path} cannot be understood: {error!r}") from error


def _single_records(records: object) -> Sequence[Record]:
    return [record for record in records if isinstance(record, dict)] if isinstance(records, list) else []


def _label_fields(line: Record) -> dict[str, Any]:
    """Return the start and the settlement labels of a line of CSV."""
    return dict(zip(("settlementDate", "settlementPeriod", "startTime"), map(line.get, LABEL_COLUMNS), strict=True))


def _market_records(line: Record) -> Iterator[Record]:
    for provider in (APX, N2EX):
        name = provider.lower()
        values = {"price": line[f"{name}_price"], "volume": line[f"{name}_volume"]}
        yield {**_label_fields(line), "dataProvider": provider, **values}


def _demand_records(line: Record) -> Iterator[Record]:
    yield {**_label_fields(line), INDO_FIELD: line["INDO"], ITSDO_FIELD: line["ITSDO"]}


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
