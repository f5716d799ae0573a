"""Files that only their owner can read and that are never written through a link that someone planted.

Belongs here: how files and folders of a home are created. Not here: their contents. Existing files keep their
permissions, which are the owner's choice.
"""

import errno
import glob
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from warehouse.errors import DiskNearlyFull, HomeNotWritable, PlantedLink, WarehouseError

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
LEAST_BYTES = 256 * 1024
"The free space below which a disk counts as full: a database needs some files beside it, and a few blocks in each."
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"The errors of the system for a full disk, an exceeded quota, or a limit on the size of files."
UNFINISHED = ".new"
"The end of the name of a file that is being written."


class _MaskUse:
    """A counter of the threads that want private files now: the umask belongs to the process, not to a thread."""

    lock = threading.Lock()
    count = 0
    before = 0


def make_private_folder(folder: Path) -> Path:
    """Create the folder and its missing parents for the owner only. Raises HomeNotWritable and DiskNearlyFull."""
    try:
        missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
        for parent in reversed(missing):
            parent.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise write_error(folder, error) from error
    return folder


def open_private(path: Path, mode: str) -> IO[Any]:
    """Open a file for writing (`wb`, `ab`, `w`); a new file is private to the owner.

    Raises PlantedLink, HomeNotWritable and DiskNearlyFull.
    """
    how = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | (os.O_APPEND if "a" in mode else os.O_TRUNC)
    refuse_link(path)
    try:
        return os.fdopen(os.open(path, how, PRIVATE_FILE), mode)
    except OSError as error:
        raise write_error(path, error) from error


def write_private(path: Path, text: str) -> None:
    """Write a text file for the owner only, in one step: readers, and whoever comes after a kill, see it completely.

    It replaces any file of that name, also a link, and removes what a kill during an earlier write left behind. Raises
    HomeNotWritable and DiskNearlyFull.
    """
    try:
        for left_behind in path.parent.glob(f"{glob.escape(path.name)}.*{UNFINISHED}"):
            left_behind.unlink(missing_ok=True)
        while not _replace_file(path, text.encode()):
            pass  # another process took our unfinished file for one that a kill left behind
    except OSError as error:
        raise write_error(path, error) from error


def _replace_file(path: Path, content: bytes) -> bool:
    """Write a file beside it and give that its name; return False if somebody removed that file meanwhile."""
    handle, unfinished = tempfile.mkstemp(prefix=f"{path.name}.", suffix=UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(unfinished).replace(path)
    except FileNotFoundError:
        return False
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
    return True


def give_name(path: Path, name: Path) -> None:
    """Give a file a further name, in one step; where the file system has no hard links, it loses its own name.

    Raises FileExistsError and FileNotFoundError.
    """
    try:
        name.hardlink_to(path)
    except (FileExistsError, FileNotFoundError):
        raise
    except OSError:  # the file system has no hard links
        if name.exists():
            raise FileExistsError(f"{name} exists already") from None
        path.rename(name)


def refuse_link(path: Path) -> None:
    """Raise PlantedLink for a symbolic link, because a write would go to the file that it names."""
    if path.is_symlink():
        raise PlantedLink(
            f"{path} is a symbolic link (to {path.readlink()}), and gb-renewables does not write through links. "
            "Remove the link if you did not make it, and run this again."
        )


@contextmanager
def private_umask() -> Iterator[None]:
    """Create files for the owner only inside the block, for libraries that create their files themselves."""
    with _MaskUse.lock:
        if not _MaskUse.count:
            _MaskUse.before = os.umask(0o077)
        _MaskUse.count += 1
    try:
        yield
    finally:
        with _MaskUse.lock:
            _MaskUse.count -= 1
            if not _MaskUse.count:
                os.umask(_MaskUse.before)


def write_error(path: Path, error: OSError) -> WarehouseError:
    """Return the named error for a file or folder that the system does not let us write."""
    if error.errno in NO_ROOM:
        return disk_full(path, error.strerror)
    return HomeNotWritable(
        f"{path} cannot be written ({error.strerror or error}). Make it writable for the user who runs this, or set "
        "RENEWABLES_HOME to a folder that is."
    )


def has_no_room(folder: Path) -> bool:
    """Return whether the disk of a folder is full. SQLite then reports any of several errors, also damage."""
    try:
        return shutil.disk_usage(folder).free < LEAST_BYTES
    except OSError:
        return False


def disk_full(path: Path, reason: object) -> DiskNearlyFull:
    """Return the named error for a file that the disk has no room for."""
    return DiskNearlyFull(f"{path} cannot be written: the disk is full ({reason}). Free some space and run this again.")
