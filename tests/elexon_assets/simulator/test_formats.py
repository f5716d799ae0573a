"""Tests of JSON, XML and CSV on all endpoints, by the parameter and by the header Accept."""

from xml.etree import ElementTree

import pytest

from elexon_assets.simulator.faults import DATA_KINDS
from tests.elexon_assets.simulator.conftest import Elexon

PUBLISHED = {"publishDateTimeFrom": "2024-01-08T00:00Z", "publishDateTimeTo": "2024-01-08T17:00Z"}
STARTS = {"from": "2024-01-08T00:00Z", "to": "2024-01-08T02:00Z"}
ENDPOINTS = [
    ("/generation/actual/per-type/wind-and-solar", STARTS),
    ("/datasets/AGWS", PUBLISHED),
    ("/datasets/FUELHH", {"settlementDateFrom": "2024-01-08", "settlementDateTo": "2024-01-08"}),
    ("/datasets/IGCA", {"publishDateTimeFrom": "2022-01-01", "publishDateTimeTo": "2023-12-31"}),
    ("/datasets/WINDFOR", PUBLISHED),
    ("/datasets/DGWS", PUBLISHED),
    ("/forecast/generation/wind-and-solar/day-ahead", {**STARTS, "processType": "all"}),
    ("/demand/outturn", {"settlementDateFrom": "2024-01-08", "settlementDateTo": "2024-01-08"}),
    ("/datasets/INDO", PUBLISHED),
    ("/datasets/ITSDO", PUBLISHED),
    ("/datasets/MID", STARTS),
    ("/balancing/pricing/market-index", STARTS),
    ("/balancing/settlement/system-prices/2024-01-08", {}),
    ("/datasets/metadata/latest", {}),
]


@pytest.mark.parametrize(("path", "params"), ENDPOINTS)
def test_the_rows_are_the_same_in_every_format(elexon: Elexon, path: str, params: dict[str, str]) -> None:
    rows = elexon.get(path, **params).json()["data"]
    assert rows
    xml = elexon.get(path, **params, format="xml")
    assert xml.headers["Content-Type"].startswith("application/xml")
    elements = ElementTree.fromstring(xml.content).findall("data")  # noqa: S314 (our own server wrote it)
    assert [[(each.tag, each.text or "") for each in element] for element in elements] == [
        [(name, as_cell(value)) for name, value in row.items()] for row in rows
    ]
    csv = elexon.get(path, **params, format="csv")
    assert csv.headers["Content-Type"].startswith("text/csv")
    header, *lines = csv.text.splitlines()
    assert header.split(",") == [name[:1].upper() + name[1:] for name in rows[0]]
    assert len(lines) == len(rows)


def as_cell(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "application/json"),
        ("application/xml", "application/xml"),
        ("text/xml", "text/xml"),
        ("text/csv", "text/csv"),
        ("text/json", "text/json"),
        ("text/plain", "text/plain"),
        ("text/csv;q=0.5, application/xml", "application/xml"),
        ("text/html,application/xml;q=0.9,*/*;q=0.8", "application/json"),  # a browser
        ("image/png", "application/json"),
        ("text/csv;q=nonsense", "text/csv"),
    ],
)
@pytest.mark.parametrize("path", ["/datasets/WINDFOR", "/reference/fueltypes/all", "/datasets/metadata/latest"])
def test_the_header_accept_chooses_the_format(elexon: Elexon, path: str, accept: str, media_type: str) -> None:
    response = elexon.client.get(path, headers={"Accept": accept})
    assert response.headers["Content-Type"] == f"{media_type}; charset=utf-8"
    starts = {"xml": b"<", "csv": b"DB", "json": b"{[", "plain": b"{["}[media_type.partition("/")[2]]
    assert response.content[:1] in starts


def test_the_parameter_is_stronger_than_the_header(elexon: Elexon) -> None:
    response = elexon.client.get("/datasets/WINDFOR?Format=JSON", headers={"Accept": "text/csv"})
    assert response.headers["Content-Type"].startswith("application/json")


def test_a_stream_is_always_json(elexon: Elexon) -> None:
    response = elexon.client.get("/datasets/WINDFOR/stream?format=csv", headers={"Accept": "application/xml"})
    assert isinstance(response.json(), list)


def test_an_unknown_format_is_refused_everywhere(elexon: Elexon) -> None:
    for path, params in ENDPOINTS:
        assert set(elexon.get(path, **params, format="pdf").json()["errors"]) == {"Format"}


@pytest.mark.parametrize(("path", "params"), ENDPOINTS)
def test_every_data_fault_has_an_answer(elexon: Elexon, path: str, params: dict[str, str]) -> None:
    for fault in DATA_KINDS:
        assert elexon.get(path, fault, **params, format="xml").status_code == 200, fault


def test_the_service_says_that_it_is_healthy_and_which_fuel_types_it_has(elexon: Elexon) -> None:
    assert elexon.get("/health").json() == {"entries": {"health": {"status": 2}}, "status": 2}
    names = elexon.get("/reference/fueltypes/all").json()
    assert len(names) == 20
    assert {"WIND", "CCGT", "INTFR"} < set(names)


def test_transport_faults_act_on_the_small_endpoints_too(elexon: Elexon) -> None:
    for path in ("/health", "/reference/fueltypes/all", "/datasets/metadata/latest", "/datasets/WINDFOR"):
        assert elexon.get(path, "status=503").status_code == 503
    html = elexon.get("/balancing/settlement/system-prices/2024-01-08", "html")
    assert html.headers["Content-Type"].startswith("text/html")
