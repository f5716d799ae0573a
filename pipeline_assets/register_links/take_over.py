"""An operator's records of a register as projects of ours: what would be created, and what is left out and why.

Nothing is created here without a person's choice: the plan is shown, and its ticked rows become one batch of ordinary
changes that can be undone. Not here: reading the register (`renewables/queries/operator_records.py`).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pipeline_assets.ledger.changes import Change, Record
from pipeline_assets.models import Facility, new_id
from pipeline_assets.names import clean_name, look_alike_key
from pipeline_assets.register_links.name_likeness import distinctive_words, name_likeness
from pipeline_assets.register_links.operator_names import operator_key
from pipeline_assets.register_links.record_links import REFERENCE_FIELDS, live_links, record_key, row_keys
from pipeline_assets.registers.register_model import StatusGroup
from pipeline_assets.rules import validated_fields
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from pipeline_assets.vocabulary import Market, ProjectRole, Stage, Technology

STAGES = {
    StatusGroup.SCOPING: Stage.DISCOVERY,
    StatusGroup.IN_PLANNING: Stage.DESIGN,
    StatusGroup.CONSENTED: Stage.PROCUREMENT,
    StatusGroup.UNDER_CONSTRUCTION: Stage.CONSTRUCTION,
    StatusGroup.OPERATIONAL: Stage.COMPLETED,
}
"The stage of a project by the group of its status in a register; revised and ended ones become no projects."
LONGEST_NAME = 100
ALIKE = 0.85
"The likeness of names from which a counterparty is offered instead of a new one."
CAPACITY_IS_AC = "Capacity is the register's MW (AC). For solar, replace it by the MWp (DC) when you know them."


@dataclass(frozen=True)
class TakeOverRow:
    """A record of a register and the project that it would become; `problem` says why it becomes none."""

    register: str
    reference: str
    name: str
    technology: str
    capacity_mw: float | None
    status: str
    stage: str = ""
    market: str = ""
    latitude: float | None = None
    longitude: float | None = None
    problem: str = ""
    remark: str = ""
    facility: Mapping[str, Any] = field(default_factory=dict)
    "The fields of the facility."

    @property
    def key(self) -> tuple[str, str]:
        """Return the register and the reference, for comparing."""
        return record_key(self.register, self.reference)


def plan_take_over(records: Sequence[Mapping[str, Any]], portfolio: Portfolio) -> list[TakeOverRow]:
    """Return what each record would become: first those that can be taken over, then the others with the reason.

    `records` are rows of `register_current`, with `project_numbers`; the stages of one reference become one project.
    """
    linked = {link.key: link for link in live_links(portfolio)}
    names = {look_alike_key(str(each.fields["name"])): each for each in portfolio.of_kind("pipelines")}
    by_reference: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for record in records:
        by_reference.setdefault(record_key(record["register"], record["reference"]), []).append(record)
    rows: list[TakeOverRow] = []
    used = set[str]()
    for stages in by_reference.values():
        row = _planned_row(stages, used)
        if link := next((linked[key] for key in row_keys(stages[0]) if key in linked), None):
            problem = f"already linked to {link.project.fields['name']}"
        elif namesake := names.get(look_alike_key(row.name)):
            problem = f"a project is called {namesake.fields['name']!r}: link the record on its page if it is the same"
        else:
            problem = row.problem
        if not problem:
            used.add(look_alike_key(row.name))
        rows.append(TakeOverRow(**{**vars(row), "problem": problem}))
    return sorted(rows, key=lambda row: bool(row.problem))


def _planned_row(stages: Sequence[Mapping[str, Any]], used: Collection[str]) -> TakeOverRow:
    first = max(
        stages, key=lambda row: list(STAGES).index(row["status_group"]) if row["status_group"] in STAGES else -1
    )
    known = [row["capacity_mw"] for row in stages if row["capacity_mw"] is not None]
    capacity = sum(known) if known else None
    reference = str(first["reference"])
    name = clean_name(" ".join(str(first["name"] or "").split()))
    if look_alike_key(name) in used:
        name = f"{name} ({first['register'].upper()} {reference})"
    stage = STAGES.get(first["status_group"])
    technology = str(first["technology"] or "")
    others = [each for each in first["technologies"] or () if each != technology]
    facility = {
        "name": name[:LONGEST_NAME],
        "technology": technology,
        "capacity_mwp": capacity,
        "export_capacity_mw": capacity,
        "latitude": first["latitude"],
        "longitude": first["longitude"],
        "connection_point": str(first["connection_site"] or ""),
        "planning_reference": str(first["planning_reference"] or ""),
        "permission_expiry": _day_text(first["permission_expiry_date"]),
        REFERENCE_FIELDS[first["register"]]: reference,
    }
    row = TakeOverRow(
        *(first["register"], reference, name[:LONGEST_NAME], technology, capacity, str(first["status"] or "")),
        stage=str(stage or ""),
        market=str(Market.IRELAND if first["country"] == "Northern Ireland" else Market.GREAT_BRITAIN),
        latitude=first["latitude"],
        longitude=first["longitude"],
        remark=f"hybrid, also {', '.join(others)}" if others else "",
        facility=facility,
    )
    return TakeOverRow(**{**vars(row), "problem": _row_problem(row, first)})


def _row_problem(row: TakeOverRow, record: Mapping[str, Any]) -> str:
    """Return why the record cannot become a project, or ""."""
    if not row.name:
        return "the register publishes no name"
    if row.technology not in set(Technology):
        return f"{record['technology_published'] or 'a blank technology'} is no technology of our projects"
    if not row.stage:
        return f"status {row.status or 'blank'}: not in development or operation"
    if not row.capacity_mw:
        return "the register publishes no capacity"
    _, problems = validated_fields(Facility.kind, "", row.facility)
    return "; ".join(f"{problem.field.replace('_', ' ')} {problem.message}" for problem in problems)


def take_over_changes(
    rows: Sequence[TakeOverRow], counterparty: Record | str, role: ProjectRole, today: date
) -> Iterator[Change]:
    """Yield the changes that create the projects of the rows.

    `counterparty` is an existing one, which is restored if it is archived, or the name of one that is created too. Rows
    with a problem are left out.
    """
    made = counterparty_change(counterparty)
    company_id = made.id if made else counterparty.id if isinstance(counterparty, Record) else ""
    if made:
        yield made
    for row in rows:
        if row.problem:
            continue
        project, plant = new_id(), new_id()
        source = f"Taken over from {row.register.upper()} {row.reference}. {CAPACITY_IS_AC}"
        fields = {"name": row.name, "market": row.market, "stage": row.stage, "status_date": today.isoformat()}
        yield Change.create("pipelines", {**fields, "notes": source}, id=project)
        yield Change.create("facilities", row.facility, id=plant)
        yield Change.create("pipeline_facilities", {"pipeline_id": project, "facility_id": plant})
        link = {"pipeline_id": project, "counterparty_id": company_id, "role": str(role)}
        yield Change.create("pipeline_counterparties", link)


def counterparty_change(counterparty: Record | str) -> Change | None:
    """Return the change that creates or restores a counterparty; None for a live one."""
    if isinstance(counterparty, str):
        return Change.create("counterparties", {"name": counterparty})
    if counterparty.archived:
        return Change.restore("counterparties", counterparty.id, base_version=counterparty.version)
    return None


def new_counterparty(portfolio: Portfolio, name: str) -> Record | str:
    """Return the archived counterparty of that name, which can only be restored, or else the name."""
    archived = portfolio.by_name("counterparties", name, archived=True)
    return archived[0] if archived else name


def linked_meanwhile(rows: Sequence[TakeOverRow], portfolio: Portfolio) -> list[str]:
    """Return the names of rows whose record a project refers to by now, after the plan was made."""
    linked = {link.key for link in live_links(portfolio)}
    return [row.name for row in rows if not row.problem and row.key in linked]


def counterparties_alike(portfolio: Portfolio, operator: str) -> tuple[list[Record], list[Record]]:
    """Return the live counterparties that are a spelling of the operator's name, and others with a similar name."""
    key, companies = operator_key(operator), portfolio.of_kind("counterparties")
    names = [str(each.fields["name"]) for each in companies]
    same = [each for each, name in zip(companies, names, strict=True) if operator_key(name) == key]
    likeness = name_likeness(operator, list(map(distinctive_words, names))) if names else []
    alike = [each for each, ratio in zip(companies, likeness, strict=True) if ratio >= ALIKE and each not in same]
    return sorted(same, key=lambda each: str(each.fields["name"]) != operator), alike


def _day_text(day: Any) -> str | None:
    return day.isoformat() if isinstance(day, date) else None
