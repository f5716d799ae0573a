"""The types of the models' fields: what a text, a name, a reference or a date may be, however it is entered.

Belongs here: limits and cleaning of one value. Not here: which entity has which field (`models.py`), how people write a
date (`dates.py`), which names are the same (`names.py`).
"""

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, ValidationInfo
from pydantic_core import PydanticCustomError

from pipeline_assets import names
from pipeline_assets.dates import strict_date
from pipeline_assets.errors import UnreadableValue

STORED = "stored"
"""The key in the validation context for the fields as they are stored; a rule that was added later does not reject
them.
"""


def is_stored(value: Any, info: ValidationInfo) -> bool:
    """Return whether the field already has this value, so that an edit of other fields leaves it alone."""
    stored = (info.context or {}).get(STORED) or {}
    return info.field_name in stored and bool(stored[info.field_name] == value)


def _one_line(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, str) or is_stored(value, info):
        return value
    text = value.strip()
    if character := names.control_character(text):
        raise PydanticCustomError("control_character", f"has {character}: write it in one line")
    return text


def _clean_name(value: Any, info: ValidationInfo) -> Any:
    return value if not isinstance(value, str) or is_stored(value, info) else names.clean_name(value)


Line = Annotated[str, BeforeValidator(_one_line)]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    BeforeValidator(_clean_name),
    BeforeValidator(_one_line),  # the last one runs first
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)]
Reference = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Score = Annotated[int, Field(ge=1, le=100)]


def _bounded_date(value: Any, info: ValidationInfo) -> date:
    if isinstance(value, str) and is_stored(value, info):
        return date.fromisoformat(value)
    try:
        return strict_date(value)
    except UnreadableValue as error:
        raise PydanticCustomError("date", "{reason}", {"reason": str(error)}) from None


Day = Annotated[date, BeforeValidator(_bounded_date)]
"A date within the bounds of `dates.py`, which every form of input reads alike."
