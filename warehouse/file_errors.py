"""The sentences for what can go wrong with a warehouse file, and the translation of DuckDB's errors into them.

Belongs here: texts and translation. Not here: the classes of errors (`errors.py`), opening the file (`file.py`).
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from warehouse import snapshots
from warehouse.errors import (
    DiskNearlyFull,
    HomeNotWritable,
    WarehouseBusy,
    WarehouseDamaged,
    WarehouseError,
    WarehouseTooNew,
)
from warehouse.snapshots import Snapshot

WITHOUT_SNAPSHOT = "Remove the file; readers then use the snapshot before it until the next one is published."
_DAMAGE = re.compile(r"Corrupt database file|Could not read enough bytes|checksum|database has been invalidated")


def damaged_snapshot(path: Path, complaint: str) -> WarehouseError:
    """Return the error for a snapshot that another process could not open; `complaint` is DuckDB's message there."""
    return _translate_error(duckdb.Error(complaint), path, WITHOUT_SNAPSHOT)


@contextmanager
def damage_named(path: Path, fix: str = WITHOUT_SNAPSHOT) -> Iterator[None]:
    """Translate damage that shows only while blocks are read, because DuckDB checks each block then, and a full disk.

    Raises WarehouseDamaged and DiskNearlyFull. Every other error passes unchanged: a query that fails says nothing
    about the file.
    """
    try:
        yield
    except duckdb.Error as error:
        if not (_DAMAGE.search(str(error)) or snapshots.NO_ROOM.search(str(error))):
            raise
        raise _translate_error(error, path, fix) from error


@contextmanager
def errors_named(path: Path, fix: str) -> Iterator[None]:
    """Translate DuckDB's errors; `fix` is the advice for a damaged file."""
    try:
        yield
    except duckdb.Error as error:
        raise _translate_error(error, path, fix) from error


def _translate_error(error: duckdb.Error, path: Path, fix: str) -> WarehouseError:
    """Return the named error for an error of DuckDB: what is wrong and how to fix it."""
    text = str(error)
    if "Could not set lock" in text:
        holder = re.search(r"held in (.*?) \(PID (\d+)\)", text)
        who = f"process {holder[2]} ({holder[1]})" if holder else "another process"
        return WarehouseBusy(
            f"{path} is in use by {who}. Close it there and try again. Reading is not affected: it uses the snapshots."
        )
    if re.search(r"version number|newer version|storage version", text, re.IGNORECASE):
        return WarehouseTooNew(
            f"{path} was written by a newer DuckDB than {duckdb.__version__}. Update DuckDB, or have the newer one "
            f"write it with (STORAGE_VERSION 'v1.5.0'). DuckDB says: {text}"
        )
    if re.search(r"Permission denied|Read-only file system", text):
        return HomeNotWritable(
            f"{path} cannot be opened: {text.rpartition(': ')[2]}. Make it readable and writable for the user who runs "
            "this, or set RENEWABLES_HOME to another folder."
        )
    if snapshots.NO_ROOM.search(text):
        return DiskNearlyFull(
            f"{path} could not be written to the end: the disk is full. What was committed is kept, and readers keep "
            f"their snapshot. Free some space and run again. DuckDB says: {text}"
        )
    return WarehouseDamaged(f"{path} cannot be opened as a warehouse. Nothing was deleted. {fix} DuckDB says: {text}")


def fix_for(path: Path) -> str:
    """Return the advice for a damaged warehouse file."""
    return f"`renewables restore` renames it and replaces it with the newest snapshot of {path}."


def lost_sentence(path: Path, newest: Snapshot) -> str:
    """Return the sentence for a file that is gone, or empty, although a snapshot of it exists."""
    what = "contains no tables of gb-renewables" if path.exists() else "is gone"
    return (
        f"{path} {what}, but its snapshots are in {newest.path.parent}. `renewables restore` puts the newest (version "
        f"{newest.version} of {newest.published_at_utc:%Y-%m-%d %H:%M} UTC) in its place. To start from scratch, move "
        "that folder away first. Nothing was changed."
    )


def pruned_sentence(folder: Path, version: int) -> str:
    """Return the sentence for a version that is no longer kept."""
    kept = ", ".join(str(snapshot.version) for snapshot in snapshots.kept_snapshots(folder)) or "none"
    return (
        f"Snapshot {version} is no longer kept in {folder} (kept: {kept}). Newer data has been published since "
        "then: load the page again, or omit the version."
    )


def nothing_published(place: str) -> str:
    """Return the sentence for a warehouse without a published version."""
    return (
        f"Nothing is published in {place} yet. Fetch some data first, for example: renewables fetch-range "
        "2026-01-01 2026-01-07 (or `renewables demo` for synthetic data)."
    )
