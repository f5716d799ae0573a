"""Wind and solar as a share of demand: by half-hour, day and month, the residual demand, and the records.

Belongs here: shares over a span. Not here: the parts of a half-hour and when it counts (`shares_half_hours.py`).

A share of demand is of INDO, which is net of embedded generation, so it can exceed 1. A share of underlying demand is
of INDO plus what embedded wind and solar supplied. Both are over the same half-hours: those that have demand, all three
PSR types and FUELHH's WIND, with none of them flagged. The others are left out and counted, never estimated.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

from elexon_assets.dataset_model import UTC_TIME
from elexon_assets.datasets import DEMAND, WIND_AND_SOLAR
from elexon_assets.errors import UnusableInput
from elexon_assets.time_inputs import read_span
from elexon_assets.windows import Window
from renewables.queries.shares_half_hours import (
    COUNTS_FOR_SHARES,
    LACKS_A_PART,
    PARTS,
    RESIDUAL_DEMAND_MW,
    UNDERLYING_DEMAND_MW,
    WIND_MW,
    half_hours_sql,
)
from renewables.queries.snapshot import Connection, query_frame, snapshot_connection, span_of

PERIODS = {
    "half-hour": ("start_time_utc", "start_time_utc"),
    "day": ("settlement_date", "settlement_date"),
    "month": ("month", "date_trunc('month', settlement_date)::DATE"),
}
"The column and the SQL of each period. Days are settlement dates, and months are theirs."
FIGURES = {
    "wind_mw": f"avg({WIND_MW})",
    "solar_mw": "avg(solar_mw)",
    "demand_mw": "avg(demand_mw)",
    "underlying_demand_mw": f"avg({UNDERLYING_DEMAND_MW})",
    "residual_demand_mw": f"avg({RESIDUAL_DEMAND_MW})",
    "share_of_demand": f"sum({WIND_MW} + solar_mw) / nullif(sum(demand_mw), 0)",
    "share_of_underlying_demand": f"sum({WIND_MW} + solar_mw) / nullif(sum({UNDERLYING_DEMAND_MW}), 0)",
}
"The figures over the half-hours that count. The share of a period is one of energy, and not the mean of shares."
RECORDS = {
    "highest_share_of_demand": ("share_of_demand", "DESC"),
    "highest_share_of_underlying_demand": ("share_of_underlying_demand", "DESC"),
    "lowest_share_of_underlying_demand": ("share_of_underlying_demand", "ASC"),
    "lowest_residual_demand": ("residual_demand_mw", "ASC"),
    "highest_residual_demand": ("residual_demand_mw", "DESC"),
}
"The figure and the order of each record."
LATEST_WITHIN = timedelta(days=2)
"The time before the newest half-hour in which the newest complete one is looked for."


def demand_shares(
    start: date | datetime | str, end: date | datetime | str, *, by: str = "half-hour", con: Connection | None = None
) -> pl.DataFrame:
    """Return wind and solar as a share of demand, one row per half-hour, settlement day or month of the span.

    Columns: the period (start_time_utc, settlement_date or month), wind_mw, solar_mw, demand_mw (INDO),
    underlying_demand_mw, residual_demand_mw (means), share_of_demand and share_of_underlying_demand (0-1, of energy),
    half_hours (those that count), half_hours_missing (lacking a part), half_hours_flagged. Figures are null where no
    half-hour counts.

    Args:
        start: A UTC day, or an instant; an ISO text of either.
        end: The last UTC day, which is included, or an instant, which is not.
        by: "half-hour", "day" or "month".
        con: A connection to a snapshot; the newest one by default.

    Raises:
        UnusableInput: A span or a period is invalid.
        WarehouseMissing: Nothing is published yet.
    """
    return shares_of(read_span(start, end), by=by, con=con)


def shares_of(window: Window, *, by: str = "half-hour", con: Connection | None = None) -> pl.DataFrame:
    """Return the same as `demand_shares`, for a window."""
    if by not in PERIODS:
        raise UnusableInput(f"Unknown period {by!r}: choose one of {', '.join(PERIODS)}.")
    column, period = PERIODS[by]
    with snapshot_connection(con) as snapshot:
        return query_frame(
            snapshot,
            f"""SELECT {period} AS {column}, {_select_list()}, count(*) FILTER (counts) AS half_hours,
                count(*) FILTER (lacks_a_part) AS half_hours_missing,
                count(*) FILTER (NOT counts AND NOT lacks_a_part) AS half_hours_flagged
            FROM (
                SELECT start_time_utc, settlement_date, counts, lacks_a_part,
                    {", ".join(f"CASE WHEN counts THEN {part} END AS {part}" for part in PARTS)}
                FROM (SELECT *, {COUNTS_FOR_SHARES} AS counts, {LACKS_A_PART} AS lacks_a_part FROM {half_hours_sql()})
            ) GROUP BY ALL ORDER BY {column}""",
            {"start": window.start_utc, "end": window.end_utc},
        )


def share_records(con: Connection | None = None) -> pl.DataFrame:
    """Return the half-hours with the highest and lowest shares and residual demand of all data.

    Columns: record (a name of `RECORDS`), value (0-1, or MW for residual demand), start_time_utc (the first, if several
    half-hours have the value). Without half-hours that count it has no rows.
    """
    with snapshot_connection(con) as snapshot:
        window = _span_of_demand(snapshot)
        return records_of(window, con=snapshot) if window else pl.DataFrame(schema=_RECORD_COLUMNS)


_RECORD_COLUMNS = {"record": pl.String(), "value": pl.Float64(), "start_time_utc": UTC_TIME}


def records_of(window: Window, *, con: Connection | None = None) -> pl.DataFrame:
    """Return the same as `share_records`, for a window."""
    each = " UNION ALL ".join(
        f"(SELECT {position} AS position, '{record}' AS record, {figure} AS value, start_time_utc FROM shares "
        f"WHERE {figure} IS NOT NULL ORDER BY {figure} {order}, start_time_utc LIMIT 1)"
        for position, (record, (figure, order)) in enumerate(RECORDS.items())
    )
    with snapshot_connection(con) as snapshot:
        return query_frame(
            snapshot,
            f"""WITH shares AS MATERIALIZED (
                SELECT start_time_utc, {_select_list()} FROM {half_hours_sql()}
                WHERE {COUNTS_FOR_SHARES} GROUP BY start_time_utc
            ) SELECT * EXCLUDE (position) FROM ({each}) ORDER BY position""",
            {"start": window.start_utc, "end": window.end_utc},
        )


@dataclass(frozen=True)
class LatestShare:
    """The shares (0-1) and the residual demand of the newest half-hour that counts."""

    start_utc: datetime
    share_of_demand: float
    share_of_underlying_demand: float
    residual_demand_mw: float


def latest_share(con: Connection | None = None) -> LatestShare | None:
    """Return the shares of the newest half-hour that counts, or None if none of the last two days with demand does."""
    with snapshot_connection(con) as snapshot:
        window = _span_of_demand(snapshot)
        if window is None:
            return None
        recent = Window(max(window.start_utc, window.end_utc - LATEST_WITHIN), window.end_utc)
        rows = shares_of(recent, con=snapshot).filter(pl.col("share_of_demand").is_not_null()).tail(1)
    for row in rows.iter_rows(named=True):
        return LatestShare(
            row["start_time_utc"],
            row["share_of_demand"],
            row["share_of_underlying_demand"],
            row["residual_demand_mw"],
        )
    return None


def _span_of_demand(con: Connection) -> Window | None:
    """Return the window in which half-hours may count: that of both demand and wind and solar."""
    windows = [span_of(dataset.name, con) for dataset in (DEMAND, WIND_AND_SOLAR)]
    starts, ends = [w.start_utc for w in windows if w], [w.end_utc for w in windows if w]
    if len(starts) < len(windows) or max(starts) >= min(ends):
        return None
    return Window(max(starts), min(ends))


def _select_list() -> str:
    return ", ".join(f"{sql} AS {name}" for name, sql in FIGURES.items())
