"""Tests of running the simulator: in a thread and as a process, its record of requests, its latency."""

import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from elexon_assets.simulator.app import create_app
from elexon_assets.simulator.server import running_simulator, subprocess_running

pytestmark = pytest.mark.slow

PATH = "/generation/actual/per-type/wind-and-solar"
WINDOW = {"from": "2024-01-08", "to": "2024-01-09"}


def test_requests_are_kept_in_the_order_of_arrival() -> None:
    with running_simulator() as simulator:
        for _ in range(2):
            httpx.get(simulator.base_url + PATH, params=WINDOW)
        httpx.get(f"{simulator.base_url}/datasets/FUELHH?fuelType=WIND&fuelType=CCGT")
        assert [(request.path, request.params, request.attempt) for request in simulator.requests] == [
            (PATH, WINDOW, 1),
            (PATH, WINDOW, 2),
            ("/datasets/FUELHH", {"fuelType": "WIND,CCGT"}, 1),
        ]


def test_changing_the_faults_restarts_the_count_of_attempts() -> None:
    app = create_app()
    with running_simulator(app) as simulator:
        url = simulator.base_url + PATH
        assert httpx.get(url, params=WINDOW).status_code == 200
        simulator.faults = "status=503x1"
        assert [httpx.get(url, params=WINDOW).status_code for _ in range(2)] == [503, 200]
        with pytest.raises(ValueError, match="unknown kind"):
            simulator.faults = "nonsense"
        assert simulator.faults == "status=503x1"
        simulator.faults = ""
        assert httpx.get(url, params=WINDOW).status_code == 200
        assert len(app.state.requests) == 4


def test_latency_does_not_reduce_concurrency() -> None:
    with running_simulator(latency_seconds=0.2) as simulator, httpx.Client(base_url=simulator.base_url) as client:
        began = time.monotonic()
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: client.get("/datasets/metadata/latest").status_code, range(8)))
        assert answers == [200] * 8
        assert 0.2 <= time.monotonic() - began < 1.0


def test_a_separate_process_serves_the_same_values_and_ends_with_its_block() -> None:
    with running_simulator(seed=4) as here, subprocess_running(seed=4, faults="hole@2024-01-08T05:30Z") as url:
        elsewhere = httpx.get(url + PATH, params=WINDOW).json()["data"]
        ours = httpx.get(here.base_url + PATH, params=WINDOW).json()["data"]
        assert elsewhere == [row for row in ours if row["startTime"] != "2024-01-08T05:30:00Z"]
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_a_process_that_cannot_start_explains_why() -> None:
    with pytest.raises(RuntimeError, match="unknown kind 'nonsense'"), subprocess_running(faults="nonsense"):
        pass


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_simulator_ends_cleanly_on_a_signal(number: signal.Signals) -> None:
    command = [sys.executable, "-m", "elexon_assets.simulator", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert httpx.get(f"{url}/datasets/metadata/latest", timeout=30).status_code == 200
        process.send_signal(number)
        assert process.wait(10) == 0
        assert process.stdout.read() == ""
