"""The RTB date of a project and the forecast of its RTB milestone are one date, whichever is edited."""

from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline_assets.access import Actor
from pipeline_assets.errors import PipelineError, Refused
from pipeline_assets.ledger import reader, schema
from pipeline_assets.ledger.changes import Change, Receipt
from pipeline_assets.ledger.submission import revert
from pipeline_assets.models import new_id
from pipeline_assets.spreadsheets.import_plan import confirm_import, plan_import
from tests.pipeline_assets.ledger.sample_portfolio import (
    all_records,
    archive_record,
    current_record,
    restore_record,
    set_fields,
    submit_batch,
)

MARCH, JUNE, JULY = "2027-03-01", "2027-06-01", "2027-07-01"


@pytest.fixture
def project(engine: sa.Engine) -> str:
    submit_batch(engine, Change.create("pipelines", {"name": "Fen Solar", "rtb_date": MARCH}, id="fen"))
    return "fen"


def create_milestone(engine: sa.Engine, project: str, name: str = "RTB", **fields: Any) -> Receipt:
    values = {"name": name, "pipeline_id": project, **fields}
    return submit_batch(engine, Change.create("milestones", values, id=f"{project}-{name}"))


def both_dates(engine: sa.Engine) -> tuple[str | None, str | None]:
    """Return the RTB date of the project and the forecast of its RTB milestone."""
    project, milestone = current_record(engine, "pipelines", "fen"), current_record(engine, "milestones", "fen-RTB")
    return project.fields["rtb_date"], milestone.fields["forecast_date"]


def test_an_rtb_milestone_without_a_forecast_gets_the_rtb_date_of_its_project(engine: sa.Engine, project: str) -> None:
    create_milestone(engine, project, planned_date=MARCH)

    assert both_dates(engine) == (MARCH, MARCH)


def test_an_rtb_milestone_with_a_forecast_moves_the_rtb_date_and_dates_the_status(
    engine: sa.Engine, project: str
) -> None:
    set_fields(engine, "pipelines", project, status_date="2026-01-05")
    create_milestone(engine, project, forecast_date=JUNE)

    assert both_dates(engine) == (JUNE, JUNE)
    assert current_record(engine, "pipelines", project).fields["status_date"] > "2026-01-05"


@pytest.mark.parametrize("date", [JUNE, None])
def test_a_new_rtb_date_moves_the_forecast_and_a_new_forecast_the_rtb_date(
    engine: sa.Engine, project: str, date: str | None
) -> None:
    create_milestone(engine, project)

    moved = set_fields(engine, "pipelines", project, rtb_date=date)
    assert both_dates(engine) == (date, date)
    assert moved.changes[-1].why == "follows the RTB date of the project"
    set_fields(engine, "milestones", "fen-RTB", forecast_date=JULY)
    assert both_dates(engine) == (JULY, JULY)
    set_fields(engine, "milestones", "fen-RTB", forecast_date=date)
    assert both_dates(engine) == (date, date)


def test_other_milestones_and_other_fields_leave_the_rtb_date_alone(engine: sa.Engine, project: str) -> None:
    create_milestone(engine, project)
    create_milestone(engine, project, "COD", forecast_date=JULY)
    receipt = set_fields(engine, "milestones", "fen-RTB", owner="Anna", actual_date=JUNE)

    assert len(receipt.changes) == 1
    assert both_dates(engine) == (MARCH, MARCH)


def test_a_batch_that_sets_two_different_dates_is_refused(engine: sa.Engine, project: str) -> None:
    create_milestone(engine, project)
    with pytest.raises(Refused, match=r"is 2027-07-01, while the RTB date of the project is 2027-06-01: set only one"):
        submit_batch(
            engine,
            Change.edit("pipelines", project, {"rtb_date": JUNE}, base_version=1),
            Change.edit("milestones", "fen-RTB", {"forecast_date": JULY}, base_version=2),
        )

    assert both_dates(engine) == (MARCH, MARCH)


def test_a_restored_rtb_milestone_has_the_rtb_date_of_now(engine: sa.Engine, project: str) -> None:
    create_milestone(engine, project)
    archive_record(engine, "milestones", "fen-RTB")
    set_fields(engine, "pipelines", project, rtb_date=JUNE)
    restore_record(engine, "milestones", "fen-RTB")

    assert both_dates(engine) == (JUNE, JUNE)


def test_a_restored_project_gives_its_rtb_date_to_a_milestone_that_was_restored_before_it(
    engine: sa.Engine, project: str
) -> None:
    create_milestone(engine, project)
    archive_record(engine, "milestones", "fen-RTB")
    set_fields(engine, "pipelines", project, rtb_date=None)
    archive_record(engine, "pipelines", project)
    restore_record(engine, "milestones", "fen-RTB")
    restore_record(engine, "pipelines", project)

    assert both_dates(engine) == (None, None)


def test_a_milestone_that_becomes_rtb_gives_its_forecast_to_a_project_without_an_rtb_date(engine: sa.Engine) -> None:
    submit_batch(engine, Change.create("pipelines", {"name": "Fen Solar"}, id="fen"))
    submit_batch(
        engine,
        Change.create("milestones", {"name": "COD", "pipeline_id": "fen", "forecast_date": JULY}, id="fen-RTB"),
    )
    set_fields(engine, "milestones", "fen-RTB", name="RTB")

    assert both_dates(engine) == (JULY, JULY)


def test_reverting_the_edit_of_one_of_the_dates_reverts_both(engine: sa.Engine, project: str) -> None:
    create_milestone(engine, project)
    for kind, id, name in (("pipelines", project, "rtb_date"), ("milestones", "fen-RTB", "forecast_date")):
        receipt = set_fields(engine, kind, id, **{name: JUNE})
        revert(engine, receipt.batch, actor=Actor.typed("bo"), token=new_id())
        assert both_dates(engine) == (MARCH, MARCH)


def test_an_import_of_either_sheet_moves_both_dates(engine: sa.Engine, project: str) -> None:
    create_milestone(engine, project)
    for sheet, file, date in (
        ("pipelines", f"name,rtb_date\nFen Solar,{JUNE}\n", JUNE),
        ("milestones", f"milestone,project,forecast\nReady to build,Fen Solar,{JULY}\n", JULY),
    ):
        plan = plan_import(engine, sheet, file.encode())
        assert (plan.errors, [str(row.outcome) for row in plan.rows]) == ([], ["update"])
        confirm_import(engine, plan, actor=Actor.typed("ana"))
        assert both_dates(engine) == (date, date)


DATES = st.sampled_from([None, MARCH, JUNE, JULY])
NUMBERS = st.integers(0, 9)
STEPS = st.one_of(
    st.tuples(st.sampled_from(["project", "forecast", "both", "import project", "import forecast"]), DATES, DATES),
    st.tuples(st.sampled_from(["create", "archive", "restore", "archive project", "restore project"]), DATES, DATES),
    st.tuples(st.just("revert"), NUMBERS, DATES),
)


def take_step(engine: sa.Engine, word: str, first: Any, second: Any, batches: list[str]) -> None:
    """Submit one step, or leave the ledger as it is where a rule refuses it."""
    match word:
        case "project":
            receipt = set_fields(engine, "pipelines", "fen", rtb_date=first)
        case "forecast":
            receipt = set_fields(engine, "milestones", "fen-RTB", forecast_date=first)
        case "both":
            project, milestone = (
                current_record(engine, *key) for key in (("pipelines", "fen"), ("milestones", "fen-RTB"))
            )
            receipt = submit_batch(
                engine,
                Change.edit("milestones", milestone.id, {"forecast_date": first}, base_version=milestone.version),
                Change.edit("pipelines", project.id, {"rtb_date": second}, base_version=project.version),
            )
        case "import project" | "import forecast":
            sheet, header = ("pipelines", "id,name,rtb_date\nfen,Fen Solar")
            if word == "import forecast":
                sheet, header = ("milestones", "name,pipeline_id,forecast_date\nRTB,fen")
            plan = plan_import(engine, sheet, f"{header},{first or '(clear)'}\n".encode())
            receipt = confirm_import(engine, plan, actor=Actor.typed("ana"), clear=True)
        case "create":
            receipt = create_milestone(engine, "fen", forecast_date=first)
        case "archive" | "restore":
            receipt = (archive_record if word == "archive" else restore_record)(engine, "milestones", "fen-RTB")
        case "archive project" | "restore project":
            receipt = (archive_record if word == "archive project" else restore_record)(engine, "pipelines", "fen")
        case _:
            receipt = revert(engine, batches[first % len(batches)], actor=Actor.typed("bo"), token=new_id())
    if receipt.changes:
        batches.append(receipt.batch)


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, min_size=3, max_size=12))
def test_both_dates_agree_after_any_sequence_of_edits_imports_and_reverts(
    engine: sa.Engine, steps: list[tuple[str, Any, Any]]
) -> None:
    with schema.writing(engine) as con:
        for table in (schema.changes, schema.records, schema.mentions, schema.batches, schema.outbox):
            con.execute(table.delete())
        con.execute(schema.ledger_info.update().where(schema.ledger_info.c.key == "position").values(value=0))
    receipts = [
        submit_batch(engine, Change.create("pipelines", {"name": "Fen Solar", "rtb_date": MARCH}, id="fen")),
        create_milestone(engine, "fen"),
    ]
    batches = [receipt.batch for receipt in receipts]
    for step in steps:
        try:
            take_step(engine, *step, batches)
        except PipelineError:
            continue
        records = all_records(engine)
        if not records["pipelines", "fen"].archived and not records["milestones", "fen-RTB"].archived:
            assert len(set(both_dates(engine))) == 1
    assert reader.state_at(engine) == all_records(engine)
