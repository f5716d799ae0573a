"""What is there, day by day: whole, short, flagged or missing, and why; and what was set aside or failed to come.

Belongs here: coverage for people. Not here: totals of it (`status.py`), the rules behind a state (`elexon_assets`).
"""

from datetime import UTC, date, datetime

import polars as pl

from elexon_assets.flag_vocabulary import GAP_STATE_BY_NAME, TOO_RECENT
from elexon_assets.schema.aggregates import utc_day
from renewables.queries.relations import doubted
from renewables.queries.snapshot import Connection, declared, frame_of, opened
from warehouse.connection import has_table
from warehouse.settings import Settings

WHOLE, FLAGGED, SHORT, MISSING = "whole", "flagged", "short", "missing"
STATES = (WHOLE, FLAGGED, SHORT, MISSING)

_DAYS = {
    "day_utc": pl.Date,
    "state": pl.String,
    "half_hours": pl.Int64,
    "half_hours_missing": pl.Int64,
    "half_hours_flagged": pl.Int64,
    "why": pl.String,
}


def days(
    dataset: str = "wind_and_solar", *, now: datetime | None = None, con: Connection | None = None
) -> pl.DataFrame:
    """One row a UTC day from the first that can be asked for to today: day_utc, state, half_hours (of 48), of them
    half_hours_flagged, half_hours_missing, why (states of the missing ones, in words).

    What is too recent to be published is not missing. A short day says so even where values of it are flagged.
    """
    now = now or datetime.now(UTC)
    first = Settings().first_day
    with opened(con) as snapshot:
        if not has_table(snapshot, f"{dataset}_coverage"):
            return _never_asked(first, now.date())
        has_gaps = has_table(snapshot, f"{dataset}_gaps_daily")
        gaps = (
            f"FROM {dataset}_gaps_daily" if has_gaps else "SELECT NULL::DATE AS day_utc, '' AS state, 0 AS half_hours"
        )
        frame = frame_of(
            snapshot,
            f"""WITH calendar AS (
                SELECT unnest(range($first::TIMESTAMP, $today::TIMESTAMP + INTERVAL 1 DAY, INTERVAL 1 DAY))::DATE
                    AS day_utc
            ), flagged AS (
                SELECT {utc_day("start_time_utc")} AS day_utc,
                    count(DISTINCT start_time_utc) AS half_hours_flagged
                FROM {doubted(snapshot, declared(dataset))} AS doubted GROUP BY 1
            ), gaps AS (
                SELECT day_utc, sum(half_hours) FILTER (state = '{TOO_RECENT.name}') AS too_recent,
                    list(half_hours || ' ' || state ORDER BY half_hours DESC) AS why
                FROM ({gaps}) GROUP BY day_utc
            ), counted AS (
                SELECT day_utc, coalesce(half_hours, 0) AS half_hours,
                    coalesce(half_hours_flagged, 0) AS half_hours_flagged,
                    48 - coalesce(half_hours, 0) - coalesce(too_recent, 0)::BIGINT AS half_hours_missing, why
                FROM calendar LEFT JOIN {dataset}_coverage USING (day_utc) LEFT JOIN flagged USING (day_utc)
                LEFT JOIN gaps USING (day_utc)
            )
            SELECT day_utc, CASE
                    WHEN half_hours_missing > 0 AND half_hours = 0 THEN '{MISSING}'
                    WHEN half_hours_missing > 0 THEN '{SHORT}'
                    WHEN half_hours_flagged > 0 THEN '{FLAGGED}'
                    ELSE '{WHOLE}' END AS state,
                half_hours, half_hours_missing, half_hours_flagged, array_to_string(why, ', ') AS why
            FROM counted WHERE half_hours > 0 OR half_hours_missing > 0 ORDER BY day_utc""",
            {"first": first, "today": now.date()},
        )
    titles = {name: state.title.lower() for name, state in GAP_STATE_BY_NAME.items()}
    return frame.with_columns(pl.col("why").str.replace_many(list(titles), list(titles.values()))).cast(_DAYS)  # type: ignore[arg-type]  # a mapping of names to types is one


def by_year(frame: pl.DataFrame) -> pl.DataFrame:
    """Days of each state: year, and a column a state."""
    counted = frame.group_by(year=pl.col("day_utc").dt.year()).agg(
        (pl.col("state") == state).sum().alias(state) for state in STATES
    )
    return counted.sort("year", descending=True)


def quarantine(limit: int, con: Connection | None = None) -> pl.DataFrame:
    """Rows set aside, newest first: found_at_utc, dataset, reason, raw_json, its window, run_id."""
    with opened(con) as snapshot:
        if not has_table(snapshot, "quarantine"):
            return pl.DataFrame(schema={"found_at_utc": pl.Datetime("us", "UTC"), "dataset": pl.String})
        return frame_of(
            snapshot,
            "SELECT found_at_utc, dataset, reason, raw_json, window_start_utc, window_end_utc, run_id FROM quarantine "
            "ORDER BY found_at_utc DESC, window_start_utc DESC LIMIT $limit",
            {"limit": limit},
        )


def fetch_log(limit: int, *, only_failed: bool = False, con: Connection | None = None) -> pl.DataFrame:
    """Windows asked for, newest first: asked_at_utc, dataset, window, status, rows, attempts, seconds, error."""
    with opened(con) as snapshot:
        if not has_table(snapshot, "fetch_log"):
            return pl.DataFrame(schema={"asked_at_utc": pl.Datetime("us", "UTC"), "dataset": pl.String})
        return frame_of(
            snapshot,
            "SELECT asked_at_utc, dataset, window_start_utc, window_end_utc, status, rows_received, rows_landed, "
            "rows_quarantined, attempts, seconds, error, run_id FROM fetch_log WHERE status = 'failed' OR NOT $failed "
            "ORDER BY asked_at_utc DESC, window_start_utc DESC LIMIT $limit",
            {"limit": limit, "failed": only_failed},
        )


def tables(con: Connection | None = None) -> pl.DataFrame:
    """What stands in the warehouse: name, kind (table or view), columns, rows (of tables, as DuckDB estimates them)."""
    with opened(con) as snapshot:
        return frame_of(
            snapshot,
            """SELECT table_name AS name, 'table' AS kind, column_count AS columns, estimated_size AS rows
                FROM duckdb_tables() WHERE NOT internal AND NOT temporary
            UNION ALL SELECT view_name, 'view', column_count, NULL FROM duckdb_views() WHERE NOT internal
            ORDER BY kind, name""",
        )


def _never_asked(first: date, today: date) -> pl.DataFrame:
    grid = pl.DataFrame({"day_utc": pl.date_range(first, today, eager=True)})
    return grid.with_columns(
        state=pl.lit(MISSING), half_hours=0, half_hours_missing=48, half_hours_flagged=0, why=pl.lit("not asked yet")
    ).cast(_DAYS)  # type: ignore[arg-type]  # as above
