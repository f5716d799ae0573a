"""The development pipeline as it has landed: how much of it there is.

Not here: single records, which are read from the ledger, where they are newest.
"""

from dashboards.queries.snapshot import Connection, has_table, opened


def size(con: Connection | None = None) -> dict[str, float]:
    """Live `projects`, their `facilities` and `capacity_mwp` (gross), and `changes` landed; all 0 before any has."""
    with opened(con) as snapshot:
        if not has_table(snapshot, "submitted_changes") or not has_table(snapshot, "project_capacity"):
            return {"projects": 0, "facilities": 0, "capacity_mwp": 0.0, "changes": 0}
        projects, facilities, capacity, changes = snapshot.execute(
            "SELECT (SELECT count(*) FROM pipelines WHERE NOT archived), count(DISTINCT facility_id), "
            "coalesce(sum(capacity_mwp), 0), (SELECT count(*) FROM submitted_changes) FROM project_capacity"
        ).fetchall()[0]
    return {"projects": projects, "facilities": facilities, "capacity_mwp": capacity, "changes": changes}
