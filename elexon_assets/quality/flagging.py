"""Raising and closing flags for newly ingested rows, in one transaction, followed by a snapshot.

Belongs here: which half-hours are examined again, and what happens to existing flags. Not here: the rules. A flag whose
cause is gone is closed, a cause that returns raises a new one, and running twice changes nothing.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from elexon_assets.datasets import OBSERVED
from elexon_assets.ingest import OpenWarehouse
from elexon_assets.quality.rules import REACH, VERSION, evaluate_rules
from elexon_assets.schema.flags import STATE
from elexon_assets.schema.warehouse_schema import ensure_schema
from elexon_assets.settlement import HALF_HOUR
from elexon_assets.windows import Window, split_window
from warehouse import landing
from warehouse.connection import has_table, publish, writing
from warehouse.settings import Settings

KEY = ("dataset", "start_time_utc", "category", "reason", "found_at_utc")

MERGE_SPANS_WITHIN = timedelta(days=7)
"The distance below which spans are evaluated as one: one more week costs less than another query."
MAX_SPAN = timedelta(days=3 * 371)
"The longest part in which a span is evaluated, as a limit on memory."

THRESHOLDS = {
    *("understated_share", "understated_from_mw", "offshore_dropout_mw", "offshore_around_mw", "late_minutes"),
    *("never_zero_together", "solar_up_degrees", "solar_down_degrees"),
}
"The settings that the rules depend on, besides the soft limits."


@dataclass
class Flagged:
    """The result of one call."""

    spans: list[Window] = field(default_factory=list)
    "The spans that were examined."
    half_hours: int = 0
    "The number of half-hours in those spans."
    raised: int = 0
    closed: int = 0
    restated: int = 0
    "The number of flags that stay open with another detail, because the value was republished but is no better."
    open: dict[str, int] = field(default_factory=dict)
    "The number of open flags in the end, by reason."


def update_flags(open_warehouse: OpenWarehouse = writing, *, now: datetime | None = None) -> Flagged:
    """Evaluate the rows ingested after the stored watermarks, with `REACH` on each side. Raises WarehouseError."""
    with open_warehouse() as con:
        with landing.transaction(con):
            ensure_schema(con)
            done = flag_new(con, now or datetime.now(UTC))
        done.open = dict(con.execute("SELECT reason, count(*) FROM open_flags GROUP BY reason").fetchall())
        if done.spans:
            publish(con)
    return done


def flag_new(con: duckdb.DuckDBPyConnection, now: datetime) -> Flagged:
    """Flag inside the caller's transaction, on tables that exist."""
    settings = Settings()
    done = Flagged()
    now = _never_earlier(con, now)
    known = _flag_state(con)
    rules = _rules_fingerprint(con, settings)
    seen = known["watermarks"] if known.get("rules") == rules else {}
    watermarks = {dataset.name: _newest_ingest(con, dataset.table) for dataset in OBSERVED}
    for span in _spans_to_judge(con, seen):
        done.spans.append(span)
        done.half_hours += (span.end_utc - span.start_utc) // HALF_HOUR
        for part in split_window(span, MAX_SPAN):
            _judge_span(con, part, settings, now, done)
    if done.spans:
        _keep_state(con, {"rules": rules, "watermarks": watermarks})
    return done


def _judge_span(con: duckdb.DuckDBPyConnection, span: Window, settings: Settings, now: datetime, done: Flagged) -> None:
    evaluate_rules(con, span, settings)
    con.execute(
        """CREATE OR REPLACE TEMP TABLE changed AS
        WITH open AS (FROM open_flags WHERE start_time_utc >= $start AND start_time_utc < $end)
        SELECT dataset, start_time_utc, category, reason, coalesce(found.detail, open.detail) AS detail,
            coalesce(found_at_utc, $now) AS found_at_utc, CASE WHEN found.detail IS NULL THEN $now END AS closed_at_utc,
            open.detail IS NULL AS is_new
        FROM temp.found FULL JOIN open USING (dataset, start_time_utc, category, reason)
        WHERE found.detail IS DISTINCT FROM open.detail""",
        {"start": span.start_utc, "end": span.end_utc, "now": now},
    )
    changed = con.sql("FROM temp.changed").pl()
    raised, closed = int(changed["is_new"].sum()), changed["closed_at_utc"].count()
    done.raised, done.closed = done.raised + raised, done.closed + closed
    done.restated += len(changed) - raised - closed
    landing.merge_rows(con, "flags", changed.drop("is_new"), key=KEY, range_column="start_time_utc")


def newest_unflagged(con: duckdb.DuckDBPyConnection) -> int | None:
    """Return when the newest rows without flagging were ingested, or None if flagging has processed all rows.

    The time is in microseconds since 1970. This only reads, so it works on a published snapshot, which may lack tables.
    """
    seen = _flag_state(con).get("watermarks", {})
    ingested = {d.name: _newest_ingest(con, d.table) for d in OBSERVED if has_table(con, d.table)}
    return max((at_us for name, at_us in ingested.items() if at_us > seen.get(name, 0)), default=None)


def _never_earlier(con: duckdb.DuckDBPyConnection, now: datetime) -> datetime:
    """Return now, or just after the newest stamp among the flags if the clock went back since."""
    newest = con.sql("SELECT max(greatest(found_at_utc, closed_at_utc)) AS newest FROM flags").pl().item()
    return now if newest is None else max(now, newest.astimezone(UTC) + timedelta(microseconds=1))


def _newest_ingest(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """Return the newest ingest in microseconds since the epoch, or 0 without rows.

    A batch is stamped while it holds the warehouse, so that a later commit is never older.
    """
    return int(con.execute(f"SELECT coalesce(epoch_us(max(ingested_at_utc)), 0) FROM {table}").fetchall()[0][0])


def _spans_to_judge(con: duckdb.DuckDBPyConnection, seen: dict[str, int]) -> Iterator[Window]:
    """Yield the spans ingested after the watermarks with `REACH` on each side, in order and a week or more apart."""
    new = " UNION ALL ".join(
        f"SELECT start_time_utc FROM {dataset.table} "
        f"WHERE ingested_at_utc > make_timestamptz({seen.get(dataset.name, 0)})"
        for dataset in OBSERVED
    )
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE islands AS
        WITH starts AS (SELECT DISTINCT epoch_us(start_time_utc) AS at_us FROM ({new})),
        marked AS (
            SELECT at_us, coalesce(at_us - lag(at_us) OVER (ORDER BY at_us) > $apart_us, true) AS begins FROM starts
        ), numbered AS (SELECT at_us, count_if(begins) OVER (ORDER BY at_us) AS island FROM marked)
        SELECT make_timestamptz(min(at_us)) AS first, make_timestamptz(max(at_us)) AS last
        FROM numbered GROUP BY island ORDER BY island""",
        {"apart_us": MERGE_SPANS_WITHIN // timedelta(microseconds=1)},
    )
    for first, last in con.sql("FROM temp.islands").pl().iter_rows():
        yield Window(first - REACH, last + HALF_HOUR + REACH)


def _rules_fingerprint(con: duckdb.DuckDBPyConnection, settings: Settings) -> str:
    """Return everything that the rules depend on besides the data; when it changes, all values are evaluated again."""
    limits = con.execute("FROM soft_limits ORDER BY ALL").fetchall()
    series = [[dataset.categories, dataset.lifetimes, dataset.oddities] for dataset in OBSERVED]
    return json.dumps([VERSION, settings.model_dump(include=THRESHOLDS), limits, series], sort_keys=True, default=str)


def _flag_state(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    rows = con.execute("SELECT value FROM warehouse_info WHERE key = ?", [STATE]).fetchall()
    return json.loads(rows[0][0]) if rows else {}


def _keep_state(con: duckdb.DuckDBPyConnection, state: dict[str, Any]) -> None:
    con.execute("DELETE FROM warehouse_info WHERE key = ?", [STATE])
    con.execute("INSERT INTO warehouse_info VALUES (?, ?)", [STATE, json.dumps(state)])
