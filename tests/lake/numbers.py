"""A small table with a key, landed by the functions that land Elexon's publications."""

import polars as pl

from warehouse import landing
from warehouse.connection import publish, reading, writing
from warehouse.interface import PublishedVersion

TABLE = "CREATE TABLE IF NOT EXISTS numbers (day DATE, n INTEGER, text VARCHAR)"


def land(*numbers: int, text: str = "") -> int:
    """Append the numbers that are new, as a half-hourly landing does, and return how many those were."""
    frame = pl.DataFrame({"n": numbers}, schema={"n": pl.Int32}).with_columns(
        day=pl.lit("2026-01-01").str.to_date(), text=pl.lit(text)
    )
    with writing() as con:
        with landing.transaction(con):
            con.execute(TABLE)
        with landing.transaction(con):
            return landing.append_new(con, "numbers", frame, key=("day", "n"), range_column="day")


def publish_now() -> PublishedVersion:
    """Publish what has landed."""
    with writing() as con:
        return publish(con)


def numbers_of(version: int | None = None, *, locked_down: bool = False) -> list[int]:
    """Return the numbers of a version, the newest by default."""
    with reading(version=version, locked_down=locked_down) as con:
        return [n for (n,) in con.execute("SELECT n FROM numbers ORDER BY n").fetchall()]
