"""Years loaded in the older tool's way (one request and one row after the other, into SQLite), against ours.

- In `older_way_vs_ingest` the simulator answers at once. The target is at least 1.4.
- In `older_way_vs_ingest_100ms` each answer takes 100 ms and four of our requests are in progress. The target is at
  least 3.2.
"""

from collections.abc import Sequence

from benchmarks import sides
from benchmarks.harness import arguments, in_turn, report, seconds, simulator, span, temporary_home


def compare(name: str, years: float, repeat: int, latency_seconds: float) -> None:
    """Print one figure."""

    def older() -> float:
        """Load the span in the older tool's way and return the seconds."""
        with temporary_home() as home:
            return seconds(lambda: sides.older(span(years), home / "older.sqlite"))

    def ours() -> float:
        """Ingest the span and return the seconds."""
        with temporary_home():
            return seconds(lambda: sides.ours(span(years)))

    with simulator(latency_seconds):
        report(name, *in_turn(older, ours, repeat), about=f"{years:g} years")


def main(given: Sequence[str] | None = None) -> None:
    """Run the benchmark; `given` replaces the arguments of the command line."""
    parser = arguments(__doc__)
    parser.add_argument(
        "--slow-years", type=float, default=5.0, help="years for the slow simulator (default: %(default)g)"
    )
    chosen = parser.parse_args(given)
    compare("older_way_vs_ingest", chosen.years, chosen.repeat, 0.0)
    compare("older_way_vs_ingest_100ms", chosen.slow_years, chosen.repeat, 0.1)


if __name__ == "__main__":
    main()
