"""The contents of the warehouse: spans, coverage, gaps, quarantined rows and the last runs, from one snapshot.

Belongs here: what an operator needs first. Not here: values of generation.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import polars as pl

from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import BY_NAME, INSTALLED_CAPACITY, OBSERVED
from elexon_assets.settlement import HALF_HOUR
from elexon_assets.windows import Window
from renewables.queries.quality import count_flagged, values_pending_checks
from renewables.queries.register_issues import RegisterStatus, register_status
from renewables.queries.snapshot import Connection, query_frame, snapshot_connection
from renewables.queries.stored_datasets import StoredDataset, stored_datasets
from renewables.queries.unknown_series import UnknownSeries, unknown_series
from warehouse.connection import configured_warehouse

GAP_DAYS_NAMED = 5
RUNS_SHOWN = 5


@dataclass(frozen=True)
class DatasetStatus:
    """The status of an observed dataset.

    Half-hours are complete ones: every category that is always published is present. Gaps are counted by UTC day, up to
    the newest half-hour; they may be Elexon's own gaps, which no fetch fills.
    """

    name: str
    code: str
    title: str
    publications: int = 0
    first_start_time_utc: datetime | None = None
    newest_start_time_utc: datetime | None = None
    half_hours: int = 0
    half_hours_expected: int = 0
    half_hours_flagged: int = 0
    "The half-hours present that are flagged for any category."
    values_unjudged: int = 0
    "The number of values that landed since the last check for flags."
    days_with_gaps: int = 0
    first_days_with_gaps: tuple[date, ...] = ()
    rows_quarantined: int = 0
    labels_disagreeing: int = 0
    sources: tuple[str, ...] = ()

    def age(self, now: datetime) -> timedelta | None:
        """Return the time since the end of the newest half-hour."""
        return now - (self.newest_start_time_utc + HALF_HOUR) if self.newest_start_time_utc else None

    def is_fresh(self, now: datetime) -> bool:
        """Return whether the newest half-hour is within the dataset's usual publication delay."""
        newest = self.newest_start_time_utc
        return newest is not None and now - newest <= BY_NAME[self.name].fresh_within

    @property
    def coverage(self) -> float | None:
        """Return the share of the expected half-hours that are present, 0-1; None without any."""
        return self.half_hours / self.half_hours_expected if self.half_hours_expected else None

    @property
    def flagged_share(self) -> float | None:
        """Return the flagged share of the half-hours present, 0-1; None without any."""
        return self.half_hours_flagged / self.half_hours if self.half_hours else None


@dataclass(frozen=True)
class CapacityStatus:
    """The status of installed capacity: the years that have a figure, and when the newest was published."""

    first_year: int
    last_year: int
    newest_publish_time_utc: datetime
    publications: int
    rows_quarantined: int
    sources: tuple[str, ...]


@dataclass(frozen=True)
class RunStatus:
    """One run's windows of one dataset; `seconds` is the sum of the request times of windows fetched in parallel."""

    run_id: str
    dataset: str
    asked_at_utc: datetime
    windows: int
    windows_failed: int
    rows_landed: int
    seconds: float


@dataclass(frozen=True)
class WarehouseStatus:
    """The status of one snapshot, with everything that was committed when it was published."""

    version: int
    published_at_utc: datetime
    size_bytes: int
    datasets: tuple[DatasetStatus, ...]
    "The observed datasets."
    capacity: CapacityStatus | None
    "The installed capacity, or None before any has landed."
    runs: tuple[RunStatus, ...]
    stored: tuple[StoredDataset, ...] = ()
    "Every dataset with its newest time, also those that are not observed."
    unknown_series: tuple[UnknownSeries, ...] = ()
    "The undeclared series of all datasets: kept under their own names, and in no total."
    registers: tuple[RegisterStatus, ...] = ()
    "The newest issue of each public register."


def warehouse_status(during: Callable[[], AbstractContextManager[None]] = nullcontext) -> WarehouseStatus:
    """Return the status of the newest snapshot. Raises WarehouseMissing before anything is published.

    `during` is in force while the queries run, after the snapshot was opened.
    """
    warehouse = configured_warehouse()
    newest = warehouse.newest()
    opened = warehouse.reading(version=newest.version if newest else None)
    with opened as own, snapshot_connection(own) as con, during():
        assert newest is not None  # noqa: S101 (reading() would have raised)
        return WarehouseStatus(
            newest.version,
            newest.published_at_utc,
            newest.size_bytes,
            of_datasets(con),
            of_capacity(con),
            tuple(last_runs(con)),
            stored_datasets(con),
            tuple(unknown_series(con)),
            tuple(register_status(con)),
        )


def of_datasets(con: Connection) -> tuple[DatasetStatus, ...]:
    """Return the status of each observed dataset."""
    with snapshot_connection(con) as snapshot:
        return tuple(of_dataset(snapshot, dataset) for dataset in OBSERVED)


def of_dataset(con: Connection, dataset: Dataset) -> DatasetStatus:
    """Return the status of one dataset, which is empty if none of its rows has landed."""
    aside = con.execute("SELECT count(*) FROM quarantine WHERE dataset = ?", [dataset.name]).fetchall()[0][0]
    row = query_frame(
        con,
        f"""SELECT count(*) AS publications, min(start_time_utc) AS first_utc, max(start_time_utc) AS newest_utc,
            count(*) FILTER (elexon_settlement_date IS NOT NULL OR elexon_settlement_period IS NOT NULL) AS labels,
            list_sort(list(DISTINCT source)) AS sources FROM {dataset.table}""",
    )
    publications, first, newest, labels, sources = row.row(0)
    if not publications:
        return DatasetStatus(dataset.name, dataset.code, dataset.title, rows_quarantined=aside)
    days = _count_days(con, dataset, newest)
    short = days.filter(pl.col("half_hours") < pl.col("half_hours_expected"))
    return DatasetStatus(
        dataset.name,
        dataset.code,
        dataset.title,
        publications=publications,
        first_start_time_utc=first,
        newest_start_time_utc=newest,
        half_hours=int(days["half_hours"].sum()),
        half_hours_expected=int(days["half_hours_expected"].sum()),
        half_hours_flagged=count_flagged(dataset, Window(first, newest + HALF_HOUR), con),
        values_unjudged=values_pending_checks(dataset.name, con),
        days_with_gaps=len(short),
        first_days_with_gaps=tuple(short["day_utc"].head(GAP_DAYS_NAMED)),
        rows_quarantined=aside,
        labels_disagreeing=labels,
        sources=tuple(sources),
    )


def _count_days(con: Connection, dataset: Dataset, newest: datetime) -> pl.DataFrame:
    """Return coverage by UTC day; on the newest day only half-hours that can be published by now are expected."""
    so_far = (newest - datetime.combine(newest.date(), datetime.min.time(), UTC)) // HALF_HOUR + 1
    return query_frame(
        con,
        f"""SELECT day_utc, half_hours,
            CASE WHEN day_utc = $newest THEN least($so_far, half_hours_expected) ELSE half_hours_expected END
                AS half_hours_expected
        FROM {dataset.name}_coverage ORDER BY day_utc""",
        {"newest": newest.date(), "so_far": so_far},
    )


def of_capacity(con: Connection) -> CapacityStatus | None:
    """Return the status of installed capacity, or None if none has landed."""
    with snapshot_connection(con) as snapshot:
        row = query_frame(
            snapshot,
            f"""SELECT min(year) AS first_year, max(year) AS last_year,
                max(publish_time_utc) AS newest_publish_time_utc,
                count(*) AS publications, list_sort(list(DISTINCT source)) AS sources,
                (SELECT count(*) FROM quarantine WHERE dataset = $name) AS rows_quarantined
            FROM {INSTALLED_CAPACITY.table}""",
            {"name": INSTALLED_CAPACITY.name},
        ).row(0, named=True)
    return CapacityStatus(**row | {"sources": tuple(row["sources"])}) if row["publications"] else None


def last_runs(con: Connection, limit: int = RUNS_SHOWN) -> list[RunStatus]:
    """Return the newest runs of the fetch log, newest first."""
    rows = query_frame(
        con,
        """SELECT run_id, dataset, max(asked_at_utc) AS asked_at_utc, count(*) AS windows,
            count(*) FILTER (status = 'failed') AS windows_failed, sum(rows_landed)::BIGINT AS rows_landed,
            sum(seconds) AS seconds
        FROM fetch_log GROUP BY run_id, dataset ORDER BY asked_at_utc DESC, dataset LIMIT $limit""",
        {"limit": limit},
    )
    return [RunStatus(**row) for row in rows.iter_rows(named=True)]
