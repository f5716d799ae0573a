"""A dataset without a model is served from its declaration alone."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import httpx
import polars as pl
import pytest

from elexon_assets.contract import split_valid
from elexon_assets.dataset_model import Column, Role
from elexon_assets.datasets import WIND_AND_SOLAR
from elexon_assets.parsing import parse_rows
from elexon_assets.request_parameters import instants
from elexon_assets.simulator.server import running_simulator
from elexon_assets.windows import Window, window_of_days
from tests.elexon_assets.simulator.conftest import NOW

WINDOW = window_of_days(date(2024, 1, 8), date(2024, 1, 8))


def all_processes(window: Window) -> Mapping[str, str]:
    return {**instants(window), "processType": "all"}


FORECAST = replace(
    WIND_AND_SOLAR,
    name="forecast",
    role=Role.FORECAST,
    code="DGWS",
    path="/forecast/generation/wind-and-solar/day-ahead",
    parameters=all_processes,
    dimensions=("process_type", "psr_type"),
    columns={
        "process_type": Column("processType", pl.String(), "Process.", ("Day ahead", "Intraday total")),
        **WIND_AND_SOLAR.columns,
    },
    publication_lag=timedelta(hours=-12),
    always_published=(),
    limits={},
)


@pytest.fixture(scope="module")
def elexon() -> Iterator[httpx.Client]:
    with (
        running_simulator(seed=7, now=lambda: NOW, datasets=(FORECAST,)) as simulator,
        httpx.Client(base_url=simulator.base_url, timeout=10) as client,
    ):
        yield client


def rows_of(elexon: httpx.Client, **parameters: str) -> list[dict[str, Any]]:
    answer = elexon.get(FORECAST.path, params={**all_processes(WINDOW), **parameters})
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows


def test_its_rows_fulfil_the_contract_of_the_declaration(elexon: httpx.Client) -> None:
    split = split_valid(FORECAST, parse_rows(FORECAST, rows_of(elexon), WINDOW).frame)
    assert split.bad.is_empty()
    assert split.good["series"].value_counts().sort("series").rows() == [
        (series, 48) for series in sorted(FORECAST.categories)
    ]


def test_a_value_does_not_depend_on_the_window_that_asks_for_it(elexon: httpx.Client) -> None:
    whole = rows_of(elexon)
    part = rows_of(elexon, **{"from": "2024-01-08T05:00Z", "to": "2024-01-08T06:00Z"})
    assert len(part) == 3 * 6
    assert all(row in whole for row in part)


def test_a_dimension_that_the_declaration_sends_is_required_and_selects(elexon: httpx.Client) -> None:
    assert {row["processType"] for row in rows_of(elexon, processType="day ahead")} == {"Day ahead"}
    refusal = elexon.get(FORECAST.path, params=dict(instants(WINDOW)))
    assert refusal.status_code == 400
    assert list(refusal.json()["errors"]) == ["ProcessType"]


def test_a_window_longer_than_the_declared_one_is_refused(elexon: httpx.Client) -> None:
    refusal = elexon.get(FORECAST.path, params=all_processes(window_of_days(date(2024, 1, 1), date(2024, 1, 9))))
    assert refusal.json()["errors"] == {"": ["The date range between From and To inclusive must not exceed 7 days"]}


def test_faults_act_on_its_rows(elexon: httpx.Client) -> None:
    answer = elexon.get(
        FORECAST.path,
        params=all_processes(WINDOW),
        headers={"X-Simulator-Faults": "hole@2024-01-08T05:30Z,unknown-psr@2024-01-08T06:00Z"},
    )
    rows = answer.json()["data"]
    assert "2024-01-08T05:30:00Z" not in {row["startTime"] for row in rows}
    assert [row["processType"] for row in rows if row["psrType"] == "Unknown"] == ["Day ahead"]


def test_it_is_a_table_as_csv_and_named_among_the_latest_metadata(elexon: httpx.Client) -> None:
    lines = elexon.get(FORECAST.path, params={**all_processes(WINDOW), "format": "csv"}).text.splitlines()
    assert lines[0].startswith("ProcessType,StartTime,PsrType,Quantity,PublishTime")
    assert len(lines) == 1 + 48 * 6
    named = {each["dataset"] for each in elexon.get("/datasets/metadata/latest").json()["data"]}
    assert "DGWS" in named
