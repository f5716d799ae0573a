"""What every entity of the pipeline has: its facts for the ledger, and how a broken rule names its field.

Belongs here: the base of the models. Not here: the entities and their fields (`models.py`).
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, field_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from pipeline_assets import names

CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"All control characters except line end and tab: they are invisible, and PostgreSQL cannot store the first of them."


LISTED: JsonDict = {"listed": True}
"""The mark that gives a long text a column in lists, as every short field has one. With False a short field has none.

"""


class Entity(BaseModel):
    """A record. `Field(title=...)` is the label that people see, `description` the help beside it.

    The order of the fields is that of forms, sheets, tables and documents, which `fields.py` derives from here.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    kind: ClassVar[str]
    "The name in the ledger and of the table."
    title: ClassVar[str]
    "The singular noun for people."
    references: ClassVar[dict[str, str]] = {}
    "The kind of the referenced record by field."
    owners: ClassVar[tuple[str, ...]] = ()
    "The references to the record's owner: a part is archived with its owner and never prevents that."
    unique: ClassVar[tuple[str, ...]] = ()
    "The fields whose combination is unique; of a name every spelling counts as the same."

    @classmethod
    def unique_key(cls, fields: Mapping[str, Any]) -> str | None:
        """Return the value that must be unique, with the key of a name; None for an entity without unique fields."""
        parts = (names.name_key(fields[name]) if name == "name" else str(fields[name]) for name in cls.unique)
        return "\n".join(parts) or None

    @field_validator("*", mode="before")
    @classmethod
    def _text_is_printable(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        text = value.replace("\r\n", "\n").replace("\r", "\n")
        if match := CONTROL_CHARACTERS.search(text):
            raise PydanticCustomError(
                "control_character", f"has a control character (U+{ord(match[0]):04X}): leave it out"
            )
        return text

    def fields(self) -> dict[str, Any]:
        """Return all fields as JSON values, as the ledger stores them."""
        return self.model_dump(mode="json")


class FieldProblem(ValueError):
    """A broken rule of the complete record, reported at the field where it can be corrected."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
