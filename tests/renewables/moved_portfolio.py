"""A small portfolio that was entered on one day and moved on a later one."""

from datetime import UTC, date, datetime

import sqlalchemy as sa

from pipeline_assets.access import Actor
from pipeline_assets.landing import land_changes
from pipeline_assets.ledger import schema
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.schema import ledger_for_task
from pipeline_assets.ledger.submission import submit

OPENING = (
    Change.create("pipelines", {"name": "Fen", "stage": "Design", "rtb_date": "2027-03-01"}, id="fen"),
    Change.create("facilities", {"name": "Fen PV", "technology": "Solar", "capacity_mwp": 40.5}, id="fen-pv"),
    Change.create("pipeline_facilities", {"pipeline_id": "fen", "facility_id": "fen-pv"}, id="fen-fen-pv"),
    Change.create("information_points", {"name": "Grid", "pipeline_id": "fen", "impact": 50, "likelihood": 50}, id="i"),
)
LATER = (
    Change.edit(
        "pipelines",
        "fen",
        {"stage": "Procurement", "rtb_date": "2027-04-15", "rag": "Amber", "rag_comment": "late"},
        base_version=1,
    ),
    Change.edit("facilities", "fen-pv", {"capacity_mwp": 45}, base_version=1),
    Change.edit("information_points", "i", {"impact": 90}, base_version=1),
)


def submit_on(engine: sa.Engine, day: date, *changes: Change) -> None:
    """Submit a batch as if at noon of a day."""
    receipt = submit(engine, changes, actor=Actor.typed("ana"), token=f"{day}", today=day)
    noon = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp() * 1_000_000)
    position = schema.changes.c.position
    with engine.begin() as con:
        con.execute(
            sa.update(schema.changes).where(position >= receipt.changes[0].position).values(submitted_at_us=noon)
        )


def land_moved_portfolio(entered: date, moved: date) -> None:
    """Enter the portfolio and move it in the ledger of the home in force, and land both."""
    with ledger_for_task() as engine:
        submit_on(engine, entered, *OPENING)
        submit_on(engine, moved, *LATER)
        land_changes(engine)
