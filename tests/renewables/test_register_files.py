"""Tests of the line that stands beside rows of a register: its licence, or that a simulator invented them."""

from datetime import date
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest

from pipeline_assets.registers.declarations import REGISTERS
from pipeline_assets.registers.vintages import land_issue
from renewables.queries.register_issues import licence_lines, licences_of_tables
from renewables.register_files import FILE_KINDS, FileKind, register_file
from tests.filled_homes import Renewables
from tests.linked_homes import issue_file
from warehouse.connection import writing

FROM = {"SYNTHETIC http://127.0.0.1/repd.csv": "SYNTHETIC: a simulator invented these records of REPD"}
FROM["repd-2026-03-01.csv"] = REGISTERS["repd"].licence_line
"The beginning of the line by the source of the issue."


@pytest.fixture(params=FROM)
def line(request: pytest.FixtureRequest, home: Path) -> str:
    """Land an issue of REPD from the source, and return the beginning of the line that its rows need."""
    content = issue_file("repd", {})
    land_issue(lambda: writing(home / "warehouse.duckdb"), REGISTERS["repd"], content, request.param, date(2026, 3, 1))
    return FROM[request.param]


def test_invented_records_have_no_licence_of_the_publisher(line: str) -> None:
    [shown] = licence_lines(["repd"])
    assert shown.startswith(line)
    assert licences_of_tables(["repd_records", "wind_and_solar"]) == [shown]
    assert licences_of_tables(["wind_and_solar"]) == []


@pytest.mark.parametrize("kind", FILE_KINDS)
def test_every_file_of_rows_has_the_line_in_each_row(kind: FileKind, line: str) -> None:
    content = register_file(pl.DataFrame({"register": ["repd"], "name": ["Fen"]}), kind, ["repd"])
    readers = {
        "csv": pl.read_csv,
        "xlsx": lambda file: pl.read_excel(file, sheet_name="Records"),
        "parquet": pl.read_parquet,
    }
    [written] = readers[kind](BytesIO(content))["licence"]
    assert written.startswith(line)


def test_the_commands_print_the_line(line: str, renewables: Renewables) -> None:
    assert line in renewables("registers", "list", columns=200).out
