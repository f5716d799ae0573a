"""The current tables and their views as they were after an earlier change, as SQL over the audit.

Belongs here: replaying in SQL, and which change was the newest at a moment. Not here: comparing two states
(`comparison.py`). A state is always one that the ledger had: the changes up to a position, not those up to a time on
somebody's clock.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

import duckdb

from pipeline_assets import tables
from pipeline_assets.fields import RecordField, fields_of
from pipeline_assets.ledger.changes import ARCHIVED
from pipeline_assets.metrics import TODAY, VIEWS
from pipeline_assets.models import ENTITIES
from pipeline_assets.table_columns import TYPES
from pipeline_assets.tables import AUDIT, DTYPES, SUBMITTED_CHANGES
from warehouse.connection import has_table


def position_at(con: duckdb.DuckDBPyConnection, moment: datetime) -> int:
    """Return the position of the newest landed change that was submitted by a moment, or 0 if none was."""
    if not has_table(con, SUBMITTED_CHANGES):
        return 0
    rows = con.execute(
        f"SELECT coalesce(max(position), 0) FROM {SUBMITTED_CHANGES} WHERE submitted_at_utc <= ? AND position <= ?",
        [moment, tables.landed_position(con)],
    ).fetchall()
    return int(rows[0][0])


def past_relations(names: Iterable[str], position: int, day: date) -> str:
    """Return SQL of common table expressions with the rows of tables and views after the change at `position`.

    Each has the name of its table or view and hides it in the query that follows. In views `day` is today.

    Args:
        names: Names of kinds of records, or of views that read only those.
        position: The position of the last change that counts.
        day: The UTC day of that state.
    """
    wanted = dict.fromkeys(name for requested in names for name in _with_sources(requested))
    today = f"DATE '{day.isoformat()}'"
    return ", ".join(
        f"{name} AS ({VIEWS[name].sql.replace(TODAY, today) if name in VIEWS else past_table(name, position)})"
        for name in wanted
    )


def _with_sources(name: str) -> Iterator[str]:
    """Yield the tables and views that a view reads, each after its own sources, and then its name."""
    if name in VIEWS:
        for source in VIEWS[name].reads:
            yield from _with_sources(source)
    yield name


def past_table(kind: str, position: int) -> str:
    """Return SQL for the current table of a kind as it was after the change at `position`."""
    fields = ", ".join(f"{_field_value(field)} AS {field.name}" for field in fields_of(ENTITIES[kind].kind))
    return (
        f"SELECT id, {fields}, coalesce({_newest_text(ARCHIVED)}::BOOLEAN, false) AS archived, "
        "max(version) AS version, max(position) AS position, max_by(submitted_at_utc, position) AS updated_at_utc, "
        f"max_by(who, position) AS updated_by FROM {AUDIT} "
        f"WHERE kind = '{kind}' AND position <= {position:d} GROUP BY id"
    )


def _field_value(field: RecordField) -> str:
    """Return SQL for the newest value of a field; a field newer than the record has its default."""
    value = f"{_newest_text(field.name)}::{TYPES[type(DTYPES[field.value_type])]}"
    if field.nullable or field.default is None:
        return value
    default = str(field.default).replace("'", "''")
    return f"coalesce({value}, '{default}')"


def _newest_text(field: str) -> str:
    return f"(arg_max_null(after, position) FILTER (WHERE field = '{field}'))"
