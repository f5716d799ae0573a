"""A portfolio of one project, and helpers to submit changes and to read records."""

from typing import Any

import sqlalchemy as sa

from pipeline_assets.access import Actor
from pipeline_assets.ledger import reader, schema
from pipeline_assets.ledger.changes import Change, Receipt, Record
from pipeline_assets.ledger.history import State
from pipeline_assets.ledger.submission import submit
from pipeline_assets.models import new_id

ON_EVERY_DATABASE = ("sqlite", "postgresql")

PORTFOLIO = (
    Change.create("counterparties", {"name": "Octavia Energy"}, id="octavia"),
    Change.create("contacts", {"name": "Ann Other", "email": "ann@octavia.example"}, id="ann"),
    Change.create(
        "counterparty_contacts", {"counterparty_id": "octavia", "contact_id": "ann", "role": "CEO"}, id="octavia-ann"
    ),
    Change.create("pipelines", {"name": "Fen Solar", "rtb_date": "2027-03-01", "status_date": "2026-01-05"}, id="fen"),
    Change.create(
        "facilities",
        {"name": "Fen", "technology": "Solar", "capacity_mwp": 49.9, "longitude": 0.1, "latitude": 52.4},
        id="fen-solar",
    ),
    Change.create("pipeline_facilities", {"pipeline_id": "fen", "facility_id": "fen-solar"}, id="fen-fen"),
    Change.create("pipeline_counterparties", {"pipeline_id": "fen", "counterparty_id": "octavia"}, id="fen-octavia"),
    Change.create(
        "information_points",
        {"name": "Grid date", "pipeline_id": "fen", "impact": 80, "likelihood": 50},
        id="grid-date",
    ),
)
"One project with every kind of part; records come before those that refer to them."


def submit_batch(engine: sa.Engine, *changes: Change, who: str = "ana", **more: Any) -> Receipt:
    """Submit one batch with a new token."""
    return submit(engine, changes, actor=Actor.typed(who), **{"token": new_id(), **more})


def set_fields(engine: sa.Engine, kind: str, id: str, **fields: object) -> Receipt:
    """Edit the present version of a record, as one batch."""
    return submit_batch(engine, Change.edit(kind, id, fields, base_version=current_record(engine, kind, id).version))


def archive_record(engine: sa.Engine, kind: str, id: str) -> Receipt:
    return submit_batch(engine, Change.archive(kind, id, base_version=current_record(engine, kind, id).version))


def restore_record(engine: sa.Engine, kind: str, id: str) -> Receipt:
    return submit_batch(engine, Change.restore(kind, id, base_version=current_record(engine, kind, id).version))


def current_record(engine: sa.Engine, kind: str, id: str) -> Record:
    """Return a record as it is now."""
    record = reader.find_record(engine, kind, id)
    assert record, (kind, id)
    return record


def all_records(engine: sa.Engine) -> State:
    """Return every stored record, including archived ones."""
    with schema.reading(engine) as con:
        kept = [reader.record_of(row) for row in con.execute(sa.select(schema.records))]
    return {(record.kind, record.id): record for record in kept}
