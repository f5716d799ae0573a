"""Published snapshots, which readers open, and the daily backups.

A snapshot is a complete copy of the warehouse in its own file, named by version and day. `current.json` names the
newest. It is replaced in one step while the writer still holds the warehouse, so it never goes backwards.
`current.duckdb` is a link to the same file for tools that need a fixed name.

The first snapshot of a day is written by COPY FROM DATABASE: it reads every block, leaves no free space, and is the
day's backup. The others, and the very first one, whose warehouse is new, are copies of the file, made by a child
process after a CHECKPOINT: 16 to 57 times faster. It is a child because opening and closing the file in this process
would drop DuckDB's lock on it.
"""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from warehouse.errors import DiskNearlyFull, SnapshotNotWritten
from warehouse.private_files import make_private_folder, private_umask, write_private
from warehouse.settings import Settings

POINTER = "current.json"
LINK = "current.duckdb"
NO_ROOM = re.compile(r"No space left|Disk quota|File too large")
"The messages of the system for a full disk, an exceeded quota, or a limit on the size of files."
_NAME = re.compile(r"warehouse-(\d{9})-(\d{4}-\d{2}-\d{2})\.duckdb")


@dataclass(frozen=True, order=True)
class Snapshot:
    """One published file; `version` counts up by one with each publication of this warehouse."""

    version: int
    day: date
    path: Path
    "The file; only this package uses it, because another kind of warehouse has none."

    @property
    def published_at_utc(self) -> datetime:
        """Return when the file was completed, UTC."""
        return datetime.fromtimestamp(self.path.stat().st_mtime, UTC)

    @property
    def identity(self) -> str:
        """Return a text that no other snapshot of any warehouse has."""
        return str(self.path)

    @property
    def is_kept(self) -> bool:
        """Return whether the snapshot still exists."""
        return of_version(self.path.parent, self.version) is not None

    @property
    def size_bytes(self) -> int:
        """Return the size of the file."""
        return self.path.stat().st_size


def newest_snapshot(folder: Path) -> Snapshot | None:
    """Return the snapshot that the pointer names, or None before the first one. Reads one small file.

    If the pointer is lost, or names a removed file or anything but a snapshot in this very folder, the newest existing
    snapshot is returned: each one is complete.
    """
    try:
        name = json.loads((folder / POINTER).read_text())["file"]
        pointed_to = _snapshot_of(folder / name) if Path(name).name == name else None
    except (OSError, ValueError, KeyError, TypeError):
        pointed_to = None
    return pointed_to or max(kept_snapshots(folder), default=None)


def of_version(folder: Path, version: int) -> Snapshot | None:
    """Return the snapshot of that version, or None if it is no longer kept."""
    return next((s for s in kept_snapshots(folder) if s.version == version), None)


def kept_snapshots(folder: Path) -> list[Snapshot]:
    """Return all snapshots in the folder, oldest first. Links are ignored: their targets are not ours."""
    snapshots = (_snapshot_of(path) for path in folder.glob("warehouse-*.duckdb"))
    return sorted(snapshot for snapshot in snapshots if snapshot)


def folder_of(warehouse: Path) -> Path:
    """Return the folder of that warehouse's snapshots, which is beside it."""
    return warehouse.parent / "snapshots"


def publish_snapshot(con: duckdb.DuckDBPyConnection) -> Snapshot:
    """Copy the committed data to a new version and point readers to it. Needs the connection of `writing()`.

    Raises:
        SnapshotNotWritten: The copy failed; readers keep the previous version.
        DiskNearlyFull: The disk has no room for it; readers keep the previous version.
    """
    settings = Settings()
    warehouse = _warehouse_path(con)
    folder = folder_of(warehouse)
    make_private_folder(folder)
    version = _next_version(con, folder)
    today = datetime.now(UTC).date()
    path = folder / f"warehouse-{version:09d}-{today}.duckdb"
    unfinished = folder / "unfinished.duckdb"
    try:
        _remove_file(unfinished)
        days = {snapshot.day for snapshot in kept_snapshots(folder)}
        if days and today not in days:
            _copy_compactly(con, unfinished)
        else:
            con.execute("CHECKPOINT warehouse")
            _copy_file(warehouse, unfinished)
        _flush_to_disk(unfinished)
        unfinished.replace(path)
    finally:
        _remove_file(unfinished)
    _point_to(path, version)
    prune_snapshots(folder, keep=settings.snapshots_kept, backup_days=settings.backup_days, today=today)
    return Snapshot(version, today, path)


def publish_export(con: duckdb.DuckDBPyConnection, folder: Path, version: int) -> Snapshot:
    """Write the current database of the connection to a file of that version, in the form of a snapshot."""
    settings, today = Settings(), datetime.now(UTC).date()
    make_private_folder(folder)
    path, unfinished = folder / f"warehouse-{version:09d}-{today}.duckdb", folder / "unfinished.duckdb"
    [(database,)] = con.execute("SELECT current_database()").fetchall()
    try:
        _remove_file(unfinished)
        with private_umask():
            _copy_compactly(con, unfinished, database)
        _flush_to_disk(unfinished)
        unfinished.replace(path)
    finally:
        _remove_file(unfinished)
    newest = max(s.version for s in kept_snapshots(folder))
    if version == newest:
        _point_to(path, version)
    prune_snapshots(folder, keep=settings.snapshots_kept, backup_days=settings.backup_days, today=today)
    return Snapshot(version, today, path)


def prune_snapshots(folder: Path, *, keep: int, backup_days: int, today: date) -> list[Path]:
    """Remove all but the newest `keep` and the first of each of the last `backup_days` days; return the removed."""
    snapshots = kept_snapshots(folder)
    firsts: dict[date, Snapshot] = {}
    for snapshot in snapshots:
        if snapshot.day > today - timedelta(days=backup_days):
            firsts.setdefault(snapshot.day, snapshot)
    staying = {*snapshots[-keep:], *firsts.values()}
    gone = [s.path for s in snapshots if s not in staying]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone


def _copy_compactly(con: duckdb.DuckDBPyConnection, copy: Path, database: str = "warehouse") -> None:
    """Copy the warehouse row by row, without the free blocks that updates leave."""
    quoted = str(copy).replace("'", "''")
    con.execute(f"ATTACH '{quoted}' AS snapshot (STORAGE_VERSION 'v1.5.0')")
    try:
        con.execute(f'COPY FROM DATABASE "{database}" TO snapshot')
    finally:
        con.execute("DETACH snapshot")


def _copy_file(warehouse: Path, copy: Path) -> None:
    """Copy the file in a child process; where the file system shares blocks, the copy costs nothing."""
    sharing_blocks = "-c" if sys.platform == "darwin" else "--reflink=auto"
    child = subprocess.run(["cp", sharing_blocks, str(warehouse), str(copy)], capture_output=True, check=False)  # noqa: S603, S607 (no shell; the system's cp)
    if child.returncode:
        error = child.stderr.decode(errors="replace").strip() or f"cp ended with status {child.returncode}"
        sentence = f"The snapshot could not be written: {error}. Readers keep the previous version."
        if NO_ROOM.search(error):
            raise DiskNearlyFull(f"{sentence} Free some space and run this again; landed data is kept.")
        raise SnapshotNotWritten(f"{sentence} Landed data is kept; run this again when the cause is fixed.")


def _flush_to_disk(path: Path) -> None:
    """Wait until the file is on the disk, so that the pointer never names one that a power cut leaves incomplete."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _warehouse_path(con: duckdb.DuckDBPyConnection) -> Path:
    return Path(con.execute("SELECT path FROM duckdb_databases() WHERE database_name = 'warehouse'").fetchall()[0][0])


def _remove_file(unfinished: Path) -> None:
    """Remove a file together with the log that a full disk or a killed run leaves beside it."""
    for path in (unfinished, unfinished.with_name(f"{unfinished.name}.wal")):
        path.unlink(missing_ok=True)


def _next_version(con: duckdb.DuckDBPyConnection, folder: Path) -> int:
    """Return the next version: a counter in the warehouse, above all that readers have seen, even after a restore."""
    rows = con.execute("SELECT value FROM warehouse_info WHERE key = 'snapshot_version'").fetchall()
    seen = [s.version for s in kept_snapshots(folder)]
    version = max([int(value) for (value,) in rows] + seen, default=0) + 1
    con.execute("BEGIN")
    con.execute("DELETE FROM warehouse_info WHERE key = 'snapshot_version'")
    con.execute("INSERT INTO warehouse_info VALUES ('snapshot_version', ?)", [str(version)])
    con.execute("COMMIT")
    return version


def _point_to(path: Path, version: int) -> None:
    write_private(path.parent / POINTER, json.dumps({"file": path.name, "version": version}))
    link, temporary_link = path.parent / LINK, path.parent / f"{LINK}.new"
    temporary_link.unlink(missing_ok=True)
    temporary_link.symlink_to(path.name)
    temporary_link.replace(link)


def _snapshot_of(path: Path) -> Snapshot | None:
    match = _NAME.fullmatch(path.name)
    if not match or path.is_symlink() or not path.is_file():
        return None
    try:
        return Snapshot(int(match[1]), date.fromisoformat(match[2]), path)
    except ValueError:  # the name has a day that does not exist
        return None
