"""Tests of answers against the official OpenAPI description, from the folder above the recorded answers."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator  # type: ignore[import-untyped]  # it ships no types

from tests.elexon_assets.simulator.conftest import Elexon

DAY_AHEAD = "/forecast/generation/wind-and-solar/day-ahead"
SYSTEM_PRICES = "/balancing/settlement/system-prices/{settlementDate}"
PUBLISHED = {"publishDateTimeFrom": "2024-01-08T00:00Z", "publishDateTimeTo": "2024-01-08T06:00Z"}


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/generation/actual/per-type/wind-and-solar", {"from": "2024-01-08", "to": "2024-01-09"}),
        ("/datasets/AGWS", PUBLISHED),
        ("/datasets/AGWS/stream", PUBLISHED),
        ("/datasets/FUELHH", {"settlementDateFrom": "2021-01-08", "settlementDateTo": "2021-01-09"}),
        ("/datasets/FUELHH/stream", PUBLISHED),
        ("/datasets/IGCA", {"publishDateTimeFrom": "2022-01-01", "publishDateTimeTo": "2023-12-31"}),
        ("/datasets/IGCA/stream", {"publishDateTimeFrom": "2016-01-01", "publishDateTimeTo": "2023-12-31"}),
        ("/datasets/metadata/latest", {}),
        ("/datasets/WINDFOR", PUBLISHED),
        ("/datasets/WINDFOR/stream", {}),
        ("/datasets/DGWS", PUBLISHED),
        ("/datasets/DGWS/stream", PUBLISHED),
        (DAY_AHEAD, {"from": "2024-01-08", "to": "2024-01-09", "processType": "all"}),
        ("/demand/outturn", {"settlementDateFrom": "2024-01-08", "settlementDateTo": "2024-01-09"}),
        ("/demand/outturn/stream", {}),
        ("/datasets/INDO", {}),
        ("/datasets/ITSDO", PUBLISHED),
        ("/datasets/MID", {"from": "2024-01-08", "to": "2024-01-09"}),
        ("/datasets/MID/stream", {"from": "2024-01-08", "to": "2024-01-09"}),
        ("/balancing/pricing/market-index", {"from": "2024-01-08", "to": "2024-01-09"}),
        (SYSTEM_PRICES, {}),
    ],
)
def test_an_answer_matches_the_official_description(
    elexon: Elexon, recordings: Path, path: str, params: dict[str, str]
) -> None:
    text = (recordings.parent / "elexon_openapi_subset.json").read_text()
    description: dict[str, Any] = json.loads(text, object_hook=_with_null)
    schema = description["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    answer = elexon.get(path.replace("{settlementDate}", "2024-01-08"), **params).json()
    Draft7Validator({**schema, "components": description["components"]}).validate(answer)
    rows = answer if isinstance(answer, list) else answer["data"]
    row_schema = schema["items"] if isinstance(answer, list) else _rows(description, schema)
    named = _resolved(description, row_schema)["properties"]
    assert rows
    assert all(set(row) == set(named) for row in rows)


def _with_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema in the words of JSON Schema, which does not know OpenAPI's `nullable`."""
    return schema | {"type": [schema["type"], "null"]} if schema.get("nullable") and "type" in schema else schema


def _rows(description: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    rows: dict[str, Any] = _resolved(description, schema)["properties"]["data"]["items"]
    return rows


def _resolved(description: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    resolved: dict[str, Any] = description["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return resolved
