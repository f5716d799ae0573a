"""The contract of an issue before it lands: a Pandera schema for each register, and the split into good and bad rows.

Belongs here: the conditions for a row to land, and the reason of one that does not. Not here: cells that cannot be read
(`typed_columns.py`): those are null, and the record lands with a note.
"""

from functools import cache

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from pipeline_assets.errors import RegisterUnreadable
from pipeline_assets.registers.declarations import REGISTERS
from pipeline_assets.registers.register_model import Register

LARGEST_MW = 20_000.0
"The largest capacity of a record: five times the largest of 2026. More is a number in kW."
CAPACITY_LIMITS = {"repd": (0.0, LARGEST_MW), "tec": (-LARGEST_MW, LARGEST_MW)}
"The limits of a row's MW. A row of the TEC register may take capacity away."
_NAMES = {"repd": "site_name", "tec": "project_name"}


@cache
def contract_of(register_name: str) -> pa.DataFrameSchema:
    """Return the schema of the columns with a rule: filled ones, and the limits of the capacity."""
    register = REGISTERS[register_name]
    low, high = CAPACITY_LIMITS[register_name]
    within = pa.Check.in_range(low, high, error=f"is not between {low:g} and {high:g} MW")
    filled = (register.key[0], _NAMES[register_name], register.technology_column, register.status_column)
    columns = {name: pa.Column(pl.String()) for name in filled}
    columns["capacity_mw"] = pa.Column(pl.Float64(), within, nullable=True)
    return pa.DataFrameSchema(columns, name=register.table)


def split_valid(register: Register, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows that land, and `row_number` and `reason` of the others. Raises RegisterUnreadable without any."""
    schema = contract_of(register.name)
    reasons = _broken_rules(schema, register, frame.select(list(schema.columns)), frame["row_number"])
    repeated = _repeated_keys(register, frame)
    bad = pl.concat([reasons, repeated]).group_by("row_number").agg(pl.col("reason").unique().sort().str.join("; "))
    good = frame.join(bad, on="row_number", how="anti", maintain_order="left") if len(bad) else frame
    if good.is_empty():
        raise RegisterUnreadable(
            f"No record of the {register.title} file can land: {bad['reason'][0]} (row {bad['row_number'][0]:,}). "
            "Take the file as published; the earlier issue stays."
        )
    return good, bad.sort("row_number")


def _broken_rules(
    schema: pa.DataFrameSchema, register: Register, frame: pl.DataFrame, row_numbers: pl.Series
) -> pl.DataFrame:
    none = pl.DataFrame(schema={"row_number": pl.Int64(), "reason": pl.String()})
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return none
    whole = cases.filter(pl.col("index").is_null())
    if len(whole):
        raise RegisterUnreadable(
            f"The {register.title} file breaks the contract: {whole['column'][0]} {whole['check'][0]}."
        )
    headers = {column.name: column.header for column in register.columns} | {"capacity_mw": "the capacity"}
    return pl.DataFrame(
        [
            (
                row_numbers[case["index"]],
                f"{headers.get(case['column'], case['column'])} is missing"
                if case["check"].startswith("not_nullable")
                else f"{headers.get(case['column'], case['column'])} {case['check']} ({case['failure_case']})",
            )
            for case in cases.iter_rows(named=True)
        ],
        schema=none.schema,
        orient="row",
    )


def _repeated_keys(register: Register, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows whose key an earlier row has: which of the two is right cannot be known."""
    first = pl.col("row_number").first().over(register.key)
    headers = " and ".join(register.by_name[name].header for name in register.key)
    return frame.filter(pl.col("row_number") != first, pl.col(register.key[0]).is_not_null()).select(
        "row_number", reason=pl.format("{} of this row are those of row {}", pl.lit(headers), first)
    )
