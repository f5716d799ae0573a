"""The rows of an answer as records with typed fields, if all of them have the declared fields in the declared types.

Belongs here: the fields that a dataset's rows should have, and the decoding into them. Not here: what a value means
(`parsing.py`), which takes these records and, for any other answer, the dictionaries that `rows_of` makes of it.
"""

from collections.abc import Sequence
from functools import cache
from operator import attrgetter
from typing import Any

import msgspec
import polars as pl

from elexon_assets.client import rows_of
from elexon_assets.dataset_model import Dataset

PUBLISHED = "publish_time_utc"
"The column of the publish time, which every dataset has."
SETTLEMENT_DATE, SETTLEMENT_PERIOD = "settlementDate", "settlementPeriod"
"Elexon's labels of a half-hour, which some answers leave out."

Rows = Sequence[msgspec.Struct] | Sequence[dict[str, Any]]
"The rows of one answer: records if all of them have the declared types, dictionaries otherwise."

TEXT: set[type] = {str}
NUMBERS: set[type] = {int, float}
"The Python types of JSON. They are compared exactly, because a bool is an instance of int."


def may_be_absent(dataset: Dataset, name: str) -> bool:
    """Return whether an answer may leave out the field of this column of ours."""
    return not dataset.columns[name].is_required or (dataset.assumes_publish_time and name == PUBLISHED)


def decode_rows(dataset: Dataset, content: bytes) -> Rows:
    """Return the rows as records if each has every required field in its declared type, and else as dictionaries.

    An answer with other characters than ASCII is not tried, because the decoder does not check the encoding of fields
    that it skips. Raises ValueError, RecursionError and TypeError as `rows_of` does.
    """
    if content.isascii():
        try:
            answer = _decoder(_typed_fields(dataset)).decode(content)
            return answer if isinstance(answer, list) else answer.data
        except (msgspec.MsgspecError, RecursionError):
            pass
    return rows_of(content)


def _typed_fields(dataset: Dataset) -> tuple[tuple[str, type, bool], ...]:
    """Return Elexon's name, the JSON type and whether the field is optional, for each field that parsing reads."""
    fields = [
        (column.elexon_field, float if column.dtype.is_numeric() else str, may_be_absent(dataset, name))
        for name, column in dataset.columns.items()
    ]
    return (*fields, (SETTLEMENT_DATE, str, True), (SETTLEMENT_PERIOD, float, True))


@cache
def _decoder(fields: tuple[tuple[str, type, bool], ...]) -> msgspec.json.Decoder[Any]:
    """Return the decoder of both JSON shapes: an object with `data`, and a bare array. It is strict about types."""
    required = {name: (name, kind) for name, kind, is_optional in fields if not is_optional}
    optional = {name: (name, kind | None, None) for name, kind, is_optional in fields if is_optional}
    columns: dict[str, Any] = {**optional, **required}
    rows: Any = list[msgspec.defstruct("Row", columns.values(), kw_only=True, gc=False)]  # type: ignore[misc]  # a type made at run time
    answer: Any = msgspec.defstruct("Answer", [("data", rows)])
    return msgspec.json.Decoder(answer | rows)


def field_values(rows: Rows, field: str, dtype: pl.DataType) -> list[Any]:
    """Return the values of a field, None where a row does not have it or has it in another JSON type."""
    if rows and isinstance(rows[0], msgspec.Struct):
        return list(map(attrgetter(field), rows))
    types = NUMBERS if dtype.is_numeric() else TEXT
    values = [row.get(field) for row in map(as_dictionary, rows)]
    return values if types.issuperset(map(type, values)) else [v if type(v) in types else None for v in values]


def as_dictionary(row: msgspec.Struct | dict[str, Any]) -> dict[str, Any]:
    """Return a row as a dictionary; of a record it has the declared fields only."""
    return msgspec.structs.asdict(row) if isinstance(row, msgspec.Struct) else row
