"""Issues of the registers as large as real ones, made by repeating invented records.

Belongs here: their bytes, and landing them in a home. Not here: what is measured with them.
"""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

from elexon_assets.simulator.registers.connection_file import connection_file
from elexon_assets.simulator.registers.planning_file import planning_file
from pipeline_assets.registers.declarations import REGISTERS
from pipeline_assets.registers.vintages import land_issue
from warehouse.connection import writing

RECORDS = {"repd": 11_156, "tec": 2_264}
"The records of REPD in July 2024 and of TEC in September 2025."
FILES = {"repd": planning_file, "tec": connection_file}
ENCODINGS = {"repd": "cp1252", "tec": "utf-8-sig"}
SEED = 7
AGES = (100, 10)
"The ages in days of the two issues."


def large_issue(register: str, day: date, records: int) -> bytes:
    """Return an issue with that many records: the invented ones of a day, repeated with other ids."""
    key = REGISTERS[register].by_name[REGISTERS[register].key[0]].header
    rows = csv.DictReader(io.StringIO(FILES[register](SEED, day).decode(ENCODINGS[register]), newline=""))
    invented = list(rows)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows.fieldnames or ())
    writer.writeheader()
    for n, row in enumerate(islice(cycle(invented), records)):
        writer.writerow({**row, key: f"{row[key]}{n // len(invented):03}"})
    return text.getvalue().encode(ENCODINGS[register])


def land_large_issues(home: Path) -> None:
    """Land two issues of each register, as large as real ones."""
    today = datetime.now(UTC).date()
    for name, register in REGISTERS.items():
        for day in (today - timedelta(days=age) for age in AGES):
            content = large_issue(name, day, RECORDS[name])
            landed = land_issue(lambda: writing(home / "warehouse.duckdb"), register, content, f"{name}.csv", day)
            assert (landed.rows_landed, landed.rows_quarantined) == (RECORDS[name], 0)
