"""The changes of linked register records in a period, read from landed data, for the page Changes and the digest.

Not here: notices of a new issue (`link_notices.py`), which read the ledger.
"""

from datetime import datetime

import duckdb
import polars as pl

from pipeline_assets.register_links.link_notices import CHANGED_RECORDS, WORDS, change_sentence
from pipeline_assets.register_links.record_links import REFERENCE_FIELDS
from pipeline_assets.registers.register_views import CHANGES
from warehouse.connection import has_table

_LINKS = " UNION ALL ".join(
    f"SELECT project.id AS pipeline_id, project.name AS project, '{register}' AS register, "
    rf"lower(regexp_replace(facility.{field}, '\s', '', 'g')) AS reference FROM pipeline_facilities AS link "
    "JOIN pipelines AS project ON project.id = link.pipeline_id "
    "JOIN facilities AS facility ON facility.id = link.facility_id "
    "WHERE NOT (link.archived OR project.archived OR facility.archived)"
    for register, field in REFERENCE_FIELDS.items()
)
_CHANGES = f"""SELECT links.project, change.register, change.record_id, change.reference, change.name, change.change,
    change.field, change.before, change.after, change.to_issue_date, links.pipeline_id
FROM ({_LINKS}) AS links JOIN ({CHANGED_RECORDS}) AS change ON change.register = links.register AND list_contains(
    list_transform(list_append(coalesce(change.project_numbers, []), change.reference), lambda name: lower(name)),
    links.reference)
WHERE change.fetched_at_utc > $start AND change.fetched_at_utc <= $end
    AND (change.change <> 'changed' OR list_contains($fields, change.field))
ORDER BY lower(links.project), change.register, change.record_id, change.field"""


def linked_changes(con: duckdb.DuckDBPyConnection, start: datetime, end: datetime) -> pl.DataFrame:
    """Return what issues that landed in a period changed in the records of live projects; empty without registers.

    Columns: project, register, record_id, reference, name (in the register), change (appeared, left or changed), field,
    before, after, to_issue_date, pipeline_id.
    """
    if not (has_table(con, CHANGES) and has_table(con, "facilities")):
        return pl.DataFrame()
    values = {"start": start, "end": end, "fields": list(WORDS)}
    con.execute(f"CREATE OR REPLACE TEMP TABLE linked_changes AS {_CHANGES}", values)
    try:
        return pl.DataFrame(con.sql("FROM temp.linked_changes"))
    finally:
        con.execute("DROP TABLE temp.linked_changes")


def linked_change_texts(changes: pl.DataFrame) -> list[str]:
    """Return what changed in each record of each project, such as `Fen (TEC a0l4: connection date ...)`."""
    if changes.is_empty():
        return []
    return [
        f"{project} ({register.upper()} {reference}: {change_sentence(rows.to_dicts())})"
        for (project, register, reference), rows in changes.group_by(
            ["project", "register", "reference"], maintain_order=True
        )
    ]
