"""Every dataset with its rows and its newest time, whatever its role.

Belongs here: what all datasets have. Not here: coverage and flags of the observed ones (`status.py`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import BY_NAME, DATASETS
from renewables.queries.snapshot import Connection, query_frame, snapshot_connection


@dataclass(frozen=True)
class StoredDataset:
    """One dataset: its publications, and the first and newest times; times are None where they do not apply."""

    name: str
    code: str
    title: str
    role: str
    publications: int
    first_start_time_utc: datetime | None
    newest_start_time_utc: datetime | None
    "The start of the newest period that a value is for; of a forecast, the newest target."
    newest_publish_time_utc: datetime | None
    rows_quarantined: int
    sources: tuple[str, ...]

    @property
    def newest_utc(self) -> datetime | None:
        """Return the newest time of the column that the dataset is fetched by, which its freshness is judged by."""
        is_by_start = BY_NAME[self.name].range_column == "start_time_utc"
        return self.newest_start_time_utc if is_by_start else self.newest_publish_time_utc

    def is_fresh(self, now: datetime) -> bool:
        """Return whether that time is within the usual delay of the dataset."""
        return self.newest_utc is not None and now - self.newest_utc <= self.fresh_within

    @property
    def fresh_within(self) -> timedelta:
        """Return the greatest age of the newest row in normal operation."""
        return BY_NAME[self.name].fresh_within


def stored_datasets(con: Connection | None = None) -> tuple[StoredDataset, ...]:
    """Return every declared dataset, also those without rows, in the order of the declarations."""
    with snapshot_connection(con) as snapshot:
        return tuple(_stored_dataset(snapshot, dataset) for dataset in DATASETS)


def _stored_dataset(con: Connection, dataset: Dataset) -> StoredDataset:
    start = "start_time_utc" if dataset.is_half_hourly else "NULL::TIMESTAMPTZ"
    row = query_frame(
        con,
        f"""SELECT count(*) AS publications, min({start}) AS first_start_time_utc,
            max({start}) AS newest_start_time_utc, max(publish_time_utc) AS newest_publish_time_utc,
            (SELECT count(*) FROM quarantine WHERE dataset = $name) AS rows_quarantined,
            list_sort(list(DISTINCT source)) AS sources FROM {dataset.table}""",
        {"name": dataset.name},
    ).row(0, named=True)
    sources = tuple(row.pop("sources") or ())
    return StoredDataset(dataset.name, dataset.code, dataset.title, str(dataset.role), **row, sources=sources)
