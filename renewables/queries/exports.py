"""Complete tables as Parquet files for other tools.

Belongs here: which tables and views are exported. Not here: half-hours of a span (`generation.py`).
"""

from dataclasses import dataclass
from pathlib import Path

from elexon_assets.datasets import DATASETS
from elexon_assets.schema.feature_series import feature_series
from elexon_assets.settlement import HALF_HOUR
from elexon_assets.windows import Window
from renewables.attribution import note_of_sources
from renewables.queries.register_issues import licences_of_tables
from renewables.queries.snapshot import Connection, query_frame, snapshot_connection, source_names
from renewables.queries.wide_frame import FOR_EVER_US, frame_at_cuts, grid_sql
from warehouse.connection import configured_warehouse
from warehouse.errors import WarehouseMissing
from warehouse.private_files import private_umask

CURRENT_PARQUET = "current.parquet"
"The file of all current values, beside the link to the newest snapshot."

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
        "AND table_catalog = current_database() AND (table_type = 'BASE TABLE' "
        "OR list_contains(?, table_name)) AND NOT list_contains(?, table_name) ORDER BY table_name",
        [[dataset.name for dataset in DATASETS], list(OURS_ALONE)],
    ).fetchall()
    return [name for (name,) in rows]


def export_all(folder: Path, con: Connection | None = None) -> list[Exported]:
    """Write one file per table, each replaced in one step; other files in the folder stay.

    Rows of the public registers have their licence line as the last column.
    """
    folder.mkdir(parents=True, exist_ok=True)
    done = []
    with snapshot_connection(con) as snapshot:
        for name in exportable_tables(snapshot):
            path, unfinished = folder / f"{name}.parquet", folder / f"{name}.parquet.unfinished"
            licence = " ".join(licences_of_tables([name], snapshot)).replace("'", "''")
            table = snapshot.sql(f'FROM "{name}"' if not licence else f"SELECT *, '{licence}' AS licence FROM {name}")
            try:
                table.write_parquet(str(unfinished), compression="zstd")
                unfinished.replace(path)
            finally:
                unfinished.unlink(missing_ok=True)
            rows = snapshot.execute(f'SELECT count(*) FROM "{name}"').fetchall()[0][0]
            done.append(Exported(name, rows, path))
    return done


def export_current() -> Exported:
    """Write the wide frame of all current values as `current.parquet` beside `current.duckdb`, in one step.

    Its metadata name the snapshot that it was made from. It is written on request and not with each publication: it
    takes seconds where a publication takes a tenth of one, and half an hour later it would be old again.

    Raises WarehouseMissing.
    """
    warehouse = configured_warehouse()
    snapshot = warehouse.newest()
    with warehouse.reading(version=snapshot.version if snapshot else None) as own, snapshot_connection(own) as con:
        window = span_of_half_hours(con)
        if window is None:
            raise WarehouseMissing("No half-hours have landed yet: fetch some first with `renewables fetch-range`.")
        frame = frame_at_cuts(con, grid_sql(window, str(FOR_EVER_US)), feature_series(), window).drop("cut_time_utc")
        note = note_of_sources(source_names(con))
    assert snapshot is not None  # noqa: S101 (reading() would have raised)
    path = warehouse.exports_folder / CURRENT_PARQUET
    unfinished = path.with_name(f"{CURRENT_PARQUET}.unfinished")
    published = f"{snapshot.published_at_utc:%Y-%m-%dT%H:%M:%SZ}"
    metadata = {"snapshot_version": str(snapshot.version), "published_at_utc": published, "note": note or ""}
    try:
        with private_umask():
            frame.write_parquet(unfinished, compression="zstd", metadata=metadata)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return Exported(CURRENT_PARQUET, len(frame), path)


def span_of_half_hours(con: Connection) -> Window | None:
    """Return the window from the first to the last half-hour with an actual, a demand or a price; None without any."""
    each = " UNION ALL ".join(
        f"SELECT min(start_time_utc) AS first_utc, max(start_time_utc) AS last_utc FROM {dataset.table}"
        for dataset in DATASETS
        if dataset.is_covered
    )
    [(first, last)] = query_frame(con, f"SELECT min(first_utc) AS a, max(last_utc) AS b FROM ({each})").rows()
    return None if first is None else Window(first, last + HALF_HOUR)
