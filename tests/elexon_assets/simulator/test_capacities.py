"""Tests of IGCA: inclusive publish times, the limit of 731 days, several revisions per year, every type."""

import pytest

from tests.elexon_assets.simulator.conftest import Elexon

FIRST, SECOND = "2023-12-24T13:25:52Z", "2024-04-20T13:25:52Z"


def rows(elexon: Elexon, start: str, end: str) -> list[dict[str, object]]:
    response = elexon.get("/datasets/IGCA", publishDateTimeFrom=start, publishDateTimeTo=end)
    assert response.status_code == 200, response.text
    result: list[dict[str, object]] = response.json()["data"]
    return result


def test_both_ends_of_the_publish_times_are_included(elexon: Elexon) -> None:
    assert {row["publishTime"] for row in rows(elexon, FIRST, SECOND)} == {FIRST, SECOND}
    assert rows(elexon, "2023-12-24T13:25:53Z", "2024-04-20T13:25:51Z") == []


def test_731_days_are_accepted_and_one_second_more_is_refused_in_elexons_words(elexon: Elexon) -> None:
    assert rows(elexon, "2022-01-01", "2024-01-02")
    ask = {"publishDateTimeFrom": "2022-01-01", "publishDateTimeTo": "2024-01-02T00:00:01Z"}
    refused = elexon.get("/datasets/IGCA", **ask)
    assert refused.status_code == 400
    assert refused.json()["errors"] == {
        "": ["The date range between PublishDateTimeFrom and PublishDateTimeTo inclusive must not exceed 731 days"]
    }
    assert len(elexon.get("/datasets/IGCA/stream", **ask).json()) == len(rows(elexon, "2022-01-01", "2024-01-02"))


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({}, {"PublishDateTimeFrom", "PublishDateTimeTo"}),
        ({"publishDateTimeFrom": "2022", "publishDateTimeTo": "2023-01-01"}, {"PublishDateTimeFrom"}),
        ({"publishDateTimeFrom": "2023-01-02", "publishDateTimeTo": "2023-01-01"}, {""}),
    ],
)
def test_invalid_parameters_are_named(elexon: Elexon, params: dict[str, str], names: set[str]) -> None:
    assert set(elexon.get("/datasets/IGCA", **params).json()["errors"]) == names


def test_a_year_has_several_revisions_of_every_type(elexon: Elexon) -> None:
    of_2024 = [row for row in rows(elexon, "2023-06-01", "2025-01-01") if row["year"] == 2024]
    assert {row["documentRevisionNumber"] for row in of_2024} == {1, 2, 3}
    types = {row["psrType"] for row in of_2024}
    assert len(of_2024) == 3 * len(types)
    assert {"Wind Onshore", "Wind Offshore", "Solar", "Nuclear", "Hydro Pumped Storage"} < types


def test_the_last_revision_is_the_capacity_installed_at_the_start_of_the_year(elexon: Elexon) -> None:
    last = {row["psrType"]: row["quantity"] for row in rows(elexon, "2024-10-01", "2024-11-01")}
    assert (last["Wind Onshore"], last["Wind Offshore"], last["Solar"]) == (15_500, 14_700, 17_600)


def test_capacity_is_not_published_before_its_time(elexon: Elexon) -> None:
    """The clock of these tests is at 2026-06-01."""
    newest = max(str(row["publishTime"]) for row in rows(elexon, "2025-12-01", "2027-11-30"))
    assert newest == "2026-04-21T13:25:52Z"


def test_csv_has_the_columns_of_the_json(elexon: Elexon) -> None:
    ask = {"publishDateTimeFrom": FIRST, "publishDateTimeTo": FIRST}
    lines = elexon.get("/datasets/IGCA", format="csv", **ask).text.splitlines()
    [first, *_] = rows(elexon, FIRST, FIRST)
    assert lines[0] == ",".join(name[:1].upper() + name[1:] for name in first)
    assert lines[1] == ",".join(str(value) for value in first.values())


def test_transport_faults_apply_to_capacity_too(elexon: Elexon) -> None:
    ask = {"publishDateTimeFrom": FIRST, "publishDateTimeTo": SECOND}
    assert elexon.get("/datasets/IGCA", "status=503", **ask).status_code == 503
    assert elexon.get("/datasets/IGCA", "status=503@2020-01-01", **ask).status_code == 200
