"""Coverage by day: complete, short, flagged or missing, and why; also quarantined rows and failed requests.

Belongs here: coverage for people. Not here: totals of it (`status.py`), the rules behind a state (`elexon_assets`).
"""

from datetime import UTC, date, datetime

import polars as pl

from elexon_assets.datasets import BY_NAME
from elexon_assets.flag_vocabulary import GAP_STATE_BY_NAME, KNOWN_GAP, NOT_ASKED, TOO_RECENT
from elexon_assets.schema.aggregates import utc_day
from renewables.queries.snapshot import Connection, query_frame, snapshot_connection
from warehouse.connection import has_table
from warehouse.settings import Settings

COMPLETE, FLAGGED, SHORT, MISSING = "complete", "flagged", "short", "missing"
NOT_IMPORTED = "not imported"
"The state of missing days that nobody has requested."
STATES = (COMPLETE, FLAGGED, SHORT, MISSING, NOT_IMPORTED)

_DAYS = {
    "day_utc": pl.Date,
    "state": pl.String,
    "half_hours": pl.Int64,
    "half_hours_missing": pl.Int64,
    "half_hours_known_gap": pl.Int64,
    "half_hours_flagged": pl.Int64,
    "why": pl.String,
}


def days_by_state(
    dataset: str = "wind_and_solar", *, now: datetime | None = None, con: Connection | None = None
) -> pl.DataFrame:
    """Return one row for each UTC day from the first available one to today.

    Columns: day_utc, state, half_hours (of 48), half_hours_missing, of them half_hours_known_gap, of the present ones
    half_hours_flagged, and why: the states of the missing ones in words, with the error of a failed request.

    A half-hour that is too recent to be published is not missing. A short day is short even if some of its values are
    flagged.
    """
    now = now or datetime.now(UTC)
    first = Settings().first_day
    with snapshot_connection(con) as snapshot:
        frame = query_frame(
            snapshot,
            f"""WITH calendar AS (
                SELECT unnest(range($first::TIMESTAMP, $today::TIMESTAMP + INTERVAL 1 DAY, INTERVAL 1 DAY))::DATE
                    AS day_utc
            ), flagged AS (
                SELECT {utc_day("start_time_utc")} AS day_utc,
                    count(DISTINCT start_time_utc) AS half_hours_flagged
                FROM {_flagged_sql(dataset)} GROUP BY 1
            ), gaps AS (
                SELECT day_utc, sum(half_hours) FILTER (state = '{TOO_RECENT.name}') AS too_recent,
                    sum(half_hours) FILTER (state = '{KNOWN_GAP.name}') AS known,
                    list(half_hours || ' ' || state || coalesce(': ' || detail, '') ORDER BY half_hours DESC) AS why
                FROM (
                    SELECT {utc_day("start_time_utc")} AS day_utc, state, count(*) AS half_hours, min(detail) AS detail
                    FROM {dataset}_gaps GROUP BY day_utc, state
                ) GROUP BY day_utc
            ), counted AS (
                SELECT day_utc, coalesce(half_hours, 0) AS half_hours,
                    coalesce(half_hours_flagged, 0) AS half_hours_flagged,
                    48 - coalesce(half_hours, 0) - coalesce(too_recent, 0)::BIGINT AS half_hours_missing,
                    coalesce(known, 0)::BIGINT AS half_hours_known_gap, why
                FROM calendar LEFT JOIN {dataset}_coverage USING (day_utc) LEFT JOIN flagged USING (day_utc)
                LEFT JOIN gaps USING (day_utc)
            )
            SELECT day_utc, CASE
                    WHEN half_hours_missing > 0 AND half_hours = 0 THEN '{MISSING}'
                    WHEN half_hours_missing > 0 THEN '{SHORT}'
                    WHEN half_hours_flagged > 0 THEN '{FLAGGED}'
                    ELSE '{COMPLETE}' END AS state,
                half_hours, half_hours_missing, half_hours_known_gap, half_hours_flagged,
                array_to_string(why, ', ') AS why
            FROM counted WHERE half_hours > 0 OR half_hours_missing > 0 ORDER BY day_utc""",
            {"first": first, "today": now.date()},
        )
    titles = {name: state.title.lower() for name, state in GAP_STATE_BY_NAME.items()}
    return frame.with_columns(pl.col("why").str.replace_many(list(titles), list(titles.values()))).cast(_DAYS)  # type: ignore[arg-type]  # a mapping of names to types is a schema


def _flagged_sql(dataset: str) -> str:
    """Return the view of flagged half-hours, or an empty relation for a dataset that has no flags."""
    return f"{dataset}_flagged" if BY_NAME[dataset].is_observed else f"(FROM {dataset} LIMIT 0)"


def mark_not_imported(days: pl.DataFrame) -> pl.DataFrame:
    """Return the days of `days_by_state`, with a state of its own for missing ones that nobody has requested."""
    unasked = (pl.col("state") == MISSING) & pl.col("why").str.contains(rf"^\d+ {NOT_ASKED.title.lower()}$")
    return days.with_columns(state=pl.when(unasked).then(pl.lit(NOT_IMPORTED)).otherwise(pl.col("state")))


def by_year(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the number of days in each state: year, and one column per state."""
    counted = frame.group_by(year=pl.col("day_utc").dt.year()).agg(
        (pl.col("state") == state).sum().alias(state) for state in STATES
    )
    return counted.sort("year", descending=True)


_ACCEPTANCES = pl.Schema(
    {
        "reason": pl.String(),
        "accepted_by": pl.String(),
        "accepted_at_utc": pl.Datetime("us", "UTC"),
        "withdrawn_because": pl.String(),
        "withdrawn_by": pl.String(),
        "withdrawn_at_utc": pl.Datetime("us", "UTC"),
    }
)


def gap_acceptances(dataset: str, day: date, *, con: Connection | None = None) -> pl.DataFrame:
    """Return every time that the UTC day was accepted as a known gap, newest first.

    Its columns: reason, accepted_by, accepted_at_utc, and where it was withdrawn withdrawn_because, withdrawn_by and
    withdrawn_at_utc. Null in those of the newest row means that the acceptance is in force.
    """
    with snapshot_connection(con) as snapshot:
        if not has_table(snapshot, "accepted_gaps"):
            return pl.DataFrame(schema=_ACCEPTANCES)
        frame = query_frame(
            snapshot,
            "FROM accepted_gaps WHERE dataset = $dataset AND day_utc = $day ORDER BY accepted_at_utc DESC",
            {"dataset": dataset, "day": day},
        )
    # A snapshot that an older version published lacks the columns of the withdrawal.
    return pl.concat([pl.DataFrame(schema=_ACCEPTANCES), frame], how="diagonal").select(list(_ACCEPTANCES))


def quarantined_rows(limit: int, con: Connection | None = None) -> pl.DataFrame:
    """Return quarantined rows, newest first: found_at_utc, dataset, reason, raw_json, its window, run_id."""
    with snapshot_connection(con) as snapshot:
        return query_frame(
            snapshot,
            "SELECT found_at_utc, dataset, reason, raw_json, window_start_utc, window_end_utc, run_id FROM quarantine "
            "ORDER BY found_at_utc DESC, window_start_utc DESC LIMIT $limit",
            {"limit": limit},
        )


def fetch_log(limit: int, *, only_failed: bool = False, con: Connection | None = None) -> pl.DataFrame:
    """Return requested windows, newest first: asked_at_utc, status, dataset, window, error, rows, attempts, seconds."""
    with snapshot_connection(con) as snapshot:
        return query_frame(
            snapshot,
            "SELECT asked_at_utc, status, dataset, window_start_utc, window_end_utc, error, rows_received, "
            "rows_landed, rows_quarantined, attempts, seconds, run_id FROM fetch_log "
            "WHERE status = 'failed' OR NOT $failed "
            "ORDER BY asked_at_utc DESC, window_start_utc DESC LIMIT $limit",
            {"limit": limit, "failed": only_failed},
        )


def table_overview(con: Connection | None = None) -> pl.DataFrame:
    """Return the relations of the warehouse: name, kind (table or view), columns, rows (estimated, tables only)."""
    with snapshot_connection(con) as snapshot:
        return query_frame(
            snapshot,
            """SELECT table_name AS name, 'table' AS kind, column_count AS columns, estimated_size AS rows
                FROM duckdb_tables() WHERE NOT internal AND NOT temporary AND database_name = current_database()
            UNION ALL SELECT view_name, 'view', column_count, NULL FROM duckdb_views()
                WHERE NOT internal AND database_name = current_database()
            ORDER BY kind, name""",
        )
