"""The funnel: conversion between stages, time in a stage and realised probability, from the history of projects."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

import pytest

from pipeline_assets.landing import land_changes
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.schema import ledger_for_task
from pipeline_assets.vocabulary import STAGES_IN_ORDER, Stage
from renewables.queries.funnel import LEAST_PROJECTS, stage_funnel
from renewables.queries.pipeline import Filter
from tests.filled_homes import Renewables
from tests.renewables.moved_portfolio import submit_on
from tests.renewables.test_json_output import check_document

START = date(2026, 1, 1)
WANTED = Filter(date(2026, 11, 27))
ARCHIVED = "archived"
Event = tuple[str, str, int]
"""A project, the stage that it enters or `ARCHIVED`, and the days by which the status is backdated."""


def day_after(days: int) -> date:
    return START + timedelta(days=days)


def land_events(plan: dict[int, list[Event]]) -> None:
    """Submit and land the events of each day, counted from `START`, in the ledger of the home in force."""
    versions: Counter[str] = Counter()
    with ledger_for_task() as engine:
        for days, events in sorted(plan.items()):
            changes = []
            for project, event, backdated in events:
                fields = {"stage": event, "status_date": day_after(days - backdated).isoformat()}
                if event == ARCHIVED:
                    changes.append(Change.archive("pipelines", project, base_version=versions[project]))
                elif versions[project]:
                    changes.append(Change.edit("pipelines", project, fields, base_version=versions[project]))
                else:
                    changes.append(Change.create("pipelines", {"name": project, **fields}, id=project))
                versions[project] += 1
            submit_on(engine, day_after(days), *changes)
        land_changes(engine)


def row_of(stage: str, **more: Any) -> dict[str, Any]:
    (row,) = stage_funnel(Filter(WANTED.today, **more)).filter(stage=stage).to_dicts()
    return row


def land_twelve() -> None:
    """Land twelve projects in Design: eight go on after 10 to 80 days, three are archived, one stays."""
    plan: dict[int, list[Event]] = defaultdict(list)
    plan[0] = [(f"p{n}", "Design", 0) for n in range(12)]
    for n in range(8):
        plan[10 * (n + 1)].append((f"p{n}", "Procurement", 0))
    plan[100] = [(f"p{n}", ARCHIVED, 0) for n in (8, 9, 10)]
    plan[200] = [(f"p{n}", "Completed", 0) for n in range(6)]
    plan[300] = [("p6", ARCHIVED, 0)]
    land_events(plan)


@pytest.mark.usefixtures("home")
def test_the_funnel_counts_what_became_of_the_projects_of_a_stage() -> None:
    land_twelve()
    assert row_of("Design") == {
        **{"stage": "Design", "projects": 12, "advanced": 8, "dropped": 3, "conversion": 8 / 11},
        **{"stays": 11, "median_days": 60.0, "decided": 10, "completed": 6, "realised_probability": 0.6},
        **{"weight": 0.25, "weight_is_default": True},
    }


@pytest.mark.usefixtures("home")
def test_figures_of_fewer_than_ten_are_withheld_and_their_number_is_not() -> None:
    land_twelve()
    row = row_of("Procurement")
    assert (row["projects"], row["advanced"], row["dropped"], row["stays"], row["decided"]) == (8, 6, 1, 7, 7)
    assert (row["conversion"], row["median_days"], row["realised_probability"]) == (None, None, None)


@pytest.mark.usefixtures("home")
def test_filters_on_the_present_stage_and_rag_do_not_apply_and_others_do() -> None:
    land_twelve()
    everything = row_of("Design")
    assert row_of("Design", stages=("Procurement",), rags=("Red",)) == everything
    assert row_of("Design", technologies=("Solar",))["projects"] == 0
    assert row_of("Design", markets=("Spain",))["projects"] == 0


@pytest.mark.usefixtures("home")
def test_a_project_archived_on_its_first_day_is_a_mistake_and_not_a_loss() -> None:
    land_events({0: [("p", "Design", 40), ("q", "Design", 40), ("q", ARCHIVED, 0)], 9: [("p", ARCHIVED, 0)]})
    row = row_of("Design")
    assert (row["projects"], row["dropped"]) == (1, 1)


@pytest.mark.usefixtures("home")
def test_a_status_replaces_those_that_it_is_dated_before() -> None:
    land_events({0: [("p", "Design", 0)], 50: [("p", "Construction", 0)], 60: [("p", "Procurement", 30)]})
    assert [row_of(stage)["projects"] for stage in ("Design", "Procurement", "Construction")] == [1, 1, 0]


def random_plan(seed: int) -> dict[int, list[Event]]:
    """Return random steps of forty projects: forwards, back, on hold, backdated, archived."""
    random = Random(seed)  # noqa: S311 (reproducible, and no secret)
    plan: dict[int, list[Event]] = {0: [(f"p{n}", random.choice(STAGES_IN_ORDER[:3]), 5) for n in range(40)]}
    gone: set[str] = set()
    for days in range(30, 330, 30):
        plan[days] = []
        for project in (f"p{n}" for n in range(40)):
            if project not in gone and random.random() < 0.6:
                event = ARCHIVED if random.random() < 0.15 else str(random.choice(list(Stage)))
                plan[days].append((project, event, random.choice([0, 0, 3, 45])))
                gone |= {project} if event == ARCHIVED else set()
    return plan


def stays_of(plan: dict[int, list[Event]]) -> Iterator[tuple[list[tuple[str, int]], int | None]]:
    """Yield the stages that each project entered, with the day, and the day on which it was archived."""
    for project in {event[0] for event in plan[0]}:
        statuses: list[tuple[str, int]] = []
        archived = None
        events = [(days, *event) for days in sorted(plan) for event in plan[days]]
        for days, name, event, backdated in events:
            if name != project:
                continue
            if event == ARCHIVED:
                archived = days
                continue
            statuses = [status for status in statuses if status[1] < days - backdated] + [(event, days - backdated)]
        yield [s for n, s in enumerate(statuses) if n == 0 or statuses[n - 1][0] != s[0]], archived


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.usefixtures("home")
def test_the_funnel_equals_a_plain_computation_over_random_histories(seed: int) -> None:
    plan = random_plan(seed)
    land_events(plan)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    lengths: dict[str, list[int]] = defaultdict(list)
    for stays, archived in stays_of(plan):
        names = [name for name, _ in stays]
        ends = [since for _, since in stays[1:]] + ([archived] if archived is not None else [])
        for (name, since), end in zip(stays, ends, strict=False):
            lengths[name].append(max(end - since, 0))
        for name in set(names):
            later = set(names[names.index(name) + 1 :]) - {Stage.ON_HOLD, name}
            has_advanced = any(name == Stage.ON_HOLD or [*Stage].index(Stage(each)) > [*Stage].index(Stage(name))
                               for each in later)  # fmt: skip
            is_dropped = archived is not None and not has_advanced and name != Stage.COMPLETED
            is_completed = names[-1] == Stage.COMPLETED
            counts[name].update(projects=1, advanced=has_advanced, dropped=is_dropped, completed=is_completed)
            counts[name].update(decided=is_completed or archived is not None)

    for row in stage_funnel(WANTED).iter_rows(named=True):
        count, days = counts[row["stage"]], lengths[row["stage"]]
        expected = {name: count[name] for name in ("projects", "advanced", "dropped", "decided", "completed")}
        assert {name: row[name] for name in expected} == expected
        outcomes = count["advanced"] + count["dropped"]
        assert row["conversion"] == (count["advanced"] / outcomes if outcomes >= LEAST_PROJECTS else None)
        probability = count["completed"] / count["decided"] if count["decided"] >= LEAST_PROJECTS else None
        assert row["realised_probability"] == probability
        assert (row["stays"], row["median_days"]) == (
            len(days),
            median(days) if len(days) >= LEAST_PROJECTS else None,
        )


def test_the_command_prints_shares_with_their_numbers_and_says_why_some_are_missing(
    home: Path,
    renewables: Renewables,
) -> None:
    assert home
    land_twelve()
    shown = renewables("pipelines", "funnel")
    assert "73 % of 11" in shown.out
    assert "60 % of 10" in shown.out
    assert "too few (7)" in shown.out
    assert "fewer than 10" in shown.err
    rows = check_document("pipelines funnel", renewables("pipelines", "funnel", "--json").out)
    assert [row["stage"] for row in rows] == [str(stage) for stage in Stage]
    assert rows[1]["realised_probability"] == 0.6


@pytest.mark.usefixtures("empty_home")
def test_without_a_landed_pipeline_the_funnel_is_empty_and_the_command_says_what_to_do(renewables: Renewables) -> None:
    assert stage_funnel(WANTED).is_empty()
    assert "renewables pipelines import FILE" in renewables("pipelines", "funnel").out
    assert renewables("pipelines", "funnel", "--json").out == "[]\n"
