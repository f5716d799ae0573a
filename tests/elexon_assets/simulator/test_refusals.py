"""Tests of the 400 answers: what is refused, in the recorded shape."""

import json
import re
from pathlib import Path

import pytest

from tests.elexon_assets.simulator.conftest import Elexon

PATH = "/generation/actual/per-type/wind-and-solar"
DAY_AHEAD = "/forecast/generation/wind-and-solar/day-ahead"
TRACE = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-00")


def test_exactly_seven_days_are_accepted_and_one_second_more_is_refused_in_elexons_words(elexon: Elexon) -> None:
    assert len(elexon.wind_and_solar("2024-01-01", "2024-01-08")) == 337 * 3
    response = elexon.get(PATH, **{"from": "2024-01-01", "to": "2024-01-08T00:00:01Z"})
    assert response.status_code == 400
    body = response.json()
    assert TRACE.fullmatch(body.pop("traceId"))
    assert body == {
        "type": "https://tools.ietf.org/html/rfc9110#section-15.5.1",
        "title": "One or more validation errors occurred.",
        "status": 400,
        "errors": {"": ["The date range between From and To inclusive must not exceed 7 days"]},
    }


@pytest.mark.parametrize(
    ("path", "params", "names"),
    [
        (PATH, {}, {"From", "To"}),
        (PATH, {"from": "2024-01-01"}, {"To"}),
        (PATH, {"from": "yesterday", "to": "2024-01-02"}, {"From"}),
        (PATH, {"from": "2024-02-30", "to": "2024-03-02"}, {"From"}),
        (PATH, {"from": "2024-01-02", "to": "2024-01-01"}, {""}),
        (PATH, {"from": "2024-01-01", "to": "2024-01-02", "settlementPeriodFrom": "51"}, {"SettlementPeriodFrom"}),
        (PATH, {"from": "2024-01-01", "to": "2024-01-02", "format": "pdf"}, {"Format"}),
        ("/datasets/AGWS", {"publishDateTimeFrom": "2024-01-01"}, {"PublishDateTimeTo"}),
        ("/datasets/AGWS", {"publishDateTimeFrom": "2024-01-01", "publishDateTimeTo": "2024-01-09"}, {""}),
        (
            "/datasets/AGWS/stream",
            {"publishDateTimeFrom": "x", "publishDateTimeTo": "2024-01-09"},
            {"PublishDateTimeFrom"},
        ),
        ("/datasets/FUELHH", {}, {"SettlementDateFrom", "SettlementDateTo"}),
        ("/datasets/FUELHH", {"settlementDateFrom": "2024-01-01", "settlementDateTo": "2024-01-08"}, {""}),
        (
            "/datasets/FUELHH",
            {"settlementDateFrom": "2024-1-1", "settlementDateTo": "2024-01-02"},
            {"SettlementDateFrom"},
        ),
        (
            "/datasets/FUELHH",
            {"settlementDateFrom": "2024-01-01T00:00Z", "settlementDateTo": "2024-01-02"},
            {"SettlementDateFrom"},
        ),
        ("/datasets/FUELHH", {"settlementDateFrom": "2024-01-01", "publishDateTimeFrom": "2024-01-01"}, {""}),
        ("/datasets/WINDFOR", {"publishDateTimeFrom": "2024-01-01"}, {"PublishDateTimeTo"}),
        ("/datasets/INDO", {"publishDateTimeTo": "soon"}, {"PublishDateTimeFrom", "PublishDateTimeTo"}),
        ("/datasets/DGWS", {}, {"PublishDateTimeFrom", "PublishDateTimeTo"}),
        (DAY_AHEAD, {"from": "2024-01-01", "to": "2024-01-02"}, {"ProcessType"}),
        (DAY_AHEAD, {"processType": "tomorrow"}, {"From", "To", "ProcessType"}),
        ("/demand/outturn", {"settlementDateFrom": "2024-01-01"}, {"SettlementDateTo"}),
        ("/demand/outturn", {"settlementDateFrom": "2024-01-01", "settlementDateTo": "1/2/2024"}, {"SettlementDateTo"}),
        ("/demand/outturn", {"settlementDateFrom": "2024-01-02", "settlementDateTo": "2024-01-01"}, {""}),
        ("/datasets/MID", {"from": "2024-01-01"}, {"To"}),
        ("/balancing/pricing/market-index", {"from": "2024-01-01", "to": "soon"}, {"To"}),
        ("/balancing/settlement/system-prices/2024-1-1", {}, {"SettlementDate"}),
        ("/balancing/settlement/system-prices/2024-02-30", {}, {"SettlementDate"}),
    ],
)
def test_missing_and_invalid_parameters_are_named(
    elexon: Elexon, path: str, params: dict[str, str], names: set[str]
) -> None:
    response = elexon.get(path, **params)
    assert response.status_code == 400
    assert set(response.json()["errors"]) == names


def test_the_caps_of_the_datasets_name_their_parameters(elexon: Elexon) -> None:
    published = elexon.get("/datasets/AGWS", publishDateTimeFrom="2024-01-01", publishDateTimeTo="2024-01-09")
    [message] = published.json()["errors"][""]
    assert (
        message == "The date range between PublishDateTimeFrom and PublishDateTimeTo inclusive must not exceed 7 days"
    )
    settled = elexon.get("/datasets/FUELHH", settlementDateFrom="2024-01-01", settlementDateTo="2024-01-08")
    [message] = settled.json()["errors"][""]
    assert message == "The date range between SettlementDateFrom and SettlementDateTo inclusive must not exceed 7 days"
    assert len(elexon.fuelhh("2024-01-01", "2024-01-07", fuelType="WIND")) == 7 * 48


@pytest.mark.parametrize(
    ("path", "first", "longest", "too_long", "days"),
    [
        ("/datasets/WINDFOR", "publishDateTimeFrom", "2024-01-08", "2024-01-08T00:00:01Z", 7),
        ("/datasets/DGWS", "publishDateTimeFrom", "2024-01-08", "2024-01-08T00:00:01Z", 7),
        ("/datasets/MID", "from", "2024-01-08", "2024-01-08T00:00:01Z", 7),
        ("/balancing/pricing/market-index", "from", "2024-01-08", "2024-01-08T00:00:01Z", 7),
        (DAY_AHEAD, "from", "2024-01-08", "2024-01-08T00:00:01Z", 7),
        ("/demand/outturn", "settlementDateFrom", "2024-01-28", "2024-01-29", 28),
    ],
)
def test_the_longest_window_is_answered_and_a_longer_one_names_the_limit(
    elexon: Elexon, path: str, first: str, longest: str, too_long: str, days: int
) -> None:
    last = first.replace("From", "To").replace("from", "to")
    params = {"processType": "all", first: "2024-01-01"}  # others ignore the parameter that they do not know
    assert elexon.get(path, **{**params, last: longest}).status_code == 200
    response = elexon.get(path, **{**params, last: too_long})
    assert response.status_code == 400
    [message] = response.json()["errors"][""]
    assert message.endswith(f"inclusive must not exceed {days} days")


def test_a_refusal_has_the_recorded_shape(elexon: Elexon, recordings: Path) -> None:
    probes = json.loads((recordings / "recorded_400_and_empty_responses.json").read_text())["probes"]
    [recorded] = [probe["response"] for probe in probes if probe["status"] == 400]
    ours = elexon.get("/datasets/FUELHH", settlementDateFrom="NOT_A_DATE", settlementDateTo="2026-05-20").json()
    assert list(ours) == list(recorded)
    assert {name: ours[name] for name in ("type", "title", "status")} == {
        name: recorded[name] for name in ("type", "title", "status")
    }
    assert TRACE.fullmatch(ours["traceId"])
    assert TRACE.fullmatch(recorded["traceId"])
    # the recorded endpoint names its parameter SettlementDate, and here it is SettlementDateFrom
    [name] = recorded["errors"]
    assert ours["errors"][f"{name}From"] == [recorded["errors"][name][0].replace(name, f"{name}From")]
