"""A linked register record beside our project: each value, ours, and whether they agree.

Belongs here: which of our values a published value is compared with. Not here: reading the records
(`register_links.py`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline_assets.ledger.changes import Record
from pipeline_assets.register_links.operator_names import operator_key
from pipeline_assets.register_links.record_proposals import DC_PER_AC, distance_km
from pipeline_assets.registers.register_model import StatusGroup
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from pipeline_assets.vocabulary import MilestoneName, ProjectRole, Stage, Technology
from renewables.queries.milestones import milestones_of
from renewables.queries.records import counterparties_of
from renewables.queries.register_links import LinkedRecord

EXPECTED_STAGES = {
    StatusGroup.SCOPING: (Stage.DISCOVERY, Stage.DESIGN),
    StatusGroup.IN_PLANNING: (Stage.DISCOVERY, Stage.DESIGN),
    StatusGroup.CONSENTED: (Stage.DESIGN, Stage.PROCUREMENT),
    StatusGroup.UNDER_CONSTRUCTION: (Stage.CONSTRUCTION, Stage.COMMISSIONING),
    StatusGroup.OPERATIONAL: (Stage.COMMISSIONING, Stage.COMPLETED),
    StatusGroup.REVISED: (),
    StatusGroup.ENDED: (),
}
"The stages of our projects that agree with a status of the registers."
SAME_MW, SAME_KM = 0.05, 5.0
"The differences below which capacities and places count as the same."


@dataclass(frozen=True)
class ComparedValue:
    """A published value and ours, as texts ("" if unknown).

    `differs` is None where one of them is unknown or they cannot be compared; `remark` says why, or how far apart.
    """

    what: str
    published: str
    ours: str
    differs: bool | None
    remark: str = ""


def compare_record(
    portfolio: Portfolio, project: Record, facility: Record, record: LinkedRecord, today: date
) -> list[ComparedValue]:
    """Return the values of a linked record beside those of the project and its facility; [] if no issue has it."""
    if not record.stages:
        return []
    return [
        _status(project, record.stages),
        *_capacity(facility, record),
        *_connection(portfolio, project, record.stages),
        *_permission(portfolio, project, facility, record.stages[0], today),
        *_planning_reference(facility, record.stages[0]),
        _operator(portfolio, project, record.stages[0]),
        *_place(facility, record.stages[0]),
    ]


def _status(project: Record, stages: Sequence[dict[str, Any]]) -> ComparedValue:
    ours, texts = str(project.fields["stage"]), _by_stage(stages, "status")
    groups = {StatusGroup(row["status_group"]) for row in stages if row["status_group"] in set(StatusGroup)}
    fitting = {stage for group in groups for stage in EXPECTED_STAGES[group]}
    if not groups:
        return ComparedValue("Status", texts, ours, None, "unknown status")
    if StatusGroup.REVISED in groups:
        successors = ", ".join(sorted({each for row in stages for each in row["successors"] or ()}))
        remark = f"replaced by REPD {successors}: link that record" if successors else "replaced by a newer application"
        return ComparedValue("Status", texts, ours, True, remark)
    if ours == Stage.ON_HOLD and fitting:
        return ComparedValue("Status", texts, ours, None, "ours is on hold")
    differs = ours not in fitting
    return ComparedValue("Status", texts, ours, differs, _stages_remark(fitting) if differs else "")


def _stages_remark(fitting: set[Stage]) -> str:
    names = [str(stage) for stage in Stage if stage in fitting]
    return f"fits stage {' or '.join(names)}" if names else "the project has ended in the register"


def _capacity(facility: Record, record: LinkedRecord) -> Iterator[ComparedValue]:
    known = [row["capacity_mw"] for row in record.stages if row["capacity_mw"] is not None]
    published = f"{sum(known):,.10g} MW AC" if known else ""
    export, capacity = facility.fields["export_capacity_mw"], float(facility.fields["capacity_mwp"])
    is_solar = facility.fields["technology"] == Technology.SOLAR
    own = f"{export:,.10g} MW AC export" if export is not None else ""
    scope = "of the whole connection" if record.register == "tec" else ""
    if not known:
        yield ComparedValue("Capacity", "", own, None, "the register publishes none")
    elif export is not None:
        difference = export - sum(known)
        differs = abs(difference) > SAME_MW
        words = f"ours is {_apart(difference)}" if differs else ""
        yield ComparedValue("Capacity", published, own, differs, ", ".join(filter(None, (words, scope))))
    elif is_solar:
        ratio = capacity / sum(known) if sum(known) else 0.0
        differs = not DC_PER_AC[0] <= ratio <= DC_PER_AC[1] if capacity else None
        remark = f"AC against DC: {ratio:.2f} MWp per MW, usual are {DC_PER_AC[0]:.1f} to {DC_PER_AC[1]:.1f}"
        yield ComparedValue(
            "Capacity", published, f"{capacity:,.10g} MWp DC", differs, remark if capacity else "ours is not entered"
        )
    else:
        differs = abs(capacity - sum(known)) > SAME_MW if capacity else None
        words = f"ours is {_apart(capacity - sum(known))}" if differs else ""
        yield ComparedValue(
            "Capacity", published, f"{capacity:,.10g} MW", differs, ", ".join(filter(None, (words, scope)))
        )


def _connection(portfolio: Portfolio, project: Record, stages: Sequence[dict[str, Any]]) -> Iterator[ComparedValue]:
    days = [row["connection_date"] for row in stages if row["connection_date"]]
    if not days:
        if stages[0]["register"] == "tec":
            yield ComparedValue("Connection date", "", "", None, "blank: built, or not known")
        return
    first, published = min(days), _by_stage(stages, "connection_date")
    milestones = {each.fields["name"]: _milestone_day(each) for each in milestones_of(portfolio, project.id)}
    energisation = milestones.get(str(MilestoneName.GRID_ENERGISATION))
    if energisation:
        gap = (energisation - first).days
        remark = f"ours is {abs(gap):,} days {'later' if gap > 0 else 'earlier'}" if gap else ""
        yield ComparedValue("Connection date", published, f"{_day(energisation)}, grid energisation", bool(gap), remark)
        return
    for name, day in (
        (str(MilestoneName.COD), milestones.get(str(MilestoneName.COD))),
        (str(MilestoneName.RTB), _stored_day(project.fields["rtb_date"])),
    ):
        if day:
            is_early = (day < first and name == str(MilestoneName.COD)) or (
                day > first and name == str(MilestoneName.RTB)
            )
            remark = f"no grid energisation milestone, so {name} is compared"
            if is_early:
                relation = "before the connection" if name == str(MilestoneName.COD) else "after the connection"
                remark = f"our {name} is {abs((day - first).days):,} days {relation}"
            yield ComparedValue("Connection date", published, f"{_day(day)}, {name}", is_early or None, remark)
            return
    yield ComparedValue("Connection date", published, "", None, "no milestone to compare")


def _permission(
    portfolio: Portfolio, project: Record, facility: Record, row: dict[str, Any], today: date
) -> Iterator[ComparedValue]:
    if granted := row["permission_granted_date"]:
        milestones = {each.fields["name"]: each for each in milestones_of(portfolio, project.id)}
        decision = milestones.get(str(MilestoneName.PLANNING_DECISION))
        ours = _milestone_day(decision) if decision else None
        words = f"{_day(ours)}, planning decision" if ours else ""
        yield ComparedValue("Permission granted", _day(granted), words, ours != granted if ours else None)
    expiry, ours = row["permission_expiry_date"], _stored_day(facility.fields["permission_expiry"])
    if expiry:
        is_past = expiry < today and row["status_group"] == StatusGroup.CONSENTED
        remark = "has passed, while the status awaits construction" if is_past else ""
        yield ComparedValue("Permission expires", _day(expiry), _day(ours), ours != expiry if ours else None, remark)
    elif ours and row["register"] == "repd":
        yield ComparedValue("Permission expires", "", _day(ours), None, "the register publishes none")


def _planning_reference(facility: Record, row: dict[str, Any]) -> Iterator[ComparedValue]:
    if published := str(row["planning_reference"] or "").strip():
        ours = str(facility.fields["planning_reference"])
        differs = "".join(ours.split()).lower() != "".join(published.split()).lower() if ours else None
        yield ComparedValue("Planning reference", published, ours, differs)


def _operator(portfolio: Portfolio, project: Record, row: dict[str, Any]) -> ComparedValue:
    roles = (str(ProjectRole.DEVELOPER), str(ProjectRole.OWNER))
    companies = [
        str(company.fields["name"])
        for link, company in counterparties_of(portfolio, project.id)
        if link.fields["role"] in roles
    ]
    published = str(row["operator"] or "")
    if not companies or not published:
        return ComparedValue("Operator", published, ", ".join(companies), None)
    alike = operator_key(published) in map(operator_key, companies)
    return ComparedValue("Operator", published, ", ".join(dict.fromkeys(companies)), not alike)


def _place(facility: Record, row: dict[str, Any]) -> Iterator[ComparedValue]:
    if row["latitude"] is None:
        return
    published = f"{row['latitude']:.4f}, {row['longitude']:.4f}"
    distance = distance_km(facility.fields, row)
    if distance is None:
        yield ComparedValue("Place", published, "", None)
        return
    ours = f"{facility.fields['latitude']:.4f}, {facility.fields['longitude']:.4f}"
    yield ComparedValue("Place", published, ours, distance > SAME_KM, f"{distance:,.1f} km apart")


def _by_stage(stages: Sequence[dict[str, Any]], column: str) -> str:
    """Return a value, or that of each stage where they differ."""
    texts = {
        row["stage"] or "": _day(row[column]) if isinstance(row[column], date) else str(row[column] or "blank")
        for row in stages
    }
    if len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    return ", ".join(f"{text} (stage {stage})" if stage else text for stage, text in texts.items())


def _milestone_day(milestone: Record) -> date | None:
    days = (milestone.fields[name] for name in ("actual_date", "forecast_date", "planned_date"))
    return next((_stored_day(day) for day in days if day), None)


def _stored_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _day(day: date | None) -> str:
    return f"{day.day} {day:%b %Y}" if day else ""


def _apart(mw: float) -> str:
    return f"{abs(mw):,.4g} MW {'higher' if mw > 0 else 'lower'}"
