"""The older tool's files are imported as they are: headers, capacities by technology, people by role, and errors."""

import pytest
import sqlalchemy as sa

from pipeline_assets.access import Actor
from pipeline_assets.errors import UnreadableFile
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.submission import revert
from pipeline_assets.spreadsheets.import_plan import Plan, confirm_import, plan_import

COUNTERPARTIES = """\
ID,CounterpartyName,CEO,Strategy,PlatformLead,DealLead,FinanceLead,Created,LastModified
aa-01,Hazel Power,Ann Other,Buy early,Bo Ek,Ann Other,,2024-07-19 00:14:43.636478+00:00,2024-07-20 14:29:35+00:00
aa-02,"Öre, Sund & Co",Cy Dal,,,,,2024-07-19 00:14:43.636478+00:00,2024-07-20 14:29:35+00:00
"""
PIPELINES = """\
ID,CounterpartyID,ProjectName,Long,Lat,Technology,SolarCapacity,WindCapacity,BESSCapacity,ProjectStatus,RTBDate,RAGStatus,RAGComment,LastModified,Created
bb-01,aa-01,Fen Farm,-0.2,52.6,Solar,40.5,0,20,Design,2027-03-01 00:00:00,Amber,Waits for the grid,x,x
bb-02,aa-02,Moor Wind,-3.1,57.1,Wind,0,62,0,On hold,2028-03-01 00:00:00,Green,,x,x
bb-03,zz-99,Nobody's Own,-3.1,57.1,Wind,0,62,0,Design,2028-03-01 00:00:00,Green,,x,x
bb-04,aa-01,No Reason,-3.1,57.1,BESS,0,0,9,Design,2028-03-01 00:00:00,Red,,x,x
bb-05,aa-01,Wrong Column,-3.1,57.1,Solar,0,9,0,Design,2028-03-01 00:00:00,Green,,x,x
bb-06,aa-01,Same One,-3.1,57.1,Solar,9,0,0,Design,2028-03-01 00:00:00,Green,,x,x
bb-06,aa-01,Same Two,-3.1,57.1,Solar,8,0,0,Design,2028-03-01 00:00:00,Green,,x,x
bb-07,aa-01,Unheard Of,-3.1,57.1,Tidal,8,0,0,Design,2028-03-01 00:00:00,Green,,x,x
bb-08,aa-01,Nothing Yet,-3.1,57.1,Wind,0,0,0,Discovery,2028-03-01 00:00:00,Green,,x,x
"""
INFORMATION_POINTS = """\
ID,Title,Description,Market,Technology,Counterparties,Impact,Likelihood,Rating,Created,LastModified
cc-01,Grid queue,A long wait,UK,Solar,"['Hazel Power', 'Öre, Sund & Co']",80,70,5600,x,x
cc-02,Unknown firm,?,UK,Artificial Intelligence,"['Future Ltd']",20,57,1140,x,x
cc-03,No impact,?,UK,Solar,[],0,57,0,x,x
"""
AUDIT = """\
ID,Created,Data,EntityID
dd-01,2024-07-20 13:49:45.584352+00:00,"{'ID': 'aa-01', 'CEO': 'Ann Other'}",aa-01
"""


def plan_file(engine: sa.Engine, sheet: str, text: str) -> Plan:
    return plan_import(engine, sheet, text.encode())


@pytest.fixture
def companies(engine: sa.Engine) -> sa.Engine:
    confirm_import(engine, plan_file(engine, "counterparties", COUNTERPARTIES), actor=Actor.typed("me"))
    return engine


def test_a_counterparty_becomes_a_company_and_its_people_by_role(companies: sa.Engine) -> None:
    company = reader.find_record(companies, "counterparties", "aa-01")
    assert company
    assert company.fields["notes"] == "Buy early"
    people = {record.id: record.fields["name"] for record in reader.records_of_kind(companies, "contacts")}
    assert sorted(people.values()) == ["Ann Other", "Bo Ek", "Cy Dal"]
    links = [link.fields for link in reader.records_of_kind(companies, "counterparty_contacts")]
    assert sorted((link["counterparty_id"], people[link["contact_id"]], link["role"]) for link in links) == [
        ("aa-01", "Ann Other", "CEO"),
        ("aa-01", "Ann Other", "Deal lead"),
        ("aa-01", "Bo Ek", "Platform lead"),
        ("aa-02", "Cy Dal", "CEO"),
    ]


def test_a_duplicate_name_is_an_error_of_both_rows(engine: sa.Engine) -> None:
    plan = plan_file(engine, "counterparties", COUNTERPARTIES + "aa-03,HAZEL POWER,Di Eng,,,,,,\n")
    assert [row.number for row in plan.rows if [error.column for error in row.errors] == ["name"]] == [2, 4]


def test_a_new_person_in_a_role_replaces_the_previous_one(companies: sa.Engine) -> None:
    plan = plan_file(companies, "counterparties", 'ID,CounterpartyName,CEO\naa-02,"Öre, Sund & Co",Eve Fry\n')
    shown = [(each.column, each.before, each.after) for each in plan.rows[0].differences]
    assert shown == [("contact_name", None, "Eve Fry"), ("ceo", "Cy Dal", None), ("ceo", None, "Eve Fry")]


def test_a_pipeline_becomes_a_project_its_facilities_and_their_developer(companies: sa.Engine) -> None:
    plan = plan_file(companies, "pipelines", PIPELINES)
    receipt = confirm_import(companies, plan, actor=Actor.typed("me"), good_rows_only=True)
    assert {change.batch for change in receipt.changes} == {receipt.batch}
    facilities = {record.id: record.fields for record in reader.records_of_kind(companies, "facilities")}
    links = [link.fields for link in reader.records_of_kind(companies, "pipeline_facilities")]
    assert sorted(
        (
            link["pipeline_id"],
            facilities[link["facility_id"]]["technology"],
            facilities[link["facility_id"]]["capacity_mwp"],
        )
        for link in links
    ) == [("bb-01", "BESS", 20), ("bb-01", "Solar", 40.5), ("bb-02", "Wind", 62), ("bb-08", "Wind", 0)]
    developers = [link.fields for link in reader.records_of_kind(companies, "pipeline_counterparties")]
    assert {(link["pipeline_id"], link["counterparty_id"], link["role"]) for link in developers} == {
        *{(id, "aa-01", "Developer") for id in ("bb-01", "bb-08")},
        ("bb-02", "aa-02", "Developer"),
    }
    again = plan_file(companies, "pipelines", PIPELINES)
    assert again.counts == {"create": 0, "update": 0, "unchanged": 3, "error": 6}


def test_errors_in_the_older_tools_file_are_reported_row_by_row(companies: sa.Engine) -> None:
    plan = plan_file(companies, "pipelines", PIPELINES)
    assert {row.number: [error.column for error in row.errors] for row in plan.rows if row.errors} == {
        4: ["developer_id"],
        5: ["rag_comment"],
        6: ["facility_technology"],
        7: ["row"],
        8: ["name"],
        9: ["facility_technology"],
    }
    assert [name for name, _ in plan.ignored] == ["LastModified", "Created"]


def test_information_points_find_their_counterparties_by_name(companies: sa.Engine) -> None:
    plan = plan_file(companies, "information-points", INFORMATION_POINTS)
    assert [(row.number, [error.column for error in row.errors]) for row in plan.rows] == [
        (2, []),
        (3, ["technology"]),
        (4, ["impact"]),
    ]
    assert dict(plan.ignored).keys() == {"Rating", "Created", "LastModified"}
    confirm_import(companies, plan, actor=Actor.typed("me"), good_rows_only=True)
    point = reader.find_record(companies, "information_points", "cc-01")
    assert point
    assert (point.fields["market"], point.fields["technology"]) == ("Great Britain", "Solar")
    linked = {
        link.fields["counterparty_id"] for link in reader.records_of_kind(companies, "information_point_counterparties")
    }
    assert linked == {"aa-01", "aa-02"}


@pytest.mark.parametrize("sheet", ["counterparties", "pipelines", "information-points"])
def test_the_older_tools_audit_is_refused_as_a_sheet_of_records(engine: sa.Engine, sheet: str) -> None:
    with pytest.raises(UnreadableFile, match="history of changes"):
        plan_file(engine, sheet, AUDIT)


OLDER_PIPELINE = """\
ID,CounterpartyID,ProjectName,Technology,SolarCapacity,ProjectStatus,RTBDate,RAGStatus,RAGComment,LastModified,Created
bb-01,aa-01,Fen Farm,Solar,40.5,Design,2027-06-01,Amber,Waits for the grid,2024-07-20 14:29:35+00:00,2024-05-02 08:00:00
"""
VERSIONS = """\
ID,Created,Data,EntityID,User
dd-02,2024-06-10 09:00:00+00:00,"{'ID': 'bb-01', 'ProjectName': 'Fen Farm', 'ProjectStatus': 'Design', \
'RTBDate': datetime.date(2027, 3, 1), 'RAGStatus': <RAG.green: 'Green'>, \
'SolarCapacity': 40.5, 'Long': nan}",bb-01,Bo Ek
dd-01,2024-05-02 08:00:00+00:00,"{'ID': 'bb-01', 'CounterpartyID': 'aa-01', 'ProjectName': 'Fen', \
'Technology': 'Solar', 'SolarCapacity': 30, 'ProjectStatus': 'Discovery', \
'RTBDate': '2027-01-01', 'RAGStatus': 'Green'}",bb-01,Ann Other
dd-03,2024-06-11 09:00:00+00:00,{'ID',bb-01,Bo Ek
dd-04,2024-06-12 09:00:00+00:00,"{'ID': 'zz-09', 'ProjectName': 'Removed', 'ProjectStatus': 'Design'}",zz-09,Bo Ek
"""


def test_the_older_tools_files_are_imported_as_one_batch_with_their_history(engine: sa.Engine) -> None:
    plan = plan_import(
        engine, "pipelines", OLDER_PIPELINE.encode(), counterparties=COUNTERPARTIES.encode(), audit=VERSIONS.encode()
    )
    assert [(row.outcome, row.errors) for row in plan.rows] == [("create", ())]
    assert plan.companion
    assert plan.companion.counts["create"] == 2
    receipt = confirm_import(engine, plan, actor=Actor.typed("me"), why="moving house")
    assert {change.batch for change in receipt.changes} == {receipt.batch}
    versions = reader.record_history(engine, "pipelines", "bb-01")
    assert [(v.after.get("name"), v.after.get("rtb_date"), v.after["status_date"], v.who) for v in versions] == [
        ("Fen", "2027-01-01", "2024-05-02", "me"),
        ("Fen Farm", "2027-03-01", "2024-06-10", "me"),
        (None, "2027-06-01", "2024-07-20", "me"),
    ]
    assert [v.why for v in versions] == [
        "in the older tracker's audit: 2024-05-02 08:00:00 UTC by Ann Other; moving house",
        "in the older tracker's audit: 2024-06-10 09:00:00 UTC by Bo Ek; moving house",
        "in the file: created 2024-05-02 08:00:00 UTC, last modified 2024-07-20 14:29:35 UTC; moving house",
    ]
    instants = [change.submitted_at_utc for change in receipt.changes]
    assert instants == sorted(instants)
    (company,) = reader.record_history(engine, "counterparties", "aa-01")
    assert company.why.startswith("in the file: created 2024-07-19 00:14:43 UTC, last modified 2024-07-20 14:29:35 UTC")


def test_audit_rows_that_cannot_become_history_are_reported(engine: sa.Engine) -> None:
    def notes() -> str:
        audit, companies = VERSIONS.encode(), COUNTERPARTIES.encode()
        plan = plan_import(engine, "pipelines", OLDER_PIPELINE.encode(), counterparties=companies, audit=audit)
        if not reader.newest_position(engine):
            confirm_import(engine, plan, actor=Actor.typed("me"))
        return "\n".join(plan.notes)

    first, again = notes(), notes()
    assert "Row 4 of the audit was ignored: its data cannot be read" in first
    assert "Row 5 of the audit: ignored, of records that are not in the file." in first
    assert "Rows 2-3 of the audit: ignored, of records that the ledger has already" in again
    assert len(reader.record_history(engine, "pipelines", "bb-01")) == 3


def test_an_import_from_the_older_tool_is_reverted_as_one_batch(engine: sa.Engine) -> None:
    audit, companies = VERSIONS.encode(), COUNTERPARTIES.encode()
    plan = plan_import(engine, "pipelines", OLDER_PIPELINE.encode(), counterparties=companies, audit=audit)
    revert(engine, confirm_import(engine, plan, actor=Actor.typed("me")).batch, actor=Actor.typed("me"), token="undo")
    assert reader.records_of_kind(engine, "pipelines") == []
    assert reader.records_of_kind(engine, "counterparties") == []


def test_unknown_counterparties_are_listed_and_created_on_request(engine: sa.Engine) -> None:
    text = (
        "name,technology,capacity,stage,developer,owner\nFen,Solar,5,Design,New Ltd,new  LTD\nMoor,Wind,9,Design,Öre,\n"
    )
    plan = plan_file(engine, "pipelines", text)
    assert plan.unknown_counterparties == ("New Ltd", "Öre")
    assert plan.counts["error"] == 2
    made = plan_import(engine, "pipelines", text.encode(), make_counterparties=True)
    assert (made.errors, made.made_counterparties) == ([], ("New Ltd", "Öre"))
    assert (
        confirm_import(engine, made, actor=Actor.typed("me")).batch
        == confirm_import(engine, made, actor=Actor.typed("me")).batch
    )
    names = sorted(record.fields["name"] for record in reader.records_of_kind(engine, "counterparties"))
    assert names == ["New Ltd", "Öre"]
    assert len(reader.records_of_kind(engine, "pipeline_counterparties")) == 3


def test_a_time_in_the_file_that_cannot_be_read_is_a_warning(engine: sa.Engine) -> None:
    plan = plan_file(engine, "counterparties", "name,Created\nA,2024-05-01\nB,yesterday\n")
    assert (plan.errors, [(warning.row, warning.column) for warning in plan.warnings]) == ([], [(3, "created")])


def test_an_invalid_counterparty_name_is_not_offered_for_creation(engine: sa.Engine) -> None:
    text = f"name,stage,developer\nFen,Discovery,{'x' * 200}\n".encode()
    plan = plan_import(engine, "pipelines", text, make_counterparties=True)
    assert (plan.made_counterparties, plan.counts["error"]) == ((), 1)


def test_an_audit_imported_with_both_files_reports_no_row_that_was_used(engine: sa.Engine) -> None:
    audit = VERSIONS + "dd-05,2024-05-01,\"{'CounterpartyName': 'Hazel'}\",aa-01,Bo Ek\n"
    companies = COUNTERPARTIES.encode()
    plan = plan_import(engine, "pipelines", OLDER_PIPELINE.encode(), counterparties=companies, audit=audit.encode())
    assert "other kinds" not in "".join(note for file in plan.files for note in file.notes)
