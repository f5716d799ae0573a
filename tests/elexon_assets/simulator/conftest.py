"""Fixtures: one simulator for the whole folder with a fixed clock; each request asks for its own faults."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from elexon_assets.simulator.server import running_simulator

NOW = datetime(2026, 6, 1, 12, 10, tzinfo=UTC)


@pytest.fixture(scope="session")
def base_url() -> Iterator[str]:
    with running_simulator(seed=7, now=lambda: NOW) as simulator:
        yield simulator.base_url


@pytest.fixture(scope="session")
def elexon(base_url: str) -> Iterator["Elexon"]:
    with httpx.Client(base_url=base_url, timeout=10) as client:
        yield Elexon(client)


class Elexon:
    """A client with short methods for the endpoints."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def get(self, path: str, faults: str = "", **params: str | list[str]) -> httpx.Response:
        headers = {"X-Simulator-Faults": faults} if faults else {}
        return self.client.get(path, params=params, headers=headers)

    def wind_and_solar(self, start: str, end: str, faults: str = "", **params: str) -> list[dict[str, object]]:
        response = self.get(
            "/generation/actual/per-type/wind-and-solar", faults, **{"from": start, "to": end, **params}
        )
        assert response.status_code == 200, response.text
        rows: list[dict[str, object]] = response.json()["data"]
        return rows

    def fuelhh(self, start: str, end: str, faults: str = "", **params: str | list[str]) -> list[dict[str, object]]:
        response = self.get("/datasets/FUELHH", faults, settlementDateFrom=start, settlementDateTo=end, **params)
        assert response.status_code == 200, response.text
        rows: list[dict[str, object]] = response.json()["data"]
        return rows


def start_times(rows: list[dict[str, object]]) -> list[str]:
    """Return the distinct start times in the order of the answer."""
    return list(dict.fromkeys(str(row["startTime"]) for row in rows))
