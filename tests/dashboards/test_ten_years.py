"""Tests of every page and view on ten years of each series (scenario 23): no error, charts of a few thousand points."""

import json
from base64 import b64decode
from itertools import product
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from elexon_assets.datasets import OBSERVED, WIND_AND_SOLAR
from tests.dashboards.conftest import ADDRESSES, PAGES, Open, page_text
from tests.dashboards.test_every_page import is_well
from tests.dashboards.test_numbers import VIEWS
from warehouse import snapshots
from warehouse.connection import writing

A_WAVE = """
    INSERT INTO {table} BY NAME
    WITH half_hours AS (
        SELECT settlement_date, n, first_start_time_utc + n * INTERVAL 30 MINUTE AS start_utc
        FROM (SELECT *, unnest(range(half_hours)) AS n FROM settlement_days)
        WHERE settlement_date BETWEEN '2016-03-01' AND '2026-02-28'
    ), highest AS (
        SELECT DISTINCT ON ({category}) * FROM {table} ORDER BY {category}, generation_mw DESC
    )
    SELECT highest.* REPLACE (
        start_utc AS start_time_utc, half_hours.settlement_date AS settlement_date,
        (n + 1)::SMALLINT AS settlement_period,
        start_utc + INTERVAL 90 MINUTE AS publish_time_utc,
        generation_mw * (1 + sin(epoch(start_utc) / 200_000)) / 2 AS generation_mw
    )
    FROM half_hours CROSS JOIN highest"""
"The SQL for each category; its highest row gives the other columns. An ingest of that size takes two minutes."
MOST_POINTS = 6_000
BY_TITLE = {dataset.title: dataset.name for dataset in OBSERVED}


@pytest.fixture(scope="module")
def _of_ten_years(_home_with_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("ten-years") / "home"
    copytree(_home_with_data, home)
    with writing(home / "warehouse.duckdb") as con:
        for dataset in OBSERVED:
            con.execute(A_WAVE.format(table=dataset.table, category=dataset.category))
        snapshots.publish_snapshot(con)
    return home


@pytest.fixture(autouse=True)
def _ten_years(_of_ten_years: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 (the home comes first)
    monkeypatch.setenv("RENEWABLES_HOME", str(_of_ten_years))


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens(page: str, open_page: Open) -> None:
    app = open_page(page, **ADDRESSES.get(page, {}))
    is_well(app)
    assert "28 Feb 2026 23:30" in page_text(app), "the newest half-hour of the ten years is what the page shows"


@pytest.mark.parametrize(("data", "view"), [*product(BY_TITLE, VIEWS), (WIND_AND_SOLAR.title, "Capacity factor")])
def test_every_view_draws_ten_years_in_a_few_thousand_points(data: str, view: str, open_page: Open) -> None:
    app = open_page("analysis", view=view, data=data, days="All")
    is_well(app)
    assert (app.selectbox(key="data").value, app.selectbox(key="view").value) == (BY_TITLE[data], view)
    figures = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
    assert figures
    for figure in figures:
        assert 0 < sum(map(_points, figure["data"])) <= MOST_POINTS


def _points(trace: dict[str, Any]) -> int:
    return max(_length(trace[name]) for name in ("x", "y", "z") if name in trace)


def _length(values: Any) -> int:
    """Return the number of values, which Plotly writes as lists, lists of rows, or (if large) bytes with their type."""
    if isinstance(values, dict):
        return len(b64decode(values["bdata"])) // int(values["dtype"][1:])
    return sum(len(row) if isinstance(row, list) else 1 for row in values)
