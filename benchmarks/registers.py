"""Issues of the planning register, of 11,156 records each: processor time of landing one, against reading its file.

- `register_import` lands the first issue into an empty warehouse: read, typed, placed, validated, stored, published.
- `register_import_again` lands a second issue with ten changed operators beside it, and reads the ten changes back.

Both are compared with Polars reading the same file into typed columns (`infer_schema_length=None`; its default fails on
the file). `register_text` compares the first with reading it as text only. The records repeat the excerpt beside the
RECORDINGS, or without them an invented issue of the simulator, each with a reference of its own.
"""

import argparse
import csv
import io
import os
from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl

from benchmarks.harness import cpu_seconds, in_turn, report, temporary_home
from elexon_assets.simulator.registers.planning_file import planning_file
from pipeline_assets.registers.declarations import REGISTERS
from pipeline_assets.registers.vintages import land_issue
from warehouse.connection import reading, writing

REPD = REGISTERS["repd"]
EXCERPT = "repd_2024_q2.csv"
EDITED = 10
ENCODING = "cp1252"


def sample_issue() -> bytes:
    """Return the excerpt beside the recordings, or an invented issue."""
    recordings = os.environ.get("RECORDINGS")
    return (
        (Path(recordings).parent / "registers" / EXCERPT).read_bytes()
        if recordings
        else planning_file(1, date(2026, 11, 5))
    )


def issue_of(sample: bytes, count: int, *, edited: int = 0) -> bytes:
    """Return an issue that repeats the sample's records; the first `edited` of them have another operator."""
    rows = list(csv.reader(io.StringIO(sample.decode(ENCODING), newline="")))
    header, records = rows[0], rows[1:]
    ref, operator = header.index("Ref ID"), header.index("Operator (or Applicant)")
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(header)
    for number in range(count):
        row = list(records[number % len(records)])
        row[ref] = str(number + 1)
        row[operator] = "Another Operator" if number < edited else row[operator]
        writer.writerow(row)
    return buffer.getvalue().encode(ENCODING)


def first_import(content: bytes) -> float:
    """Return the processor seconds of landing the issue into an empty warehouse."""
    with temporary_home():
        return cpu_seconds(lambda: land_issue(writing, REPD, content, "repd-2024-07-01.csv"))


def second_import(content: bytes, changed: bytes) -> float:
    """Return the processor seconds of landing the second issue and reading what it changed."""
    with temporary_home():
        land_issue(writing, REPD, content, "repd-2024-07-01.csv")
        taken = cpu_seconds(lambda: land_issue(writing, REPD, changed, "repd-2024-10-01.csv"))
        with reading() as con:
            rows = con.execute("SELECT count(*), count(DISTINCT record_id) FROM register_changes").fetchall()
        assert rows == [(EDITED, EDITED)], f"the second issue shows other changes: {rows}"
        return taken


def reading_file(path: Path, infer_schema_length: int | None) -> float:
    """Return the processor seconds of reading the file with Polars."""
    return cpu_seconds(lambda: pl.read_csv(path, encoding=ENCODING, infer_schema_length=infer_schema_length))


def main(given: Sequence[str] | None = None) -> None:
    """Run the benchmark; `given` replaces the arguments of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=11_156, help="records of an issue (default: %(default)d)")
    parser.add_argument("--repeat", type=int, default=9, help="repetitions of each side (default: %(default)d)")
    chosen = parser.parse_args(given)
    sample = sample_issue()
    content, changed = issue_of(sample, chosen.rows), issue_of(sample, chosen.rows, edited=EDITED)
    with temporary_home() as folder:
        path = folder / "repd.csv"
        path.write_bytes(content)
        typed, text = partial(reading_file, path, None), partial(reading_file, path, 0)
        first, second = partial(first_import, content), partial(second_import, content, changed)
        about = f"{chosen.rows} records, processor time"
        report("register_import", *in_turn(first, typed, chosen.repeat), about=about)
        report("register_import_again", *in_turn(second, typed, chosen.repeat), about=f"{about}, {EDITED} changed")
        report("register_text", *in_turn(first, text, chosen.repeat), about=about)


if __name__ == "__main__":
    main()
