"""Years of wind and solar and of fuels fetched, validated, landed and published, against the least that it can cost.

The limit is bare HTTP, `pl.read_json` and one bulk insert of the same answers. Both sides are measured by processor
time, with that of child processes, because a second core hides some of our work from the wall clock. The target is at
most 2.5.
"""

from collections.abc import Sequence

from benchmarks import sides
from benchmarks.harness import arguments, cpu_seconds, in_turn, report, simulator, span, temporary_home
from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import GENERATION_BY_FUEL, WIND_AND_SOLAR


def compare(datasets: Sequence[Dataset], name: str, years: float, repeat: int) -> None:
    """Print one figure."""

    def ours() -> float:
        """Ingest the span of each dataset and return the processor seconds."""
        with temporary_home():
            return sum(cpu_seconds(lambda d=dataset: sides.ours(span(years), d)) for dataset in datasets)

    def limit() -> float:
        """Load the same answers in the least way and return the processor seconds."""
        with temporary_home() as home:
            return sum(
                cpu_seconds(lambda d=dataset: sides.limit(span(years), home / "limit.duckdb", d))
                for dataset in datasets
            )

    report(name, *in_turn(ours, limit, repeat), unit="s of processor time", about=f"{years:g} years")


def main(given: Sequence[str] | None = None) -> None:
    """Run the benchmark; `given` replaces the arguments of the command line."""
    chosen = arguments(__doc__, years=2.0, repeat=3).parse_args(given)
    with simulator():
        compare((WIND_AND_SOLAR, GENERATION_BY_FUEL), "ingest_vs_limit", chosen.years, chosen.repeat)
        for dataset in (WIND_AND_SOLAR, GENERATION_BY_FUEL):
            compare((dataset,), f"ingest_vs_limit_{dataset.name}", chosen.years, chosen.repeat)


if __name__ == "__main__":
    main()
