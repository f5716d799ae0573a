"""The process that runs one query from a person or a model: `adhoc.py` starts it, and the system ends it on time.

Belongs here: the lock-down, the limits, and the rows in a form that polars can hold. Run as a script, it imports none
of our modules, so that it starts quickly; the request arrives as JSON and the result is Arrow.
"""

import json
import resource
import signal
import sys
from datetime import datetime, timezone
from typing import Any

import duckdb
import polars as pl

REFUSED, UNREADABLE, OUT_OF_MEMORY = 3, 4, 5
"""The exit codes: the query is refused; the snapshot cannot be opened; the query needs more memory. The text is in
stderr.
"""
BESIDE_DUCKDB_BYTES = 512 * 1024**2
"The memory for Python, the libraries, the stacks of threads and the rows of the result."
HELD_BY_POLARS = {
    *("boolean", "tinyint", "smallint", "integer", "bigint", "utinyint", "usmallint", "uinteger", "ubigint"),
    *("float", "double", "decimal", "varchar"),
}
"The types that are passed on unchanged. All others would be lost, changed or rejected on the way, and become text."
INSTANTS = {"date", "timestamp", "timestamp with time zone"}
"The types that are passed on unchanged unless a value lies beyond Python's years."
LONG_INTEGERS = {"hugeint", "uhugeint", "bignum"}
"The types that are passed on as text and become integers of 128 bits again if they fit."
LARGEST_ANSWER_BYTES = 64 * 1024**2
"The largest result: more than anybody reads, and it would be copied into the process of the caller."
FIRST_INSTANT, LAST_INSTANT = datetime(1, 1, 1), datetime(9999, 12, 31)  # noqa: DTZ001 (of both kinds of columns)


def main() -> int:
    """Run the request from stdin, write the result to stdout, and return the exit code."""
    request: dict[str, Any] = json.load(sys.stdin)
    memory_bytes = int(request["memory_bytes"])
    _limit_process(memory_bytes, float(request["seconds"]))
    try:
        con = open_locked(request["path"], memory_bytes)
    except duckdb.Error as error:
        sys.stderr.write(str(error))
        return UNREADABLE
    try:
        frame = rows_of(con, request["sql"], int(request["row_limit"]) + 1)
        if (size := frame.estimated_size()) > LARGEST_ANSWER_BYTES:
            sys.stderr.write(f"The rows take {size / 1024**2:,.0f} MB: select fewer columns, or shorter texts.")
            return REFUSED
        sys.stdout.buffer.write(json.dumps(sorted(tables_of(con, request["sql"]))).encode() + b"\n")
        frame.write_ipc(sys.stdout.buffer)
    except MemoryError:
        return OUT_OF_MEMORY
    except (
        duckdb.Error,
        pl.exceptions.PolarsError,
        pl.exceptions.PanicException,
        UnicodeError,
        RecursionError,
    ) as error:
        if "Out of Memory" in str(error):  # while writing, after the rows have become Arrow
            return OUT_OF_MEMORY
        sys.stderr.write(str(error))
        return REFUSED
    return 0


def open_locked(path: str, memory_bytes: int) -> duckdb.DuckDBPyConnection:
    """Return a read-only connection to the snapshot alone.

    SQL cannot reach files, extensions, settings or temporary files through it.
    """
    con = duckdb.connect()
    quoted = "'" + path.replace("'", "''") + "'"
    for statement in (
        f"ATTACH {quoted} AS snapshot (READ_ONLY)",
        "USE snapshot",
        "DETACH memory",
        "SET TimeZone = 'UTC'",
        f"SET memory_limit = '{memory_bytes}B'",
        "SET temp_directory = ''",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ):
        con.execute(statement)
    return con


def rows_of(con: duckdb.DuckDBPyConnection, sql: str, limit: int) -> pl.DataFrame:
    """Return at most `limit` rows, each column in a type that polars and JSON can hold, or as DuckDB's text.

    Columns of the same name get a number each. Raises duckdb.Error and polars' errors.
    """
    relation = con.sql(sql)
    if relation is None:
        raise duckdb.InvalidInputException("That statement returns no rows: only queries are allowed.")
    kinds, names = relation.types, _distinct(relation.columns)
    positions = [f"c{n}" for n in range(len(kinds))]
    shown = ", ".join(
        f"{_held_sql(position, kind)} AS {_quoted(name)}"
        for position, kind, name in zip(positions, kinds, names, strict=True)
    )
    rows = relation.limit(limit).query("answer", f"SELECT {shown} FROM answer AS t({', '.join(positions)})")
    frame = pl.DataFrame(rows)  # not .pl(), which loads pyarrow and numpy first
    long = [name for name, kind in zip(names, kinds, strict=True) if kind.id in LONG_INTEGERS]
    frame = frame.with_columns(_as_integers(frame[name]) for name in long)
    far = [name for name, dtype in frame.schema.items() if dtype.is_temporal() and _is_beyond_python(frame[name])]
    if far:
        con.register("far", frame)
        frame = pl.DataFrame(con.sql(f"SELECT * REPLACE ({_as_text(far)}) FROM far"))
    return frame


def tables_of(con: duckdb.DuckDBPyConnection, sql: str) -> set[str]:
    """Return the names of the tables that a query reads, also through views and macros, in lower case.

    If DuckDB cannot tell (it does not resolve every view, nor PIVOT), they are the identifiers of the query; words in a
    string or a comment do not count.
    """
    try:
        return {name.lower() for name in con.get_table_names(sql)}
    except duckdb.Error:
        tokens = duckdb.tokenize(sql)
        ends = [offset for offset, _ in tokens[1:]] + [len(sql.encode())]
        names = [
            sql.encode()[offset:end].decode(errors="replace").strip().strip('"')
            for (offset, kind), end in zip(tokens, ends, strict=True)
            if kind == duckdb.token_type.identifier
        ]
        return {name.lower() for name in names}


def _held_sql(column: str, kind: Any) -> str:
    """Return SQL of a column in a type that polars can hold."""
    if _is_held(kind) or kind.id in INSTANTS:
        return column
    if kind.id in ("timestamp_s", "timestamp_ms"):
        return f"CAST({column} AS TIMESTAMP)"
    if kind.id in ("list", "array", "struct", "map", "union"):
        return f"CAST(to_json({column}) AS VARCHAR)"
    return f"CAST({column} AS VARCHAR)"


def _is_held(kind: Any) -> bool:
    if kind.id in ("list", "array", "struct"):
        return all(_is_held(child) for _, child in kind.children if not isinstance(child, int))
    return kind.id in HELD_BY_POLARS


def _as_integers(texts: pl.Series) -> pl.Series:
    """Return the texts as the smallest integers that hold all of them, or unchanged if none does."""
    for dtype in (pl.Int64, pl.Int128, pl.UInt128):
        numbers = texts.cast(dtype, strict=False)
        if numbers.null_count() == texts.null_count():
            return numbers
    return texts


def _distinct(names: list[str]) -> list[str]:
    distinct: list[str] = []
    for name in names:
        candidates = (name, *(f"{name}_{n}" for n in range(1, len(names) + 1)))
        taken = {each.lower() for each in distinct}
        distinct.append(next(each for each in candidates if each.lower() not in taken))
    return distinct


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _as_text(columns: list[str]) -> str:
    return ", ".join(f"CAST({name} AS VARCHAR) AS {name}" for name in map(_quoted, columns))


def _is_beyond_python(column: pl.Series) -> bool:
    if not isinstance(column.dtype, pl.Date | pl.Datetime):
        return False
    zone = timezone.utc if getattr(column.dtype, "time_zone", None) else None  # noqa: UP017 (as polars compares it)
    first, last = (instant.replace(tzinfo=zone) for instant in (FIRST_INSTANT, LAST_INSTANT))
    bounds = (first.date(), last.date()) if column.dtype == pl.Date else (first, last)
    return bool((~column.is_between(*bounds)).any())


def _limit_process(memory_bytes: int, seconds: float) -> None:
    """Make the system end this process after `seconds`, whatever it does, and limit its memory."""
    limit = memory_bytes + BESIDE_DUCKDB_BYTES
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)


if __name__ == "__main__":
    sys.exit(main())
