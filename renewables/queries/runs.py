"""The results of particular runs, from the fetch log of the newest snapshot: totals by dataset, failures.

Belongs here: queries about runs that somebody has just waited for. Not here: the contents of the warehouse
(`status.py`).
"""

from collections.abc import Sequence
from datetime import date

import polars as pl

from elexon_assets.schema.measures import FIGURES
from elexon_assets.windows import window_of_days
from renewables.queries.selection import read_dataset
from renewables.queries.snapshot import Connection, query_frame, snapshot_connection


def run_totals(run_ids: Sequence[str], con: Connection | None = None) -> pl.DataFrame:
    """Return the totals of some runs, one row per dataset.

    Columns: `dataset`, `windows`, `windows_failed`, `rows_received`, `rows_landed`, `rows_quarantined`, `retries`,
    `source`.
    """
    with snapshot_connection(con) as snapshot:
        return query_frame(
            snapshot,
            "SELECT dataset, count(*) AS windows, count(*) FILTER (status = 'failed') AS windows_failed, "
            "sum(rows_received)::BIGINT AS rows_received, sum(rows_landed)::BIGINT AS rows_landed, "
            "sum(rows_quarantined)::BIGINT AS rows_quarantined, sum(attempts - 1)::BIGINT AS retries, "
            "string_agg(DISTINCT source, ', ' ORDER BY source) AS source "
            "FROM fetch_log WHERE list_contains($runs, run_id) GROUP BY dataset ORDER BY dataset DESC",
            {"runs": list(run_ids)},
        )


def failed_windows(run_ids: Sequence[str], con: Connection | None = None) -> pl.DataFrame:
    """Return the failures of some runs, one row per dataset and error.

    Columns: `windows`, `window_start_utc` of the first and `window_end_utc` (exclusive) of the last of them, the most
    `attempts`.
    """
    with snapshot_connection(con) as snapshot:
        return query_frame(
            snapshot,
            "SELECT dataset, error, count(*) AS windows, min(window_start_utc) AS window_start_utc, "
            "max(window_end_utc) AS window_end_utc, max(attempts) AS attempts FROM fetch_log "
            "WHERE status = 'failed' AND list_contains($runs, run_id) GROUP BY dataset, error ORDER BY ALL",
            {"runs": list(run_ids)},
        )


def landed_windows(dataset: str, first: date, last: date, con: Connection | None = None) -> dict[str, float]:
    """Return what the warehouse holds of the UTC days, both inclusive.

    Keys: `rows` (current values), `coverage` (0-1), `energy_mwh` (sum of MW x 0.5 h), `half_hours_flagged` (with a
    flagged value).
    """
    declaration, window = read_dataset(dataset), window_of_days(first, last)
    span = {"start": window.start_utc, "end": window.end_utc}
    inside = "start_time_utc >= $start AND start_time_utc < $end"
    with snapshot_connection(con) as snapshot:
        rows, energy = snapshot.execute(
            f"SELECT count(*), {FIGURES['energy_mwh']} FROM (SELECT *, {declaration.value} AS mw FROM {dataset}) "
            f"WHERE {inside}",
            span,
        ).fetchall()[0]
        (flagged,) = snapshot.execute(
            f"SELECT count(DISTINCT start_time_utc) FROM {dataset}_flagged WHERE {inside}",
            span,
        ).fetchall()[0]
        (half_hours,) = snapshot.execute(
            f"SELECT coalesce(sum(half_hours), 0) FROM {dataset}_coverage WHERE day_utc BETWEEN ? AND ?", [first, last]
        ).fetchall()[0]
    return {
        "rows": rows,
        "coverage": half_hours / (len(window.days) * 48),
        "energy_mwh": energy or 0.0,
        "half_hours_flagged": flagged,
    }
