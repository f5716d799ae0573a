"""A linked register record beside our project: what is compared with what, and what differs."""

from datetime import date
from typing import Any

import pytest

from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from renewables.queries.register_differences import ComparedValue, compare_record
from renewables.queries.register_links import LinkedRecord
from tests.pipeline_assets.register_links.our_projects import RECORD, facility, record

TODAY, ISSUE = date(2026, 11, 27), date(2026, 9, 2)
TEC = {"register": "tec", "status": "Scoping", "status_group": "Scoping", "latitude": None, "longitude": None}


def compared(
    *rows: dict[str, Any],
    stage: str = "Construction",
    milestone: dict[str, Any] | None = None,
    operator: str = "Fen Power Ltd",
    **ours: Any,
) -> dict[str, ComparedValue]:
    """Return the comparison of a record of some stages with a project with one facility, by what is compared."""
    project = record("pipelines", "p", name="Fen", stage=stage, status_date="2026-01-01", rtb_date="2028-01-01")
    plant = facility(**ours)
    records = [
        *(project, plant, record("counterparties", "c", name=operator)),
        record("pipeline_counterparties", "r", pipeline_id="p", counterparty_id="c"),
    ]
    if milestone:
        records.append(record("milestones", "m", pipeline_id="p", **milestone))
    stages = tuple({**RECORD, **row} for row in rows or ({},))
    linked = LinkedRecord(stages[0]["register"], "8263", ISSUE, stages, ISSUE, is_current=True)
    return {each.what: each for each in compare_record(Portfolio(records, 1), project, plant, linked, TODAY)}


@pytest.mark.parametrize(
    ("group", "stage", "differs", "remark"),
    [
        ("Consented", "Construction", True, "fits stage Design or Procurement"),
        ("Consented", "Procurement", False, ""),
        ("Operational", "Completed", False, ""),
        ("Ended", "Design", True, "the project has ended in the register"),
        ("Consented", "On hold", None, "ours is on hold"),
        (None, "Design", None, "unknown status"),
    ],
)
def test_the_status_is_compared_with_the_stage(
    group: str | None, stage: str, differs: bool | None, remark: str
) -> None:
    status = compared({"status_group": group}, stage=stage)["Status"]
    assert (status.differs, status.remark) == (differs, remark)


def test_a_revised_record_names_its_successor() -> None:
    row = {"status": "Revised", "status_group": "Revised", "successors": ["9000"]}
    assert compared(row)["Status"].remark == "replaced by REPD 9000: link that record"


@pytest.mark.parametrize(
    ("ours", "text", "differs", "remark"),
    [
        ({}, "60 MWp DC", False, "AC against DC: 1.20 MWp per MW, usual are 1.0 to 1.6"),
        ({"capacity_mwp": 200}, "200 MWp DC", True, "AC against DC: 4.01 MWp per MW, usual are 1.0 to 1.6"),
        ({"capacity_mwp": 0}, "0 MWp DC", None, "ours is not entered"),
        ({"export_capacity_mw": 49.9}, "49.9 MW AC export", False, ""),
        ({"export_capacity_mw": 38}, "38 MW AC export", True, "ours is 11.9 MW lower"),
        ({"technology": "BESS", "capacity_mwp": 60}, "60 MW", True, "ours is 10.1 MW higher"),
    ],
)
def test_ac_and_dc_power_are_never_compared_silently(
    ours: dict[str, Any], text: str, differs: bool | None, remark: str
) -> None:
    capacity = compared(**ours)["Capacity"]
    assert capacity == ComparedValue("Capacity", "49.9 MW AC", text, differs, remark)


def test_a_capacity_that_is_not_published_is_no_difference() -> None:
    assert compared({"capacity_mw": None})["Capacity"].differs is None


@pytest.mark.parametrize(
    ("milestone", "text", "differs", "remark"),
    [
        (None, "1 Jan 2028, RTB", None, "no grid energisation milestone, so RTB is compared"),
        ({"name": "Grid energisation", "forecast_date": "2029-10-31"}, "31 Oct 2029, grid energisation", False, ""),
        (
            {"name": "Grid energisation", "planned_date": "2029-10-01"},
            *("1 Oct 2029, grid energisation", True, "ours is 30 days earlier"),
        ),
        ({"name": "COD", "forecast_date": "2029-10-01"}, "1 Oct 2029, COD", True, "our COD is 30 days before the"),
        ({"name": "COD", "forecast_date": "2029-12-01"}, "1 Dec 2029, COD", None, "no grid energisation milestone"),
    ],
)
def test_the_connection_date_is_compared_with_our_energisation_or_cod_or_rtb(
    milestone: dict[str, Any] | None, text: str, differs: bool | None, remark: str
) -> None:
    value = compared({**TEC, "connection_date": date(2029, 10, 31)}, milestone=milestone)["Connection date"]
    assert (value.published, value.ours, value.differs) == ("31 Oct 2029", text, differs)
    assert value.remark.startswith(remark)


def test_the_stages_of_a_connection_are_one_record_with_their_sum() -> None:
    built = {**TEC, "stage": "1", "status": "Built", "status_group": "Operational", "capacity_mw": 50.0}
    second = {**TEC, "stage": "2", "capacity_mw": 50.0, "connection_date": date(2029, 10, 31)}
    values = compared(built, second, export_capacity_mw=100)
    assert (values["Capacity"].published, values["Capacity"].differs) == ("100 MW AC", False)
    assert values["Status"].published == "Built (stage 1), Scoping (stage 2)"
    assert values["Connection date"].published == "blank (stage 1), 31 Oct 2029 (stage 2)"


@pytest.mark.parametrize(("ours", "differs"), [("2027-03-01", False), ("2027-02-28", True), (None, None)])
def test_the_expiry_of_the_permission_is_compared_with_ours(ours: str | None, differs: bool | None) -> None:
    value = compared({"permission_expiry_date": date(2027, 3, 1)}, permission_expiry=ours)["Permission expires"]
    assert (value.published, value.differs) == ("1 Mar 2027", differs)


def test_a_permission_that_expired_while_it_awaits_construction_is_pointed_out() -> None:
    value = compared({"permission_expiry_date": date(2020, 3, 1)})["Permission expires"]
    assert value.remark == "has passed, while the status awaits construction"


@pytest.mark.parametrize(("operator", "differs"), [("FEN POWER", False), ("Fen SPV 2 Limited", True)])
def test_the_operator_is_compared_with_developer_and_owner_in_any_spelling(operator: str, differs: bool) -> None:
    assert compared(operator=operator)["Operator"].differs is differs


@pytest.mark.parametrize(("latitude", "differs"), [(52.45, False), (53.45, True)])
def test_places_far_apart_differ(latitude: float, differs: bool) -> None:
    assert compared(latitude=latitude)["Place"].differs is differs
