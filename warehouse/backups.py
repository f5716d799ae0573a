"""Restoring after damage: a kept snapshot replaces the warehouse file, which is moved aside and never deleted.

Belongs here: replacing the files safely while a writer may be waiting for them. Not here: making snapshots.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from warehouse import snapshots
from warehouse.connection import reading
from warehouse.errors import WarehouseBusy, WarehouseMissing
from warehouse.private_files import private_umask
from warehouse.settings import Settings
from warehouse.snapshots import Snapshot


@dataclass(frozen=True)
class Restored:
    """The result of a restore; `aside` holds the new paths of the files that were replaced."""

    warehouse: Path
    snapshot: Snapshot
    aside: tuple[Path, ...]


def find_snapshot(version: int | None = None, *, warehouse: Path | None = None) -> Snapshot:
    """Return the newest snapshot, or the given version, after checking that it opens.

    Raises WarehouseMissing and WarehouseDamaged.
    """
    warehouse = warehouse or Settings().warehouse
    folder = snapshots.folder_of(warehouse)
    snapshot = snapshots.newest_snapshot(folder) if version is None else snapshots.of_version(folder, version)
    if snapshot is None:
        names = ", ".join(f"{s.version} ({s.day})" for s in snapshots.kept_snapshots(folder)) or "none"
        raise WarehouseMissing(
            f"No snapshot {'' if version is None else f'{version} '}can be restored from {folder}; kept: {names}."
        )
    with reading(warehouse, version=snapshot.version) as con:
        con.execute("FROM warehouse_info").fetchall()
    return snapshot


def restore(version: int | None = None, *, warehouse: Path | None = None) -> Restored:
    """Replace the warehouse with a snapshot; a complete file is in place at every moment.

    Raises the errors of `find_snapshot`, and WarehouseBusy.
    """
    warehouse = warehouse or Settings().warehouse
    snapshot = find_snapshot(version, warehouse=warehouse)
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    copy = warehouse.with_name(f"{warehouse.name}.restoring-{stamp}")
    log = warehouse.with_name(f"{warehouse.name}.wal")
    with _hold_warehouse(warehouse):
        try:
            with private_umask():
                shutil.copyfile(snapshot.path, copy)
            aside = []
            # The log is moved first, because DuckDB would replay it into a restored file beside it.
            if log.exists():
                aside.append(log.rename(warehouse.with_name(f"{warehouse.stem}-aside-{stamp}.duckdb.wal")))
            if warehouse.exists():
                aside.append(_kept_as(warehouse, warehouse.with_name(f"{warehouse.stem}-aside-{stamp}.duckdb")))
            copy.replace(warehouse)
        finally:
            copy.unlink(missing_ok=True)
    return Restored(warehouse, snapshot, tuple(aside))


def _kept_as(path: Path, name: Path) -> Path:
    """Give the file a second name, so that the restored file can take over the first name in one step."""
    try:
        name.hardlink_to(path)
    except OSError:  # the file system has no hard links
        path.rename(name)
    return name


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
