"""The flat columns of each sheet: derived from the models, and also known by the older tool's names.

A row is one record with at most one of its parts: a counterparty with one of its people, a project with one facility. A
record with several parts takes several rows with the same id. The counterparties of a project have one column per role,
each with a list of names.

Belongs here: columns and how headers find them. Not here: the changes of a row (`row_planner.py`), the headers that
people use (`synonyms.py`).
"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from pipeline_assets.coordinates import EXAMPLE
from pipeline_assets.fields import FieldType, fields_of
from pipeline_assets.models import ENTITIES
from pipeline_assets.spreadsheets import synonyms
from pipeline_assets.spreadsheets.cells import spelling_key
from pipeline_assets.spreadsheets.column_roles import Column, ColumnRole
from pipeline_assets.spreadsheets.header_row import HeaderNames, header_keys
from pipeline_assets.vocabulary import ContactRole, ProjectRole, Technology


@dataclass(frozen=True)
class Sheet:
    """A sheet of records.

    `part` is the kind of which a row has one; `link` is the kind that joins it; `linked` is the kind that joins
    counterparties.
    """

    name: str
    kind: str
    columns: tuple[Column, ...]
    part: str = ""
    link: str = ""
    linked: str = ""
    not_kept: tuple[tuple[str, str], ...] = ()
    "The columns that are left out although their headers are known, each with the reason."

    @cached_property
    def exported(self) -> tuple[Column, ...]:
        """Return the columns of an export, in order."""
        return tuple(column for column in self.columns if column.exported)

    @cached_property
    def title(self) -> str:
        """Return the singular noun for one of its records."""
        return ENTITIES[self.kind].title

    @cached_property
    def _by_letters(self) -> dict[str, Column]:
        """Return the columns by spelling key, names first: an alias never hides the name of another column."""
        by_letters: dict[str, Column] = {}
        for column in self.columns:
            by_letters.setdefault(spelling_key(column.name), column)
        for column in self.columns:
            for other in (column.title, *column.aliases):
                by_letters.setdefault(spelling_key(other), column)
        return by_letters

    def help(self) -> list[tuple[str, str]]:
        """Return the exported columns, each with its expected content."""
        return [(column.name, column.help) for column in self.exported]

    def find(self, holds: ColumnRole, field: str = "", *, word: str = "") -> Column | None:
        """Return the column for a content, or None if the sheet has none."""
        return self._by_content.get((holds, field, word))

    def one(self, holds: ColumnRole, field: str = "", *, word: str = "") -> Column:
        """Return the column for a content."""
        return self._by_content[holds, field, word]

    @cached_property
    def _by_content(self) -> dict[tuple[ColumnRole, str, str], Column]:
        return {(column.holds, column.field, column.word): column for column in self.columns}

    def column(self, header: str) -> Column | None:
        """Return the column that a header names, regardless of case, punctuation and remarks in brackets."""
        return next((self._by_letters[key] for key in header_keys(header) if key in self._by_letters), None)

    def reason_not_kept(self, header: str) -> str | None:
        """Return why a column with a known header is left out, or None for any other header."""
        reasons = {spelling_key(name): reason for name, reason in self.not_kept}
        return next((reasons[key] for key in header_keys(header) if key in reasons), None)

    def resembling(self, header: str) -> Column | None:
        """Return the column that an unknown header may mean: similar in spelling, or with a name that is part of it."""
        for key in header_keys(header):
            close = difflib.get_close_matches(key, self._by_letters, n=1, cutoff=0.8)
            parts = [name for name in self._by_letters if len(name) >= SHORTEST_PART and name in key]
            name = close[0] if close else max(parts, key=len, default="")
            if name:
                return self._by_letters[name]
        return None

    @cached_property
    def header_names(self) -> HeaderNames:
        """Return the known headers, from which the header row is recognised."""
        known = {*self._by_letters, *(spelling_key(name) for name, _ in self.not_kept)}
        identifying = {key for key, column in self._by_letters.items() if column.name in ("id", "name")}
        return HeaderNames(frozenset(known), frozenset(identifying))

    def known(self, headers: Sequence[str]) -> int:
        """Return how many of the headers are known in this sheet."""
        return self.header_names.known_count(headers)


SHORTEST_PART = 3
"The fewest letters of a known name that make an unknown header resemble it, such as RTB."


_CELL_TYPES: dict[FieldType, type] = {FieldType.NUMBER: float, FieldType.INTEGER: int, FieldType.DATE: date}
"The types of cells; that of a word is its vocabulary, and anything else is text."


def _field_columns(
    kind: str, holds: ColumnRole, prefix: str = "", *, aliases: Mapping[str, tuple[str, ...]]
) -> tuple[Column, ...]:
    """Return a column for each field of the kind."""
    columns = []
    for field in fields_of(kind):
        label = f"{field.title} ID" if field.target else field.title
        columns.append(
            Column(
                name=f"{prefix}{field.name}",
                title=f"{ENTITIES[kind].title} {label}" if prefix else label,
                holds=holds,
                field=field.name,
                type=field.vocabulary or _CELL_TYPES.get(field.value_type, str),
                empty="" if field.default == "" else None,
                may_be_empty=field.may_be_empty,
                aliases=((field.name,) if prefix and field.name != "name" else ()) + aliases.get(field.name, ()),
            )
        )
    return tuple(columns)


def _id_column(kind: str) -> Column:
    return Column("id", "ID", ColumnRole.ID, aliases=(f"{spelling_key(ENTITIES[kind].title)}_id",))


_ORIGINS = tuple(
    Column(name, name.replace("_", " ").capitalize(), ColumnRole.ORIGIN, field=name, aliases=aliases, exported=False)
    for name, aliases in synonyms.ORIGIN_HEADERS.items()
)

COUNTERPARTIES = Sheet(
    "counterparties",
    "counterparties",
    (
        _id_column("counterparties"),
        *_field_columns("counterparties", ColumnRole.FIELD, aliases=synonyms.COUNTERPARTY_HEADERS),
        Column("contact_id", "Contact ID", ColumnRole.PART_ID),
        *_field_columns("contacts", ColumnRole.PART_FIELD, "contact_", aliases=synonyms.CONTACT_HEADERS),
        Column(
            "contact_roles",
            "Contact roles",
            ColumnRole.PART_ROLES,
            type=ContactRole,
            aliases=synonyms.CONTACT_ROLE_HEADERS,
        ),
        *(
            Column(spelling_key(role), str(role), ColumnRole.PEOPLE, word=role, exported=False)
            for role in ContactRole
            if role is not ContactRole.CONTACT
        ),
        *_ORIGINS,
    ),
    part="contacts",
    link="counterparty_contacts",
)

PIPELINES = Sheet(
    "pipelines",
    "pipelines",
    (
        _id_column("pipelines"),
        *_field_columns("pipelines", ColumnRole.FIELD, aliases=synonyms.PROJECT_HEADERS),
        *(
            Column(
                role.name.lower(),
                str(role),
                ColumnRole.LINKED,
                word=role,
                aliases=synonyms.PROJECT_ROLE_HEADERS[role],
            )
            for role in ProjectRole
        ),
        Column(
            "developer_id",
            "Developer ID",
            ColumnRole.LINKED_ID,
            word=ProjectRole.DEVELOPER,
            aliases=("CounterpartyID",),
            exported=False,
        ),
        Column("facility_id", "Facility ID", ColumnRole.PART_ID),
        *_field_columns("facilities", ColumnRole.PART_FIELD, "facility_", aliases=synonyms.FACILITY_HEADERS),
        Column(
            "facility_coordinates",
            "Coordinates",
            ColumnRole.COORDINATES,
            aliases=(*synonyms.COORDINATE_HEADERS, *synonyms.LOCATION_HEADERS),
            exported=False,
        ),
        *(
            Column(
                f"{word.lower()}_capacity",
                f"{word} capacity",
                ColumnRole.CAPACITY,
                type=float,
                word=word,
                exported=False,
            )
            for word in (Technology.SOLAR, Technology.WIND, Technology.BESS)
        ),
        *_ORIGINS,
    ),
    part="facilities",
    link="pipeline_facilities",
    linked="pipeline_counterparties",
    not_kept=tuple(
        (name, f"its cells have the longitude first: write {EXAMPLE}") for name in synonyms.LONGITUDE_FIRST_HEADERS
    ),
)

INFORMATION_POINTS = Sheet(
    "information-points",
    "information_points",
    (
        _id_column("information_points"),
        *_field_columns("information_points", ColumnRole.FIELD, aliases=synonyms.POINT_HEADERS),
        Column("pipeline", "Project", ColumnRole.WHOLE, field="pipeline_id", aliases=synonyms.POINT_PROJECT_HEADERS),
        Column("counterparties", "Counterparties", ColumnRole.LINKED, aliases=synonyms.POINT_COUNTERPARTY_HEADERS),
        *_ORIGINS,
    ),
    linked="information_point_counterparties",
    not_kept=(("Rating", "it is computed: impact times likelihood"),),
)

MILESTONES = Sheet(
    "milestones",
    "milestones",
    (
        _id_column("milestones"),
        *_field_columns("milestones", ColumnRole.FIELD, aliases=synonyms.MILESTONE_HEADERS),
        Column("pipeline", "Project", ColumnRole.WHOLE, field="pipeline_id", aliases=synonyms.POINT_PROJECT_HEADERS),
        *_ORIGINS,
    ),
)

SHEETS = {sheet.name: sheet for sheet in (COUNTERPARTIES, PIPELINES, INFORMATION_POINTS, MILESTONES)}
