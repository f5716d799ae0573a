"""Tests of the dataset endpoints of AGWS, the streams and the latest publication times of all datasets."""

from elexon_assets.datasets import DATASETS
from tests.elexon_assets.simulator.conftest import Elexon, start_times


def test_both_ends_of_the_requested_publish_times_are_included(elexon: Elexon) -> None:
    response = elexon.get(
        "/datasets/AGWS", publishDateTimeFrom="2024-01-08T07:58:00Z", publishDateTimeTo="2024-01-08T08:58:00Z"
    )
    rows = response.json()["data"]
    assert start_times(rows) == ["2024-01-08T06:30:00Z", "2024-01-08T06:00:00Z", "2024-01-08T05:30:00Z"]


def test_dataset_rows_equal_those_of_the_wind_and_solar_endpoint_plus_their_document(elexon: Elexon) -> None:
    rows = elexon.get(
        "/datasets/AGWS", publishDateTimeFrom="2024-01-08T02:28Z", publishDateTimeTo="2024-01-09T01:58Z"
    ).json()["data"]
    plain = elexon.wind_and_solar("2024-01-08T00:00Z", "2024-01-08T23:30Z")
    assert [(row["dataset"], row["documentRevisionNumber"]) for row in rows] == [("AGWS", 1)] * 144
    assert len({row["documentId"] for row in rows}) == 48
    assert [{name: row[name] for name in plain[0]} for row in rows] == plain


def test_a_stream_is_a_bare_array_without_a_cap(elexon: Elexon) -> None:
    rows = elexon.get(
        "/datasets/AGWS/stream", publishDateTimeFrom="2024-01-01T00:00Z", publishDateTimeTo="2024-02-01T00:00Z"
    ).json()
    assert isinstance(rows, list)
    assert len(rows) == 31 * 48 * 3
    fuels = elexon.get(
        "/datasets/FUELHH/stream", settlementDateFrom="2024-01-01", settlementDateTo="2024-01-31", fuelType="WIND"
    ).json()
    assert len(fuels) == 31 * 48


def test_the_latest_metadata_name_the_newest_publication(elexon: Elexon) -> None:
    rows = elexon.get("/datasets/metadata/latest").json()["data"]
    newest = {row["dataset"]: row["lastUpdated"] for row in rows}
    assert set(newest) == {dataset.code for dataset in DATASETS}
    assert newest["AGWS"] == "2026-06-01T11:58:00Z"
    assert newest["FUELHH"] == "2026-06-01T12:00:00Z"
    assert newest["IGCA"] == "2026-04-21T13:25:52Z"


def test_an_unknown_path_is_a_404(elexon: Elexon) -> None:
    assert elexon.get("/datasets/NOSUCH").status_code == 404
