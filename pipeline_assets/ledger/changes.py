"""The types that go into the ledger and come out of it."""

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
    """What a change does to a record."""

    CREATE = "create"
    EDIT = "edit"
    ARCHIVE = "archive"
    RESTORE = "restore"


@dataclass(frozen=True)
class Change:
    """A requested change.

    `fields` are the values to set; an edit may name only some. `base_version` is the version that the author looked at,
    0 for a creation. `why` is a reason of this change alone, which stands before the one of its batch.
    """

    kind: str
    id: str
    action: Action
    fields: Mapping[str, Any] = field(default_factory=dict)
    base_version: int = 0
    why: str = ""

    @classmethod
    def create(cls, kind: str, fields: Mapping[str, Any], *, id: str | None = None) -> Self:
        """Return a change that creates a record; without an id it gets a new one."""
        return cls(kind, id or new_id(), Action.CREATE, fields)

    @classmethod
    def edit(cls, kind: str, id: str, fields: Mapping[str, Any], *, base_version: int) -> Self:
        """Return a change that sets some fields of a record."""
        return cls(kind, id, Action.EDIT, fields, base_version)

    @classmethod
    def archive(cls, kind: str, id: str, *, base_version: int) -> Self:
        """Return a change that archives a record."""
        return cls(kind, id, Action.ARCHIVE, {}, base_version)

    @classmethod
    def restore(cls, kind: str, id: str, *, base_version: int) -> Self:
        """Return a change that restores an archived record."""
        return cls(kind, id, Action.RESTORE, {}, base_version)


ARCHIVED = "archived"
"Appears in `before` and `after` like a field, so that one replay covers every action."


class Recorded(NamedTuple):
    """A recorded change. `before` and `after` hold the fields that differ (all of them for a creation)."""

    position: int
    "1, 2, 3, … in the order of commits, without gaps."
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
    "The position of its newest change."
    archived: bool
    fields: Mapping[str, Any]
    who: str
    submitted_at_utc: datetime

    def references_to_others(self) -> Iterator[tuple[str, Key]]:
        """Yield (field, key) for each record that this one refers to."""
        for name, kind in ENTITIES[self.kind].references.items():
            if self.fields[name] is not None:
                yield name, (kind, self.fields[name])


@dataclass(frozen=True)
class Receipt:
    """The result of a batch. It has no changes when everything was already as requested; nothing was written then."""

    batch: str
    changes: tuple[Recorded, ...]
    warnings: tuple[Problem, ...] = ()
    repeated: bool = False
    "The token was submitted before: these are the changes of the first submission."

    @property
    def position(self) -> int | None:
        """Return the position of the last change, or None.

        The batch has landed once the warehouse is at that position or past it.
        """
        return self.changes[-1].position if self.changes else None
