"""The form of a declaration of a register: its columns by header, its key, its words, its encodings, its licence line.

Not here: the declarations (`repd.py`, `tec.py`), reading a file (`parsing.py`), the tables (`register_views.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from pipeline_assets.vocabulary import Technology


class CellKind(StrEnum):
    """How a cell of a column is read."""

    TEXT = "text"
    CODE = "code"
    "A text of digits that spreadsheets rewrite: `1.00` and `01/01/1900`, which is Excel's day 1, are both `1`."
    NUMBER = "number"
    DATE = "date"


class StatusGroup(StrEnum):
    """The states of a project that both registers share, in the order in which a project passes through them.

    A revised record was replaced by a newer application, which its `successors` name.
    """

    SCOPING = "Scoping"
    IN_PLANNING = "In planning"
    CONSENTED = "Consented"
    UNDER_CONSTRUCTION = "Under construction"
    OPERATIONAL = "Operational"
    REVISED = "Revised"
    ENDED = "Ended"


@dataclass(frozen=True)
class RegisterColumn:
    """A published column: its header, the name of ours, and how its cells are read."""

    header: str
    name: str
    kind: CellKind = CellKind.TEXT
    description: str = ""
    unit: str = ""
    is_required: bool = True
    "Whether an issue without the column fails; a column that older issues lack is optional."
    is_compared: bool = True
    "Whether another value counts as a change of the record."


@dataclass(frozen=True)
class Register:
    """A register: what it is, its columns, and the words that it uses."""

    name: str
    title: str
    publisher: str
    licence_line: str
    "The words that the licence asks for, wherever rows are shown or downloaded."
    columns: tuple[RegisterColumn, ...]
    key: tuple[str, ...]
    "Our names of the columns that identify a record in an issue; only the first is always filled."
    name_column: str
    technology_column: str
    status_column: str
    "Our names of the columns with what every register says of a record."
    capacity_parts: tuple[str, ...]
    "The columns whose sum is the capacity of a row; empty if the capacity is published."
    has_coordinates: bool
    encodings: tuple[str, ...]
    "The encodings to try on a file without a byte order mark, in this order."
    technologies: Mapping[str, Technology]
    "Our word for a published technology; technologies without one keep the published word."
    other_technologies: tuple[str, ...]
    storing: tuple[str, ...]
    "The published technologies that store energy."
    not_generating: tuple[str, ...]
    "The published technologies that neither generate nor store."
    statuses: Mapping[str, StatusGroup]
    words: Mapping[str, tuple[str, ...]]
    "The known words of the other columns with a vocabulary, by our name."

    @property
    def table(self) -> str:
        """Return the name of the table with the records of all issues."""
        return f"{self.name}_records"

    @cached_property
    def vocabularies(self) -> Mapping[str, tuple[str, ...]]:
        """Return the known words of each column with a vocabulary; an unknown word lands and warns."""
        known = (*self.technologies, *self.other_technologies, *self.storing, *self.not_generating)
        return {self.technology_column: known, self.status_column: tuple(self.statuses), **self.words}

    @cached_property
    def by_name(self) -> Mapping[str, RegisterColumn]:
        """Return the columns by our name."""
        return {column.name: column for column in self.columns}


def date_column(header: str, name: str, description: str, *, is_compared: bool = True) -> RegisterColumn:
    """Return a column of dates."""
    return RegisterColumn(header, name, CellKind.DATE, description, is_compared=is_compared)


def number_column(header: str, name: str, unit: str, description: str, *, is_required: bool = True) -> RegisterColumn:
    """Return a column of numbers."""
    return RegisterColumn(header, name, CellKind.NUMBER, description, unit, is_required)


def later_column(
    header: str, name: str, description: str, kind: CellKind = CellKind.TEXT, unit: str = ""
) -> RegisterColumn:
    """Return a column that older issues lack."""
    return RegisterColumn(header, name, kind, description, unit, is_required=False)
