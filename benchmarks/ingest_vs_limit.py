"""Years of wind and solar and of fuels fetched, validated, landed and published, against the least that it can cost.

The limit is bare HTTP, `pl.read_json` and one bulk insert of the same answers. Both sides are measured by processor
time, with that of child processes, because a second core hides some of our work from the wall clock. The target is at
most 2.5 for both datasets together.
"""

from collections.abc import Sequence

from benchmarks import sides
from benchmarks.harness import arguments, cpu_seconds, in_turn, report, simulator, span, temporary_home
from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import GENERATION_BY_FUEL, WIND_AND_SOLAR


def compare(dataset: Dataset, years: float, repeat: int) -> tuple[float, float]:
    """Return the processor seconds of both sides for one dataset."""

    def ours() -> float:
        """Ingest the span and return the processor seconds."""
        with temporary_home():
            return cpu_seconds(lambda: sides.ours(span(years), dataset))

    def limit() -> float:
        """Load the same answers at the least cost and return the processor seconds."""
        with temporary_home() as home:
            return cpu_seconds(lambda: sides.limit(span(years), home / "limit.duckdb", dataset))

    return in_turn(ours, limit, repeat)


def main(given: Sequence[str] | None = None) -> None:
    """Run the benchmark; `given` replaces the arguments of the command line."""
    chosen = arguments(__doc__, repeat=3).parse_args(given)
    about = f"of the processor, {chosen.years:g} years"
    with simulator():
        taken = {
            dataset.name: compare(dataset, chosen.years, chosen.repeat)
            for dataset in (WIND_AND_SOLAR, GENERATION_BY_FUEL)
        }
    report("ingest_vs_limit", *map(sum, zip(*taken.values(), strict=True)), about=about)
    for name, (ours, limit) in taken.items():
        report(f"ingest_vs_limit_{name}", ours, limit, about=about)


if __name__ == "__main__":
    main()
