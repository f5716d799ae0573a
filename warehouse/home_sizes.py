"""The disk space that each part of a home uses.

Belongs here: counting bytes and files. Not here: which files may be removed (`snapshots.py`, Dagster's own retention).
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from warehouse.connection import configured_warehouse
from warehouse.settings import Settings


@dataclass(frozen=True)
class PartSize:
    """One part of the home, with its bytes on disk and its number of files."""

    part: str
    path: Path
    size_bytes: int
    files: int


def home_sizes(settings: Settings) -> list[PartSize]:
    """Return the size of each part of the home. A missing part has zero bytes and zero files."""
    home = settings.renewables_home
    ledger = home / "ledger.sqlite"
    parts = {
        **configured_warehouse().local_parts(),
        "ledger": (ledger, [ledger, *_beside(ledger, "-wal", "-shm")]),
        "Dagster": (settings.dagster_home, [settings.dagster_home]),
        "logs": (home / "logs", [home / "logs"]),
    }
    counted = {path for _, paths in parts.values() for path in paths}
    others = [path for path in home.iterdir() if path not in counted] if home.is_dir() else []
    parts["other files"] = (home, others)
    return [PartSize(name, path, *_size_of(paths)) for name, (path, paths) in parts.items()]


def _beside(file: Path, *endings: str) -> list[Path]:
    return [file.with_name(f"{file.name}{ending}") for ending in endings]


def _size_of(paths: Iterable[Path]) -> tuple[int, int]:
    """Return bytes and number of files; a file with two names counts once, a link takes no space."""
    seen: dict[tuple[int, int], int] = {}
    for path in paths:
        for stat in _files_in(path):
            seen[stat.st_dev, stat.st_ino] = stat.st_size
    return sum(seen.values()), len(seen)


def _files_in(path: Path) -> Iterator[os.stat_result]:
    """Yield the files of a folder at any depth, or the file itself; files that vanish meanwhile are skipped."""
    if not path.is_dir():
        if path.is_file() and not path.is_symlink():
            yield path.stat()
        return
    folders = [str(path)]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    elif entry.is_file(follow_symlinks=False):
                        yield entry.stat(follow_symlinks=False)
        except OSError:
            continue
