"""What goes into the ledger and what comes out of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Self

from pipeline_assets.errors import Problem
from pipeline_assets.models import ENTITIES, new_id

Key = tuple[str, str]
"Kind and id of a record."


class Action(StrEnum):
    CREATE = "create"
    EDIT = "edit"
    ARCHIVE = "archive"
    RESTORE = "restore"


@dataclass(frozen=True)
class Change:
    """What somebody wants. `fields`: values to set, those of an edit may be a part of all; `base_version`: the version
    that was looked at, 0 for a creation."""

    kind: str
    id: str
    action: Action
    fields: Mapping[str, Any] = field(default_factory=dict)
    base_version: int = 0

    @classmethod
    def create(cls, kind: str, fields: Mapping[str, Any], *, id: str | None = None) -> Self:
        return cls(kind, id or new_id(), Action.CREATE, fields)

    @classmethod
    def edit(cls, kind: str, id: str, fields: Mapping[str, Any], *, base_version: int) -> Self:
        return cls(kind, id, Action.EDIT, fields, base_version)

    @classmethod
    def archive(cls, kind: str, id: str, *, base_version: int) -> Self:
        return cls(kind, id, Action.ARCHIVE, {}, base_version)

    @classmethod
    def restore(cls, kind: str, id: str, *, base_version: int) -> Self:
        return cls(kind, id, Action.RESTORE, {}, base_version)


ARCHIVED = "archived"
"Stands in `before` and `after` as a field does, so that one replay covers every action."


class Recorded(NamedTuple):
    """A change that was made. `before` and `after` hold the fields that differ (all of them for a creation)."""

    position: int
    "1, 2, 3, … in the order of the commits, without holes."
    batch: str
    kind: str
    id: str
    version: int
    action: Action
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    who: str
    why: str
    submitted_at_utc: datetime


@dataclass(frozen=True)
class Record:
    """A record as it is, or was."""

    kind: str
    id: str
    version: int
    position: int
    "Of its newest change."
    archived: bool
    fields: Mapping[str, Any]
    who: str
    submitted_at_utc: datetime

    def mentions(self) -> Iterator[tuple[str, Key]]:
        """Field and record of each that it names."""
        for name, kind in ENTITIES[self.kind].references.items():
            if self.fields[name] is not None:
                yield name, (kind, self.fields[name])


@dataclass(frozen=True)
class Receipt:
    """What became of a batch. Without changes it said what already was so, and nothing was written."""

    batch: str
    changes: tuple[Recorded, ...]
    warnings: tuple[Problem, ...] = ()
    repeated: bool = False
    "The token had been submitted before: these are the changes of that time."

    @property
    def position(self) -> int | None:
        """Of the last change: landed once the warehouse is at it or past it."""
        return self.changes[-1].position if self.changes else None
