"""Years fetched, validated, landed and published without Dagster, against the floor.

The floor: the same answers fetched and parsed by the same client, inserted in bulk into DuckDB, unchecked.
Target: at most 2.0.
"""

from collections.abc import Sequence

from benchmarks import sides
from benchmarks.harness import arguments, in_turn, report, seconds, simulator, span, temporary_home


def compare(years: float, repeat: int) -> None:
    """Prints `ingest_vs_floor`."""
    rows: set[int] = set()

    def ours() -> float:
        with temporary_home():
            return seconds(lambda: rows.add(sides.ours(span(years)).total("rows_landed")))

    def floor() -> float:
        with temporary_home() as home:
            return seconds(lambda: rows.add(sides.floor(span(years), home / "floor.duckdb")))

    with simulator():
        report("ingest_vs_floor", *in_turn(ours, floor, repeat), about=f"{years:g} years")
    assert len(rows) == 1, rows


def main(given: Sequence[str] | None = None) -> None:
    """`given`: arguments, else those of the command line."""
    chosen = arguments(__doc__).parse_args(given)
    compare(chosen.years, chosen.repeat)


if __name__ == "__main__":
    main()
