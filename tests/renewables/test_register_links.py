"""Projects and their register records: reading them by reference, notices, proposals, and the commands."""

import json
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from pipeline_assets.digest import weekly_digest
from pipeline_assets.ledger import outbox
from pipeline_assets.register_links.link_notices import TOPIC, put_link_notices
from pipeline_assets.register_links.record_links import live_links
from pipeline_assets.register_links.record_proposals import propose_records
from pipeline_assets.registers.declarations import REGISTERS
from pipeline_assets.registers.vintages import land_issue
from pipeline_assets.spreadsheets.portfolio_index import read_portfolio
from pipeline_assets.vocabulary import Technology
from renewables.queries.register_links import CANDIDATES, changed_linked_records, linked_records
from renewables.queries.snapshot import query_frame, snapshot_connection
from tests.filled_homes import Renewables
from tests.linked_homes import add_portfolio, land_register
from tests.pipeline_assets.register_links.our_projects import facility
from tests.renewables.test_json_output import check_document
from warehouse.connection import writing

FIRST, SECOND = date(2026, 3, 1), date(2026, 6, 1)


def test_a_reference_in_no_issue_and_a_record_that_left_are_told_apart(home: Path) -> None:
    land_register(home, "repd", FIRST, {}, {"Ref ID": "1"})
    land_register(home, "repd", SECOND, {"Ref ID": "1"})
    records = linked_records([("repd", "8263"), ("repd", "1"), ("repd", "99"), ("tec", "a0")])
    assert {key: record.state for key, record in records.items()} == {
        ("repd", "8263"): "left the register",
        ("repd", "1"): "in the register",
        ("repd", "99"): "in no issue",
    }
    assert records["repd", "8263"].last_issue_date == FIRST
    assert [change["change"] for change in records["repd", "8263"].changes] == ["left"]


def test_two_issues_of_one_day_are_told_apart(home: Path) -> None:
    land_register(home, "tec", FIRST, {}, {"Project ID": "a0l4L00000000BBBBB"})
    land_register(home, "tec", FIRST, {"MW Increase / Decrease": "60"})
    records = linked_records([("tec", "a0l4l00000000aaaaa"), ("tec", "a0l4l00000000bbbbb")])
    assert [(each.state, [stage["capacity_mw"] for stage in each.stages]) for each in records.values()] == [
        ("in the register", [60.0]),
        ("left the register", [50.0]),
    ]


def test_only_the_newest_issue_raises_notices_and_only_once(home: Path) -> None:
    ledger = add_portfolio(home, repd_ref_id="8263")
    for day, row in (
        (FIRST, {}),
        (SECOND, {"Development Status (short)": "Under Construction"}),
        (date(2025, 1, 1), {"Installed Capacity (MWelec)": "40"}),
    ):
        land_register(home, "repd", day, row)
        for _ in range(2):
            with writing(home / "warehouse.duckdb") as con:
                put_link_notices(ledger, con, "repd")
    notices = [each.notice.text for each in outbox.list_notices(ledger) if each.notice.topic == TOPIC]
    ledger.dispose()
    assert notices == [
        "Harrow Fen: REPD 8263 (Harrow Fen Solar Farm), status Under Construction (was Awaiting Construction)."
    ]


def test_changes_of_linked_records_are_in_the_digest_of_the_week_in_which_they_landed(home: Path) -> None:
    add_portfolio(home, tec_project_id="PRO-000001").dispose()
    land_register(home, "tec", FIRST, {})
    land_register(home, "tec", SECOND, {"MW Effective From": "2030-10-31", "HOST TO": "SPT"})
    now = datetime.now(UTC)
    assert changed_linked_records(now).is_empty()
    changes = changed_linked_records(now - timedelta(days=1))
    assert changes.select("project", "field", "before", "after").rows() == [
        ("Harrow Fen", "connection_date", "2029-10-31", "2030-10-31")
    ]
    with snapshot_connection() as con:
        text = weekly_digest(con, now + timedelta(days=7)).text
    assert text.endswith(
        "Registers: Harrow Fen (TEC a0l4L00000000AAAAA: connection date 31 Oct 2030 (was 31 Oct 2029))."
    )


def test_a_new_spelling_raises_no_notice(home: Path) -> None:
    ledger = add_portfolio(home, repd_ref_id="8263")
    land_register(home, "repd", FIRST, {})
    respelled = {"Installed Capacity (MWelec)": "49.90", "Operator (or Applicant)": "FEN  POWER LIMITED"}
    land_register(home, "repd", SECOND, respelled)
    with writing(home / "warehouse.duckdb") as con:
        assert not put_link_notices(ledger, con, "repd")
    ledger.dispose()


def test_the_commands_propose_link_and_dismiss_only_when_told(home: Path, renewables: Renewables) -> None:
    land_register(home, "repd", FIRST, {}, {"Ref ID": "8264"})
    add_portfolio(home, latitude=52.45, longitude=-0.25).dispose()
    proposed = check_document("pipelines proposals", renewables("pipelines", "proposals", "--json").out)
    assert {row["reference"] for row in proposed["proposals"]} == {"8263", "8264"}
    assert proposed["licences"] == [REGISTERS["repd"].licence_line]
    assert json.loads(renewables("pipelines", "registers", "--json").out)["links"] == []
    dismissed = renewables("pipelines", "link", "Harrow Fen", "repd", "8264", "--dismiss", "--yes")
    assert dismissed.code == 0, dismissed.err
    refused = renewables("pipelines", "link", "Harrow Fen", "repd", "8263", typed="n\n")
    assert refused.code == 1
    assert "Harrow Fen Solar is REPD 8263." in refused.out
    linked = renewables("pipelines", "link", "Harrow Fen", "REPD", "8263", "--yes", "--who", "Anna")
    assert "revert" in linked.err
    report = check_document("pipelines registers", renewables("pipelines", "registers", "Harrow Fen", "--json").out)
    assert [(link["reference"], link["state"]) for link in report["links"]] == [("8263", "in the register")]
    assert "49.9 MW AC" in renewables("pipelines", "registers").out
    assert "No record looks like" in renewables("pipelines", "proposals").out


def test_without_an_issue_the_commands_say_how_to_get_one(home: Path, renewables: Renewables) -> None:
    add_portfolio(home, repd_ref_id="8263").dispose()
    assert "REPD 8263, no issue has landed" in renewables("pipelines", "registers").out
    outcome = renewables("pipelines", "proposals")
    assert outcome.code == 1
    assert "renewables registers fetch" in outcome.err


def test_taking_over_an_operator_creates_each_project_once(home: Path, renewables: Renewables) -> None:
    land_register(
        home,
        "repd",
        FIRST,
        {"Site Name": "Oak Hill", "Operator (or Applicant)": "FEN POWER LTD"},
        {"Ref ID": "2", "Site Name": "Old tip", "Technology Type": "Landfill Gas"},
        {"Ref ID": "3", "Site Name": "Ash", "Installed Capacity (MWelec)": ""},
        {"Ref ID": "4", "Site Name": "Elm", "Operator (or Applicant)": "Another"},
    )
    add_portfolio(home).dispose()
    command = ("registers", "take-over", "Fen Power Limited", "--json")
    plan = check_document("registers take-over", renewables(*command).out)
    assert (plan["batch"], plan["is_new_counterparty"]) == (None, True)
    assert {row["reference"]: row["problem"] for row in plan["rows"]} == {
        "8263": "",
        "2": "Landfill Gas is no technology of our projects",
        "3": "the register publishes no capacity",
    }
    taken = check_document("registers take-over", renewables(*command, "--yes").out)
    assert taken["batch"]
    again = json.loads(renewables(*command, "--yes").out)
    assert again["batch"] is None
    assert "already linked to Oak Hill" in {row["problem"] for row in again["rows"]}
    listed = json.loads(renewables("pipelines", "list", "--json").out)
    assert sorted(row["name"] for row in listed) == ["Harrow Fen", "Oak Hill"]
    undone = renewables("pipelines", "revert", taken["batch"], "--yes")
    assert undone.code == 0, undone.err
    assert len(json.loads(renewables("pipelines", "list", "--json").out)) == 1


@pytest.fixture
def landed_excerpts(home: Path, recordings: Path) -> Path:
    """Land both issues of both registers from the excerpts."""
    folder = recordings.parent / "registers"
    if not folder.is_dir():
        pytest.fail(f"{folder} does not exist: the excerpts of the registers belong beside RECORDINGS")
    for register, name, day in (
        *(("repd", "repd_2022_october.csv", date(2022, 10, 1)), ("repd", "repd_2024_q2.csv", date(2024, 7, 1))),
        *(("tec", "tec_register_2024-10-11.csv", None), ("tec", "tec_register_2025-09-02.csv", None)),
    ):
        content = (folder / name).read_bytes()
        land_issue(partial(writing, home / "warehouse.duckdb"), REGISTERS[register], content, name, day)
    return home


@pytest.mark.usefixtures("landed_excerpts")
def test_sites_of_an_earlier_issue_are_found_again_in_the_newest(home: Path) -> None:
    """The published references say which record is right, also where names, capacities and operators have changed."""
    technologies = [str(Technology.SOLAR), str(Technology.BESS), str(Technology.WIND_ONSHORE)]
    with snapshot_connection() as con:
        candidates = query_frame(con, CANDIDATES, {"technologies": technologies})
        earlier = query_frame(
            con,
            "FROM register_records WHERE register = 'repd' AND issue_date = DATE '2022-10-01' AND "
            "list_contains($technologies, technology) AND reference IN (SELECT reference FROM register_current "
            "WHERE status_group NOT IN ('Ended', 'Revised'))",
            {"technologies": technologies},
        )
    first = 0
    for row in earlier.iter_rows(named=True):
        ratio = 1.2 if row["technology"] == "Solar" else 1.0
        ours = facility(
            name=row["name"][:100],
            technology=row["technology"],
            capacity_mwp=(row["capacity_mw"] or 0) * ratio,
            latitude=row["latitude"],
            longitude=row["longitude"],
        )
        proposals = [each for each in propose_records(ours, candidates) if each.register == "repd"]
        first += bool(proposals) and proposals[0].reference == row["reference"]
    assert len(earlier) > 100
    assert first / len(earlier) > 0.95
    ledger = add_portfolio(home)
    assert not list(live_links(read_portfolio(ledger))), "proposals link nothing"
    ledger.dispose()
