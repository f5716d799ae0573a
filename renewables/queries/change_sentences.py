"""Changes in sentences for people: the timeline of a record, what a batch changed, and what undoing it does.

Belongs here: the words. Not here: values by field (`record_history.py`), comparisons of two moments
(`pipeline_assets/digest.py`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from pipeline_assets.access import author_label
from pipeline_assets.fields import DATED_BY_THE_LEDGER, FieldType, field_title, fields_by_name
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.changes import ARCHIVED, Action, Key, Recorded
from pipeline_assets.models import ENTITIES
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from renewables.queries.record_history import BEHIND, Batch, keys_of_record, shown_value
from renewables.queries.records import name_of

LONGEST_QUOTE = 120
CHANGES_READ, NAMES_SHOWN, CLAUSES_SHOWN = 60, 3, 2
"How many changes, names of records and clauses the summary of a batch is made of."
SHORT_TITLES = {("pipelines", "rtb_date"): "RTB", ("pipelines", "rag"): "RAG", ("pipelines", "stage"): "stage"}
LINKS = ("pipeline_facilities", "pipeline_counterparties", "counterparty_contacts", "information_point_counterparties")
GONE = "archived"
FIRST_ACTIONS = {Action.CREATE: "added", Action.ARCHIVE: "removed", Action.RESTORE: "restored"}


@dataclass(frozen=True)
class Entry:
    """What one batch changed in a record and its parts."""

    batch: str
    who: str
    why: str
    submitted_at_utc: datetime
    clauses: tuple[str, ...]
    "What the author did, each beginning with a verb: `moved RTB from 30 Sep 2029 to 31 Mar 2030`."
    position: int
    "That of the newest change."
    version: int | None
    "The version of the record itself, or None if only its parts were changed."


def record_timeline(engine: sa.Engine, portfolio: Portfolio, kind: str, id: str) -> list[Entry]:
    """Return what each batch changed in a record and its parts, newest first."""
    changes = sorted(reader.histories(engine, keys_of_record(portfolio, kind, id)), key=lambda each: -each.position)
    entries = []
    for batch, group in groupby(changes, key=lambda each: each.batch):
        made = list(group)[::-1]
        clauses = tuple(dict.fromkeys(_clauses(portfolio, made, (kind, id))))
        versions = [each.version for each in made if (each.kind, each.id) == (kind, id)]
        newest = made[-1]
        if clauses:
            entries.append(
                Entry(
                    *(batch, author_label(newest.who, newest.identity), newest.why, newest.submitted_at_utc),
                    *(clauses, newest.position, versions[-1] if versions else None),
                )
            )
    return entries


def batch_summaries(engine: sa.Engine, portfolio: Portfolio, batches: Sequence[Batch]) -> dict[str, str]:
    """Return what each batch changed: what happened to a single record, otherwise the first names and how many more.

    Only the first changes of a large batch are read; its text ends in "and more".
    """
    firsts = {each.batch: each.position - each.changes + 1 for each in batches}
    spans = [(firsts[each.batch], min(each.position, firsts[each.batch] + CHANGES_READ - 1)) for each in batches]
    by_batch: dict[str, list[Recorded]] = {}
    for change in reader.changes_in_spans(engine, spans):
        by_batch.setdefault(change.batch, []).append(change)
    return {
        each.batch: _batch_summary(portfolio, by_batch.get(each.batch, []), is_complete=each.changes <= CHANGES_READ)
        for each in batches
    }


def _batch_summary(portfolio: Portfolio, changes: Sequence[Recorded], *, is_complete: bool) -> str:
    by_page: dict[Key, list[Recorded]] = {}
    for change in changes:
        by_page.setdefault(_page_key(portfolio, change), []).append(change)
    names = [_page_name(portfolio, key, of_page) for key, of_page in by_page.items()]
    if is_complete and len(by_page) == 1:
        ((key, of_page),) = by_page.items()
        clauses = list(dict.fromkeys(_clauses(portfolio, of_page, key)))
        return f"{names[0]}: {_first_of(clauses, CLAUSES_SHOWN)}" if clauses else names[0]
    if is_complete:
        return _first_of(names, NAMES_SHOWN)
    return f"{', '.join(names[:NAMES_SHOWN])} and more"


def _first_of(texts: Sequence[str], count: int) -> str:
    more = len(texts) - count
    return ", ".join(texts[:count]) + (f" and {more} more" if more > 0 else "")


def _page_key(portfolio: Portfolio, change: Recorded) -> Key:
    """Return the owner of what changed; of a facility its project, and of a contact its counterparty."""
    kind, id = _owner_key(portfolio, change)
    for link, field in BEHIND.items():
        if ENTITIES[link].references[field] == kind:
            owner = ENTITIES[link].owners[0]
            links = [each for gone in (False, True) for each in portfolio.referencing(link, field, id, archived=gone)]
            if links:
                return ENTITIES[link].references[owner], links[0].fields[owner]
    return kind, id


def _page_name(portfolio: Portfolio, key: Key, changes: Sequence[Recorded]) -> str:
    own = next((change for change in changes if (change.kind, change.id) == key), None)
    return _own_name(portfolio, own) if own else name_of(portfolio, *key)


def undo_sentences(portfolio: Portfolio, changes: Sequence[Recorded]) -> list[str]:
    """Return what these undoing changes do, a sentence per record, such as `Altnarra: archived`, with a full stop."""
    own: dict[str, list[str]] = {}
    of_parts: dict[str, list[str]] = {}
    for change in changes:
        owner = _owner_name(portfolio, change)
        is_part = owner != _own_name(portfolio, change)
        clauses = (of_parts if is_part else own).setdefault(owner, [])
        clauses.extend(_undo_clauses(portfolio, change, is_part=is_part))
    sentences = []
    for name in sorted({**own, **of_parts}):
        # Of a record that is archived nothing else matters, and its parts go with it.
        whole = [GONE] if GONE in own.get(name, []) else [*own.get(name, []), *of_parts.get(name, [])]
        if whole:
            sentences.append(f"{name}: {', '.join(dict.fromkeys(whole))}.")
    return sentences


def _clauses(portfolio: Portfolio, changes: Sequence[Recorded], page: Key) -> Iterator[str]:
    created = {(each.kind, each.id) for each in changes if each.action is Action.CREATE}
    for change in changes:
        own = (change.kind, change.id) == page
        if change.action is Action.EDIT:
            yield from _edit_clauses(portfolio, change, own=own)
        elif own:
            title = ENTITIES[change.kind].title.lower()
            yield f"{GONE if change.action is Action.ARCHIVE else FIRST_ACTIONS[change.action]} the {title}"
        elif not _is_named_by_another(portfolio, change, created):
            yield f"{FIRST_ACTIONS[change.action]} {_part_text(portfolio, change)}"


def _is_named_by_another(portfolio: Portfolio, change: Recorded, created: set[Key]) -> bool:
    """Return whether another change of the batch already says it: a facility its link, a role its person."""
    if change.action is not Action.CREATE:
        return False
    if change.kind == "pipeline_facilities":
        return ("facilities", change.after.get("facility_id")) in created
    if change.kind == "contacts":
        links = portfolio.referencing("counterparty_contacts", "contact_id", change.id)
        return any((link.kind, link.id) in created for link in links)
    return False


def _edit_clauses(portfolio: Portfolio, change: Recorded, *, own: bool) -> Iterator[str]:
    if change.kind == "comments":
        yield f"edited a comment: {_quoted(str(change.after.get('text', '')))}"
        return
    of_whom = "" if own else f" of {_own_name(portfolio, change)}"
    names = [name for name in change.after if name != ARCHIVED]
    for name in names:
        if name == DATED_BY_THE_LEDGER and len(names) > 1:
            continue  # it follows from the others
        title = f"{_title(change.kind, name)}{of_whom}"
        before, after = (_value(portfolio, change.kind, name, side.get(name)) for side in (change.before, change.after))
        field = fields_by_name(change.kind).get(name)
        if field is not None and field.is_long:
            yield f"cleared {title}" if not after else f"wrote {title}: {_quoted(after)}"
        elif not after:
            yield f"cleared {title}, which was {before}"
        elif not before:
            yield f"set {title} to {after}"
        else:
            is_date = field is not None and field.value_type is FieldType.DATE
            yield f"{'moved' if is_date else 'changed'} {title} from {before} to {after}"


def _undo_clauses(portfolio: Portfolio, change: Recorded, *, is_part: bool) -> Iterator[str]:
    if change.action is not Action.EDIT:
        done = "restored" if change.action is Action.RESTORE else "removed" if is_part else GONE
        yield f"{_part_text(portfolio, change)} {done}" if is_part else done
        return
    of_whom = f" of {_own_name(portfolio, change)}" if is_part else ""
    for name, value in change.after.items():
        after = _value(portfolio, change.kind, name, value)
        field = fields_by_name(change.kind).get(name)
        if name == DATED_BY_THE_LEDGER and len(change.after) > 1:
            continue
        back = f"back to {_quoted(after) if field is not None and field.is_long else after}" if after else "empty again"
        yield f"{_title(change.kind, name)}{of_whom} {back}"


def _part_text(portfolio: Portfolio, change: Recorded) -> str:
    """Return a part with its kind where its name alone does not say it."""
    if change.kind == "comments":
        record = portfolio.get(change.kind, change.id)
        return f"the comment {_quoted(str(record.fields['text'] if record else change.after.get('text', '')))}"
    name = _own_name(portfolio, change)
    if change.kind in LINKS and change.kind != "pipeline_facilities":
        return name
    kind = "facilities" if change.kind == "pipeline_facilities" else change.kind
    return f"the {ENTITIES[kind].title.lower()} {name}"


def _owner_name(portfolio: Portfolio, change: Recorded) -> str:
    return _page_name(portfolio, _owner_key(portfolio, change), [change])


def _owner_key(portfolio: Portfolio, change: Recorded) -> Key:
    """Return the record on whose page the change is shown: of a part, its owner or the owner's owner."""
    record = portfolio.get(change.kind, change.id)
    kind, id, fields = change.kind, change.id, record.fields if record else {**change.before, **change.after}
    while owner := next((field for field in ENTITIES[kind].owners if fields.get(field)), None):
        kind, id = ENTITIES[kind].references[owner], fields[owner]
        above = portfolio.get(kind, id)
        fields = above.fields if above else {}
    return kind, id


def _own_name(portfolio: Portfolio, change: Recorded) -> str:
    if change.kind == "stage_weights":
        return f"Probability of the stage {name_of(portfolio, change.kind, change.id)}"
    if change.kind == "milestones" and (record := portfolio.get(change.kind, change.id)):
        return str(record.fields["name"])
    return name_of(portfolio, change.kind, change.id)


def _title(kind: str, name: str) -> str:
    """Return a field's title within a sentence."""
    if short := SHORT_TITLES.get((kind, name)):
        return short
    title = field_title(kind, name)
    return title if title[1:2].isupper() else f"{title[:1].lower()}{title[1:]}"


def _value(portfolio: Portfolio, kind: str, name: str, value: Any) -> str:
    field = fields_by_name(kind).get(name)
    if value and field is not None and field.value_type is FieldType.DATE:
        day = date.fromisoformat(value)
        return f"{day.day} {day:%b %Y}"
    return shown_value(portfolio, kind, name, value)


def _quoted(text: str) -> str:
    line = " ".join(text.split())
    return f"“{line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1].rstrip() + '…'}”"
