"""Restoring after damage: a kept snapshot replaces the warehouse file, which is moved aside and never deleted.

Belongs here: replacing the files safely while a writer may be waiting for them. Not here: making snapshots.
"""

import glob
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from warehouse import snapshots
from warehouse.connection import configured_warehouse, warehouse_at
from warehouse.errors import LakeUnavailable, WarehouseBusy, WarehouseMissing
from warehouse.file import open_snapshot
from warehouse.file_errors import errors_named
from warehouse.lake import LakeWarehouse
from warehouse.private_files import give_name, private_umask
from warehouse.settings import Settings
from warehouse.snapshots import Snapshot

COPY = ".restoring-"
"What follows the name of the warehouse in that of the copy; a restore that was killed leaves it to the next one."


@dataclass(frozen=True)
class Restored:
    """The result of a restore; `aside` holds the new paths of the files that were replaced."""

    warehouse: str
    snapshot: Snapshot
    aside: tuple[Path, ...]
    is_published: bool
    "Whether readers see it already, as on a lake; a file is published by the next run."


def find_snapshot(version: int | None = None, *, warehouse: Path | None = None) -> Snapshot:
    """Return the newest snapshot, or the given version, after checking that it opens.

    Raises WarehouseMissing and WarehouseDamaged.
    """
    folder = warehouse_at(warehouse).exports_folder
    snapshot = snapshots.newest_snapshot(folder) if version is None else snapshots.of_version(folder, version)
    if snapshot is None:
        names = ", ".join(f"{s.version} ({s.day})" for s in snapshots.kept_snapshots(folder)) or "none"
        raise WarehouseMissing(
            f"No snapshot {'' if version is None else f'{version} '}can be restored from {folder}; kept: {names}."
        )
    with open_snapshot(snapshot) as con:
        con.execute("FROM warehouse_info").fetchall()
    return snapshot


def restore(version: int | None = None, *, warehouse: Path | None = None) -> Restored:
    """Replace the warehouse with a snapshot; a complete file is in place at every moment.

    A lake is filled from the exported file in one commit. Raises the errors of `find_snapshot`, and WarehouseBusy.
    """
    place, snapshot = warehouse_at(warehouse), find_snapshot(version, warehouse=warehouse)
    if isinstance(place, LakeWarehouse):
        place.load_file(snapshot.path)
        return Restored(place.name, snapshot, (), is_published=True)
    warehouse = warehouse or Settings().warehouse_file
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    copy = warehouse.with_name(f"{warehouse.name}{COPY}{stamp}")
    log = warehouse.with_name(f"{warehouse.name}.wal")
    with _hold_warehouse(warehouse):
        for left_behind in warehouse.parent.glob(f"{glob.escape(warehouse.name)}{COPY}*"):
            left_behind.unlink()
        try:
            with private_umask():
                shutil.copyfile(snapshot.path, copy)
            aside = []
            # The log is moved first, because DuckDB would replay it into a restored file beside it.
            if log.exists():
                aside.append(log.rename(warehouse.with_name(f"{warehouse.stem}-aside-{stamp}.duckdb.wal")))
            if warehouse.exists():
                aside.append(warehouse.with_name(f"{warehouse.stem}-aside-{stamp}.duckdb"))
                give_name(warehouse, aside[-1])  # the restored file takes over the first name in one step
            copy.replace(warehouse)
        finally:
            copy.unlink(missing_ok=True)
    return Restored(str(warehouse), snapshot, tuple(aside), is_published=False)


def fill_lake(path: Path) -> None:
    """Fill the configured lake from a DuckDB file, such as the snapshot of a warehouse that moves to a lake.

    Raises LakeUnavailable if WAREHOUSE is a file, WarehouseMissing if `path` does not exist, and WarehouseDamaged.
    """
    place = configured_warehouse()
    if not isinstance(place, LakeWarehouse):
        raise LakeUnavailable(
            f"WAREHOUSE is the file {place.name}. Only a lake is filled from another file: set WAREHOUSE to its "
            "catalogue first."
        )
    if not path.is_file():
        raise WarehouseMissing(f"{path} does not exist, so no data was loaded.")
    with errors_named(path, "Choose another file."):
        duckdb.connect(str(path), read_only=True).close()
    place.load_file(path)


@contextmanager
def _hold_warehouse(path: Path) -> Iterator[None]:
    """Hold DuckDB's own lock on the file, whatever it contains. Raises WarehouseBusy if another process holds it.

    Call this only if this process has not opened the file: closing it here would release DuckDB's lock.
    """
    import fcntl

    if not path.exists():
        yield
        return
    with path.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise WarehouseBusy(
                f"{path} is in use by another process: stop `renewables up` and any other program that has it open, "
                "then run this again; nothing was changed."
            ) from error
        yield
