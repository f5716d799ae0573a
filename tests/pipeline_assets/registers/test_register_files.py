"""Files that are encoded, cut or changed in other ways: what lands, what is quarantined, what fails with a sentence."""

import hashlib
from datetime import UTC, date, datetime

import orjson
import pytest

from pipeline_assets.errors import RegisterUnreadable
from pipeline_assets.registers.parsing import parse_issue
from pipeline_assets.registers.vintages import land_issue, record_failure
from tests.pipeline_assets.registers.excerpts import (
    REPD,
    REPD_2022,
    REPD_2024,
    TEC,
    TEC_2025,
    Excerpts,
    csv_bytes,
    read,
    value,
)
from warehouse.connection import writing
from warehouse.errors import MixedSources

pytestmark = pytest.mark.usefixtures("home")


def test_repd_lands_from_windows_1252_and_from_utf_8_with_and_without_bom(excerpts: Excerpts) -> None:
    text = excerpts.content(REPD_2024).decode("cp1252")
    for encoding in ("cp1252", "utf-8", "utf-8-sig"):
        excerpts.land(REPD_2024, text.encode(encoding))
    issues = read("SELECT encoding, rows_landed FROM register_issues ORDER BY fetched_at_utc").rows()
    assert issues == [("Windows-1252", 287), ("UTF-8", 287), ("UTF-8 with BOM", 287)]
    assert value("SELECT count(*) FROM register_changes") == 0


def test_a_tec_file_in_windows_1252_fails_because_its_letters_are_lost(excerpts: Excerpts) -> None:
    text = excerpts.content(TEC_2025).decode("utf-8-sig").replace("ŷ", "y")
    with pytest.raises(RegisterUnreadable, match=r"not in UTF-8 \(byte 0x.* at .*\).*as published"):
        excerpts.land(TEC_2025, text.encode("cp1252", errors="replace"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b" \r\n", "is empty"),
        (b"PK\x03\x04...", "workbook"),
        (b"\xd0\xcf\x11\xe0...", "workbook"),
        (b"<!doctype html><title>Sign in</title>", "web page"),
        ("Ref ID,Site Name\r\n".encode("utf-16"), "UTF-16"),
        (b"Ref ID,Site Name\r\n1,\x81\r\n", "not in UTF-8"),
        ("Ref ID,Site Name\r\n1,M\ufffdn\r\n".encode(), "letters are lost"),
        (b"a,b\r\n1,2\r\n", "lacks the columns"),
        (b"Ref ID;Site Name\r\n1;2\r\n", "with commas between"),
    ],
)
def test_a_file_that_is_no_register_fails_with_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(RegisterUnreadable, match=sentence):
        land_issue(writing, REPD, content, "repd.csv")
    failure = read("FROM register_failures").row(0, named=True)
    assert (failure["register"], failure["source"]) == ("repd", "repd.csv")
    assert failure["sha256"] == hashlib.sha256(content).hexdigest()
    assert sentence.split("(")[0] in failure["reason"]


@pytest.mark.parametrize("column", [column.header for column in REPD.columns if column.is_required])
def test_a_missing_column_of_repd_fails_and_is_named(excerpts: Excerpts, column: str) -> None:
    headers, rows = excerpts.rows(REPD_2024)
    left = [header for header in headers if " ".join(header.split()) != column]
    with pytest.raises(RegisterUnreadable, match=r"lacks the column '") as raised:
        parse_issue(REPD, csv_bytes(REPD_2024, left, rows))
    assert f"'{column}'" in str(raised.value)


@pytest.mark.parametrize("column", [column.header for column in TEC.columns if column.is_required])
def test_a_missing_column_of_tec_fails_and_the_earlier_issue_stays(excerpts: Excerpts, column: str) -> None:
    excerpts.land(TEC_2025)
    headers, rows = excerpts.rows(TEC_2025)
    content = csv_bytes(TEC_2025, [header for header in headers if header != column], rows)
    with pytest.raises(RegisterUnreadable, match="The earlier issue stays"):
        excerpts.land(TEC_2025, content, date(2026, 1, 1))
    assert value("SELECT count(*) FROM register_current") == 217
    assert value("SELECT count(*) FROM register_failures") == 1


def test_a_column_that_is_there_twice_fails(excerpts: Excerpts) -> None:
    content = excerpts.content(TEC_2025).replace(b"Connection Site", b"Customer Name", 1)
    with pytest.raises(RegisterUnreadable, match="'Customer Name' twice"):
        excerpts.land(TEC_2025, content)


def test_an_unknown_column_lands_as_json_and_warns(excerpts: Excerpts) -> None:
    headers, rows = excerpts.rows(TEC_2025)
    named = [*headers, "Queue Position", ""]
    content = csv_bytes(TEC_2025, named, [{**row, "Queue Position": str(n)} for n, row in enumerate(rows)])
    landed = excerpts.land(TEC_2025, content)
    assert landed.unknown_columns == ["Queue Position"]
    assert read("SELECT unknown_columns FROM register_issues").item().to_list() == ["Queue Position"]
    other = read("SELECT other_columns FROM tec_records ORDER BY row_number LIMIT 2")["other_columns"].to_list()
    assert [orjson.loads(text) for text in other] == [{"Queue Position": "0"}, {"Queue Position": "1"}]


def test_two_unknown_columns_of_one_name_land_apart(excerpts: Excerpts) -> None:
    lines = excerpts.content(TEC_2025).splitlines()
    content = b"\n".join([b"", lines[0] + b",Notes,Notes", *(line + b",a,b" for line in lines[1:])])
    landed = excerpts.land(TEC_2025, content)
    assert landed.unknown_columns == ["Notes", "Notes"]
    other = value("SELECT other_columns FROM tec_records LIMIT 1")
    assert orjson.loads(other) == {"Notes (column 15)": "a", "Notes (column 16)": "b"}


@pytest.mark.parametrize("rows", [b"", b"\n", b"\n,,,,\n\n"])
def test_a_file_without_records_fails(excerpts: Excerpts, rows: bytes) -> None:
    with pytest.raises(RegisterUnreadable, match="no records"):
        excerpts.land(TEC_2025, excerpts.content(TEC_2025).splitlines()[0] + rows)


def test_unknown_words_land_and_warn(excerpts: Excerpts) -> None:
    content = excerpts.changed(
        TEC_2025,
        lambda row: (
            {"Plant Type": f"Fusion;{row['Plant Type']}", "Project Status": "On Ice", "HOST TO": "TO4"}
            if row["Project Number"] == "PRO-004221"
            else {"Plant Type": row["Plant Type"].upper()}
        ),
    )
    landed = excerpts.land(TEC_2025, content)
    assert landed.unknown_words == ["Plant Type: Fusion", "Project Status: On Ice", "HOST TO: TO4"]
    row = read("SELECT technology, status, status_group, host FROM register_current WHERE status = 'On Ice'").row(0)
    assert row == ("Fusion", "On Ice", None, "TO4")


def test_headers_in_another_case_and_order_and_with_blanks_are_the_same_columns(excerpts: Excerpts) -> None:
    headers, rows = excerpts.rows(TEC_2025)
    renamed = {header: f" {header.upper()}\u00a0" for header in reversed(headers)}
    content = csv_bytes(
        TEC_2025, list(renamed.values()), [{renamed[header]: row[header] for header in headers} for row in rows]
    )
    excerpts.land(TEC_2025)
    landed = excerpts.land(TEC_2025, content, date(2025, 9, 9))
    assert landed.unknown_columns == []
    assert value("SELECT count(*) FROM register_changes") == 0


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"Ref ID": ""}, "Ref ID is missing"),
        ({"Ref ID": "393"}, "Ref ID of this row are those of row"),
        ({"Site Name": "  "}, "Site Name is missing"),
        ({"Technology Type": "NA"}, "Technology Type is missing"),
        ({"Development Status (short)": ""}, "Development Status (short) is missing"),
        ({"Installed Capacity (MWelec)": "-36"}, "the capacity is not between 0 and 20000 MW (-36.0)"),
        ({"Installed Capacity (MWelec)": "49900"}, "the capacity is not between 0 and 20000 MW (49900.0)"),
    ],
)
def test_a_row_that_breaks_the_contract_is_quarantined_and_the_others_land(
    excerpts: Excerpts, cells: dict[str, str], reason: str
) -> None:
    content = excerpts.changed(REPD_2024, lambda row: cells if row["Ref ID"] == "1025" else {})
    landed = excerpts.land(REPD_2024, content)
    assert (landed.rows_landed, landed.rows_quarantined) == (286, 1)
    row = read("FROM register_quarantine").row(0, named=True)
    assert row["reason"].startswith(reason)
    assert row["issue_id"] == landed.issue_id
    line = [number for number, each in enumerate(excerpts.rows(REPD_2024)[1], 2) if each["Ref ID"] == "1025"]
    assert [row["line"]] == line
    raw = orjson.loads(row["raw_json"])
    assert raw["Operator (or Applicant)"]
    assert all(raw.get(header, "") == cell for header, cell in cells.items())


def test_a_row_with_too_many_cells_is_quarantined_and_blank_rows_are_not_rows(excerpts: Excerpts) -> None:
    content = excerpts.content(TEC_2025) + b"A;B,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n,,,,,,,,,,,,,\n"
    landed = excerpts.land(TEC_2025, content)
    assert (landed.rows_landed, landed.rows_quarantined) == (217, 1)
    assert value("SELECT reason FROM register_quarantine") == "has 16 cells, and the header has 14"
    assert value("SELECT line FROM register_quarantine") == 219


def test_a_file_that_ends_inside_a_quoted_cell_fails(excerpts: Excerpts) -> None:
    content = excerpts.content(TEC_2025) + b'Cut,"off\nhere'
    with pytest.raises(RegisterUnreadable, match=r"cut\s+short|cannot be read as CSV"):
        excerpts.land(TEC_2025, content)


@pytest.mark.parametrize(
    ("text", "capacity"), [("1,200.00", 1200.0), ("1e3", 1000.0), ("tbc", None), ("NaN", None), ("inf", None)]
)
def test_a_capacity_in_another_spelling_is_a_number_or_a_note(
    excerpts: Excerpts, text: str, capacity: float | None
) -> None:
    content = excerpts.changed(
        REPD_2024, lambda row: {"Installed Capacity (MWelec)": text} if row["Ref ID"] == "1025" else {}
    )
    excerpts.land(REPD_2024, content)
    row = read("SELECT capacity_mw, notes FROM repd_records WHERE ref_id = '1025'").row(0)
    assert row[0] == capacity
    assert row[1] == (None if capacity else [f"Installed Capacity (MWelec): {text!r} is not a number"])


def test_the_same_file_again_is_no_new_issue(excerpts: Excerpts) -> None:
    first = excerpts.land(TEC_2025)
    again = excerpts.land(TEC_2025)
    assert (first.is_new, again.is_new) == (True, False)
    assert again.issue_id == first.issue_id
    assert again.rows_landed == first.rows_landed
    assert value("SELECT count(*) FROM tec_records") == 217


def test_an_issue_has_the_date_of_its_name_or_of_its_newest_record(excerpts: Excerpts) -> None:
    content = excerpts.content(REPD_2024)
    assert land_issue(writing, REPD, content, "repd-q2-july-2024.csv").issue_date == date(2024, 7, 1)
    updates = [row["Record Last Updated (dd/mm/yyyy)"].split("/") for row in excerpts.rows(REPD_2022)[1]]
    newest = max(date(int(year), int(month), int(day)) for day, month, year in updates)
    assert land_issue(writing, REPD, excerpts.content(REPD_2022), "repd.csv").issue_date == newest
    assert land_issue(writing, TEC, excerpts.content(TEC_2025), "tec.csv").issue_date == datetime.now(UTC).date()
    assert land_issue(writing, TEC, excerpts.content(TEC_2025) + b"\n", "tec.csv", date(2025, 9, 2)).is_new


def test_an_older_issue_that_lands_late_takes_its_place_in_the_history(excerpts: Excerpts) -> None:
    excerpts.land(REPD_2024)
    excerpts.land(REPD_2022)
    assert value("SELECT count(DISTINCT issue_date) FROM register_current") == 1
    assert value("SELECT any_value(issue_date) FROM register_current") == date(2024, 6, 30)
    assert read("SELECT from_issue_date, to_issue_date FROM register_issue_pairs").row(0) == (
        date(2022, 10, 1),
        date(2024, 6, 30),
    )


def test_only_another_spelling_is_no_change(excerpts: Excerpts) -> None:
    excerpts.land(REPD_2022)

    def respelled(row: dict[str, str]) -> dict[str, str]:
        capacity = row["Installed Capacity (MWelec)"]
        return {
            "Ref ID": f"{row['Ref ID']}.00",
            "Operator (or Applicant)": f" {row['Operator (or Applicant)'].upper()} ",
            "Site Name": row["Site Name"].replace(" ", "  ").replace("o", "ô"),
            "Address": row["Address"].replace(", ", ",\n\u00a0").replace(",", ",").lower(),
            "Installed Capacity (MWelec)": f"{float(capacity):.3f}" if capacity.strip() else "",
        }

    excerpts.land(REPD_2022, excerpts.changed(REPD_2022, respelled), date(2022, 11, 1))
    assert value("SELECT count(*) FROM register_issues") == 2
    assert read("SELECT field, before, after FROM register_changes WHERE field <> 'address'").rows() == []


def test_ten_changes_are_shown_as_ten(excerpts: Excerpts) -> None:
    excerpts.land(REPD_2024)
    edited = {row["Ref ID"] for row in excerpts.rows(REPD_2024)[1][:10]}
    content = excerpts.changed(
        REPD_2024, lambda row: {"Operator (or Applicant)": "Another Operator"} if row["Ref ID"] in edited else {}
    )
    excerpts.land(REPD_2024, content, date(2024, 10, 1))
    changes = read("SELECT record_id, change, field, after FROM register_changes")
    assert set(changes["record_id"]) == edited
    assert len(changes) == 10
    assert set(changes.select("change", "field", "after").rows()) == {("changed", "operator", "Another Operator")}


def test_changes_between_any_two_issues_are_those_of_the_view_for_neighbours(excerpts: Excerpts) -> None:
    excerpts.land(REPD_2022)
    excerpts.land(REPD_2024)
    older, newer = read("SELECT issue_id FROM register_issues ORDER BY issue_date")["issue_id"]
    query = "SELECT * FROM register_changes_between('repd', ?, ?) ORDER BY ALL"
    assert read(query, older, newer).equals(read("SELECT * FROM register_changes ORDER BY ALL"))
    back = read(query, newer, older)
    assert back.filter(change="appeared").height == 25
    assert back.filter(field="status").height == 164
    assert read(query, older, older).is_empty()


def test_invented_and_published_issues_are_not_mixed(excerpts: Excerpts) -> None:
    excerpts.land(TEC_2025)
    with pytest.raises(MixedSources, match=r"RENEWABLES_HOME.*TEC_URL.*Nothing was landed"):
        land_issue(writing, TEC, excerpts.content(TEC_2025) + b"\n", "SYNTHETIC http://127.0.0.1/tec.csv")
    land_issue(writing, REPD, excerpts.content(REPD_2024), "SYNTHETIC http://127.0.0.1/repd.csv")
    assert value("SELECT count(*) FROM register_issues") == 2


def test_a_failed_fetch_is_kept_with_its_reason() -> None:
    record_failure(writing, TEC, "", "The server is down. The next run tries again.")
    assert read("SELECT register, sha256, reason FROM register_failures").rows() == [
        ("tec", None, "The server is down. The next run tries again.")
    ]
    assert value("SELECT count(*) FROM register_current") == 0
