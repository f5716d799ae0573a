"""Answers per second of the cold simulator: each window is requested once from a server that has served nothing yet.

`python -m benchmarks.simulator` uses four connections of one client; the server is its own process.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import httpx

from elexon_assets.simulator.server import subprocess_running

CONNECTIONS = 4
AGWS_WINDOWS = 520
FUELHH_WINDOWS = 520
FIRST_DAY = datetime(2016, 3, 2, tzinfo=UTC)


def agws_windows() -> list[tuple[str, dict[str, str]]]:
    """Return the requests for ten years, seven days each."""
    starts = [FIRST_DAY + timedelta(days=7 * n) for n in range(AGWS_WINDOWS)]
    return [
        (
            "/generation/actual/per-type/wind-and-solar",
            {"from": f"{start:%Y-%m-%dT%H:%MZ}", "to": f"{start + timedelta(days=7, minutes=-30):%Y-%m-%dT%H:%MZ}"},
        )
        for start in starts
    ]


def fuelhh_windows() -> list[tuple[str, dict[str, str]]]:
    """Return the requests for ten years, seven settlement dates each."""
    starts = [FIRST_DAY.date() + timedelta(days=7 * n) for n in range(FUELHH_WINDOWS)]
    return [
        (
            "/datasets/FUELHH",
            {"settlementDateFrom": start.isoformat(), "settlementDateTo": (start + timedelta(days=6)).isoformat()},
        )
        for start in starts
    ]


async def windows_a_second(base_url: str, windows: list[tuple[str, dict[str, str]]]) -> float:
    """Return the windows per second; answers are received completely but not parsed, so the client costs little."""
    waiting = iter(windows)

    async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=CONNECTIONS)) as client:

        async def connection() -> None:
            """Request windows until none is left."""
            for path, params in waiting:
                response = await client.get(base_url + path, params=params)
                assert response.status_code == 200
                assert len(response.content) > 100_000

        began = time.perf_counter()
        await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
        return len(windows) / (time.perf_counter() - began)


def main() -> None:
    """Run the benchmark and print its figures."""
    with subprocess_running() as base_url:
        agws = asyncio.run(windows_a_second(base_url, agws_windows()))
    with subprocess_running() as base_url:
        fuelhh = asyncio.run(windows_a_second(base_url, fuelhh_windows()))
    print(f"simulator: agws_windows_per_s={agws:.0f} fuelhh_windows_per_s={fuelhh:.0f}")


if __name__ == "__main__":
    main()
