"""The tables of the registers' issues, and the views that compare them: current state, changes, slip of connections.

Belongs here: DDL. Not here: filling the tables (`vintages.py`), the shared columns (`unified_columns.py`). Views never
name the catalogue, so that they work in a snapshot. Every issue is kept whole; differences are views.
"""

import hashlib
from functools import cache

import duckdb
import polars as pl

from pipeline_assets.registers.declarations import REGISTERS
from pipeline_assets.registers.record_columns import compared_columns, record_columns
from pipeline_assets.registers.register_model import Register
from pipeline_assets.registers.tec import TEC
from pipeline_assets.registers.unified_columns import record_id_sql, unified_name, unified_select
from warehouse.connection import INFO

ISSUES, FAILURES, QUARANTINE = "register_issues", "register_failures", "register_quarantine"
RECORDS, CURRENT, PAIRS, CHANGES = "register_records", "register_current", "register_issue_pairs", "register_changes"
CHANGES_BETWEEN, SLIP, SLIP_BETWEEN = "register_changes_between", "tec_connection_slip", "tec_slip_between"

TABLES: dict[str, dict[str, tuple[str, str]]] = {
    ISSUES: {
        "register": ("VARCHAR", "repd or tec."),
        "issue_id": ("VARCHAR", "The first 12 hex digits of the file's SHA-256."),
        "sha256": ("VARCHAR", "SHA-256 of the file. The same file again is no new issue."),
        "issue_date": (
            "DATE",
            "The register's own date of the issue where the file name or address has one; else "
            "that of the newest record (REPD) or of the fetch.",
        ),
        "fetched_at_utc": ("TIMESTAMPTZ", "When the file was read, UTC."),
        "source": ("VARCHAR", "The address without secrets, or the file's name."),
        "encoding": ("VARCHAR", "The file's encoding."),
        "rows_landed": ("BIGINT", "Records that landed."),
        "rows_quarantined": ("BIGINT", "Rows that could not land: see register_quarantine."),
        "unknown_columns": ("VARCHAR[]", "Headers that are not known: their cells are in other_columns."),
        "unknown_words": ("VARCHAR[]", "Words that no vocabulary has, each with its header."),
        "missing_columns": ("VARCHAR[]", "Optional columns that the issue lacks: they are not compared."),
    },
    FAILURES: {
        "register": ("VARCHAR", "repd or tec."),
        "fetched_at_utc": ("TIMESTAMPTZ", "When it failed, UTC."),
        "source": ("VARCHAR", "The address without secrets, or the file's name."),
        "sha256": ("VARCHAR", "SHA-256 of the file; null if none was received."),
        "reason": ("VARCHAR", "Why it could not land, and how to fix it."),
    },
    QUARANTINE: {
        "register": ("VARCHAR", "repd or tec."),
        "issue_id": ("VARCHAR", "The issue of the row."),
        "line": ("BIGINT", "The row of the file, as a spreadsheet numbers it."),
        "reason": ("VARCHAR", "Why the row could not land."),
        "raw_json": ("VARCHAR", "The row's cells as JSON by header."),
        "found_at_utc": ("TIMESTAMPTZ", "When the issue was read, UTC."),
    },
}
"The columns of the tables that both registers share, with type and meaning."

TYPES: dict[type[pl.DataType], str] = {
    pl.String: "VARCHAR",
    pl.Float64: "DOUBLE",
    pl.Int64: "BIGINT",
    pl.Date: "DATE",
    pl.List: "VARCHAR[]",
}
FINGERPRINT = "register_schema"
"The key in `warehouse_info` of the statements that made the tables and views."


def ensure_register_schema(con: duckdb.DuckDBPyConnection) -> None:
    """Create missing tables and columns and refresh the views, unless nothing has changed since the last time."""
    con.execute(INFO)
    fingerprint = _schema_fingerprint()
    if con.execute("FROM warehouse_info WHERE key = ? AND value = ?", [FINGERPRINT, fingerprint]).fetchall():
        return
    for table in _table_names():
        _ensure_table(con, table)
    for statement in _view_statements():
        con.execute(statement)
    con.execute("DELETE FROM warehouse_info WHERE key = ?", [FINGERPRINT])
    con.execute("INSERT INTO warehouse_info VALUES (?, ?)", [FINGERPRINT, fingerprint])


def _ensure_table(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """Create the table, or add the columns that an earlier version of the declarations did not have."""
    types = table_types(table)
    columns = ", ".join(f'"{name}" {dtype}' for name, dtype in types.items())
    con.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns})")
    existing = {name for (name,) in con.execute("SELECT name FROM pragma_table_info(?)", [table]).fetchall()}
    for name in types.keys() - existing:
        con.execute(f'ALTER TABLE {table} ADD COLUMN "{name}" {types[name]}')


@cache
def _schema_fingerprint() -> str:
    columns = [(table, table_types(table)) for table in _table_names()]
    return hashlib.sha256("\n".join([repr(columns), *_view_statements()]).encode()).hexdigest()


def _table_names() -> list[str]:
    return [*TABLES, *(register.table for register in REGISTERS.values())]


def table_types(name: str) -> dict[str, str]:
    """Return the DuckDB types of a table's columns, in order."""
    if name in TABLES:
        return {column: dtype for column, (dtype, _) in TABLES[name].items()}
    register = next(register for register in REGISTERS.values() if register.table == name)
    columns = {column.name: TYPES[type(column.dtype)] for column in record_columns(register)}
    return {"issue_id": "VARCHAR", **columns, "other_columns": "JSON"}


def _view_statements() -> list[str]:
    """Return the DDL of the views and macros, in the order of their dependencies."""
    records = " UNION ALL BY NAME ".join(map(unified_select, REGISTERS.values()))
    return [
        f"CREATE OR REPLACE VIEW {RECORDS} AS {records}",
        f"CREATE OR REPLACE VIEW {CURRENT} AS FROM {RECORDS} SEMI JOIN (SELECT register, issue_id FROM {ISSUES} "
        "QUALIFY row_number() OVER (PARTITION BY register ORDER BY issue_date DESC, fetched_at_utc DESC) = 1"
        ") AS newest USING (register, issue_id)",
        f"CREATE OR REPLACE VIEW {PAIRS} AS {_CONSECUTIVE}",
        f"CREATE OR REPLACE VIEW {CHANGES} AS {_changes_sql(f'FROM {PAIRS}')}",
        f"CREATE OR REPLACE VIEW {SLIP} AS {_slip_sql(f'FROM {PAIRS}')}",
        f"CREATE OR REPLACE MACRO {CHANGES_BETWEEN}(of_register, from_issue, to_issue) AS TABLE "
        f"{_changes_sql(_two_issues('of_register'))}",
        f"CREATE OR REPLACE MACRO {SLIP_BETWEEN}(from_issue, to_issue) AS TABLE "
        f"{_slip_sql(_two_issues(repr(TEC.name)))}",
    ]


_CONSECUTIVE = f"""
SELECT register, previous.issue_id AS from_issue_id, issue_id AS to_issue_id,
    previous.issue_date AS from_issue_date, issue_date AS to_issue_date,
    list_concat(missing_columns, previous.missing_columns) AS missing_columns
FROM (
    SELECT *, lag({{'issue_id': issue_id, 'issue_date': issue_date, 'missing_columns': missing_columns}})
        OVER (PARTITION BY register ORDER BY issue_date, fetched_at_utc) AS previous
    FROM {ISSUES}
) WHERE previous IS NOT NULL"""


def _two_issues(register: str) -> str:
    """Return the query of the pair that a macro's parameters name."""
    return f"""
    SELECT {register} AS register, older.issue_id AS from_issue_id, newer.issue_id AS to_issue_id,
        older.issue_date AS from_issue_date, newer.issue_date AS to_issue_date,
        list_concat(newer.missing_columns, older.missing_columns) AS missing_columns
    FROM (FROM {ISSUES} WHERE register = {register} AND issue_id = from_issue) AS older,
        (FROM {ISSUES} WHERE register = {register} AND issue_id = to_issue) AS newer"""


PAIR_COLUMNS = "pairs.from_issue_id, pairs.to_issue_id, pairs.from_issue_date, pairs.to_issue_date"


def _changes_sql(pairs: str) -> str:
    """Return the query of the changes between the issues of each pair, of all registers."""
    parts = [part for register in REGISTERS.values() for part in _register_changes(register)]
    return f"WITH pairs AS ({pairs}) {' UNION ALL '.join(parts)}"


def _register_changes(register: Register) -> list[str]:
    """Return the queries of the records that appeared, that left, and of the fields that changed."""
    of_pair = f"FROM (FROM pairs WHERE register = '{register.name}') AS pairs JOIN {register.table} AS"
    same_key = " AND ".join(f"older.{name} IS NOT DISTINCT FROM newer.{name}" for name in register.key)
    names = compared_columns(register)
    fields = ", ".join(_field_change(register, name) for name in names)
    differs = " OR ".join(f"older.{name} IS DISTINCT FROM newer.{name}" for name in names)
    changed = f"""
    SELECT * EXCLUDE (changed_field), changed_field.field, changed_field.before, changed_field.after FROM (
        SELECT {_head(register, "newer", "changed")}, unnest([{fields}]) AS changed_field
        {of_pair} newer ON newer.issue_id = pairs.to_issue_id
        JOIN {register.table} AS older ON older.issue_id = pairs.from_issue_id AND {same_key}
        WHERE {differs}
    ) WHERE changed_field IS NOT NULL"""
    return [
        changed,
        _one_sided(register, "newer", "older", "appeared", of_pair, same_key),
        _one_sided(register, "older", "newer", "left", of_pair, same_key),
    ]


def _one_sided(register: Register, alias: str, other: str, change: str, of_pair: str, same_key: str) -> str:
    """Return the query of the records that only one issue of a pair has."""
    ids = {"newer": "to_issue_id", "older": "from_issue_id"}
    return f"""
    SELECT {_head(register, alias, change)}, NULL::VARCHAR AS field, NULL::VARCHAR AS before, NULL::VARCHAR AS after
    {of_pair} {alias} ON {alias}.issue_id = pairs.{ids[alias]}
    ANTI JOIN {register.table} AS {other} ON {other}.issue_id = pairs.{ids[other]} AND {same_key}"""


def _head(register: Register, alias: str, change: str) -> str:
    return (
        f"'{register.name}' AS register, {PAIR_COLUMNS}, {record_id_sql(register, alias)} AS record_id, "
        f"{alias}.{register.key[0]} AS reference, {alias}.{register.name_column} AS name, '{change}' AS change"
    )


def _field_change(register: Register, name: str) -> str:
    """Return a struct of field, before and after, or null if the value is the same or only spelled differently."""
    dtype = table_types(register.table)[name]
    older, newer = f"older.{name}", f"newer.{name}"
    is_other = f"{older} IS DISTINCT FROM {newer}"
    if dtype == "VARCHAR":
        is_other += f" AND {spelling_key(older)} IS DISTINCT FROM {spelling_key(newer)}"
    if not register.by_name.get(name) or not register.by_name[name].is_required:
        is_other += f" AND NOT list_contains(pairs.missing_columns, '{name}')"
    shown = unified_name(register, name)
    values = f"'before': {_text(older, dtype)}, 'after': {_text(newer, dtype)}"
    return f"CASE WHEN {is_other} THEN {{'field': '{shown}', {values}}} END"


def spelling_key(sql: str) -> str:
    """Return the SQL of a key that all spellings of a text share: case, blanks and accents do not count."""
    return f"strip_accents(lower(trim(regexp_replace({sql}, '[\\s\\p{{Z}}]+', ' ', 'g'))))"


def _text(sql: str, dtype: str) -> str:
    return f"regexp_replace({sql}::VARCHAR, '\\.0$', '')" if dtype == "DOUBLE" else f"{sql}::VARCHAR"


def _slip_sql(pairs: str) -> str:
    """Return the query of the connection dates that moved between the issues of each pair, both ways."""
    return f"""
    WITH pairs AS ({pairs})
    SELECT {PAIR_COLUMNS}, {record_id_sql(TEC, "newer")} AS record_id, newer.project_id AS reference, newer.stage,
        newer.project_name AS name, newer.capacity_mw, older.connection_date AS before,
        newer.connection_date AS after, date_diff('day', older.connection_date, newer.connection_date) AS slip_days,
        slip_days / 365.25 * newer.capacity_mw AS slip_mw_years
    FROM (FROM pairs WHERE register = '{TEC.name}') AS pairs
    JOIN {TEC.table} AS newer ON newer.issue_id = pairs.to_issue_id
    JOIN {TEC.table} AS older ON older.issue_id = pairs.from_issue_id AND older.project_id = newer.project_id
        AND older.stage IS NOT DISTINCT FROM newer.stage
    WHERE older.connection_date <> newer.connection_date"""
