"""The fields of the entities as facts, from which tables, contracts, sheets, forms, lists, labels and documents derive.

Belongs here: reading the models. Not here: the fields themselves (`models.py`), types of a column in one technology
(`tables.py`, `spreadsheets/sheet_columns.py`), drawing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, get_args

from pipeline_assets.entity import Entity
from pipeline_assets.models import ENTITIES

LONG_TEXT = 1_000
"""The length above which a text is long: it has several lines in a form, and no column in lists unless the model says
so.
"""
DATED_BY_THE_LEDGER = "status_date"
"The field that becomes the day of the change when it is left empty."


class FieldType(StrEnum):
    """The type of a value, independent of how it is entered."""

    TEXT = "text"
    WORD = "word"
    NUMBER = "number"
    INTEGER = "whole number"
    DATE = "day"
    REFERENCE = "record"


@dataclass(frozen=True)
class RecordField:
    """One field of an entity. `low` and `high` are inclusive; `title` is its label, and `help` is shown beside it."""

    kind: str
    name: str
    title: str
    help: str
    value_type: FieldType
    nullable: bool
    default: Any
    "The default as the ledger stores it; None for a required field and for one that is empty by default."
    is_required: bool
    vocabulary: type[StrEnum] | None
    low: float | None
    high: float | None
    max_length: int | None
    target: str | None
    "The kind of the record that a reference names."
    is_listed: bool
    "Whether lists have a column for it."

    @property
    def words(self) -> tuple[str, ...]:
        """Return the closed vocabulary in its order; empty for any other field."""
        return tuple(map(str, self.vocabulary or ()))

    @property
    def is_long(self) -> bool:
        """Return whether it is a text of several lines."""
        return self.max_length is not None and self.max_length > LONG_TEXT

    @property
    def limits_text(self) -> str:
        """Return the limits for people, as in "0 to 10,000"; empty without limits."""
        if self.max_length:
            return f"Up to {self.max_length:,} characters"
        if self.low is not None and self.high is not None:
            return f"{self.low:,g} to {self.high:,g}"
        if self.low is not None:
            return f"{self.low:,g} or more"
        return "" if self.high is None else f"{self.high:,g} or less"

    @property
    def may_be_empty(self) -> bool:
        """Return whether a record may have no value in it."""
        return not self.is_required and self.default in ("", None)

    @property
    def must_be_typed(self) -> bool:
        """Return whether a person who creates a record has to give a value."""
        return self.is_required and self.name != DATED_BY_THE_LEDGER


def fields_of(kind: str) -> tuple[RecordField, ...]:
    """Return the fields of a kind in the order of the model, which is that of forms, sheets, tables and documents."""
    return _fields(ENTITIES[kind])


def fields_by_name(kind: str) -> Mapping[str, RecordField]:
    """Return the fields of a kind by name, in the order of the model."""
    return _fields_by_name(ENTITIES[kind])


def form_fields(kind: str, *, apart_from: Iterable[str] = (), with_long: bool = True) -> tuple[str, ...]:
    """Return the names of the fields in a form; `apart_from` are those that the form sets itself."""
    excluded = set(apart_from)
    return tuple(
        field.name for field in fields_of(kind) if field.name not in excluded and (with_long or not field.is_long)
    )


def listed_fields(kind: str) -> tuple[RecordField, ...]:
    """Return the fields that have a column in lists."""
    return tuple(field for field in fields_of(kind) if field.is_listed)


def field_title(kind: str, name: str) -> str:
    """Return the label of a field; a field that the model no longer has keeps its name."""
    field = fields_by_name(kind).get(name) if kind in ENTITIES else None
    return field.title if field else name.replace("_", " ").capitalize()


@cache
def _fields(entity: type[Entity]) -> tuple[RecordField, ...]:
    schema = entity.model_json_schema()
    return tuple(_field(entity, name, schema) for name in entity.model_fields)


@cache
def _fields_by_name(entity: type[Entity]) -> Mapping[str, RecordField]:
    return {field.name: field for field in _fields(entity)}


_TYPES = {
    "string": FieldType.TEXT,
    "number": FieldType.NUMBER,
    "integer": FieldType.INTEGER,
    "date": FieldType.DATE,
}
"The types by the type or the format in a JSON schema."


def _field(entity: type[Entity], name: str, schema: Mapping[str, Any]) -> RecordField:
    info, declared = entity.model_fields[name], schema["properties"][name]
    options = declared.get("anyOf", [declared])
    (value,) = [option for option in options if option.get("type") != "null"]
    if "$ref" in value:
        value = schema["$defs"][value["$ref"].rpartition("/")[2]]
    vocabulary, target = _vocabulary_of(info.annotation), entity.references.get(name)
    if vocabulary or target:
        field_type = FieldType.WORD if vocabulary else FieldType.REFERENCE
    elif (json_type := value.get("format", value["type"])) in _TYPES:
        field_type = _TYPES[json_type]
    else:
        raise TypeError(
            f"{entity.kind}.{name} is a {json_type}: a field is a text, a word, a number, a day or a reference. "
            "For yes and no use a vocabulary of two words."
        )
    max_length = None if vocabulary or target else value.get("maxLength")
    is_long = max_length is not None and max_length > LONG_TEXT
    return RecordField(
        kind=entity.kind,
        name=name,
        title=info.title or name.replace("_", " ").capitalize(),
        help=info.description or "",
        value_type=field_type,
        nullable=len(options) > 1,
        default=declared.get("default"),
        is_required=info.is_required(),
        vocabulary=vocabulary,
        low=value.get("minimum"),
        high=value.get("maximum"),
        max_length=max_length,
        target=target,
        is_listed=declared.get("listed", not is_long and target is None),
    )


def _vocabulary_of(annotation: Any) -> type[StrEnum] | None:
    candidates = (annotation, *get_args(annotation))
    return next((each for each in candidates if isinstance(each, type) and issubclass(each, StrEnum)), None)
