"""The contract before the write: Pandera schemas built from the models; a frame that breaks one lands nothing.

Not here: rules between records, which the ledger enforces and the checks prove. Frames must be eager: Pandera does not
check the values of lazy ones.
"""

from collections.abc import Mapping
from functools import cache

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from pipeline_assets import tables
from pipeline_assets.errors import ContractBroken
from pipeline_assets.fields import RecordField, fields_of
from pipeline_assets.ledger.changes import Action
from pipeline_assets.models import ENTITIES, Project

OBJECT = r"^\{.*\}$"
BEFORE_AFTER = ("before", "after")
AUTHORED = ("version", "position", "batch", "who", "why", "submitted_at_utc")
FROM_ONE = pa.Check.ge(1, error="is not 1 or more")


@cache
def table_contracts() -> dict[str, pa.DataFrameSchema]:
    """Return the schemas by table."""
    current = {
        kind: {
            "id": _key_column(),
            **{field.name: _field_schema(field) for field in fields_of(kind)},
            **_plain_schema(tables.RECORD),
        }
        for kind in ENTITIES
    }
    dated = {field.name: _field_schema(field) for field in fields_of(Project.kind) if field.name in tables.DATED}
    of_change = _plain_schema(tables.CHANGES) | {
        "position": pa.Column(pl.Int64(), FROM_ONE),
        "version": pa.Column(pl.Int64(), FROM_ONE),
        "kind": pa.Column(pl.String(), pa.Check.isin(list(ENTITIES), error="is not a known kind")),
        "action": pa.Column(pl.String(), pa.Check.isin([*Action], error="is not a known action")),
    }
    texts = {
        name: pa.Column(pl.String(), pa.Check.str_matches(OBJECT, error="is not an object")) for name in BEFORE_AFTER
    }
    values = {name: pa.Column(pl.String(), nullable=True) for name in BEFORE_AFTER}
    of_table = {
        **current,
        tables.SUBMITTED_CHANGES: {**of_change, **texts},
        tables.STATUS_HISTORY: {"pipeline_id": _key_column(), **dated, **{name: of_change[name] for name in AUTHORED}},
        tables.AUDIT: {**of_change, "field": _key_column(), **values},
    }
    return {table: pa.DataFrameSchema(columns, strict=True, name=table) for table, columns in of_table.items()}


def validate(frames: Mapping[str, pl.DataFrame]) -> None:
    """Validate all tables. Raises ContractBroken with the table, the column and a sample."""
    judges = table_contracts()
    for table, frame in frames.items():
        try:
            judges[table].validate(frame, lazy=True)
        except SchemaErrors as errors:
            case = errors.failure_cases.row(0, named=True)
            raise ContractBroken(
                f"{table}.{case['column']}: {case['check']}, for example {case['failure_case']!r} "
                f"({len(errors.failure_cases)} in all). Nothing was landed."
            ) from None  # Dagster shows the innermost error of a chain, and this one is the readable one


def _field_schema(field: RecordField) -> pa.Column:
    checks = []
    if field.words:
        checks.append(pa.Check.isin(field.words, error="is not a known word"))
    if field.low is not None:
        checks.append(pa.Check.ge(field.low, error=f"is below {field.low:g}"))
    if field.high is not None:
        checks.append(pa.Check.le(field.high, error=f"is above {field.high:g}"))
    return pa.Column(tables.DTYPES[field.value_type], checks, nullable=field.nullable, title=field.title)


def _plain_schema(dtypes: Mapping[str, pl.DataType]) -> dict[str, pa.Column]:
    return {name: pa.Column(dtype) for name, dtype in dtypes.items()}


def _key_column() -> pa.Column:
    return pa.Column(pl.String(), pa.Check.str_length(min_value=1, error="is empty"))
