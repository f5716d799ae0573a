"""Facilities and projects of ours, and rows of a register, for the tests of links and proposals."""

from datetime import UTC, datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from pipeline_assets.access import Actor
from pipeline_assets.ledger.changes import Change, Record
from pipeline_assets.ledger.submission import submit
from pipeline_assets.models import ENTITIES
from pipeline_assets.spreadsheets.portfolio_index import Portfolio, read_portfolio

SOLAR = {"name": "Harrow Fen Solar", "technology": "Solar", "capacity_mwp": 60.0, "latitude": 52.45, "longitude": -0.25}
RECORD: dict[str, Any] = {
    **{"register": "repd", "record_id": "8263", "reference": "8263", "stage": None, "issue_id": "aa"},
    **{"name": "Harrow Fen Solar Farm", "operator": "Fen Power Limited", "technology": "Solar"},
    **{"technologies": ["Solar"], "technology_published": "Solar Photovoltaics", "status": "Awaiting Construction"},
    **{"status_group": "Consented", "capacity_mw": 49.9, "country": "England", "connection_site": None},
    **{"latitude": 52.451, "longitude": -0.252, "planning_reference": None, "connection_date": None},
    **{"permission_granted_date": None, "permission_expiry_date": None, "successors": None},
}
"One row of `register_current`; the columns that no test needs are left out."


def facility(**fields: Any) -> Record:
    """Return a facility as the ledger would hold it."""
    return record("facilities", "plant", **{**SOLAR, **fields})


def record(kind: str, id: str, **fields: Any) -> Record:
    """Return a record as the ledger would hold it, with all fields of its kind."""
    complete = ENTITIES[kind](**fields).fields()
    return Record(kind, id, 1, 1, False, complete, "tester", datetime(2026, 1, 1, tzinfo=UTC))


def records(*rows: dict[str, Any]) -> pl.DataFrame:
    """Return rows of a register, each completed from `RECORD`."""
    texts = ("planning_reference", "connection_site", "stage")
    return pl.DataFrame(
        [{**RECORD, **row} for row in rows],
        schema_overrides={**dict.fromkeys(texts, pl.String), "technologies": pl.List(pl.String)},
        infer_schema_length=None,
    )


def add_project(engine: sa.Engine, name: str = "Harrow Fen", token: str = "", **fields: Any) -> Portfolio:
    """Add a project with one facility; `fields` are those of the facility. Its ids begin with its name."""
    id = name.lower().replace(" ", "-")
    changes = [
        Change.create("pipelines", {"name": name, "status_date": "2026-01-01", "stage": "Design"}, id=id),
        Change.create("facilities", {**SOLAR, "name": f"{name} Solar", **fields}, id=f"{id}-plant"),
        Change.create("pipeline_facilities", {"pipeline_id": id, "facility_id": f"{id}-plant"}),
    ]
    submit(engine, changes, actor=Actor.typed("tester"), token=token or id)
    return read_portfolio(engine)
