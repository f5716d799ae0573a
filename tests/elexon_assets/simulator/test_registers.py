"""The two registers of the simulator: their issues follow the clock, and have the habits of the published files."""

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from elexon_assets.simulator.registers.connection_file import connection_file
from elexon_assets.simulator.registers.issue_calendar import REPD, TEC
from elexon_assets.simulator.registers.planning_file import planning_file
from elexon_assets.simulator.registers.register_routes import (
    PACKAGE,
    PACKAGE_PATH,
    PAGE_PATH,
    RESOURCE_ID,
    RESOURCE_PATH,
)

ROWS = list[dict[str, str]]
AUGUST, NOVEMBER = date(2026, 8, 5), date(2026, 11, 5)


def planning_rows(day: date) -> ROWS:
    return list(csv.DictReader(io.StringIO(planning_file(0, day).decode("cp1252"), newline="")))


def connection_rows(day: date) -> ROWS:
    return list(csv.DictReader(io.StringIO(connection_file(0, day).decode("utf-8-sig"), newline="")))


def values(rows: ROWS, column: str) -> set[str]:
    return {row[column] for row in rows}


@pytest.fixture
def root(base_url: str) -> str:
    return base_url.removesuffix("/bmrs/api/v1")


def get_json(url: str, **params: str) -> Any:
    response = httpx.get(url, params=params, timeout=10)
    assert response.status_code == 200, response.text
    return response.json()


def test_the_page_of_gov_uk_lists_a_workbook_and_the_csv_of_the_newest_issue(root: str) -> None:
    page = get_json(root + PAGE_PATH)
    workbook, file = page["details"]["attachments"]
    assert workbook["url"].endswith(".xlsx")
    assert page["public_updated_at"] == "2026-05-05T09:30:00Z"
    content = httpx.get(file["url"], timeout=10).content
    assert (content, len(content)) == (planning_file(7, date(2026, 5, 5)), file["file_size"])


@pytest.mark.parametrize(("path", "id"), [(PACKAGE_PATH, PACKAGE), (RESOURCE_PATH, RESOURCE_ID)])
def test_ckan_leads_to_the_csv_of_the_newest_issue(root: str, path: str, id: str) -> None:
    result = get_json(root + path, id=id)["result"]
    resource = result["resources"][0] if "resources" in result else result
    assert resource["last_modified"] == "2026-05-29T10:00:00"
    assert httpx.get(resource["url"], timeout=10).content == connection_file(7, date(2026, 5, 29))


def test_an_unknown_package_is_refused_in_the_form_of_ckan(root: str) -> None:
    response = httpx.get(root + PACKAGE_PATH, params={"id": "something-else"}, timeout=10)
    assert (response.status_code, response.json()["success"]) == (404, False)


def test_a_file_of_an_issue_that_is_not_out_yet_is_not_found(root: str) -> None:
    later = f"/media/0/{REPD.file_name(date(2026, 8, 5))}"
    assert httpx.get(root + later, timeout=10).status_code == 404


def test_an_older_issue_is_served_for_ever(root: str) -> None:
    older = f"/media/0/{REPD.file_name(date(2025, 8, 5))}"
    assert httpx.get(root + older, timeout=10).content == planning_file(7, date(2025, 8, 5))


@pytest.mark.parametrize(
    ("fault", "status", "beginning"), [("status=503", 503, b"{"), ("html", 200, b"<!DOCTYPE html>"), ("", 200, b"Old")]
)
def test_the_faults_of_transport_hit_the_files_of_registers(
    root: str, fault: str, status: int, beginning: bytes
) -> None:
    url = f"{root}/media/0/{REPD.file_name(date(2026, 2, 5))}"
    response = httpx.get(url, headers={"X-Simulator-Faults": fault}, timeout=10)
    assert (response.status_code, response.content[: len(beginning)]) == (status, beginning)


def test_half_a_file_is_half_its_bytes(root: str) -> None:
    url = f"{root}/media/0/{REPD.file_name(date(2026, 2, 5))}"
    whole = planning_file(7, date(2026, 2, 5))
    response = httpx.get(url, headers={"X-Simulator-Faults": "truncated"}, timeout=10)
    assert response.content == whole[: len(whole) // 2]


def test_a_fault_with_a_span_hits_the_registers_while_the_clock_is_in_it(root: str) -> None:
    outage = "status=503@2026-06-01T12:00Z"
    assert httpx.get(root + PAGE_PATH, headers={"X-Simulator-Faults": outage}, timeout=10).status_code == 503
    over = "status=503@2026-06-01T11:30Z"
    assert httpx.get(root + PAGE_PATH, headers={"X-Simulator-Faults": over}, timeout=10).status_code == 200


def test_the_planning_register_is_issued_every_quarter_and_the_other_twice_a_week() -> None:
    before, at = datetime(2026, 11, 5, 9, 29, tzinfo=UTC), datetime(2026, 11, 5, 9, 30, tzinfo=UTC)
    assert REPD.issue_days(before, 2) == [AUGUST, date(2026, 5, 5)]
    assert REPD.issue_days(at, 2) == [NOVEMBER, AUGUST]
    assert TEC.issue_days(at, 2) == [date(2026, 11, 3), date(2026, 10, 30)]


def test_the_same_issue_has_the_same_bytes() -> None:
    assert planning_file(3, AUGUST) == planning_file(3, AUGUST) != planning_file(4, AUGUST)
    assert connection_file(3, AUGUST) == connection_file(3, AUGUST) != connection_file(4, AUGUST)


def test_records_come_leave_and_change_between_two_issues_of_the_planning_register() -> None:
    before, after = ({row["Ref ID"]: row for row in planning_rows(day)} for day in (AUGUST, NOVEMBER))
    both = before.keys() & after.keys()
    assert before.keys() - both
    assert after.keys() - both
    for column in ("Development Status (short)", "Operator (or Applicant)"):
        assert 0 < sum(before[id][column] != after[id][column] for id in both) < len(both) / 4


def test_a_record_that_left_can_come_back() -> None:
    issues = [values(planning_rows(day), "Ref ID") for day in REPD.issue_days(datetime(2026, 12, 1, tzinfo=UTC), 3)]
    newest, middle, oldest = issues
    assert (newest & oldest) - middle


def test_a_capacity_is_spelled_in_another_way_in_the_next_quarter() -> None:
    before, after = ({row["Ref ID"]: row for row in planning_rows(day)} for day in (AUGUST, NOVEMBER))
    pairs = [(before[id], after[id]) for id in before.keys() & after.keys()]
    spelled = [(a["Installed Capacity (MWelec)"], b["Installed Capacity (MWelec)"]) for a, b in pairs]
    assert any(a != b and float(a) == float(b) for a, b in spelled if a and b)
    assert any(not a and not b for a, b in spelled)
    assert 0 < sum(float(a) != float(b) for a, b in spelled if a and b) < len(spelled) / 10


@pytest.mark.parametrize(("day", "count"), [(date(2021, 5, 5), 53), (date(2023, 5, 5), 50), (NOVEMBER, 53)])
def test_the_planning_register_has_other_columns_in_older_issues(day: date, count: int) -> None:
    header = next(csv.reader(io.StringIO(planning_file(0, day).decode("cp1252"), newline="")))
    assert len(header) == count
    assert ("" in header, "Solar Site Area (sqm)" in header) == (day.year == 2021, day.year == 2026)


def test_the_planning_register_is_windows_1252_with_the_traps_of_the_published_file() -> None:
    content, rows = planning_file(0, NOVEMBER), planning_rows(NOVEMBER)
    assert b"\xf4" in content  # the o with a circumflex of Bryn Môr
    with pytest.raises(UnicodeDecodeError):
        content.decode()
    assert "Are they re-applying (Old REPD Ref) " in rows[0]
    assert any("\n" in row["Address"] for row in rows)
    assert {"NA"} & values(rows, "Judicial Review")
    assert {"01/01/1900", "STW"} & values(rows, "Offshore Wind Round")
    assert any(not row["X-coordinate"] for row in rows)
    assert any("." in row["X-coordinate"] for row in rows if row["County"] == "Offshore")
    assert {row["County"] for row in rows if row["Country"] == "Northern Ireland"} == {"Antrim", "Tyrone"}
    assert sum(row["Site Name"].startswith("Home Farm") for row in rows) > 1
    linked = {row["Ref ID"]: row["Storage Co-location REPD Ref ID"] for row in rows}
    assert any(other and linked.get(other) == id for id, other in linked.items())
    assert any(row["Are they re-applying (New REPD Ref)"] for row in rows if row["Development Status"] == "Revised")


def test_the_register_of_connections_has_stages_hybrids_and_letters_beyond_latin_1() -> None:
    rows = connection_rows(date(2026, 6, 30))
    staged = [row for row in rows if row["Stage"]]
    assert {row["Stage"] for row in staged} in ({"1", "2"}, {"1.00", "2.00"})
    total = sum(float(row["MW Connected"]) + float(row["MW Increase / Decrease"]) for row in rows)
    assert sum(float(row["Cumulative Total Capacity (MW)"]) for row in rows) > total
    assert "Energy Storage System;PV Array (Photo Voltaic/solar)" in values(rows, "Plant Type")
    assert any("ŷ" in name or "Ŵ" in name for day in (date(2026, 6, 30), date(2026, 8, 4)) for name in names_on(day))
    built = [row for row in rows if row["Project Status"] == "Built"]
    assert {bool(row["MW Effective From"]) for row in built} == {True, False}


def names_on(day: date) -> set[str]:
    return values(connection_rows(day), "Project Name")


def test_the_register_of_connections_changes_the_spelling_of_its_dates() -> None:
    def spelling(day: date) -> str:
        text = next(row["MW Effective From"] for row in connection_rows(day) if row["MW Effective From"])
        return "".join("-" if letter == "-" else "/" if letter == "/" else "9" for letter in text)

    days = (date(2026, 2, 3), date(2026, 5, 5), date(2026, 8, 4))
    assert {spelling(day) for day in days} == {"9999-99-99", "9999/99/99", "99/99/9999"}


def test_the_gate_is_a_column_since_november_2025() -> None:
    assert "Gate" not in connection_rows(date(2025, 11, 18))[0]
    assert {"", "1", "2"} == values(connection_rows(date(2025, 11, 21)), "Gate")


def test_connections_slip_customers_are_renamed_and_rows_leave_within_a_year() -> None:
    before, after = (
        {(row["Project ID"], row["Stage"].replace(".00", "")): row for row in connection_rows(day)}
        for day in (date(2025, 10, 28), date(2026, 10, 27))
    )
    both = before.keys() & after.keys()
    assert before.keys() - both
    assert after.keys() - both

    def in_order(text: str) -> list[str]:
        parts = text.replace("/", "-").split("-")
        return parts if len(parts[0]) == 4 else parts[::-1]

    moves = [(in_order(before[id]["MW Effective From"]), in_order(after[id]["MW Effective From"])) for id in both]
    assert any(a < b for a, b in moves if a != [""] and b != [""])
    assert any(a > b for a, b in moves if a != [""] and b != [""])
    customers = [(before[id]["Customer Name"], after[id]["Customer Name"]) for id in both]
    assert any(a != b and a.upper() == b for a, b in customers)
    assert any(a.upper() != b.upper() for a, b in customers)
