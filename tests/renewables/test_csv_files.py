"""Every CSV file for download is harmless in a spreadsheet, and its numbers stay numbers."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from renewables.csv_files import csv_bytes

ROOT = Path(__file__).resolve().parents[2]
FORMULAS = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")', "|cmd", "%0A=1"]


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_a_spreadsheet_would_run_gets_a_leading_apostrophe(text: str) -> None:
    [row] = rows_of(csv_bytes(pl.DataFrame({"text": [text]})))
    assert row["text"] == "'" + text


def test_a_heading_that_a_spreadsheet_would_run_gets_a_leading_apostrophe() -> None:
    assert list(rows_of(csv_bytes(pl.DataFrame({"=1+1": ["x"]})))[0]) == ["'=1+1"]


def test_numbers_dates_and_instants_keep_their_form() -> None:
    instant = datetime(2024, 3, 31, 12, 30, tzinfo=UTC)
    frame = pl.DataFrame(
        {
            "mw": [-1.5, None],
            "n": [-3, 4],
            "day": [date(2024, 3, 31)] * 2,
            "at_utc": [instant] * 2,
            "name": ["Solar"] * 2,
        }
    )
    first, second = rows_of(csv_bytes(frame))
    assert first == {"mw": "-1.5", "n": "-3", "day": "2024-03-31", "at_utc": "2024-03-31T12:30:00Z", "name": "Solar"}
    assert second["mw"] == ""


def test_lists_structures_bytes_and_durations_become_text() -> None:
    frame = pl.DataFrame(
        {"l": [["=1", "b"]], "s": [{"a": 1}], "b": [b"\x01"], "d": [timedelta(minutes=30)], "e": [None]},
        schema_overrides={"e": pl.Categorical},
    )
    [row] = rows_of(csv_bytes(frame))
    assert row == {"l": '["=1", "b"]', "s": '{"a": 1}', "b": "'01", "d": "1800.0", "e": ""}


def test_no_other_module_writes_csv_for_download() -> None:
    """The assistant's text for a model and the simulator's answers are no files of ours."""
    allowed = {
        *("renewables/csv_files.py", "renewables/assistant/query_tool.py", "elexon_assets/simulator/app.py"),
        "elexon_assets/simulator/registers/planning_file.py",
    }
    offenders = {
        path.relative_to(ROOT).as_posix()
        for package in ("renewables", "dashboards", "warehouse", "elexon_assets")
        for path in (ROOT / package).rglob("*.py")
        if re.search(r"write_csv|to_csv|csv\.writer", path.read_text(encoding="utf-8"))
    }
    assert offenders <= allowed
