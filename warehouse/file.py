"""A warehouse in one DuckDB file, which readers never open: they open published snapshots of it.

Belongs here: locks, waiting, the errors for a broken file. Not here: the contents, making snapshots (`snapshots.py`).
DuckDB allows one writing process or many readers, so a writer opens late and closes at once.
"""

import glob
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import duckdb
import tenacity

from warehouse import snapshots
from warehouse.errors import (
    DiskNearlyFull,
    SnapshotPruned,
    WarehouseBusy,
    WarehouseLost,
    WarehouseMissing,
    WarehouseTooNew,
)
from warehouse.file_errors import (
    WITHOUT_SNAPSHOT,
    damage_named,
    errors_named,
    fix_for,
    lost_sentence,
    nothing_published,
    pruned_sentence,
)
from warehouse.interface import FORMAT_VERSION, INFO, Condition, PublishedVersion, Warehouse, has_table
from warehouse.private_files import give_name, make_private_folder, private_umask, refuse_link
from warehouse.settings import Settings
from warehouse.snapshots import Snapshot

_this_process = threading.Lock()
"DuckDB's file lock works between processes; opening the file a second time inside one process can release it."

STORAGE = "(STORAGE_VERSION 'v1.5.0')"
"Both supported versions of DuckDB write and read the 1.5 storage format."
UNFINISHED = ".unfinished-"
"What follows the name of a file that is being created."


@dataclass(frozen=True)
class FileWarehouse(Warehouse):
    """The warehouse in the DuckDB file at `path`, with its snapshots in `snapshots/` beside it."""

    path: Path

    @property
    def name(self) -> str:
        """Return the path of the file."""
        return str(self.path)

    @property
    def database_name(self) -> str:
        """Return the name that DuckDB gives to a file that it opens."""
        return self.path.stem

    @property
    def folder(self) -> Path:
        """Return the folder of the file."""
        return self.path.parent

    @property
    def exports_folder(self) -> Path:
        """Return the folder of the snapshots."""
        return snapshots.folder_of(self.path)

    @contextmanager
    def writing(self, *, wait_seconds: float | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the file for the single writer, after a bounded, jittered wait.

        Raises WarehouseBusy, WarehouseLost, WarehouseDamaged, WarehouseTooNew, DiskNearlyFull, HomeNotWritable and
        PlantedLink.
        """
        wait_seconds = Settings().warehouse_wait_seconds if wait_seconds is None else wait_seconds
        if not _this_process.acquire(timeout=wait_seconds):
            raise WarehouseBusy(f"Another thread of this process is writing {self.path}; waited {wait_seconds:.0f} s.")
        try:
            make_private_folder(self.path.parent)
            self.refuse_lost()
            _refuse_without_room(self.path)
            with private_umask(), closing(duckdb.connect()) as con:
                if not self.path.exists():
                    _create_file(con, self.path)
                _attach_file(con, self.path, wait_seconds)
                with damage_named(self.path, fix_for(self.path)):
                    yield con
        finally:
            _this_process.release()

    def publish(self, con: duckdb.DuckDBPyConnection) -> Snapshot:
        """Copy the committed data to a new snapshot and point readers to it.

        Raises SnapshotNotWritten and DiskNearlyFull; readers then keep the previous version.
        """
        return snapshots.publish_snapshot(con)

    def newest(self, *, locked_down: bool = False) -> Snapshot | None:  # noqa: ARG002 (every snapshot can be locked down)
        """Return the snapshot that the pointer names."""
        return snapshots.newest_snapshot(self.exports_folder)

    def kept(self) -> list[Snapshot]:
        """Return the snapshots in the folder, oldest first."""
        return snapshots.kept_snapshots(self.exports_folder)

    @contextmanager
    def reading(self, *, version: int | None = None, locked_down: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the newest snapshot, or that of the given version."""
        with open_snapshot(self.snapshot_to_read(version), locked_down=locked_down) as con:
            yield con

    def snapshot_to_read(self, version: int | None = None) -> Snapshot:
        """Return the newest snapshot, or that of the version. Raises WarehouseMissing and SnapshotPruned."""
        folder = self.exports_folder
        published = snapshots.newest_snapshot(folder) if version is None else snapshots.of_version(folder, version)
        if published is None:
            if version is not None:
                raise SnapshotPruned(pruned_sentence(folder, version))
            raise WarehouseMissing(nothing_published(str(folder)))
        return published

    @contextmanager
    def naming_damage(self, version: PublishedVersion) -> Iterator[None]:
        """Translate damage that shows while the blocks of a snapshot are read. Raises WarehouseDamaged."""
        with damage_named(version.path if isinstance(version, Snapshot) else self.path):
            yield

    def export_file(self, version: int | None = None) -> Path:
        """Return the file of the newest snapshot, or of the given version."""
        return self.snapshot_to_read(version).path

    def maintain(self) -> Mapping[str, int]:
        """Remove the snapshots that are no longer kept; the first snapshot of a day compacts the data anyway."""
        settings = Settings()
        gone = snapshots.prune_snapshots(
            self.exports_folder,
            keep=settings.snapshots_kept,
            backup_days=settings.backup_days,
            today=datetime.now(UTC).date(),
        )
        return {"snapshots_removed": len(gone)}

    def refuse_lost(self) -> None:
        """Raise WarehouseLost if the file is gone although its snapshots or its log still exist."""
        path = self.path
        if path.exists():
            return
        if path.is_symlink():
            raise WarehouseLost(
                f"{path} is a symbolic link to {path.readlink()}, and that file does not exist. Make that disk "
                "available again, or remove the link. Nothing was changed."
            )
        newest = self.newest()
        if newest is not None:
            raise WarehouseLost(lost_sentence(path, newest))
        log = path.with_name(f"{path.name}.wal")
        if log.exists():
            raise WarehouseLost(
                f"{path} is gone, and its log {log} is still there. Put the file back; to start afresh, move the log "
                "away. Nothing was changed."
            )

    def condition(self) -> Condition:
        """Return whether the file opens. A file that is being written counts as sound."""
        try:
            self.refuse_lost()
        except WarehouseLost as lost:
            return Condition(False, str(lost))
        size = self.size_bytes()
        if size is None:
            return Condition(True, f"{self.path} does not exist yet: the first fetch creates it.")
        try:
            duckdb.connect(str(self.path), read_only=True).close()
        except duckdb.Error as error:
            if "Could not set lock" not in str(error):
                fix = "Replace it with a snapshot: `renewables restore`."
                return Condition(False, f"{self.path} cannot be opened: {error}", fix)
        return Condition(True, f"{self.path}, {size / 1e6:,.1f} MB.")

    def size_bytes(self) -> int | None:
        """Return the size of the file."""
        return self.path.stat().st_size if self.path.exists() else None

    def local_parts(self) -> Mapping[str, tuple[Path, list[Path]]]:
        """Return the file with its log, the files that a restore moved aside, and the snapshots."""
        file, folder = self.path, self.exports_folder
        return {
            "warehouse": (file, [file, file.with_name(f"{file.name}.wal")]),
            "moved aside": (file.parent, list(file.parent.glob(f"{file.stem}-aside-*"))),
            "snapshots": (folder, [folder]),
        }


@contextmanager
def open_snapshot(published: Snapshot, *, locked_down: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a snapshot read-only and in UTC. Raises SnapshotPruned, and WarehouseDamaged also for the body."""
    with errors_named(published.path, WITHOUT_SNAPSHOT):
        try:
            con = duckdb.connect(str(published.path), read_only=True)
        except duckdb.Error as error:
            if published.path.exists():
                raise
            raise SnapshotPruned(pruned_sentence(published.path.parent, published.version)) from error
    with closing(con):
        con.execute("SET TimeZone = 'UTC'")
        if locked_down:
            for setting in ("temp_directory = ''", "enable_external_access = false", "lock_configuration = true"):
                con.execute(f"SET {setting}")
        with damage_named(published.path):
            yield con


def _create_file(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Create an empty database under another name, and give it its own name when it is complete.

    A kill while DuckDB writes the first blocks would otherwise leave a file that neither opens nor has a snapshot.
    """
    for left_behind in path.parent.glob(f"{glob.escape(path.name)}{UNFINISHED}*"):
        left_behind.unlink(missing_ok=True)
    while not path.exists():
        unfinished = path.with_name(f"{path.name}{UNFINISHED}{uuid4().hex}")
        with errors_named(path, fix_for(path)):
            con.execute(f"ATTACH {_quoted_path(unfinished)} AS created {STORAGE}")
            con.execute("DETACH created")
        with suppress(FileExistsError, FileNotFoundError):  # another process was faster, or removed ours
            give_name(unfinished, path)
        unfinished.unlink(missing_ok=True)


def _attach_file(con: duckdb.DuckDBPyConnection, path: Path, wait_seconds: float) -> None:
    """Attach the file as soon as no other process holds it."""
    con.execute("SET TimeZone = 'UTC'")
    patiently = tenacity.Retrying(
        retry=tenacity.retry_if_exception(lambda e: "Could not set lock" in str(e)),
        wait=tenacity.wait_random(0.05, 0.25),
        stop=tenacity.stop_after_delay(wait_seconds),
        reraise=True,
    )
    statement = f"ATTACH {_quoted_path(path)} AS warehouse {STORAGE}"
    fix = fix_for(path)
    refuse_link(path.with_name(f"{path.name}.wal"))
    with errors_named(path, fix):
        patiently(con.execute, statement)
        con.execute("USE warehouse")
    newest = snapshots.newest_snapshot(snapshots.folder_of(path))
    if newest is not None and not has_table(con, "warehouse_info"):
        raise WarehouseLost(lost_sentence(path, newest))
    with errors_named(path, fix):
        con.execute(INFO)
        con.execute(
            "INSERT INTO warehouse_info SELECT 'format_version', ? WHERE NOT EXISTS "
            "(FROM warehouse_info WHERE key = 'format_version')",
            [str(FORMAT_VERSION)],
        )
    rows = con.execute("SELECT value FROM warehouse_info WHERE key = 'format_version'").fetchall()
    if int(rows[0][0]) > FORMAT_VERSION:
        raise WarehouseTooNew(
            f"{path} was written by a newer gb-renewables (format {rows[0][0]}, this one supports {FORMAT_VERSION}). "
            "Update this installation; nothing was changed."
        )


def _quoted_path(path: Path) -> str:
    """Return the path as an SQL literal, because ATTACH takes no bound parameter."""
    return "'" + str(path).replace("'", "''") + "'"


def _refuse_without_room(path: Path) -> None:
    """Raise DiskNearlyFull if the disk lacks room for the write and for a snapshot as large as the warehouse."""
    size = path.stat().st_size if path.exists() else 0
    free = shutil.disk_usage(path.parent).free
    needed = 2 * size + 64 * 1024**2
    if free < needed:
        raise DiskNearlyFull(
            f"{path.parent} has {free / 1e6:,.0f} MB free; a write and its snapshot may need {needed / 1e6:,.0f} MB. "
            "Free some space and run this again; nothing was changed."
        )
