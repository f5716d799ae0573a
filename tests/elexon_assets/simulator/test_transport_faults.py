"""Tests of transport faults, as a client meets them."""

import time

import httpx
import pytest

from elexon_assets.simulator.server import running_simulator
from tests.elexon_assets.simulator.conftest import Elexon

PATH = "/generation/actual/per-type/wind-and-solar"
WINDOW = {"from": "2024-01-08", "to": "2024-01-10"}


@pytest.mark.parametrize("status", [404, 429, 500, 502, 503, 504])
def test_a_status_fault_has_no_rows(elexon: Elexon, status: int) -> None:
    response = elexon.get(PATH, f"status={status}", **WINDOW)
    assert response.status_code == status
    assert "Retry-After" not in response.headers
    assert "data" not in response.json()


def test_a_429_can_name_the_time_to_wait(elexon: Elexon) -> None:
    response = elexon.get(PATH, "retry-after=3", **WINDOW)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "3")


def test_a_slow_answer_is_complete(elexon: Elexon) -> None:
    began = time.monotonic()
    response = elexon.get(PATH, "slow=0.2", **WINDOW)
    assert time.monotonic() - began >= 0.2
    assert len(response.json()["data"]) == 97 * 3


def test_a_hanging_answer_never_arrives(base_url: str) -> None:
    with httpx.Client(timeout=0.3) as impatient, pytest.raises(httpx.ReadTimeout):
        impatient.get(base_url + PATH, params=WINDOW, headers={"X-Simulator-Faults": "hang"})


def test_a_disconnect_ends_the_answer_in_the_middle(elexon: Elexon) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        elexon.get(PATH, "disconnect", **WINDOW)
    assert elexon.get(PATH, **WINDOW).status_code == 200


def test_a_truncated_answer_is_a_complete_response_with_half_the_json(elexon: Elexon) -> None:
    whole = elexon.get(PATH, **WINDOW).content
    response = elexon.get(PATH, "truncated", **WINDOW)
    assert response.status_code == 200
    assert response.content == whole[: len(whole) // 2]
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        response.json()


def test_a_web_page_arrives_with_status_200(elexon: Elexon) -> None:
    response = elexon.get(PATH, "html", **WINDOW)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert "<html>" in response.text


def test_only_the_first_attempts_of_the_same_request_fail() -> None:
    with running_simulator(faults="status=503x2@2024-01-08") as simulator:
        url = simulator.base_url + PATH
        statuses = [httpx.get(url, params=WINDOW).status_code for _ in range(4)]
        assert statuses == [503, 503, 200, 200]
        assert httpx.get(url, params={"from": "2024-01-07", "to": "2024-01-08"}).status_code == 503
        assert httpx.get(url, params={"from": "2024-01-09", "to": "2024-01-10"}).status_code == 200
        assert httpx.get(f"{simulator.base_url}/datasets/metadata/latest").status_code == 200


def test_the_health_endpoint_of_a_broken_server_is_broken_too(elexon: Elexon) -> None:
    assert elexon.get("/datasets/metadata/latest", "status=503").status_code == 503


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/datasets/WINDFOR", {"publishDateTimeFrom": "{day}T00:00Z", "publishDateTimeTo": "{day}T23:59Z"}),
        ("/datasets/DGWS", {"publishDateTimeFrom": "{day}T00:00Z", "publishDateTimeTo": "{day}T23:59Z"}),
        ("/demand/outturn", {"settlementDateFrom": "{day}", "settlementDateTo": "{day}"}),
        ("/balancing/pricing/market-index", {"from": "{day}T00:00Z", "to": "{day}T23:30Z"}),
        ("/balancing/settlement/system-prices/{day}", {}),
    ],
)
def test_a_fault_with_a_span_affects_the_requests_for_that_time_only(
    elexon: Elexon, path: str, params: dict[str, str]
) -> None:
    def status_of(day: str) -> int:
        """Return the status of the request for a day while that of 9 January 2024 fails."""
        of_day = {name: value.format(day=day) for name, value in params.items()}
        return elexon.get(path.format(day=day), "status=503@2024-01-09", **of_day).status_code

    assert [status_of(day) for day in ("2024-01-08", "2024-01-09", "2024-01-10")] == [200, 503, 200]
