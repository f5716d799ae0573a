"""`python -m benchmarks`: every figure, one after the other, each in a process of its own. Status 1 if one failed."""

import subprocess
import sys

FIGURES = (
    "simulator",
    "landing_week",
    "warehouse_vs_sqlite",
    "quality",
    "ingest_vs_floor",
    "older_way_vs_ingest",
    "polling_reader",
    "ledger",
    "imports",
    "import_11k",
    "views_10k",
    "follow_ups",
    "pages",
    "backfill",
)
"Short ones first."


def main() -> None:
    """Goes on after one that fails, and names it."""
    failed = []
    for name in FIGURES:
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode:
            failed.append(name)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
