"""`renewables query` reads, and does nothing else."""

import json
from pathlib import Path

import pytest

from tests.filled_homes import Filled, Renewables

pytestmark = pytest.mark.slow


def test_a_query_is_answered(renewables: Renewables, warehouse: Filled) -> None:
    told = renewables("query", "--json", "SELECT count(*) AS n, min(start_time_utc) AS first FROM wind_and_solar")
    first = f"{warehouse.first:%Y-%m-%dT%H:%M:%SZ}"
    assert json.loads(told.out) == [{"n": len(warehouse.truth), "first": first}]
    assert "Solar" in renewables("query", "FROM wind_and_solar_daily ORDER BY ALL LIMIT 3").out


@pytest.mark.parametrize(
    "sql",
    [
        "FROM read_csv('secret.csv')",
        "FROM 'secret.csv'",
        "FROM glob('*')",
        "ATTACH 'other.duckdb' AS other",
        "COPY (SELECT 1) TO 'out.csv'",
        "EXPORT DATABASE 'out'",
        "CREATE TABLE mine (n INTEGER)",
        "DELETE FROM wind_and_solar_publications",
        "DROP VIEW wind_and_solar",
        "SET threads = 1",
        "SET enable_external_access = true",
        "RESET lock_configuration",
        "INSTALL httpfs",
        "LOAD httpfs",
        "PRAGMA profile_output = 'out.json'",
    ],
)
@pytest.mark.usefixtures("warehouse")
def test_a_query_cannot_reach_files_or_change_anything(renewables: Renewables, sql: str) -> None:
    Path("secret.csv").write_text("a,b\n1,2\n")
    result = renewables("query", sql)
    assert (result.code, result.out) == (1, "")
    assert len(result.err.splitlines()) == 1
    assert [path.name for path in Path().iterdir()] == ["secret.csv"]


@pytest.mark.usefixtures("warehouse")
def test_types_that_a_table_cannot_hold_are_shown_as_text(renewables: Renewables) -> None:
    told = renewables(
        "query",
        "--json",
        "SELECT INTERVAL 1 DAY AS span, [INTERVAL 1 DAY] AS spans, 'infinity'::TIMESTAMPTZ AS open_end, "
        "DATE '200000-01-01' AS far, '101'::BIT AS bits, DATE '2026-01-02' AS day",
    )
    assert json.loads(told.out) == [
        {
            **{"span": "1 day", "spans": '["1 day"]', "open_end": "infinity", "far": "200000-01-01"},
            **{"bits": "101", "day": "2026-01-02"},
        }
    ]


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize("seconds", ["1e20", "inf"])
def test_an_invalid_time_limit_is_refused(renewables: Renewables, seconds: str) -> None:
    result = renewables("query", "--seconds", seconds, "SELECT 1")
    assert (result.code, len(result.err.splitlines())) == (1, 1)


@pytest.mark.usefixtures("warehouse")
def test_an_error_in_the_sql_is_reported_in_one_sentence(renewables: Renewables) -> None:
    result = renewables("query", "SELECT nothing FROM wind_and_solar\nWHERE true")
    assert result.code == 1
    assert '"nothing" not found' in result.err
    assert len(result.err.splitlines()) == 1


@pytest.mark.usefixtures("warehouse")
def test_a_truncated_result_is_reported(renewables: Renewables) -> None:
    cut = renewables("query", "--limit", "2", "--json", "FROM range(3) AS r(n)")
    assert json.loads(cut.out) == [{"n": 0}, {"n": 1}]
    assert "Showing the first 2 rows" in cut.err
    assert not renewables("query", "--limit", "3", "--json", "FROM range(3)").err


@pytest.mark.usefixtures("warehouse")
def test_an_endless_query_is_stopped(renewables: Renewables) -> None:
    endless = "SELECT count(*) FROM range(10000000) a, range(1000000) b WHERE a.range * b.range % 7 = 3"
    result = renewables("query", "--seconds", "0.2", endless)
    assert result.code == 1
    assert "stopped after 0.2 s" in result.err


@pytest.mark.usefixtures("warehouse")
def test_square_brackets_are_printed_as_text_and_not_as_markup(renewables: Renewables) -> None:
    assert "[bold]x[/bold]" in renewables("query", "SELECT '[bold]x[/bold]' AS t").out


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("INTERVAL 3 DAY", "3 days"),
        ("NULL::INTERVAL", None),
        ("TIMESTAMPTZ 'infinity'", "infinity"),
        ("DATE '-infinity'", "-infinity"),
        ("DATE '290000-01-01'", "290000-01-01"),
        ("DATE '0044-03-15 (BC)'", "0044-03-15 (BC)"),
        ("TIMESTAMP '290000-01-01 00:00:00'", "290000-01-01 00:00:00"),
        ("(SELECT sum(i) FROM range(3) AS r(i))", 3),
        ("170141183460469231731687303715884105727::HUGEINT", 2**127 - 1),
        ("340282366920938463463374607431768211455::UHUGEINT", 2**128 - 1),
        ("18446744073709551615::UBIGINT", 2**64 - 1),
        ("1.25::DECIMAL(5, 2)", 1.25),
        ("2.00::DECIMAL(5, 2)", 2),
        ("'nan'::DOUBLE", None),
        ("'\\xAA\\x00b'::BLOB", "\\xAA\\x00b"),
        ("'101'::BIT", "101"),
        ("'a'::ENUM('a', 'b')", "a"),
        ("'00000000-0000-0000-0000-000000000001'::UUID", "00000000-0000-0000-0000-000000000001"),
        ("TIME '12:30:01.5'", "12:30:01.5"),
        ("TIME '24:00:00'", "24:00:00"),
        ("TIMETZ '12:30:00+01'", "12:30:00+01"),
        ("TIMESTAMP_NS '2024-01-01 00:00:00.123456789'", "2024-01-01 00:00:00.123456789"),
        ("{'a': 1, 'b': 1.5::DECIMAL(2, 1)}", {"a": 1, "b": 1.5}),
        ("{'a': INTERVAL 1 DAY}", '{"a":"1 day"}'),
        ("[TIMESTAMPTZ 'infinity']", '["infinity"]'),
        ("[1, 2]", [1, 2]),
        ("MAP {'a': 1}", '{"a":1}'),
        ("union_value(num := 2)", '{"num":2}'),
        ("NULL", None),
    ],
)
@pytest.mark.usefixtures("warehouse")
def test_a_result_of_any_type_is_shown_and_numbers_stay_exact(
    renewables: Renewables, sql: str, expected: object
) -> None:
    printed = renewables("query", "--json", f"SELECT {sql} AS x")
    assert (printed.code, printed.err) == (0, "")
    assert json.loads(printed.out) == [{"x": expected}]
    assert renewables("query", f"SELECT {sql} AS x").code == 0


@pytest.mark.usefixtures("warehouse")
def test_columns_with_the_same_name_are_numbered(renewables: Renewables) -> None:
    printed = renewables("query", "--json", 'SELECT 1 AS x, 2 AS X, INTERVAL 1 DAY AS x, 3 AS "a""b"').out
    assert json.loads(printed) == [{"x": 1, "X_1": 2, "x_2": "1 day", 'a"b': 3}]
