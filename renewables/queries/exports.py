"""Complete tables as Parquet files for other tools.

Belongs here: which tables and views are exported. Not here: half-hours of a span (`generation.py`).
"""

from dataclasses import dataclass
from pathlib import Path

from elexon_assets.datasets import DATASETS
from renewables.queries.snapshot import NOTHING_LANDED, Connection, snapshot_connection

OURS_ALONE = ("warehouse_info",)
"The bookkeeping tables of the warehouse itself."


@dataclass(frozen=True)
class Exported:
    """A written file."""

    name: str
    rows: int
    path: Path


def exportable_tables(con: Connection) -> list[str]:
    """Return every table, and the current view of each dataset."""
    rows = con.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' "
        "AND table_catalog <> ? AND (table_type = 'BASE TABLE' "
        "OR list_contains(?, table_name)) AND NOT list_contains(?, table_name) ORDER BY table_name",
        [NOTHING_LANDED, [dataset.name for dataset in DATASETS], list(OURS_ALONE)],
    ).fetchall()
    return [name for (name,) in rows]


def export_all(folder: Path, con: Connection | None = None) -> list[Exported]:
    """Write one file per table, each replaced in one step; other files in the folder stay."""
    folder.mkdir(parents=True, exist_ok=True)
    done = []
    with snapshot_connection(con) as snapshot:
        for name in exportable_tables(snapshot):
            path, unfinished = folder / f"{name}.parquet", folder / f"{name}.parquet.unfinished"
            table = snapshot.sql(f'FROM "{name}"')
            try:
                table.write_parquet(str(unfinished), compression="zstd")
                unfinished.replace(path)
            finally:
                unfinished.unlink(missing_ok=True)
            rows = snapshot.execute(f'SELECT count(*) FROM "{name}"').fetchall()[0][0]
            done.append(Exported(name, rows, path))
    return done
