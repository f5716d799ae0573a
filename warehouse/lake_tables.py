"""What is done to all tables of a lake at once: compacting, removing what has expired, replacing by those of a file.

Belongs here: DuckLake's own functions and its documented catalogue tables. Not here: who may call these (`lake.py`).
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from warehouse.lake_engine import WRITTEN
from warehouse.landing import transaction

PUBLISHED = "published"
"The commit message that marks a version for readers."
SHORTEST_DAYS = 14
"The days that every version stays readable, whatever BACKUP_DAYS says: pages and exports refer to them."
UNUSED_FILES_KEPT = timedelta(days=1)
"The time for which a replaced file stays, since a running query may read it."
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def metadata_table(database: str, name: str) -> str:
    """Return the name of a table of DuckLake's catalogue, in which everything about an attached lake is stored."""
    return f"__ducklake_metadata_{database}.ducklake_{name}"


def mark_published(con: duckdb.DuckDBPyConnection) -> None:
    """Make a commit that readers recognize; it takes a change, because DuckLake makes no version of an empty one."""
    with transaction(con):
        con.execute("DELETE FROM warehouse_info WHERE key = 'published_at_utc'")
        con.execute("INSERT INTO warehouse_info VALUES ('published_at_utc', ?)", [datetime.now(UTC).isoformat()])
        con.execute(f"CALL {WRITTEN}.set_commit_message('gb-renewables', '{PUBLISHED}')")


def published_versions(con: duckdb.DuckDBPyConnection, database: str, rest: str) -> list[tuple[int, datetime]]:
    """Return the number and the time (UTC) of the commits that `mark_published` made; `rest` ends the statement."""
    rows = con.execute(
        f"SELECT snapshot_id, epoch_us(snapshot_time::TIMESTAMPTZ) FROM {metadata_table(database, 'snapshot')} "
        f"JOIN {metadata_table(database, 'snapshot_changes')} USING (snapshot_id) "
        f"WHERE commit_message = '{PUBLISHED}' {rest}"
    ).fetchall()
    return [(number, _EPOCH + timedelta(microseconds=moment)) for number, moment in rows]


def size_of_files(con: duckdb.DuckDBPyConnection, database: str) -> int:
    """Return the bytes of the files that the newest commit refers to."""
    rows = con.execute(
        f"SELECT coalesce(sum(file_size_bytes), 0)::BIGINT FROM {metadata_table(database, 'data_file')} "
        "WHERE end_snapshot IS NULL"
    ).fetchall()
    return int(rows[0][0])


def compact(con: duckdb.DuckDBPyConnection) -> int:
    """Move the rows that are kept in the catalogue to files, and merge small files; return the number of rows."""
    moved = con.execute(f"CALL ducklake_flush_inlined_data('{WRITTEN}')").fetchall()
    con.execute(f"CALL ducklake_rewrite_data_files('{WRITTEN}')")
    con.execute(f"CALL ducklake_merge_adjacent_files('{WRITTEN}')")
    return sum(int(row[-1]) for row in moved)


def remove_expired(con: duckdb.DuckDBPyConnection, days: int) -> dict[str, int]:
    """Expire the versions that are older than `days` (at least 14), and delete files that no version needs."""
    now = datetime.now(UTC)
    ages = {
        "versions_expired": ("ducklake_expire_snapshots", timedelta(days=max(SHORTEST_DAYS, days))),
        "files_removed": ("ducklake_cleanup_old_files", UNUSED_FILES_KEPT),
    }
    return {
        name: len(
            con.execute(f"CALL {call}('{WRITTEN}', older_than => TIMESTAMPTZ '{(now - age).isoformat()}')").fetchall()
        )
        for name, (call, age) in ages.items()
    }


def replace_all(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Replace all tables, views and macros by those of a DuckDB file, in one commit."""
    con.execute("ATTACH '" + str(path).replace("'", "''") + "' AS loaded (READ_ONLY)")
    try:
        with transaction(con):
            for statement in _drop_statements(con):
                con.execute(statement)
            con.execute(f"COPY FROM DATABASE loaded TO {WRITTEN}")
    finally:
        con.execute("DETACH loaded")


def _drop_statements(con: duckdb.DuckDBPyConnection) -> list[str]:
    kinds = {
        "VIEW": "SELECT view_name FROM duckdb_views()",
        "MACRO TABLE": "SELECT DISTINCT function_name FROM duckdb_functions()",
        "MACRO": "SELECT DISTINCT function_name FROM duckdb_functions()",
        "TABLE": "SELECT table_name FROM duckdb_tables()",
    }
    more = {"MACRO TABLE": "AND function_type = 'table_macro'", "MACRO": "AND function_type = 'macro'"}
    return [
        f'DROP {kind} {WRITTEN}."{name}"'
        for kind, names in kinds.items()
        for (name,) in con.execute(
            f"{names} WHERE database_name = '{WRITTEN}' AND NOT internal {more.get(kind, '')}"
        ).fetchall()
    ]
