"""Warnings about names that a reader may confuse with the name of another record.

Belongs here: which names are compared when a record is created or renamed. Not here: how (`pipeline_assets/names.py`),
and names that must differ (`cross_record_rules.py`).
"""

from collections import defaultdict
from collections.abc import Iterator

import sqlalchemy as sa

from pipeline_assets.errors import Problem
from pipeline_assets.ledger import schema
from pipeline_assets.ledger.changes import Record
from pipeline_assets.ledger.draft import Draft
from pipeline_assets.models import ENTITIES
from pipeline_assets.names import look_alike_key, name_key

COMPARED = ("counterparties", "pipelines")
"""The kinds whose records people tell apart by name alone. Plants, people and risks may share a name and yet be
different.
"""
MOST_NAMED = 3


def look_alike_warnings(draft: Draft, con: sa.Connection) -> Iterator[Problem]:
    """Yield a warning for each new name that looks like that of another live record, as the batch leaves them."""
    for kind in COMPARED:
        named = [record for record in draft.touched.values() if record.kind == kind and _is_named_anew(draft, record)]
        if named:
            by_key = _live_names(draft, con, kind)
            for record in named:
                name = str(record.fields["name"])
                others = [other for other in by_key[look_alike_key(name)] if other[0] != record.id]
                if others:
                    yield Problem(kind, record.id, "name", _warning_text(kind, name, others))


def _is_named_anew(draft: Draft, record: Record) -> bool:
    earlier = draft.stored.records.get(record.kind, record.id)
    return not record.archived and (earlier is None or earlier.fields["name"] != record.fields["name"])


def _live_names(draft: Draft, con: sa.Connection, kind: str) -> dict[str, list[tuple[str, str]]]:
    """Return the (id, name) of live records by the key of their name."""
    stored = schema.records.c
    query = sa.select(stored.id, stored.fields["name"].as_string()).where(stored.kind == kind, ~stored.archived)
    names = {id: name for id, name in con.execute(query) if (kind, id) not in draft.touched}
    names |= {
        id: str(each.fields["name"]) for (of, id), each in draft.touched.items() if of == kind and not each.archived
    }
    by_key: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for id, name in names.items():
        by_key[look_alike_key(name)].append((id, name))
    return by_key


def _warning_text(kind: str, name: str, others: list[tuple[str, str]]) -> str:
    title = ENTITIES[kind].title.lower()
    same = [other for other in others if name_key(other[1]) == name_key(name)]
    listed = ", ".join(f"{other!r} ({id})" for id, other in (same or others)[:MOST_NAMED])
    more = f" and {len(same or others) - MOST_NAMED} more" if len(same or others) > MOST_NAMED else ""
    verb = "is also the name of" if same else "looks like the name of"
    return f"{name!r} {verb} another {title}: {listed}{more}. Check that it is not the same one"
