"""Run every benchmark: `python -m benchmarks` runs each in its own process and exits with 1 if one failed."""

import subprocess
import sys

FIGURES = (
    "simulator",
    "landing_week",
    "publish",
    "warehouse_vs_sqlite",
    "quality",
    "training",
    "ingest_vs_limit",
    "ingest_vs_floor",
    "older_way_vs_ingest",
    "polling_reader",
    "ledger",
    "landing_growth",
    "imports",
    "import_11k",
    "registers",
    "compare_10k",
    "views_10k",
    "follow_ups",
    "pages",
    "backfill",
)
"The benchmarks in the order of running, short ones first."


def main() -> None:
    """Run all benchmarks, continuing after one that fails, and name the failed ones."""
    failed = []
    for name in FIGURES:
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode:
            failed.append(name)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
