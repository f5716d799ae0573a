"""A publication against a bare copy of the same file that is flushed to the disk, at two sizes of the warehouse.

`publish`: as many rows as ten years of all datasets have; target: at most 1.3. `publish_growth`: the time per byte at
44 million rows against that; target: at most 1.5. The first snapshot of a day, which compacts, is not measured here.
"""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from benchmarks.harness import arguments, in_turn, report, seconds, temporary_home
from warehouse.connection import writing
from warehouse.snapshots import publish_snapshot

ROWS, MANY_ROWS = 9_000_000, 44_000_000
FILL = """
CREATE TABLE publications AS
SELECT TIMESTAMPTZ '2016-03-01 00:00:00+00' + to_minutes(CAST(range // 20 * 30 AS BIGINT)) AS start_time_utc,
    ['WIND', 'CCGT', 'NUCLEAR', 'COAL'][1 + range % 4] AS category, (hash(range) % 15000) / 1.0 AS generation_mw,
    TIMESTAMPTZ '2016-03-01 02:30:00+00' + to_seconds(CAST(range // 20 * 1800 + hash(range) % 600 AS BIGINT))
        AS publish_time_utc
FROM range($rows)
"""


def timed(rows: int, repeat: int) -> tuple[float, float, int]:
    """Return the seconds of a publication and of a bare copy, and the bytes of a snapshot."""
    with temporary_home() as home, writing() as con:
        con.execute(FILL, {"rows": rows})
        publish_snapshot(con)

        def published() -> float:
            con.execute("INSERT INTO publications SELECT * FROM publications LIMIT 60")
            return seconds(lambda: publish_snapshot(con))

        ours, bare = in_turn(published, lambda: seconds(lambda: copied(home / "warehouse.duckdb")), repeat)
        return ours, bare, publish_snapshot(con).size_bytes


def copied(path: Path) -> None:
    """Copy the file, by a child as well: opened here, it would lose DuckDB's lock."""
    copy = path.with_name("copy.duckdb")
    subprocess.run(["cp", "--reflink=auto", str(path), str(copy)], check=True)  # noqa: S607 (the system's cp)
    with copy.open("rb+") as file:
        os.fsync(file.fileno())
    copy.unlink()


def main(given: Sequence[str] | None = None) -> None:
    """Measure both sizes."""
    parser = arguments(__doc__, repeat=15)
    parser.add_argument("--rows", type=int, nargs=2, default=(ROWS, MANY_ROWS), help="default: %(default)s")
    chosen = parser.parse_args(given)
    few, many = (timed(rows, chosen.repeat) for rows in chosen.rows)
    report("publish", few[0], few[1], about=f"{chosen.rows[0]:,} rows, {few[2] / 1e6:,.0f} MB")
    per_megabyte = [1000 * taken / (size / 1e6) for taken, _, size in (many, few)]
    report("publish_growth", *per_megabyte, unit="ms/MB", about=f"{chosen.rows[1]:,} rows, {many[2] / 1e6:,.0f} MB")


if __name__ == "__main__":
    main()
