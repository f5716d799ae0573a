"""The rules of one change: the models' rules, and rules that also depend on the record before the change.

Belongs here: problems (the change is rejected) and warnings (it is saved with a warning) of one record. Not here: rules
that need other records (`ledger/cross_record_rules.py`).
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from pydantic import ValidationError

from pipeline_assets.coordinates import GREAT_BRITAIN, look_swapped, swap_offer
from pipeline_assets.entity import FieldProblem
from pipeline_assets.errors import Problem
from pipeline_assets.field_types import STORED
from pipeline_assets.models import ENTITIES
from pipeline_assets.vocabulary import STAGES_IN_ORDER, Rag, Stage, Technology

STATUS_FIELDS = ("stage", "rag", "rag_comment", "rtb_date")
AHEAD_OF_UTC = timedelta(days=1)
"How far ahead of the UTC day a status may be dated: the author's own day may have begun already."


def validated_fields(
    kind: str, id: str, fields: Mapping[str, Any], stored: Mapping[str, Any] | None = None
) -> tuple[dict[str, Any], list[Problem]]:
    """Return all fields as the ledger stores them, or the problems.

    Args:
        kind: The kind of the record.
        id: The id of the record.
        fields: The values to validate.
        stored: The values that the ledger has already; rules that were added later do not reject them.
    """
    entity = ENTITIES.get(kind)
    if entity is None:
        return {}, [Problem(kind, id, "kind", f"is none of {', '.join(ENTITIES)}")]
    try:
        return entity.model_validate(fields, context={STORED: stored}).fields(), []
    except ValidationError as error:
        return {}, [_problem_of(kind, id, detail) for detail in error.errors(include_url=False)]


def fields_after(
    kind: str, id: str, before: Mapping[str, Any] | None, given: Mapping[str, Any], today: date
) -> tuple[dict[str, Any], list[Problem]]:
    """Return all fields after `given` are set, or the problems; a new status without a date is dated today.

    A status dated in the future is rejected, because every later status would count as older than it.
    """
    wanted = {**(before or {}), **given}
    undated = kind == "pipelines" and not given.get("status_date")
    if undated:
        wanted["status_date"] = before["status_date"] if before else today.isoformat()
    fields, problems = validated_fields(kind, id, wanted, before)
    if fields and undated and before and any(fields[name] != before[name] for name in STATUS_FIELDS):
        fields["status_date"] = today.isoformat()
    is_dated_anew = not undated and wanted.get("status_date") != (before or {}).get("status_date")
    if fields and kind == "pipelines" and is_dated_anew and _is_in_the_future(fields["status_date"], today):
        message = f"{fields['status_date']} is in the future: use today's date at the latest"
        return {}, [Problem(kind, id, "status_date", message)]
    return fields, problems


def _is_in_the_future(day: str, today: date) -> bool:
    return date.fromisoformat(day) > today + AHEAD_OF_UTC


def problems_of_step(kind: str, id: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Problem]:
    """Return the problems of a step from one version to the next; both versions hold all fields."""
    if kind != "pipelines" or after["rag"] in (before["rag"], Rag.GREEN):
        return []
    if after["rag_comment"] != before["rag_comment"]:
        return []
    return [Problem(kind, id, "rag_comment", f"explain why the RAG status becomes {after['rag']}")]


def warnings_of(kind: str, id: str, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[Problem]:
    """Return the warnings that the author of a change should check."""
    warnings = []
    if kind == "facilities":
        warnings += _place_warnings(kind, id, after)
        if after["storage_mwh"] and after["technology"] != Technology.BESS:
            warnings.append(
                Problem(kind, id, "storage_mwh", f"{after['technology']} stores nothing: use a BESS facility")
            )
    if kind == "pipelines" and before and Stage.ON_HOLD not in (before["stage"], after["stage"]):
        steps = STAGES_IN_ORDER.index(after["stage"]) - STAGES_IN_ORDER.index(before["stage"])
        if steps < 0:
            warnings.append(Problem(kind, id, "stage", f"goes back from {before['stage']} to {after['stage']}"))
        elif steps > 1:
            warnings.append(Problem(kind, id, "stage", f"skips from {before['stage']} to {after['stage']}"))
    return warnings


def _place_warnings(kind: str, id: str, after: Mapping[str, Any]) -> list[Problem]:
    latitude, longitude = after["latitude"], after["longitude"]
    if latitude is not None and longitude is not None and look_swapped(latitude, longitude):
        return [Problem(kind, id, "latitude", f"{swap_offer(latitude, longitude)}: swap them if they changed places")]
    return [
        Problem(kind, id, name, f"{after[name]:g} is outside Great Britain")
        for name, (low, high) in GREAT_BRITAIN.items()
        if after[name] is not None and not low <= after[name] <= high
    ]


def _problem_of(kind: str, id: str, detail: Mapping[str, Any]) -> Problem:
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, FieldProblem):
        return Problem(kind, id, cause.field, str(cause))
    if detail["type"] == "missing" or detail["input"] is None:
        message = "is needed"
    elif detail["type"] == "string_too_short":
        message = "must not be empty"
    elif detail["type"] == "extra_forbidden":
        message = "is not a field of this kind"
    else:
        message = detail["msg"][:1].lower() + detail["msg"][1:]
    return Problem(kind, id, ".".join(map(str, detail["loc"])) or "record", message)
