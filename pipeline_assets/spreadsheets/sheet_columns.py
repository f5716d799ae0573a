"""Which flat columns a sheet has: derived from the models, and known by the older tool's names too.

A row is one record, with at most one of its parts: a counterparty with one person of it, a project with one facility.
A record of several parts takes several rows with the same id. Counterparties of a project stand in a column for each
role, as a list of names.

Belongs here: columns and how headers find them. Not here: what a row asks for (`rows.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum
from functools import cached_property
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pipeline_assets.models import ENTITIES
from pipeline_assets.spreadsheets.cells import spelling_key
from pipeline_assets.vocabulary import ContactRole, ProjectRole, Technology


class Holds(Enum):
    """What a column is for."""

    ID = "id of the record"
    FIELD = "field of the record"
    LINKED = "names of counterparties in a role"
    LINKED_ID = "id of the one counterparty in a role"
    PEOPLE = "names of the people in a role"
    WHOLE = "name of the record that it is a part of"
    PART_ID = "id of the part"
    PART_FIELD = "field of the part"
    PART_ROLES = "roles of the part"
    CAPACITY = "capacity of one technology"


@dataclass(frozen=True)
class Column:
    """`name`: as exported. `field`: of the model. `word`: the role or technology that it stands for."""

    name: str
    title: str
    holds: Holds
    field: str = ""
    type: type = str
    "str, float, int, date, or a vocabulary."
    empty: Any = None
    "What clearing the cell sets."
    may_be_empty: bool = True
    word: str = ""
    aliases: tuple[str, ...] = ()
    exported: bool = True

    @property
    def help(self) -> str:
        """What goes into it."""
        if self.holds is Holds.LINKED:
            return "names of counterparties, with semicolons between them"
        if self.holds is Holds.WHOLE:
            return "name of its project; or give its id"
        if self.holds in (Holds.ID, Holds.PART_ID):
            return "leave it empty for a new one, or one that its name finds"
        words = ", ".join(self.type) if issubclass(self.type, StrEnum) else ""
        if self.holds is Holds.PART_ROLES:
            return f"one or more, with semicolons between them: {words}"
        what = words or {date: "day, YYYY-MM-DD", float: "number", int: "whole number"}.get(self.type, "text")
        return what if self.may_be_empty else f"{what}; cannot be emptied"


@dataclass(frozen=True)
class Sheet:
    """`part`: kind of what a row has one of; `link`: kind that joins it; `linked`: kind that joins counterparties."""

    name: str
    kind: str
    columns: tuple[Column, ...]
    part: str = ""
    link: str = ""
    linked: str = ""
    not_kept: tuple[tuple[str, str], ...] = ()
    "Names of the older tool, and why they are left out."

    @cached_property
    def exported(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.exported)

    @cached_property
    def title(self) -> str:
        return ENTITIES[self.kind].title

    @cached_property
    def _by_letters(self) -> dict[str, Column]:
        """The names first: an alias never hides the name of another column."""
        found: dict[str, Column] = {}
        for column in self.columns:
            found.setdefault(spelling_key(column.name), column)
        for column in self.columns:
            for other in (column.title, *column.aliases):
                found.setdefault(spelling_key(other), column)
        return found

    def help(self) -> list[tuple[str, str]]:
        """(column, what goes into it) of what is exported."""
        return [(column.name, column.help) for column in self.exported]

    def find(self, holds: Holds, field: str = "", *, word: str = "") -> Column | None:
        """The column that holds it, if the sheet has one."""
        return self._by_content.get((holds, field, word))

    def one(self, holds: Holds, field: str = "", *, word: str = "") -> Column:
        """The column that holds it."""
        return self._by_content[holds, field, word]

    @cached_property
    def _by_content(self) -> dict[tuple[Holds, str, str], Column]:
        return {(column.holds, column.field, column.word): column for column in self.columns}

    def column(self, header: str) -> Column | None:
        """The one that a header means; capitals, blanks and underscores do not matter."""
        return self._by_letters.get(spelling_key(header))

    def known(self, headers: Sequence[str]) -> int:
        """How many of them mean something here."""
        reasons = {spelling_key(name) for name, _ in self.not_kept}
        return sum(spelling_key(header) in self._by_letters or spelling_key(header) in reasons for header in headers)


def _type_of(annotation: Any) -> type:
    while get_args(annotation):
        inner = [each for each in get_args(annotation) if each is not type(None)]
        annotation = inner[0] if get_origin(annotation) in (Union, UnionType) else get_args(annotation)[0]
    return annotation if isinstance(annotation, type) else str


def _fields(kind: str, holds: Holds, prefix: str = "", **aliases: tuple[str, ...]) -> tuple[Column, ...]:
    """A column for each field of the model."""
    columns = []
    for name, info in ENTITIES[kind].model_fields.items():
        default = None if info.is_required() else info.default
        label = f"{info.title or name} ID" if name in ENTITIES[kind].references else info.title or name
        columns.append(
            Column(
                name=f"{prefix}{name}",
                title=f"{ENTITIES[kind].title} {label}" if prefix else label,
                holds=holds,
                field=name,
                type=_type_of(info.annotation),
                empty="" if default == "" else None,
                may_be_empty=not info.is_required() and default in ("", None),
                aliases=((name,) if prefix and name != "name" else ()) + aliases.get(name, ()),
            )
        )
    return tuple(columns)


def _id(kind: str) -> Column:
    return Column("id", "ID", Holds.ID, aliases=(f"{spelling_key(ENTITIES[kind].title)}_id",))


_OF_THE_OLDER_TOOL = (
    ("Created", "the ledger keeps its own instants"),
    ("LastModified", "the ledger keeps its own instants"),
)

COUNTERPARTIES = Sheet(
    "counterparties",
    "counterparties",
    (
        _id("counterparties"),
        *_fields("counterparties", Holds.FIELD, name=("CounterpartyName", "Counterparty"), notes=("Strategy",)),
        Column("contact_id", "Contact ID", Holds.PART_ID),
        *_fields("contacts", Holds.PART_FIELD, "contact_"),
        Column("contact_roles", "Contact roles", Holds.PART_ROLES, type=ContactRole, aliases=("contact_role", "role")),
        *(
            Column(spelling_key(role), str(role), Holds.PEOPLE, word=role, exported=False)
            for role in ContactRole
            if role is not ContactRole.CONTACT
        ),
    ),
    part="contacts",
    link="counterparty_contacts",
    not_kept=_OF_THE_OLDER_TOOL,
)

PIPELINES = Sheet(
    "pipelines",
    "pipelines",
    (
        _id("pipelines"),
        *_fields(
            "pipelines",
            Holds.FIELD,
            name=("ProjectName", "Project", "PipelineName"),
            stage=("ProjectStatus",),
            rag=("RAGStatus",),
            rtb_date=("RTBDate", "RTB", "Ready to build"),
        ),
        *(
            Column(
                role.name.lower(),
                str(role),
                Holds.LINKED,
                word=role,
                aliases=("Counterparty", "CounterpartyName") if role is ProjectRole.DEVELOPER else (),
            )
            for role in ProjectRole
        ),
        Column(
            "developer_id",
            "Developer ID",
            Holds.LINKED_ID,
            word=ProjectRole.DEVELOPER,
            aliases=("CounterpartyID",),
            exported=False,
        ),
        Column("facility_id", "Facility ID", Holds.PART_ID),
        *_fields(
            "facilities",
            Holds.PART_FIELD,
            "facility_",
            capacity_mwp=("Capacity", "Capacity (MWp)", "MWp"),
            longitude=("Long", "Lon"),
            latitude=("Lat",),
        ),
        *(
            Column(
                f"{word.lower()}_capacity", f"{word} capacity", Holds.CAPACITY, type=float, word=word, exported=False
            )
            for word in (Technology.SOLAR, Technology.WIND, Technology.BESS)
        ),
    ),
    part="facilities",
    link="pipeline_facilities",
    linked="pipeline_counterparties",
    not_kept=_OF_THE_OLDER_TOOL,
)

INFORMATION_POINTS = Sheet(
    "information-points",
    "information_points",
    (
        _id("information_points"),
        *_fields("information_points", Holds.FIELD, name=("Title", "InformationPoint"), pipeline_id=("PipelineID",)),
        Column("pipeline", "Project", Holds.WHOLE, field="pipeline_id", aliases=("ProjectName", "PipelineName")),
        Column("counterparties", "Counterparties", Holds.LINKED, aliases=("Counterparty", "CounterpartyName")),
    ),
    linked="information_point_counterparties",
    not_kept=(
        *_OF_THE_OLDER_TOOL,
        ("Rating", "it is computed: impact times likelihood"),
        ("Market", "an information point has none: its project has"),
        ("Technology", "an information point has none: its project's facilities have"),
    ),
)

SHEETS = {sheet.name: sheet for sheet in (COUNTERPARTIES, PIPELINES, INFORMATION_POINTS)}
