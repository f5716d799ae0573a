"""Queries that would exhaust a machine's time or memory end in one sentence, whatever they do (decision D16)."""

import time
from pathlib import Path

import pytest

from renewables.queries import query_worker
from renewables.queries.adhoc import QueryRefused, run_sql
from warehouse.connection import reading, writing
from warehouse.errors import WarehouseDamaged
from warehouse.snapshots import Snapshot, publish_snapshot

pytestmark = pytest.mark.slow

SECONDS = 0.5
PROCESS_SECONDS = 5.0
"""The time for a process to start and end on a busy machine; without a hard limit each of these takes minutes or
longer.
"""
ENDLESS = {
    "a cross join": "SELECT count(*) FROM range(10000000) a, range(1000000) b WHERE a.range * b.range % 7 = 3",
    "recursion": "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r",
    "unnested lists": "SELECT count(*) FROM (SELECT unnest(range(1000000)) FROM range(1000000))",
    "a long text": "SELECT lpad('x', 2000000000, 'y')",
    "a wide format": "SELECT printf('%2000000000d', 1)",
    "edit distance": "SELECT levenshtein(repeat('a', 400000), repeat('b', 400000))",
    "a lambda": "SELECT list_reduce(range(3000000), (a, b) -> (a * b + 1) % 1000000007)",
    "a pattern": "SELECT count(*) FROM range(99999999) WHERE regexp_matches(repeat('a', 900) || range, 'a*a*b')",
    "many unions": " UNION ALL ".join(["SELECT 1"] * 20_000),
    "many columns": f"SELECT {', '.join(f'range + {n}' for n in range(20_000))} FROM range(1000000)",
}
GREEDY = {
    "a text of 4 GB": "SELECT repeat('x', 4000000000)",
    "a list": "SELECT len(range(2000000000))",
    "lists in a lambda": "SELECT list_transform(range(100000), x -> len(range(100000 + x)))",
    "a repeated list": "SELECT repeat([1], 2000000000)",
}


@pytest.fixture(autouse=True)
def snapshot(home: Path) -> Snapshot:  # noqa: ARG001 (the home comes first)
    """Publish a version of a warehouse with one table."""
    with writing() as con:
        con.execute("CREATE TABLE numbers AS SELECT 1 AS n")
        return publish_snapshot(con)


@pytest.mark.parametrize("sql", ENDLESS.values(), ids=ENDLESS)
def test_a_query_ends_on_time_whatever_it_does(sql: str) -> None:
    began = time.monotonic()
    with pytest.raises(QueryRefused, match=r"stopped"):
        run_sql(sql, row_limit=10, seconds=SECONDS)
    assert time.monotonic() - began < SECONDS + PROCESS_SECONDS


@pytest.mark.parametrize("sql", GREEDY.values(), ids=GREEDY)
def test_a_query_that_needs_too_much_memory_is_stopped(sql: str) -> None:
    with pytest.raises(QueryRefused, match=r"more than 1,024 MB of memory"):
        run_sql(sql, row_limit=10, seconds=30)


def test_the_memory_of_a_query_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    sql = "SELECT strlen(repeat('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', 20000000)) AS n"
    assert run_sql(sql, row_limit=1, seconds=30).frame["n"].to_list() == [600_000_000]
    monkeypatch.setenv("QUERY_MEMORY_MB", "256")
    with pytest.raises(QueryRefused, match=r"256 MB.*QUERY_MEMORY_MB"):
        run_sql(sql, row_limit=1, seconds=30)


def test_an_oversized_result_is_refused_before_it_is_copied() -> None:
    with pytest.raises(QueryRefused, match=r"The rows take [\d,]+ MB"):
        run_sql("SELECT repeat('x', 100000000)", row_limit=1, seconds=30)


def test_deeply_nested_sql_gives_a_clear_error() -> None:
    with pytest.raises(QueryRefused) as refused:
        run_sql(f"SELECT {'(' * 20_000}1{')' * 20_000}", row_limit=1, seconds=30)
    assert "\n" not in str(refused.value)


def test_a_query_does_not_lock_down_other_connections_of_the_process() -> None:
    with reading() as con:
        run_sql("SELECT 1", row_limit=1, seconds=30)
        con.execute("SET threads = 1")


def test_the_process_of_a_query_has_no_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHAT_API_KEY", "sk-secret")
    spy = tmp_path / "spy.py"
    spy.write_text("import os, sys; sys.stderr.write(' '.join(os.environ)); sys.exit(3)")
    monkeypatch.setattr("renewables.queries.adhoc.WORKER", spy)
    with pytest.raises(QueryRefused) as refused:
        run_sql("SELECT 1", row_limit=1, seconds=30)
    assert "PATH" in str(refused.value)
    assert "CHAT_API_KEY" not in str(refused.value)


def test_a_damaged_snapshot_is_named_with_the_fix(snapshot: Snapshot) -> None:
    snapshot.path.write_bytes(b"not a database" * 1000)
    with pytest.raises(WarehouseDamaged, match=r"Remove the file.*DuckDB says"):
        run_sql("SELECT 1", row_limit=1, seconds=30)


def test_the_worker_imports_nothing_heavy() -> None:
    text = Path(query_worker.__file__).read_text()
    assert "from renewables" not in text
    assert "from warehouse" not in text
