"""Years fetched, validated, landed and published without Dagster, against the floor.

The floor fetches and parses the same answers with the same client and inserts them into DuckDB in bulk, unchecked. The
target is at most 2.0.
"""

from collections.abc import Sequence

from benchmarks import sides
from benchmarks.harness import arguments, in_turn, report, seconds, simulator, span, temporary_home


def compare(years: float, repeat: int) -> None:
    """Print `ingest_vs_floor`."""
    rows: set[int] = set()

    def ours() -> float:
        """Ingest the span and return the seconds."""
        with temporary_home():
            return seconds(lambda: rows.add(sides.ours(span(years)).total("rows_landed")))

    def floor() -> float:
        """Run the floor over the span and return the seconds."""
        with temporary_home() as home:
            return seconds(lambda: rows.add(sides.floor(span(years), home / "floor.duckdb")))

    with simulator():
        report("ingest_vs_floor", *in_turn(ours, floor, repeat), about=f"{years:g} years")
    assert len(rows) == 1, rows


def main(given: Sequence[str] | None = None) -> None:
    """Run the benchmark; `given` replaces the arguments of the command line."""
    chosen = arguments(__doc__).parse_args(given)
    compare(chosen.years, chosen.repeat)


if __name__ == "__main__":
    main()
