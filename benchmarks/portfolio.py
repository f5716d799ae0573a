"""Invented portfolios of any size, on which lists, views and imports are measured.

Belongs here: records and their histories, as changes of the ledger or as rows of a file. Not here: measuring.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from pipeline_assets.access import Actor
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.submission import submit
from pipeline_assets.models import new_id
from pipeline_assets.vocabulary import Market, Rag, Stage, Technology

PROJECTS_PER_COUNTERPARTY = 4
CHANGES_PER_BATCH = 4_000
MONTHS_OF_HISTORY = 12
HEADER = ("name", "stage", "rag", "rag_comment", "rtb_date", "facility_technology", "facility_capacity_mwp")
"The columns of `rows`, which are those of the import of projects."


def fill(engine: sa.Engine, projects: int) -> None:
    """Create projects with a facility, a developer and an information point each, and a change of status or two."""
    batch: list[Change] = []
    for changes in _changes(projects, datetime.now(UTC).date()):
        batch += changes
        if len(batch) >= CHANGES_PER_BATCH:
            submit(engine, batch, actor=Actor.typed("benchmark"), token=new_id(), source="seed")
            batch = []
    submit(engine, batch, actor=Actor.typed("benchmark"), token=new_id(), source="seed")


def rows(count: int, *, edited: int = 0) -> Iterator[tuple[str, ...]]:
    """Yield rows of an import of projects in the order of `HEADER`; the first `edited` have another RTB date."""
    today = date(2026, 6, 1)
    for n in range(count):
        technology = list(Technology)[n % len(Technology)]
        rtb_date = today + timedelta(days=n % 1_800 + (30 if n < edited else 0))
        capacity = str(5 + n % 400)
        yield (f"Project {n}", Stage.DESIGN, Rag.GREEN, "", rtb_date.isoformat(), technology, capacity)


def _changes(projects: int, today: date) -> Iterator[list[Change]]:
    for n in range(-(-projects // PROJECTS_PER_COUNTERPARTY)):
        yield [Change.create("counterparties", {"name": f"Company {n}"}, id=f"c{n}")]
    for n in range(projects):
        yield [*_project(n, today), *_status_changes(n, today)]


def _project(n: int, today: date) -> Iterator[Change]:
    started = today - timedelta(days=30 * (MONTHS_OF_HISTORY + 1))
    yield Change.create(
        "pipelines", {**_status(n, 0, started), "name": f"Project {n}", "market": _of(Market, n)}, id=f"p{n}"
    )
    place = {"longitude": -5.0 + n % 65 / 10, "latitude": 50.5 + n % 77 / 10}
    plant = {"name": f"Project {n} plant", "technology": _of(Technology, n), "capacity_mwp": 5.0 + n % 400}
    yield Change.create("facilities", {**plant, **place}, id=f"f{n}")
    yield Change.create("pipeline_facilities", {"pipeline_id": f"p{n}", "facility_id": f"f{n}"}, id=f"pf{n}")
    developer = {"pipeline_id": f"p{n}", "counterparty_id": f"c{n // PROJECTS_PER_COUNTERPARTY}", "role": "Developer"}
    yield Change.create("pipeline_counterparties", developer, id=f"pc{n}")
    scores = {"impact": 1 + n * 7 % 100, "likelihood": 1 + n * 13 % 100}
    yield Change.create("information_points", {"name": f"Risk {n}", "pipeline_id": f"p{n}", **scores}, id=f"i{n}")


def _status_changes(n: int, today: date) -> Iterator[Change]:
    for version, months_ago in enumerate((7 - n % 3, 3 - n % 2), 1):
        status = _status(n, version, today - timedelta(days=30 * months_ago))
        yield Change.edit("pipelines", f"p{n}", status, base_version=version)


def _status(n: int, version: int, day: date) -> dict[str, str]:
    rag = _of(Rag, n + version)
    return {
        "stage": _of(Stage, n),
        "rag": rag,
        "rag_comment": "" if rag == Rag.GREEN else f"Grid offer {version} of project {n} is late",
        "rtb_date": (date(2024, 6, 1) + timedelta(days=n * 11 % 2_500 + 45 * version)).isoformat(),
        "status_date": day.isoformat(),
    }


def _of(words: type[Market] | type[Rag] | type[Stage] | type[Technology], n: int) -> str:
    members = list(words)
    return str(members[n % len(members)])
