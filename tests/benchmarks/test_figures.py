"""Tests that every benchmark runs at a size without meaning for speed, and prints its line."""

import os
import re
from importlib import import_module
from pathlib import Path

import pytest

import dashboards
from benchmarks.page_loads import PAGES

TINY = ["--years", "0.02"]
LINES = {
    "backfill": (
        ["--years", "0.005", "--repeat", "1", "--further", "demand"],
        [
            *(f"backfill_0.005y{part}" for part in ("", "_rows", "_bytes", "_cpu")),
            "backfill_memory",
            *(f"backfill_0.005y_demand{part}" for part in ("", "_rows", "_bytes", "_cpu")),
        ],
    ),
    "ingest_vs_limit": (
        [*TINY, "--repeat", "1"],
        ["ingest_vs_limit", "ingest_vs_limit_wind_and_solar", "ingest_vs_limit_generation_by_fuel"],
    ),
    "ingest_vs_floor": ([*TINY, "--repeat", "1"], ["ingest_vs_floor"]),
    "older_way_vs_ingest": (
        [*TINY, "--slow-years", "0.02", "--repeat", "1"],
        ["older_way_vs_ingest", "older_way_vs_ingest_100ms"],
    ),
    "landing_week": ([*TINY, "--repeat", "2"], ["landing_week"]),
    "publish": (["--rows", "1000", "2000", "--repeat", "1"], ["publish", "publish_growth"]),
    "warehouse_vs_sqlite": (TINY, ["warehouse_vs_sqlite", "snapshot_all_datasets"]),
    "training": ([*TINY, "--repeat", "1"], ["training_frame"]),
    "ledger": (
        ["--changes", "100", "--rows", "50", "--submissions", "16", "--processes", "2", "--repeat", "1", "--no-daemon"],
        ["ledger_submissions", "ledger_import", "ledger_fold", "ledger_landing"],
    ),
    "landing_growth": (["--changes", "100", "--few", "40", "--repeat", "1"], ["landing_growth"]),
    "registers": (
        ["--rows", "50", "--repeat", "1"],
        ["register_import", "register_import_again", "register_text"],
    ),
    "import_11k": (["--rows", "30", "--repeat", "1"], ["import_11k", "import_11k_again"]),
    "quality": (["--years", "0.2", "--repeat", "1"], ["flags_history", "flags_night"]),
}


@pytest.mark.parametrize("name", LINES)
def test_a_benchmark_prints_the_ratio_of_its_two_sides(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments, figures = LINES[name]
    benchmark = import_module(f"benchmarks.{name}")  # some libraries set environment variables on import
    before = dict(os.environ)

    benchmark.main(arguments)

    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == figures
    for line in lines:
        assert re.fullmatch(
            r"\w[\w.]*: ratio=[\d.]+ \(a=[\d.]+ (s|ms|ms/MB|MB|rows|/s), b=[\d.]+ (s|ms|ms/MB|MB|rows|/s)\).*", line
        )
    assert dict(os.environ) == before


def test_a_polling_reader_meets_no_error_and_no_older_version(capsys: pytest.CaptureFixture[str]) -> None:
    import_module("benchmarks.polling_reader").main(TINY)

    assert re.match(r"polling_reader: polls=[1-9]\d* .*errors=0 empty=0 backwards=0", capsys.readouterr().out)


def test_each_pipeline_view_is_compared_with_one_of_few_projects(capsys: pytest.CaptureFixture[str]) -> None:
    views = import_module("benchmarks.views_10k")
    views.main(["--projects", "50", "--few", "5", "--repeat", "1", "--no-browser", "--pages", "rag", "projects"])
    names = [line.split(":")[0] for line in capsys.readouterr().out.splitlines()]
    assert names == ["views_10k_script_rag", "views_10k_list_projects"]


def test_every_page_of_the_dashboard_has_a_benchmark() -> None:
    app = (Path(dashboards.__path__[0]) / "app.py").read_text()

    assert sorted(PAGES) == sorted(re.findall(r"app_pages/(\w+)\.py", app))
