"""From Elexon's rows to a typed frame of one window: columns by our names, with only the shape checked.

Belongs here: fields and types, which rows belong to the window. Not here: whether a value is plausible (`contract.py`).
An unreadable value becomes null here, and the contract quarantines it with its raw row.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from elexon_assets.dataset_model import BETWEEN_DIMENSIONS, SERIES, UTC_TIME, Dataset
from elexon_assets.errors import ShapeChanged, StrangerRows
from elexon_assets.settlement import with_settlement
from elexon_assets.typed_rows import (
    PUBLISHED,
    SETTLEMENT_DATE,
    SETTLEMENT_PERIOD,
    Rows,
    as_dictionary,
    field_values,
    may_be_absent,
)
from elexon_assets.windows import Window

ROW_INDEX = "raw_row"
"The position of the row in the answer, by which a quarantined row finds its raw JSON again."

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_INSTANT, LAST_INSTANT = datetime(1990, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)
"""The range of plausible instants. The greatest publish time is current, so one of the year 9999 would stay current for
ever.
"""

SAMPLE = 200
"The characters of a row that a message quotes."

AROUND_NAMES = '" \t\r\n'
"The characters that are not part of a name at its beginning or end."


@dataclass(frozen=True)
class Parsed:
    """The parsed rows of a window.

    `frame` has `raw_row` (UInt32), the dataset's columns and, if half-hourly, the settlement columns.
    """

    frame: pl.DataFrame
    neighbours: int
    "The number of rows of a half-hour next to the window or of its settlement dates; their own window lands them."

    @property
    def labels_disagreeing(self) -> int:
        """Return the number of rows whose settlement labels by Elexon do not match their start time."""
        if "elexon_settlement_date" not in self.frame.columns:
            return 0
        elexon_date, elexon_period = self.frame["elexon_settlement_date"], self.frame["elexon_settlement_period"]
        if elexon_date.null_count() == elexon_period.null_count() == len(self.frame):
            return 0
        return int((elexon_date.is_not_null() | elexon_period.is_not_null()).sum())


def parse_rows(dataset: Dataset, rows: Rows, window: Window) -> Parsed:
    """Return the typed rows of the window.

    Raises ShapeChanged (a field is missing from every row) and StrangerRows (rows that were not requested).
    """
    frame = inside = _typed_frame(dataset, rows)
    start, starts = pl.col(dataset.range_column), frame[dataset.range_column]
    # Nearly every answer keeps to its window: filtering each of them was a sixth of all parsing.
    first, last = _bounds(starts)
    if first < window.start_utc or last >= window.end_utc:
        inside = frame.filter(start.is_null() | ((start >= window.start_utc) & (start < window.end_utc)))
        expected = dataset.expected_window(window)
        if first < expected.start_utc or last >= expected.end_utc:
            strangers = frame.filter((start < expected.start_utc) | (start >= expected.end_utc))
            first_stranger = str(as_dictionary(rows[strangers[ROW_INDEX][0]]))[:SAMPLE]
            raise StrangerRows(
                f"{dataset.code} was requested for {window} and answered {len(strangers)} of {len(frame)} rows outside "
                f"it, the first {first_stranger}. Nothing of this window was landed."
            )
    labelled = _with_labels(inside) if dataset.is_half_hourly else inside
    return Parsed(_with_series(dataset, labelled), len(frame) - len(inside))


def _typed_frame(dataset: Dataset, rows: Rows) -> pl.DataFrame:
    """Return all rows of the answer with the dataset's columns, `raw_row` and, if half-hourly, Elexon's labels.

    All columns are converted in one query: polars wakes its threads for each, which took most of the time.
    """
    raw: dict[str, pl.Series] = {}
    for name, column in dataset.columns.items():
        values = field_values(rows, column.elexon_field, column.dtype)
        if rows and values[0] is None and not may_be_absent(dataset, name):
            dictionaries = list(map(as_dictionary, rows))
            if not any(column.elexon_field in row for row in dictionaries):
                raise ShapeChanged(
                    f"{dataset.code}: the field {column.elexon_field!r} (our {name}) is in none of {len(rows)} rows. "
                    f"A row now has {str(sorted(dictionaries[0]))[:SAMPLE]}. Nothing of this window was landed."
                )
        raw[name] = _raw_column(name, values, column.dtype)
    dtypes = {name: column.dtype for name, column in dataset.columns.items()}
    if dataset.is_half_hourly:
        dtypes |= {"label_date": pl.Date(), "label_period": pl.Int16()}
        for name, field in (("label_date", SETTLEMENT_DATE), ("label_period", SETTLEMENT_PERIOD)):
            raw[name] = _raw_column(name, field_values(rows, field, dtypes[name]), dtypes[name])
    conversions = [_conversion(name, dtype) for name, dtype in dtypes.items() if raw[name].dtype != dtype]
    frame = pl.LazyFrame(list(raw.values())).with_row_index(ROW_INDEX).with_columns(conversions).collect()
    for name, dtype in dtypes.items():
        if isinstance(dtype, pl.Datetime):
            frame = _with_readable_instants(frame, raw[name])
    if dataset.assumes_publish_time:
        assumed = pl.col(dataset.period) + dataset.publication_lag
        frame = frame.with_columns(
            pl.when(raw[PUBLISHED].is_null()).then(assumed).otherwise(PUBLISHED).alias(PUBLISHED)
        )
    return frame


def _texts(name: str, texts: list[Any]) -> pl.Series:
    """Return the texts of a column, with null for a lone surrogate, which is not text."""
    try:
        return pl.Series(name, texts, pl.String)
    except UnicodeEncodeError:
        return pl.Series(name, [text if text is None or _is_encodable(text) else None for text in texts], pl.String)


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _raw_column(name: str, values: list[Any], dtype: pl.DataType) -> pl.Series:
    """Return the texts or numbers of a column, with null for what polars cannot hold."""
    if isinstance(dtype, pl.String):
        # One legacy form wraps names in an additional pair of quotes.
        tidy = {text: text.strip(AROUND_NAMES) for text in set(values) if text and text != text.strip(AROUND_NAMES)}
        return _texts(name, [tidy.get(text, text) for text in values] if tidy else values)
    if dtype.is_temporal():
        return _texts(name, values)
    try:
        return pl.Series(name, values, pl.Float64)
    except OverflowError:  # JSON has integers of any length
        return _raw_column(name, [None if isinstance(v, int) and abs(v) >= 2**64 else v for v in values], dtype)


def _conversion(name: str, dtype: pl.DataType) -> pl.Expr:
    """Return the expression from the raw column to its type; what cannot be read becomes null."""
    if isinstance(dtype, pl.Datetime):
        return pl.col(name).str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_unit="us", time_zone="UTC", strict=False)
    if isinstance(dtype, pl.Date):
        return pl.col(name).str.to_date("%Y-%m-%d", strict=False)
    return pl.col(name).cast(dtype, strict=False)


def _with_readable_instants(frame: pl.DataFrame, texts: pl.Series) -> pl.DataFrame:
    """Read the other ISO forms of an instant too, and make instants outside the bounds null."""
    instants = frame[texts.name]
    if instants.null_count() > texts.null_count():
        instants = pl.Series(texts.name, [_parse_instant(text) for text in texts], UTC_TIME)
        frame = frame.with_columns(instants)
    first, last = _bounds(instants)
    if first >= FIRST_INSTANT and last <= LAST_INSTANT:
        return frame
    return frame.with_columns(pl.when(pl.col(texts.name).is_between(FIRST_INSTANT, LAST_INSTANT)).then(texts.name))


def _bounds(instants: pl.Series) -> tuple[datetime, datetime]:
    """Return the first and the last instant, or bounds that nothing exceeds for a column without any."""
    microseconds = instants.cast(pl.Int64)
    first, last = microseconds.min(), microseconds.max()
    if not isinstance(first, int) or not isinstance(last, int):
        return LAST_INSTANT, FIRST_INSTANT
    return _instant_of(first), _instant_of(last)


def _instant_of(microseconds: int) -> datetime:
    """Return the instant, or the calendar's end for one that Python does not have."""
    try:
        return EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC) if microseconds > 0 else datetime.min.replace(tzinfo=UTC)


def _parse_instant(text: str | None) -> datetime | None:
    """Parse other ISO forms of an instant, which sister endpoints send; without a zone it is UTC.

    A bare date is refused.
    """
    if text is None or len(text) <= len("2024-01-01"):
        return None
    try:
        read = datetime.fromisoformat(text)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):  # the first and last days of the calendar have no UTC in every zone
        return None


def _with_labels(frame: pl.DataFrame) -> pl.DataFrame:
    """Add computed settlement columns, and Elexon's labels only where they disagree with them."""
    labelled = with_settlement(frame)
    if all(labelled[theirs].equals(labelled[ours]) for theirs, ours in LABEL_OF.items()):
        # Nearly every answer agrees, and a query for each would take a tenth of all parsing.
        kept = [column for column in labelled.get_columns() if column.name not in LABEL_OF]
        nulls = [pl.Series(f"elexon_{ours}", [None], LABELS[ours]) for ours in LABEL_OF.values()]
        return pl.DataFrame([*kept, *(column.new_from_index(0, len(frame)) for column in nulls)])
    disagree = pl.any_horizontal(pl.col(theirs) != pl.col(ours) for theirs, ours in LABEL_OF.items())
    disagreeing = {f"elexon_{ours}": pl.when(disagree).then(theirs) for theirs, ours in LABEL_OF.items()}
    return labelled.with_columns(**disagreeing).drop(LABEL_OF)


def _with_series(dataset: Dataset, frame: pl.DataFrame) -> pl.DataFrame:
    """Add the name of the series, unless the only dimension is that name."""
    if dataset.category != SERIES:
        return frame
    names = [pl.col(name) for name in dataset.dimensions] or [pl.lit(dataset.code)]
    return frame.with_columns(pl.concat_str(names, separator=BETWEEN_DIMENSIONS).alias(SERIES))


LABELS: dict[str, pl.DataType] = {
    "settlement_date": pl.Date(),
    "settlement_period": pl.Int16(),
    "elexon_settlement_date": pl.Date(),
    "elexon_settlement_period": pl.Int16(),
}
"The columns that parsing adds to half-hours: ours, and Elexon's own label where it differs."


LABEL_OF = {"label_date": "settlement_date", "label_period": "settlement_period"}
"Elexon's labels as parsing keeps them for a while, and our columns that they should equal."


def labels_of(dataset: Dataset) -> dict[str, pl.DataType]:
    """Return the columns that parsing adds to the dataset.

    These are `LABELS` for half-hours, and the name of the series unless the only dimension is that name.
    """
    labels = LABELS if dataset.is_half_hourly else {}
    return {**labels, SERIES: pl.String()} if dataset.category == SERIES else labels


OUR_COLUMNS: dict[str, pl.DataType] = {"ingested_at_utc": UTC_TIME, "source": pl.String()}
"The columns that landing adds: the time of landing and the source of the rows."
