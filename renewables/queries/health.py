"""Whether stored data can be trusted: keys are unique, and counts agree however they are computed.

Belongs here: checks of the file. Not here: whether the data is complete or fresh (`status.py`).
"""

from dataclasses import dataclass
from datetime import timedelta

from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import DATASETS
from renewables.queries.snapshot import Connection, snapshot_connection


@dataclass(frozen=True)
class TableHealth:
    """The health of a table.

    `doubled_keys` is the number of duplicate keys; `rows_by_filter` differs from `rows` in a corrupt file.
    """

    table: str
    rows: int
    rows_by_filter: int
    doubled_keys: int

    @property
    def is_healthy(self) -> bool:
        """Return whether no key is duplicated and both counts agree."""
        return self.rows == self.rows_by_filter and not self.doubled_keys


def tables_health(con: Connection) -> list[TableHealth]:
    """Return the health of every publications table."""
    with snapshot_connection(con) as snapshot:
        return [_table_health(snapshot, dataset) for dataset in DATASETS]


def _table_health(con: Connection, dataset: Dataset) -> TableHealth:
    table, column = dataset.table, dataset.range_column
    rows = con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]
    by_filter = con.execute(f"SELECT count(*) FROM {table} WHERE {column} IS NULL").fetchall()[0][0]
    first, newest = con.execute(f"SELECT min({column}), max({column}) FROM {table}").fetchall()[0]
    if first is not None:
        # In parts: a filter skips blocks by their stored ranges, and those may be wrong.
        middle = first + (newest - first) / 2
        for low, high in ((first, middle), (middle, newest + timedelta(days=1))):
            by_filter += con.execute(
                f"SELECT count(*) FROM {table} WHERE {column} >= ? AND {column} < ?", [low, high]
            ).fetchall()[0][0]
    key = ", ".join(dataset.key)
    doubled = con.execute(
        f"SELECT count(*) FROM (SELECT {key} FROM {table} GROUP BY {key} HAVING count(*) > 1)"
    ).fetchall()[0][0]
    return TableHealth(table, rows, by_filter, doubled)
