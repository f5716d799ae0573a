"""CSV files for download: each is guarded against formulas as the export of records is.

Belongs here: one frame as the bytes of a CSV file. Not here: the guard of one text
(`pipeline_assets/spreadsheets/cells.py`), the export that can be imported again
(`pipeline_assets/spreadsheets/exporter.py`).
"""

import json

import polars as pl

from pipeline_assets.spreadsheets.cells import guard_text
from renewables.formatting import json_value

RFC3339 = "%Y-%m-%dT%H:%M:%S%.fZ"
LOCAL_TIME = "%Y-%m-%dT%H:%M:%S%.f"


def csv_bytes(frame: pl.DataFrame) -> bytes:
    """Return the frame as a CSV file in UTF-8, with instants as RFC 3339 in UTC.

    A text (and a heading) that a spreadsheet would run as a formula, or change into a number or a date, gets a leading
    apostrophe; numbers stay numbers, including negative ones. Lists, structures and bytes become text, and a duration
    becomes its seconds.
    """
    columns = [_as_written(frame[name]).alias(guard_text(name)) for name in frame.columns]
    return pl.DataFrame(columns).write_csv().encode()


def _as_written(column: pl.Series) -> pl.Series:
    """Return the column in a type that a CSV file can hold."""
    dtype = column.dtype
    if dtype.is_numeric() or dtype in (pl.Boolean, pl.Date, pl.Time, pl.Null):
        return column
    if isinstance(dtype, pl.Datetime):
        if dtype.time_zone is None:
            return column.dt.to_string(LOCAL_TIME)
        return column.dt.convert_time_zone("UTC").dt.to_string(RFC3339)
    if isinstance(dtype, pl.Duration):
        return column.dt.total_microseconds() / 1_000_000
    texts = column.cast(pl.String) if isinstance(dtype, pl.String | pl.Enum | pl.Categorical) else _as_text(column)
    distinct = texts.unique().drop_nulls()
    return texts.replace_strict(
        distinct, pl.Series([guard_text(text) for text in distinct], dtype=pl.String), default=None
    )


def _as_text(column: pl.Series) -> pl.Series:
    """Return the column as texts: lists and structures as JSON, bytes as hexadecimal digits."""
    cells = [None if cell is None else json_value(cell) for cell in column.to_list()]
    texts = [cell if isinstance(cell, str | None) else json.dumps(cell, ensure_ascii=False) for cell in cells]
    return pl.Series(column.name, texts, dtype=pl.String)
