"""Rules between records, checked on the drafted batch: references, unique names, what may be archived.

Each rule takes the draft and yields problems. Not here: rules of one record (`pipeline_assets/rules.py`).
"""

from collections.abc import Iterator

from pipeline_assets.errors import Problem
from pipeline_assets.fields import field_title
from pipeline_assets.ledger.changes import Record
from pipeline_assets.ledger.draft import Draft
from pipeline_assets.models import ENTITIES
from pipeline_assets.vocabulary import Stage

BEFORE_DESIGN = (Stage.DISCOVERY, Stage.ON_HOLD)


def broken_rules(draft: Draft) -> list[Problem]:
    """Return every rule that the drafted records break."""
    problems = (
        problem
        for record in draft.touched.values()
        for rule in (_missing_references, _names_in_use, _still_needed, _unknown_capacity)
        for problem in rule(draft, record)
    )
    return list(dict.fromkeys(problems))


def _missing_references(draft: Draft, record: Record) -> Iterator[Problem]:
    """Yield a problem for each reference to a missing or archived record, including parts restored with their owner."""
    restored = (record.kind, record.id) in draft.restored
    if record.archived or (restored and _is_archived_or_owned_by_archived(draft, record)):
        return
    yield from _missing(draft, record)
    if restored:
        for part in _parts_of(draft, record):
            yield from _missing(draft, part)


def _missing(draft: Draft, record: Record) -> Iterator[Problem]:
    owners = ENTITIES[record.kind].owners
    for name, (kind, id) in record.references_to_others():
        title, target = ENTITIES[kind].title.lower(), draft.record(kind, id)
        if target is None:
            yield Problem(record.kind, record.id, name, f"no {title} has the id {id!r}")
        elif target.archived and not (
            name in owners and (kind, id) in draft.touched
        ):  # otherwise the part is archived with its owner
            yield Problem(
                record.kind, record.id, name, f"the {title} {display_name(target)} is archived: restore it first"
            )


def _parts_of(draft: Draft, record: Record) -> Iterator[Record]:
    for part, name in draft.records_referencing(record.kind, record.id):
        if name in ENTITIES[part.kind].owners:
            yield part
            yield from _parts_of(draft, part)


def _owners(draft: Draft, record: Record) -> list[Record]:
    owners = ENTITIES[record.kind].owners
    return [whole for name, key in record.references_to_others() if name in owners and (whole := draft.record(*key))]


def _is_archived_or_owned_by_archived(draft: Draft, record: Record) -> bool:
    """Return whether a record is archived, or part of an archived one."""
    return record.archived or any(_is_archived_or_owned_by_archived(draft, whole) for whole in _owners(draft, record))


def _names_in_use(draft: Draft, record: Record) -> Iterator[Problem]:
    """Yield a problem where the batch gives a record the name of another one.

    A record that already shared the name before the batch may keep it.
    """
    entity = ENTITIES[record.kind]
    key = entity.unique_key(record.fields)
    if key is None or key == draft.earlier_unique_key(record):
        return
    other = next((each for each in draft.with_unique_key(record.kind, key) if each.id != record.id), None)
    if other:
        fix = " It is archived: restore it instead." if other.archived else ""
        fields = " and ".join(field_title(entity.kind, name) for name in entity.unique).lower()
        message = f"a {entity.title.lower()} with this {fields} already exists ({other.id}).{fix}"
        yield Problem(record.kind, record.id, entity.unique[0], message)


def _still_needed(draft: Draft, record: Record) -> Iterator[Problem]:
    """Yield a problem for each live record, other than its own parts, that refers to an archived record."""
    if not record.archived:
        return
    users = []
    for other, name in draft.records_referencing(record.kind, record.id):
        if name not in ENTITIES[other.kind].owners and not _is_archived_or_owned_by_archived(draft, other):
            users += [display_name(user) for user in _owners(draft, other) or [other]]
    if users:
        title = ENTITIES[record.kind].title.lower()
        message = f"the {title} {display_name(record)} is still used by {', '.join(sorted(set(users)))}"
        yield Problem(record.kind, record.id, "archived", message)


def _unknown_capacity(draft: Draft, record: Record) -> Iterator[Problem]:
    """Yield a problem for a capacity of 0 from Design on: 0 means unknown, which is allowed only before Design."""
    if record.archived:
        return
    if record.kind == "pipelines" and record.fields["stage"] not in BEFORE_DESIGN:
        for link, name in draft.records_referencing("pipelines", record.id):
            if link.kind == "pipeline_facilities" and name == "pipeline_id":
                facility = draft.live_record("facilities", link.fields["facility_id"])
                if facility and facility.fields["capacity_mwp"] == 0:
                    message = f"{display_name(facility)} has no capacity yet, which it needs from Design on"
                    yield Problem(record.kind, record.id, "stage", message)
    links = []
    if record.kind == "facilities" and record.fields["capacity_mwp"] == 0:
        links = [
            link for link, _ in draft.records_referencing("facilities", record.id) if link.kind == "pipeline_facilities"
        ]
    elif record.kind == "pipeline_facilities":
        facility = draft.live_record("facilities", record.fields["facility_id"])
        links = [record] if facility and facility.fields["capacity_mwp"] == 0 else []
    for link in links:
        pipeline = draft.live_record("pipelines", link.fields["pipeline_id"])
        if pipeline and pipeline.fields["stage"] not in BEFORE_DESIGN:
            message = (
                f"0 MWp is allowed only before Design, and {display_name(pipeline)} is in {pipeline.fields['stage']}"
            )
            yield Problem("facilities", link.fields["facility_id"], "capacity_mwp", message)


def display_name(record: Record) -> str:
    """Return the name of a record as shown to people."""
    return str(record.fields.get("name") or record.fields.get("stage") or record.id)
