"""Stored fields under the names of today's models; the ledger itself keeps the fields as they were submitted.

Belongs here: renamed fields, defaults of new fields, removed fields. Not here: the tables of the ledger's database
(`ledger/schema.py`).
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from pipeline_assets.entity import Entity
from pipeline_assets.fields import fields_of
from pipeline_assets.models import ENTITIES

UPGRADES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""A function per kind that renames or converts stored fields, given some or all fields of a record.

For a field `website` that became `web_address`:
 UPGRADES["counterparties"] = lambda fields: rename_fields(fields, website="web_address")
"""


def rename_fields(fields: dict[str, Any], **names: str) -> dict[str, Any]:
    """Return the fields with each old name replaced by its new name."""
    return {names.get(name, name): value for name, value in fields.items()}


def upgraded_fields(kind: str, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return stored fields (some or all of a record) under today's names, including fields that were removed."""
    fields = dict(stored)
    upgrade = UPGRADES.get(kind)
    return upgrade(fields) if upgrade else fields


def known_fields(kind: str, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return stored fields under today's names, without those that the model no longer has."""
    names = field_defaults(kind)
    return {name: value for name, value in upgraded_fields(kind, stored).items() if name in names}


def complete_fields(kind: str, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return all fields of today's model: the stored values, and defaults for fields that are newer than the record.

    A new field without a default is None until the record is edited; the model then requires it.
    """
    fields = upgraded_fields(kind, stored)
    return {name: fields.get(name, default) for name, default in field_defaults(kind).items()}


def field_defaults(kind: str) -> Mapping[str, Any]:
    """Return every field of a kind with its default as the ledger stores it; None for a required field."""
    return _field_defaults(ENTITIES[kind])


@cache
def _field_defaults(entity: type[Entity]) -> Mapping[str, Any]:
    return {field.name: field.default for field in fields_of(entity.kind)}
