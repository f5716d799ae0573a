"""The pipeline's figures equal those computed from the ledger's records with plain Python and NumPy."""

from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import sqlalchemy as sa

from pipeline_assets import landing
from pipeline_assets.access import Actor
from pipeline_assets.ledger import reader as ledger_reading
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.schema import open_ledger
from pipeline_assets.ledger.submission import submit
from pipeline_assets.metrics import DEFAULT_WEIGHTS
from pipeline_assets.models import ENTITIES
from pipeline_assets.vocabulary import Stage
from renewables.queries import pipeline, pipeline_aggregates
from renewables.queries.pipeline import Filter
from renewables.queries.pipeline_choices import choices
from renewables.queries.pipeline_outlook import capacity_outlook
from renewables.queries.snapshot import Connection
from tests.renewables.landed_portfolio import NARROW, TODAY
from warehouse.connection import reading, writing

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def live(ledger: sa.Engine) -> dict[str, dict[str, dict[str, Any]]]:
    """Return the fields of live records by kind and id."""
    kinds = ("pipelines", "facilities", "pipeline_facilities", "counterparties", "pipeline_counterparties")
    by_key = {
        kind: {record.id: dict(record.fields) for record in ledger_reading.records_of_kind(ledger, kind)}
        for kind in kinds
    }
    by_key["weights"] = {
        record.fields["stage"]: dict(record.fields)
        for record in ledger_reading.records_of_kind(ledger, "stage_weights")
    }
    return by_key


def matching_records(
    live: dict[str, dict[str, dict[str, Any]]], wanted: Filter
) -> tuple[set[str], list[dict[str, Any]]]:
    """Return the ids of the matching projects, and a row for each of their facilities that counts, from the records."""
    rows = []
    for link in live["pipeline_facilities"].values():
        if link["pipeline_id"] in live["pipelines"]:
            project, plant = live["pipelines"][link["pipeline_id"]], live["facilities"][link["facility_id"]]
            stage = project["stage"]
            weight = live["weights"][stage]["weight"] if stage in live["weights"] else DEFAULT_WEIGHTS[Stage(stage)]
            rows.append({**project, **plant, "pipeline_id": link["pipeline_id"], "weight": weight})
    companies = defaultdict(set)
    for link in live["pipeline_counterparties"].values():
        companies[link["pipeline_id"]].add(live["counterparties"][link["counterparty_id"]]["name"])
    technologies = defaultdict(set)
    for row in rows:
        technologies[row["pipeline_id"]].add(row["technology"])
    ids = {
        id
        for id, project in live["pipelines"].items()
        if project["market"] in (wanted.markets or [project["market"]])
        and project["stage"] in (wanted.stages or [project["stage"]])
        and project["rag"] in (wanted.rags or [project["rag"]])
        and (not wanted.technologies or technologies[id] & set(wanted.technologies))
        and (not wanted.counterparties or companies[id] & set(wanted.counterparties))
    }
    counted = [row for row in rows if row["technology"] in (wanted.technologies or [row["technology"]])]
    return ids, [row for row in counted if row["pipeline_id"] in ids]


@pytest.mark.parametrize("wanted", NARROW)
def test_capacity_equals_that_of_the_records_under_any_filter(
    wanted: Filter, con: Connection, live: dict[str, Any]
) -> None:
    ids, rows = matching_records(live, wanted)
    figures = pipeline.headline_figures(wanted, con)
    assert figures["projects"] == len(ids)
    assert figures["gross_mwp"] == pytest.approx(sum(row["capacity_mwp"] for row in rows))
    assert figures["weighted_mwp"] == pytest.approx(sum(row["capacity_mwp"] * row["weight"] for row in rows))
    assert figures["green"] + figures["amber"] + figures["red"] == len(ids)
    sums: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        sums.setdefault((row["stage"], row["technology"]), []).append(row["capacity_mwp"])
    frame = pipeline.by_stage_and_technology(wanted, con)
    by_key = {(row["stage"], row["technology"]): row for row in frame.iter_rows(named=True)}
    assert by_key.keys() == sums.keys()
    for key, parts in sums.items():
        assert by_key[key]["gross_mwp"] == pytest.approx(sum(parts))
        assert by_key[key]["facilities"] == len(parts)


@pytest.mark.parametrize("wanted", NARROW)
def test_every_part_of_the_page_is_filtered_alike(wanted: Filter, con: Connection, live: dict[str, Any]) -> None:
    ids, rows = matching_records(live, wanted)
    assert set(pipeline.facility_places(wanted, con)["pipeline_id"]) == {row["pipeline_id"] for row in rows}
    assert set(pipeline.rag_by_month(wanted, con=con)["pipeline_id"]) == ids
    assert set(pipeline.rtb_dates(wanted, con)["pipeline_id"]) == {
        id for id in ids if live["pipelines"][id]["rtb_date"]
    }
    late = {
        id
        for id in ids
        if (rtb := live["pipelines"][id]["rtb_date"])
        and date.fromisoformat(rtb) < TODAY
        and live["pipelines"][id]["stage"] in ("Discovery", "Design", "Procurement")
    }
    assert set(pipeline.overdue_projects(wanted, con)["pipeline_id"]) == late
    assert pipeline.headline_figures(wanted, con)["overdue"] == len(late)
    points = pipeline.open_risks(wanted, con)
    assert set(points.filter(pl.col("technology").is_null())["pipeline_id"].drop_nulls()) <= ids
    assert points["rating"].to_list() == sorted(points["rating"], reverse=True)
    assert points["rank"].to_list() == list(range(1, len(points) + 1))


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(TODAY, markets=("Spain",)), {"of Spain", "of Spain and BESS"}),
        (Filter(TODAY, technologies=("BESS",)), {"of Spain and BESS", "of a solar project, on BESS"}),
        (Filter(TODAY, markets=("Spain",), technologies=("BESS",)), {"of Spain and BESS"}),
        (Filter(TODAY, technologies=("Solar",)), {"of a solar project"}),
        (Filter(TODAY, stages=("Design",)), {"of a solar project", "of a solar project, on BESS"}),
        (Filter(TODAY, counterparties=("Hazel",)), {"of Spain"}),
    ],
)
def test_filters_find_information_points_by_their_own_market_and_technology_else_by_those_of_their_project(
    tmp_path: Path, wanted: Filter, expected: set[str]
) -> None:
    engine = open_ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    score = {"impact": 10, "likelihood": 10}

    def point(name: str, **fields: str) -> Change:
        return Change.create("information_points", {"name": name, **score, **fields}, id=name.replace(" ", "-"))

    plant = {"name": "A", "technology": "Solar", "capacity_mwp": 5.0}
    changes = [
        Change.create("counterparties", {"name": "Hazel"}, id="c"),
        Change.create("pipelines", {"name": "A", "stage": "Design"}, id="p"),
        Change.create("facilities", plant, id="f"),
        Change.create("pipeline_facilities", {"pipeline_id": "p", "facility_id": "f"}),
        *(point("of Spain", market="Spain"), point("of Spain and BESS", market="Spain", technology="BESS")),
        *(point("of a solar project", pipeline_id="p"), point("of nothing")),
        point("of a solar project, on BESS", pipeline_id="p", technology="BESS"),
        Change.create("information_point_counterparties", {"information_point_id": "of-Spain", "counterparty_id": "c"}),
    ]
    submit(engine, changes, actor=Actor.typed("me"), token="t")
    warehouse = tmp_path / "warehouse.duckdb"
    landing.land_changes(engine, lambda: writing(warehouse))
    engine.dispose()
    with reading(warehouse) as snapshot:
        points = pipeline.open_risks(wanted, snapshot)
        assert set(points["information_point"]) == expected
        assert pipeline.headline_figures(wanted, snapshot)["open_points"] == len(expected)
        assert pipeline_aggregates.risks_by_score(wanted, snapshot)["points"].sum() == len(expected)
        options = choices(snapshot)
    assert options
    assert "Spain" in options.markets
    assert "BESS" in options.technologies


def test_an_archived_project_appears_in_no_query(con: Connection) -> None:
    wide = Filter(TODAY)
    for question in (
        pipeline.facility_places,
        pipeline.rag_by_month,
        pipeline.rtb_dates,
        pipeline.overdue_projects,
        pipeline.open_risks,
    ):
        assert "pr-sorrel-bank" not in question(wide, con=con)["pipeline_id"].to_list()


def test_a_month_shows_the_status_that_held_at_its_end(con: Connection, ledger: sa.Engine) -> None:
    wide = Filter(date(2026, 11, 21))
    frame = pipeline.rag_by_month(wide, months=6, con=con)
    assert frame["month"].unique().sort().to_list() == [date(2026, month, 1) for month in range(6, 12)]
    dated: dict[str, str] = {}
    for change in ledger_reading.record_history(ledger, "pipelines", "pr-cherwick-lock"):
        if "rag" in change.after or "status_date" in change.after:
            newest = change.after.get("rag", list(dated.values())[-1] if dated else None)
            dated[change.after["status_date"]] = newest
    shown = dict(frame.filter(pipeline_id="pr-cherwick-lock").select("month", "rag").iter_rows())
    for month, rag in shown.items():
        until = min((month + timedelta(days=32)).replace(day=1) - timedelta(days=1), wide.today)
        assert rag == dated[max(day for day in dated if day <= until.isoformat())]
    assert len(set(shown.values())) > 1


def test_a_project_is_stale_after_thirty_days_without_a_change(ledger: sa.Engine, tmp_path: Path) -> None:
    path, wide = tmp_path / "warehouse.duckdb", Filter(TODAY)
    landing.land_changes(ledger, lambda: writing(path))
    with writing(path) as con:
        assert pipeline.stale_projects(wide, con).is_empty()
        for kind in ENTITIES:
            con.execute(f"UPDATE {kind} SET updated_at_utc = updated_at_utc - INTERVAL 40 DAY")
        con.execute("UPDATE comments SET updated_at_utc = now() WHERE pipeline_id = 'pr-severnhope'")
        frame = pipeline.stale_projects(wide, con)
        done = {row[0] for row in con.execute("SELECT id FROM pipelines WHERE stage = 'Completed'").fetchall()}
        commented = {row[0] for row in con.execute("SELECT DISTINCT pipeline_id FROM comments").fetchall()}
    assert "pr-severnhope" in commented
    assert set(frame["days"]) == {40}
    assert len(frame) == 39 - len(done) - 1
    assert not set(frame["pipeline_id"]) & {*done, "pr-severnhope", "pr-sorrel-bank"}


def monthly_capacity(rows: list[dict[str, Any]], today: date) -> tuple[list[date], list[float]]:
    """Return the month ends of the last five years from the first RTB date on, and the capacity ready by each."""
    dated = sorted((date.fromisoformat(row["rtb_date"]), row["capacity_mwp"]) for row in rows if row["rtb_date"])
    ends, heights = [], []
    for n in range(60, -1, -1):
        year, month = divmod(today.year * 12 + today.month - 1 - n, 12)
        end = (date(year, month + 1, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        if end <= today and dated and dated[0][0] <= end and end > today.replace(year=today.year - 5):
            ends.append(end)
            heights.append(sum(mwp for rtb, mwp in dated if rtb <= end))
    return ends, heights


@pytest.mark.parametrize("technology", ["Total", "Solar", "Wind Onshore", "BESS"])
def test_the_trend_equals_numpys_least_squares_fit(technology: str, con: Connection, live: dict[str, Any]) -> None:
    today = date(2026, 11, 21)
    _, rows = matching_records(live, Filter(today))
    ends, heights = monthly_capacity([row for row in rows if technology in ("Total", row["technology"])], today)
    x, y = np.array([(end - today).days / 365.25 for end in ends]), np.array(heights)
    slope, intercept = np.polyfit(x, y, 1)
    error = np.sqrt(((y - intercept - slope * x) ** 2).sum() / (len(x) - 2))
    outlook = capacity_outlook(Filter(today), con)
    fit = outlook.fits.filter(technology=technology).row(0, named=True)
    assert (fit["months"], fit["first_month"], fit["last_month"]) == (len(ends), ends[0], ends[-1])
    assert fit["mwp_a_year"] == pytest.approx(slope)
    assert fit["standard_error_mwp"] == pytest.approx(error)
    assert fit["r2"] == pytest.approx(np.corrcoef(x, y)[0, 1] ** 2)
    last = outlook.trend.filter(technology=technology).sort("month_end").row(-1, named=True)
    assert last["month_end"] == date(2031, 11, 30)
    at = (last["month_end"] - today).days / 365.25
    half = 2 * error * np.sqrt(1 + 1 / len(x) + (at - x.mean()) ** 2 / ((x - x.mean()) ** 2).sum())
    assert last["trend_mwp"] == pytest.approx(intercept + slope * at)
    assert last["high_mwp"] - last["trend_mwp"] == pytest.approx(half)
    assert fit["high_mwp"] == pytest.approx(last["high_mwp"])


def test_cumulative_capacity_ends_with_all_capacity_that_has_an_rtb_date(con: Connection, live: dict[str, Any]) -> None:
    _, rows = matching_records(live, Filter(TODAY))
    steps = capacity_outlook(Filter(TODAY), con).steps
    total = steps.filter(technology="Total")
    assert total["rtb_date"].is_sorted()
    assert total["cumulative_gross_mwp"].to_list()[-1] == pytest.approx(
        sum(row["capacity_mwp"] for row in rows if row["rtb_date"])
    )
    each = steps.filter(pl.col("technology") != "Total")
    assert each["weighted_mwp"].sum() == pytest.approx(total["weighted_mwp"].sum())


def test_too_few_points_give_no_trend(con: Connection) -> None:
    outlook = capacity_outlook(Filter(TODAY, counterparties=("Ynni Tirion",)), con)
    assert len(outlook.steps)
    assert outlook.fits.is_empty()
    assert outlook.trend.is_empty()


def test_there_are_no_choices_before_the_first_landing(empty_home: Path) -> None:
    with reading(empty_home / "warehouse.duckdb") as snapshot:
        assert choices(snapshot) is None


def test_choices_are_in_the_order_of_the_vocabularies(con: Connection) -> None:
    options = choices(con)
    assert options is not None
    assert options.projects == 39
    assert options.stages == [stage.value for stage in Stage if stage.value in options.stages]
    assert options.counterparties == sorted(options.counterparties, key=str.lower)
