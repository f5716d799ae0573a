"""How far the numbers of a span can be trusted: what is flagged, what is missing and why, how much wind is understated.

Belongs here: queries about flags and gaps. Not here: their rules (`elexon_assets/quality`), republished values
(`revisions.py`). Days and months are in UTC.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from elexon_assets.dataset_model import UTC_TIME, Dataset
from elexon_assets.datasets import COVERED, OBSERVED
from elexon_assets.flag_vocabulary import REASONS
from elexon_assets.schema.aggregates import complete_half_hours_sql, utc_day
from elexon_assets.schema.flags import STATE
from elexon_assets.settlement import HALF_HOUR
from elexon_assets.time_inputs import read_span
from elexon_assets.windows import Window
from renewables.queries.revisions import revision_summary
from renewables.queries.selection import Selection, read_dataset
from renewables.queries.snapshot import Connection, query_frame, snapshot_connection, span_of
from renewables.queries.unknown_series import UnknownSeries, unknown_series

WORST_DAYS = 10
_BY_MONTH: dict[str, pl.DataType] = {
    **{"month_utc": pl.Date(), "dataset": pl.String(), "reason": pl.String()},
    **{"half_hours": pl.Int64(), "values": pl.Int64()},
}
_DAYS: dict[str, pl.DataType] = {
    **{"day_utc": pl.Date(), "dataset": pl.String(), "half_hours_flagged": pl.Int64()},
    **{"reasons": pl.List(pl.String()), "start_times_utc": pl.List(UTC_TIME)},
}
_GAPS: dict[str, pl.DataType] = {
    **{"dataset": pl.String(), "state": pl.String(), "half_hours": pl.Int64()},
    **{"first_start_time_utc": UTC_TIME, "last_start_time_utc": UTC_TIME},
}


@dataclass(frozen=True)
class DataQuality:
    """The quality of one dataset: its complete half-hours, and those of them that are flagged for any category."""

    dataset: str
    half_hours: int
    half_hours_expected: int
    half_hours_flagged: int
    values_unjudged: int
    "The number of values of the complete dataset that landed since the last check for flags."

    @property
    def coverage(self) -> float:
        """Return the coverage, 0-1; None without expected half-hours."""
        return self.half_hours / self.half_hours_expected

    @property
    def flagged_share(self) -> float | None:
        """Return the flagged share of the half-hours present, 0-1; None without any."""
        return self.half_hours_flagged / self.half_hours if self.half_hours else None


@dataclass(frozen=True)
class UnderstatedWind:
    """Half-hours whose wind is understated, and an estimate of the missing energy: WIND of FUELHH minus AGWS wind.

    It is a lower bound, because FUELHH has no embedded wind, and is never part of any total.
    """

    half_hours: int
    half_hours_estimated: int
    "The half-hours for which FUELHH is present."
    estimated_missing_mwh: float | None
    "The estimate, or None if nothing can be estimated."


@dataclass(frozen=True)
class QualityReport:
    """Everything that is known about how far the numbers of a span can be trusted."""

    start_utc: datetime
    end_utc: datetime
    trust: list[DataQuality]
    flags_by_month: pl.DataFrame
    worst_days: pl.DataFrame
    gaps: pl.DataFrame
    revisions: dict[str, pl.DataFrame]
    "The revision summary of each dataset."
    understated_wind: UnderstatedWind
    unknown_series: list[UnknownSeries]
    "The undeclared series of all datasets, independent of the span; kept under their own names, and in no total."


def quality(
    start: date | datetime | str, end: date | datetime | str, *, con: Connection | None = None
) -> QualityReport:
    """Return what is flagged, missing and revised in a span, for every observed dataset.

    Args:
        start: A UTC day, or an instant; an ISO text of either.
        end: The last UTC day, which is included, or an instant, which is not.
        con: A connection to a snapshot; the newest one by default.

    Raises:
        UnusableInput: The span is invalid.
        WarehouseMissing: Nothing is published yet.
    """
    return quality_of(read_span(start, end), con)


def quality_of(window: Window, con: Connection | None = None) -> QualityReport:
    """Return the same as `quality`, for a window."""
    span = (window.start_utc, window.end_utc)
    with snapshot_connection(con) as snapshot:
        return QualityReport(
            *span,
            [data_quality_of(dataset, window, snapshot) for dataset in OBSERVED],
            _flags_by_month(window, snapshot),
            _worst_days(window, snapshot),
            _gap_counts(window, snapshot),
            {dataset.name: revision_summary(Selection.read(dataset.name), window, snapshot) for dataset in OBSERVED},
            understated_wind_of(window, snapshot),
            unknown_series(snapshot),
        )


def data_quality_of(dataset: Dataset, window: Window, con: Connection) -> DataQuality:
    """Return the coverage and the flagged share of the half-hours of one dataset."""
    with snapshot_connection(con) as snapshot:
        complete, flagged = (
            _count_flags(complete_half_hours_sql(dataset), window, snapshot),
            count_flagged(dataset, window, snapshot),
        )
        expected = (window.end_utc - window.start_utc) // HALF_HOUR
        return DataQuality(dataset.name, complete, expected, flagged, values_pending_checks(dataset.name, snapshot))


def count_flagged(dataset: Dataset, window: Window, con: Connection) -> int:
    """Return the number of complete half-hours that are flagged for any category."""
    return _count_flags(complete_half_hours_sql(dataset, f"{dataset.name}_flagged"), window, con)


def _count_flags(half_hours: str, window: Window, con: Connection) -> int:
    return int(
        con.execute(
            f"SELECT count(*) FROM ({half_hours}) WHERE start_time_utc >= ? AND start_time_utc < ?",
            [window.start_utc, window.end_utc],
        ).fetchall()[0][0]
    )


def values_pending_checks(dataset: str, con: Connection | None = None) -> int:
    """Return the number of values that landed since the last check for flags; their flags are not known yet."""
    declaration = read_dataset(dataset)
    with snapshot_connection(con) as snapshot:
        state = snapshot.execute("SELECT value FROM warehouse_info WHERE key = ?", [STATE]).fetchall()
        seen = json.loads(state[0][0])["watermarks"].get(dataset, 0) if state else 0
        return int(
            snapshot.execute(
                f"SELECT count(*) FROM {declaration.table} WHERE ingested_at_utc > make_timestamptz(?::BIGINT)", [seen]
            ).fetchall()[0][0]
        )


def _flags_by_month(window: Window, con: Connection) -> pl.DataFrame:
    """Return the open flags in their declared order.

    Columns: month_utc, dataset, reason, half_hours, values (half-hours and categories).
    """
    return _query_frame(
        f"""SELECT date_trunc('month', start_time_utc AT TIME ZONE 'UTC')::DATE AS month_utc, dataset, reason,
            count(DISTINCT start_time_utc) AS half_hours, count(*) AS values
        FROM open_flags WHERE start_time_utc >= $start AND start_time_utc < $end
        GROUP BY month_utc, dataset, reason
        ORDER BY month_utc, dataset DESC, list_position({[reason.name for reason in REASONS]}, reason)""",
        window,
        _BY_MONTH,
        con,
    )


def _worst_days(window: Window, con: Connection) -> pl.DataFrame:
    """Return the UTC days with the most flagged half-hours.

    Columns: day_utc, dataset, half_hours_flagged, reasons, start_times_utc.
    """
    each = " UNION ALL ".join(
        f"SELECT '{dataset.name}' AS dataset, start_time_utc, unnest(reasons) AS reason FROM {dataset.name}_flagged"
        for dataset in OBSERVED
    )
    return _query_frame(
        f"""SELECT {utc_day("start_time_utc")} AS day_utc, dataset,
            count(DISTINCT start_time_utc) AS half_hours_flagged, list(DISTINCT reason ORDER BY reason) AS reasons,
            list(DISTINCT start_time_utc ORDER BY start_time_utc) AS start_times_utc
        FROM ({each}) WHERE start_time_utc >= $start AND start_time_utc < $end
        GROUP BY ALL ORDER BY half_hours_flagged DESC, day_utc, dataset DESC LIMIT {WORST_DAYS}""",
        window,
        _DAYS,
        con,
    )


def _gap_counts(window: Window, con: Connection) -> pl.DataFrame:
    """Return the present number of missing half-hours by state, of observed datasets and of others that have data.

    Columns: dataset, state, half_hours, first_start_time_utc, last_start_time_utc.
    """
    each = " UNION ALL ".join(
        f"SELECT '{dataset.name}' AS dataset, state, start_time_utc FROM {dataset.name}_gaps "
        "WHERE start_time_utc >= $start AND start_time_utc < $end"
        for dataset in COVERED
        if dataset.is_observed or span_of(dataset.name, con)
    )
    return _query_frame(
        f"""SELECT dataset, state, count(*) AS half_hours, min(start_time_utc) AS first_start_time_utc,
            max(start_time_utc) AS last_start_time_utc
        FROM ({each}) GROUP BY ALL ORDER BY dataset DESC, half_hours DESC, state""",
        window,
        _GAPS,
        con,
    )


def understated_wind_of(window: Window, con: Connection | None = None) -> UnderstatedWind:
    """Return how much wind is missing from the current values of a window."""
    row = _query_frame(
        """SELECT count(*) AS half_hours, count(estimated_missing_mwh) AS half_hours_estimated,
            sum(estimated_missing_mwh) AS estimated_missing_mwh
        FROM understated_wind WHERE start_time_utc >= $start AND start_time_utc < $end""",
        window,
        {"half_hours": pl.Int64(), "half_hours_estimated": pl.Int64(), "estimated_missing_mwh": pl.Float64()},
        con,
    )
    return UnderstatedWind(**row.row(0, named=True))


def _query_frame(sql: str, window: Window, schema: dict[str, pl.DataType], con: Connection | None) -> pl.DataFrame:
    with snapshot_connection(con) as snapshot:
        return query_frame(snapshot, sql, {"start": window.start_utc, "end": window.end_utc}).cast(schema)  # type: ignore[arg-type]  # a mapping of names to types is a schema
