"""The types of the ledger's requests and results."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Self

from pipeline_assets.access import Identity
from pipeline_assets.errors import Problem
from pipeline_assets.models import ENTITIES, new_id

Key = tuple[str, str]
"The kind and id of a record."


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
    or 0 for a creation. `why` is a reason for this change alone, which precedes the reason of its batch.
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
"A key that appears in `before` and `after` like a field, so that one replay covers every action."


class Recorded(NamedTuple):
    """A recorded change. `before` and `after` hold the fields that differ (all of them for a creation)."""

    position: int
    "The number of the change: 1, 2, 3, … in the order of commits, without gaps."
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
    identity: str = Identity.UNVERIFIED
    "How the name of the author was established."


@dataclass(frozen=True)
class Record:
    """A record in its present or an earlier state."""

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
    """The result of a batch. It is empty, and nothing was written, if the records already had the requested values."""

    batch: str
    changes: tuple[Recorded, ...]
    warnings: tuple[Problem, ...] = ()
    follow_ups: int = 0
    "How many of the changes, the last ones, nobody requested: they follow from the others (`rtb_milestone.py`)."
    repeated: bool = False
    "Whether the token was submitted before; these are then the changes of the first submission."

    @property
    def requested(self) -> tuple[Recorded, ...]:
        """Return the changes without those that follow from them."""
        return self.changes[: len(self.changes) - self.follow_ups]

    @property
    def position(self) -> int | None:
        """Return the position of the last change, or None.

        The batch has landed once the warehouse is at that position or past it.
        """
        return self.changes[-1].position if self.changes else None
