"""What a column of a sheet holds, and what a person reads about it.

Not here: the columns of each sheet (`sheet_columns.py`), the types of cells (`cells.py`).
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum
from typing import Any

from pipeline_assets.coordinates import EXAMPLE
from pipeline_assets.spreadsheets.cells import CLEARING_WORD

COORDINATE_FIELDS = ("latitude", "longitude")
"The fields of a cell with coordinates, in its order."


class ColumnRole(Enum):
    """The purpose of a column."""

    ID = "id of the record"
    FIELD = "field of the record"
    LINKED = "names of counterparties in a role"
    LINKED_ID = "id of the one counterparty in a role"
    PEOPLE = "names of the people in a role"
    WHOLE = "name of the record that it is a part of"
    PART_ID = "id of the part"
    PART_FIELD = "field of the part"
    PART_ROLES = "roles of the part"
    COORDINATES = "latitude and longitude of the part in one text"
    CAPACITY = "capacity of one technology"
    ORIGIN = "when and by whom another tool recorded the row"


@dataclass(frozen=True)
class Column:
    """A column with its exported `name`.

    `field` is that of the model; `word` is the role or technology that the column represents.
    """

    name: str
    title: str
    holds: ColumnRole
    field: str = ""
    type: type = str
    "The type of its values: str, float, int, date, or a vocabulary."
    empty: Any = None
    "The value that clearing the cell sets."
    may_be_empty: bool = True
    word: str = ""
    aliases: tuple[str, ...] = ()
    exported: bool = True

    @property
    def help(self) -> str:
        """Return the expected content of the column, and how it is emptied."""
        if self.holds is ColumnRole.LINKED:
            return f"names of counterparties, with semicolons between them; {CLEARING_WORD} takes them off"
        if self.holds is ColumnRole.WHOLE:
            return f"name of its project; or give its id; {CLEARING_WORD} for none"
        if self.holds in (ColumnRole.ID, ColumnRole.PART_ID):
            return "leave it empty for a new one, or one that its name finds"
        if self.holds is ColumnRole.COORDINATES:
            return f"latitude and longitude, such as {EXAMPLE}; {CLEARING_WORD} empties both"
        words = ", ".join(self.type) if issubclass(self.type, StrEnum) else ""
        if self.holds is ColumnRole.PART_ROLES:
            return f"one or more, with semicolons between them: {words}"
        what = words or {date: "day, YYYY-MM-DD", float: "number", int: "whole number"}.get(self.type, "text")
        return f"{what}; {CLEARING_WORD} empties it" if self.may_be_empty else f"{what}; cannot be emptied"
