"""The newest settings of this process, kept while nothing that they were read from has changed.

Reading them takes about 5 ms, and a run of a page asks for them more than twenty times. Belongs here: how a change is
noticed. Not here: the settings and their sources (`settings.py`).
"""

import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, dataclass_transform

from pydantic import Field
from pydantic._internal._model_construction import ModelMetaclass  # pydantic gives its metaclass no public name

_local = threading.local()


class _Read(NamedTuple):
    """Settings with the files and the state that they were read from."""

    kind: type
    files: tuple[Path, ...]
    state: tuple[object, ...]
    settings: object


def state_of_sources(files: Iterable[Path]) -> tuple[object, ...]:
    """Return what settings depend on: the environment, the working folder, and each file's identity and times."""
    return frozenset(os.environ.items()), Path.cwd(), tuple((file, _state_of(file)) for file in files)


def _state_of(file: Path) -> tuple[int, ...] | None:
    try:
        stat = file.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def note_reading(files: Iterable[Path]) -> None:
    """Note the state of the sources before these files are read, so that a change while they are read counts."""
    paths = tuple(files)
    _local.reading = (paths, state_of_sources(paths))


@dataclass_transform(kw_only_default=True, field_specifiers=(Field,))  # as pydantic's own
class ReadOnce(ModelMetaclass):
    """A metaclass of frozen settings: without arguments a call returns the newest ones while they are valid."""

    if not TYPE_CHECKING:  # a checker shall go on reading the fields as the arguments

        def __call__(cls, *args, **values):
            """Return the newest settings of this thread, or read them; arguments are always read."""
            if args or values:
                return super().__call__(*args, **values)
            newest = getattr(_local, "newest", None)
            if newest and newest.kind is cls and newest.state == state_of_sources(newest.files):
                return newest.settings
            settings = super().__call__()
            _local.newest = _Read(cls, *_local.reading, settings)
            return settings
