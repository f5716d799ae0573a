"""The excerpts of real issues, and changed copies of them; none of their rows is in the checkout."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipeline_assets.registers.declarations import REGISTERS
from pipeline_assets.registers.vintages import LandedIssue, land_issue
from warehouse.connection import reading, writing

REPD, TEC = REGISTERS["repd"], REGISTERS["tec"]
REPD_2021, REPD_2022, REPD_2024 = "repd_2021_q2.csv", "repd_2022_october.csv", "repd_2024_q2.csv"
TEC_2024, TEC_2025 = "tec_register_2024-10-11.csv", "tec_register_2025-09-02.csv"
TEC_2026 = "tec_register_2026-08-18_sample.csv"
ENCODINGS = {"repd": "cp1252", "tec": "utf-8-sig"}

Row = dict[str, str]


@dataclass(frozen=True)
class Excerpts:
    """The folder of the excerpts."""

    folder: Path

    def content(self, name: str) -> bytes:
        """Return the bytes of an excerpt."""
        return (self.folder / name).read_bytes()

    def rows(self, name: str) -> tuple[list[str], list[Row]]:
        """Return the headers and the rows of an excerpt as Python's own reader reads them."""
        text = self.content(name).decode(ENCODINGS[name[: name.index("_")]])
        reader = csv.DictReader(io.StringIO(text, newline=""))
        rows = list(reader)
        return list(reader.fieldnames or ()), rows

    def changed(self, name: str, change: Callable[[Row], Mapping[str, str]], *, rows: int | None = None) -> bytes:
        """Return an excerpt with changed cells, and only its first rows if `rows` is given."""
        headers, all_rows = self.rows(name)
        return csv_bytes(name, headers, [{**row, **change(row)} for row in all_rows[:rows]])

    def land(self, name: str, content: bytes | None = None, issue_date: date | None = None) -> LandedIssue:
        """Land an excerpt, or other bytes in its place, into the warehouse of the test's home."""
        register = REGISTERS[name[: name.index("_")]]
        return land_issue(writing, register, content or self.content(name), name, issue_date)


def csv_bytes(name: str, headers: list[str], rows: list[Row]) -> bytes:
    """Return a CSV file in the encoding of the register that the name begins with."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, headers, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode(ENCODINGS[name[: name.index("_")]])


@contextmanager
def published() -> Iterator[duckdb.DuckDBPyConnection]:
    """Open what readers see."""
    with reading() as con:
        yield con


def read(query: str, *parameters: Any) -> pl.DataFrame:
    """Return the rows of a query of what readers see."""
    with published() as con:
        return con.sql(query, params=list(parameters)).pl()


def value(query: str, *parameters: Any) -> Any:
    """Return the single value of a query of what readers see."""
    return read(query, *parameters).item()
