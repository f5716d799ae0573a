"""Loads the seeds: a small invented portfolio in CSV files, submitted as one batch by `load_seeds`.

There is one file per kind, and `statuses.csv` with the dated statuses of the projects, which become versions in order.
People take precedence: what a person set, archived or restored is kept. Removing a row from a file does not affect its
record. Not here: rules of the records (`models.py`, `rules.py`), how a batch is written (`ledger/submission.py`).
"""

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pipeline_assets.access import Actor, Role
from pipeline_assets.errors import Problem, Refused
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.changes import ARCHIVED, Change, Key, Receipt, Record
from pipeline_assets.ledger.submission import submit
from pipeline_assets.models import ENTITIES
from pipeline_assets.rules import STATUS_FIELDS, validated_fields

SEEDS = Path(__file__).parent / "seeds"
WHO = "seed"
SEEDER = Actor.program(WHO)
STATUSES = "statuses"
STATUS = {*STATUS_FIELDS, "status_date"}
"The fields of a project that belong together: the last author of one of them is the author of the status."


@dataclass(frozen=True)
class Seeds:
    """The records of the seeds.

    `versions` holds all fields of each record, oldest first; only projects have several. `token` is the same for the
    same files.
    """

    versions: Mapping[Key, Sequence[Mapping[str, Any]]]
    token: str


def load_seeds(engine: sa.Engine, folder: Path = SEEDS, *, actor: Actor = SEEDER) -> Receipt:
    """Create missing records and update those that only the seeds have set.

    Loading the same files again changes nothing. `actor` is who asks for it; the author of the changes is the seeds
    themselves. Raises AccessRefused, Refused (a file breaks a rule, or a person's record has the
    name of a seed), StaleVersion (somebody saved in the meantime: load the seeds again) or LedgerUnavailable.
    """
    actor.require(Role.EDITOR, "load the sample portfolio")
    seeds = read_seeds(folder)
    return submit(engine, seed_changes(engine, seeds), actor=SEEDER, why="seeds", token=seeds.token, source="seed")


def read_seeds(folder: Path = SEEDS) -> Seeds:
    """Read and validate the files. Raises Refused with every problem, by file and id."""
    digest = hashlib.sha256()
    problems: list[Problem] = []
    statuses: dict[str, list[dict[str, str]]] = {}
    for row in _read_rows(folder, STATUSES, digest):
        statuses.setdefault(row.pop("pipeline_id", ""), []).append(row)
    versions: dict[Key, list[dict[str, Any]]] = {}
    for kind in ENTITIES:
        for row in _read_rows(folder, kind, digest):
            id = row.pop("id", "")
            if not id or (kind, id) in versions:
                problems.append(Problem(kind, id, "id", "is given twice" if id else "is needed"))
                continue
            versions[kind, id] = []
            dated = statuses.pop(id, [{}]) if kind == "pipelines" else [{}]
            dates = [status.get("status_date", "") for status in dated]
            if dates != sorted(set(dates)):
                problems.append(
                    Problem(kind, id, "status_date", "statuses must be in order of their dates, one per day")
                )
            for status in dated:
                fields, result = validated_fields(
                    kind, id, {name: value for name, value in {**row, **status}.items() if value}
                )
                versions[kind, id].append(fields)
                problems += result
    problems += [Problem("pipelines", id, "id", f"is in {STATUSES}.csv only") for id in statuses]
    if problems:
        raise Refused(problems)
    return Seeds(versions, f"seeds {digest.hexdigest()}")


def seed_changes(engine: sa.Engine, seeds: Seeds) -> list[Change]:
    """Return the changes that make the ledger agree with the seeds, except where a person has decided otherwise."""
    stored = {
        (kind, stored_record.id): stored_record
        for kind in ENTITIES
        for stored_record in reader.records_of_kind(engine, kind, archived=None)
    }
    gone = {key for key, record in stored.items() if record.archived}
    wanted: list[Change] = []
    for key, versions in seeds.versions.items():
        kind, id = key
        named = {(target, versions[-1][name]) for name, target in ENTITIES[kind].references.items()}
        if gone & {key, *named}:
            gone.add(key)
        elif (record := stored.get(key)) is None:
            wanted.append(Change.create(kind, versions[0], id=id))
            wanted += _edit_changes(key, 1, versions[1:])
        elif any(record.fields.get(name) != value for name, value in versions[-1].items()):
            wanted += _edit_changes(
                key, record.version, list(_status_steps(record, versions, _set_by_people(engine, key)))
            )
    return wanted


def _read_rows(folder: Path, name: str, digest: Any) -> Iterator[dict[str, str]]:
    """Yield rows by column; an empty cell is an absent value."""
    text = (folder / f"{name}.csv").read_text(encoding="utf-8-sig")
    digest.update(f"{name}\n{text}".encode())
    for row in csv.DictReader(io.StringIO(text), restkey="more cells than columns", restval=""):
        yield {column: str(value) for column, value in row.items()}


def _set_by_people(engine: sa.Engine, key: Key) -> set[str]:
    authors = {name: change.who for change in reader.record_history(engine, *key) for name in change.after}
    people = {name for name, who in authors.items() if who != WHO} - {ARCHIVED}
    return people | STATUS if key[0] == "pipelines" and people & STATUS else people


def _status_steps(
    record: Record, versions: Sequence[Mapping[str, Any]], people: set[str]
) -> Iterator[Mapping[str, Any]]:
    """Yield the statuses that the seeds may set, in order.

    They are those newer than the stored one, or a correction of the newest.
    """
    newest = versions[-1:]
    if record.kind == "pipelines" and not people & STATUS:
        newest = [result for result in versions if result["status_date"] > record.fields["status_date"]] or newest
    now = dict(record.fields)
    for version in newest:
        step = {name: value for name, value in version.items() if name not in people and now.get(name) != value}
        if record.kind == "pipelines" and step.keys() & STATUS:
            step["status_date"] = version["status_date"]  # a status without a date would be today's
        # It may contradict what people have set; then only their values are kept.
        if step and not validated_fields(record.kind, record.id, {**now, **step})[1]:
            now.update(step)
            yield step


def _edit_changes(key: Key, base: int, steps: Sequence[Mapping[str, Any]]) -> Iterator[Change]:
    for n, step in enumerate(steps):
        yield Change.edit(*key, step, base_version=base + n)
