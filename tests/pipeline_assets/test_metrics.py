"""The metrics equal those computed from the ledger's records without our SQL."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from pipeline_assets.access import Actor
from pipeline_assets.landing import land_changes
from pipeline_assets.ledger import reader as ledger
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.submission import submit
from pipeline_assets.metrics import DEFAULT_WEIGHTS
from pipeline_assets.seed_loader import load_seeds
from pipeline_assets.vocabulary import Stage
from tests.pipeline_assets.ledger.sample_portfolio import PORTFOLIO, archive_record, set_fields, submit_batch
from tests.pipeline_assets.test_landing import published_table

pytestmark = pytest.mark.slow

TODAY = datetime.now(UTC).date()


def live_records(engine: sa.Engine, kind: str) -> pl.DataFrame:
    """Return the live records of the ledger: `id` and their fields, with dates as text."""
    return pl.DataFrame([{"id": record.id, **record.fields} for record in ledger.records_of_kind(engine, kind)])


def capacities(engine: sa.Engine) -> pl.DataFrame:
    """Return a row for each facility of each live project."""
    return (
        live_records(engine, "pipeline_facilities")
        .join(live_records(engine, "pipelines"), left_on="pipeline_id", right_on="id")
        .join(live_records(engine, "facilities"), left_on="facility_id", right_on="id")
    )


@pytest.fixture
def seeded(engine: sa.Engine) -> sa.Engine:
    """Load the seeds and archive one project with all its parts."""
    load_seeds(engine)
    archive_record(engine, "pipelines", riskiest_project(engine))
    land_changes(engine)
    return engine


def riskiest_project(engine: sa.Engine) -> str:
    """Return the project with the highest rated risk."""
    points = live_records(engine, "information_points").filter(
        (pl.col("status") == "Open") & pl.col("pipeline_id").is_not_null()
    )
    return str(points.sort(pl.col("impact") * pl.col("likelihood"), "id")["pipeline_id"][-1])


def nearly_equal(frame: pl.DataFrame, expected: pl.DataFrame, by: list[str]) -> bool:
    """Return whether two frames are equal except for the last digits of sums."""
    item, other = frame.sort(by), expected.select(frame.columns).sort(by)
    return (
        all(
            bool(((item[name] - other[name]).abs() < 1e-6).all())
            if item[name].dtype.is_float()
            else item[name].equals(other[name])
            for name in item.columns
        )
        and len(item) == len(other) > 0
    )


def test_capacity_by_technology_and_stage_is_gross_and_weighted_by_the_probability_of_the_stage(
    seeded: sa.Engine,
) -> None:
    weights = live_records(seeded, "stage_weights").select("stage", "weight")
    expected = (
        capacities(seeded)
        .join(weights, on="stage")
        .group_by("technology", "stage")
        .agg(
            gross_mwp=pl.col("capacity_mwp").sum(),
            weighted_mwp=(pl.col("capacity_mwp") * pl.col("weight")).sum(),
            projects=pl.col("pipeline_id").n_unique().cast(pl.Int64),
        )
    )
    result = published_table("capacity_by_technology_and_stage")
    assert not result["weight_is_default"].any()
    names = ["technology", "stage", "gross_mwp", "weighted_mwp", "projects"]
    assert nearly_equal(result.select(names), expected, ["technology", "stage"])


def test_without_weights_in_the_ledger_default_ones_are_used_and_marked(engine: sa.Engine) -> None:
    submit_batch(engine, *PORTFOLIO)
    submit_batch(engine, Change.create("stage_weights", {"stage": "Design", "weight": 0.4}, id="Design"))
    land_changes(engine)
    expected = {stage: (weight, True) for stage, weight in DEFAULT_WEIGHTS.items()} | {Stage.DESIGN: (0.4, False)}
    rows = published_table("stage_weights_in_force").select("stage", "weight", "is_default").rows()
    assert {stage: (weight, default) for stage, weight, default in rows} == expected
    (row,) = published_table("capacity_by_technology_and_stage").rows(named=True)
    assert (row["weight"], row["weight_is_default"]) == (DEFAULT_WEIGHTS[Stage.DISCOVERY], True)
    assert row["weighted_mwp"] == pytest.approx(49.9 * DEFAULT_WEIGHTS[Stage.DISCOVERY])


def test_capacity_accumulates_by_rtb_date_for_each_technology_and_in_total(seeded: sa.Engine) -> None:
    dated = capacities(seeded).filter(pl.col("rtb_date").is_not_null())
    total = dated.with_columns(technology=pl.lit("Total"))
    expected = (
        pl.concat([dated, total])
        .group_by("technology", rtb_date=pl.col("rtb_date").str.to_date())
        .agg(gross_mwp=pl.col("capacity_mwp").sum())
        .sort("rtb_date")
        .with_columns(cumulative_gross_mwp=pl.col("gross_mwp").cum_sum().over("technology"))
    )
    result = published_table("cumulative_capacity_by_rtb_date")
    assert nearly_equal(result.drop("weighted_mwp", "cumulative_weighted_mwp"), expected, ["technology", "rtb_date"])
    final = result.filter(pl.col("technology") == "Total").sort("rtb_date").row(-1, named=True)
    weighted = published_table("project_capacity").filter(pl.col("rtb_date").is_not_null())["weighted_mwp"].sum()
    assert final["cumulative_weighted_mwp"] == pytest.approx(weighted)


def test_slippage_counts_from_the_first_rtb_date_of_a_project(seeded: sa.Engine) -> None:
    first: dict[str, str] = {}
    for change in ledger.changes_since(seeded):
        if change.kind == "pipelines" and change.after.get("rtb_date"):
            first.setdefault(change.id, change.after["rtb_date"])
    expected = {
        project["id"]: (date.fromisoformat(project["rtb_date"]) - date.fromisoformat(first[project["id"]])).days
        for project in live_records(seeded, "pipelines").filter(pl.col("rtb_date").is_not_null()).rows(named=True)
    }
    matches = dict(published_table("rtb_slippage").select("pipeline_id", "slippage_days").rows())
    assert matches == expected
    assert any(days > 0 for days in matches.values())


def test_a_correction_of_an_earlier_status_sets_the_first_rtb_date(engine: sa.Engine) -> None:
    submit_batch(engine, *PORTFOLIO)
    set_fields(engine, "pipelines", "fen", rtb_date="2027-06-01", status_date="2026-02-01")
    set_fields(engine, "pipelines", "fen", rtb_date="2026-12-01", status_date="2025-01-01")
    set_fields(engine, "pipelines", "fen", rtb_date="2027-06-01", status_date="2026-02-01")
    land_changes(engine)
    assert published_table("rtb_slippage").select("first_rtb_date", "slippage_days").rows() == [
        (date(2026, 12, 1), 182)
    ]


@pytest.mark.parametrize(
    ("stage", "days", "overdue"),
    [("Procurement", -1, True), ("Procurement", 0, False), ("Construction", -1, False), ("On hold", -1, False)],
)
def test_overdue_is_an_rtb_date_before_today_in_a_stage_before_construction(
    engine: sa.Engine, stage: str, days: int, overdue: bool
) -> None:
    submit_batch(engine, *PORTFOLIO)
    set_fields(engine, "pipelines", "fen", stage=stage, rtb_date=str(TODAY + timedelta(days=days)))
    land_changes(engine)
    assert published_table("overdue_rtb").select("pipeline_id", "days_overdue").rows() == (
        [("fen", -days)] if overdue else []
    )


def test_the_update_time_of_a_project_is_that_of_its_newest_part(engine: sa.Engine) -> None:
    def newest() -> Any:
        land_changes(engine)
        return published_table("days_since_update").select("pipeline_id", "updated_at_utc", "days").row(0)

    submit_batch(engine, *PORTFOLIO)
    other = submit(engine, [Change.create("contacts", {"name": "Nobody's"})], actor=Actor.typed("ana"), token="other")
    assert newest()[1] < other.changes[0].submitted_at_utc
    for kind, id, field, value in [
        ("information_points", "grid-date", "mitigation", "asked"),
        ("facilities", "fen-solar", "capacity_mwp", 51.0),
        ("pipelines", "fen", "notes", "new"),
    ]:
        change = set_fields(engine, kind, id, **{field: value}).changes[0]
        assert newest() == ("fen", change.submitted_at_utc, 0)


def test_open_risks_have_their_rating_and_those_of_archived_projects_do_not_count(seeded: sa.Engine) -> None:
    projects = set(live_records(seeded, "pipelines")["id"])
    expected = {
        point["id"]: point["impact"] * point["likelihood"]
        for point in live_records(seeded, "information_points").rows(named=True)
        if point["status"] == "Open" and (point["pipeline_id"] is None or point["pipeline_id"] in projects)
    }
    matches = dict(published_table("open_risks").select("information_point_id", "rating").rows())
    assert matches == expected
    assert len(matches) < len(live_records(seeded, "information_points").filter(pl.col("status") == "Open"))


def test_every_milestone_of_a_live_project_has_its_slip_and_rtb_needs_no_record(engine: sa.Engine) -> None:
    submit_batch(engine, *PORTFOLIO)
    dates = {"planned_date": "2028-01-01", "forecast_date": "2028-02-01"}
    submit_batch(engine, Change.create("milestones", {"name": "COD", "pipeline_id": "fen", **dates}, id="cod"))
    set_fields(engine, "pipelines", "fen", rtb_date="2027-03-11")

    def milestones() -> list[tuple[object, ...]]:
        land_changes(engine)
        columns = ("milestone", "milestone_id", "planned_date", "forecast_date", "slip_days")
        return published_table("project_milestones").sort("milestone_order").select(columns).rows()

    cod = ("COD", "cod", date(2028, 1, 1), date(2028, 2, 1), 31)
    assert milestones() == [("RTB", None, date(2027, 3, 1), date(2027, 3, 11), 10), cod]
    fields = {"name": "RTB", "pipeline_id": "fen", "planned_date": "2027-02-01"}
    submit_batch(engine, Change.create("milestones", fields, id="rtb"))
    assert milestones() == [("RTB", "rtb", date(2027, 2, 1), date(2027, 3, 11), 38), cod]
    archive_record(engine, "pipelines", "fen")
    assert milestones() == []
