"""Faults of the machine for tests: a small disk that can be filled, and a folder on a read-only disk.

Both need a mount, so tests that use them are skipped where the system forbids that.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

BALLAST = "ballast"


def _mount(*arguments: str) -> None:
    """Mount something, or skip the test."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("mounting a disk needs Linux and root")
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"mounting a disk is forbidden here: {done.stderr.strip()}")


def _unmount(folder: Path) -> None:
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Mount an empty disk of that size at the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    _mount("-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        _unmount(folder)


def fill_disk(folder: Path, *, leaving_bytes: int = 0) -> None:
    """Write a file into the folder so that only so many bytes of its disk stay free."""
    with (folder / BALLAST).open("wb", buffering=0) as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(folder).free - leaving_bytes)


@contextmanager
def read_only_disk(folder: Path) -> Iterator[None]:
    """Make the folder read-only, as a disk is after an error of its hardware; root may not write it either."""
    _mount("--bind", str(folder), str(folder))
    try:
        _mount("-o", "remount,bind,ro", str(folder))
        yield
    finally:
        _unmount(folder)
