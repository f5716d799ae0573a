"""Records of the registers that may be a facility of ours: a score with its reasons, for a person to decide.

Belongs here: how a record is scored. Not here: reading the registers (`renewables/queries/register_links.py`), and
setting a reference (`record_links.py`), which nothing but a person's decision does.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Any

import polars as pl

from pipeline_assets.ledger.changes import Record
from pipeline_assets.register_links.name_likeness import distinctive_words, name_likeness
from pipeline_assets.register_links.record_links import (
    REFERENCE_FIELDS,
    RecordKey,
    dismissed_records,
    row_keys,
)
from pipeline_assets.vocabulary import Technology

MOST_PROPOSED = 3
"The most records of one register that are proposed for a facility."
WEIGHTS = {"name": 0.5, "distance": 0.3, "capacity": 0.2}
"How much each measure counts; a measure that is unknown is left out of the mean."
LEAST_SCORE, LEAST_NAME, LEAST_NAME_NEARBY = 0.6, 0.75, 0.4
"A record is proposed from this score on, with a likeness of names that may be lower where the places are close."
LEAST_CAPACITY = 0.95
"The likeness of capacities that is enough, whatever the name, for a record at the same place: sites are renamed."
NEARBY_KM, FAR_KM, FAR_AT_SEA_KM = 2.0, 25.0, 80.0
"Closer is the same place; beyond the far distance it is another site, whatever its name."
DC_PER_AC = (1.0, 1.6)
"The usual range of a solar plant's MWp per MW of its grid connection."
EARTH_KM = 6371.0
ALSO = {
    Technology.WIND: (Technology.WIND_ONSHORE, Technology.WIND_OFFSHORE),
    Technology.WIND_ONSHORE: (Technology.WIND,),
    Technology.WIND_OFFSHORE: (Technology.WIND,),
}
"The other technologies that a facility's technology may be in a register."


@dataclass(frozen=True)
class Proposal:
    """A record that may be the facility, with its score (0 to 1) and why it is proposed.

    `capacity_mw` is the AC power of all stages, or None if the register does not publish it.
    """

    register: str
    reference: str
    record_id: str
    name: str
    operator: str
    technology: str
    status: str
    capacity_mw: float | None
    distance_km: float | None
    score: float
    reasons: tuple[str, ...]


def fitting_technologies(technology: str) -> list[str]:
    """Return the technologies of records that may be a facility of that technology."""
    return [technology, *map(str, ALSO.get(Technology(technology), ()))]


def propose_records(
    facility: Record, records: pl.DataFrame, *, project: str = "", taken: Collection[RecordKey] = ()
) -> list[Proposal]:
    """Return the most likely records for the references that a facility lacks, best first.

    Args:
        facility: The facility.
        records: One row per register and reference: register, reference, record_id, name, operator,
            technology_published, technologies, status, capacity_mw, latitude, longitude, planning_reference,
            project_numbers.
        project: The name of its project, which counts as another name of it.
        taken: The records that facilities of other projects refer to.
    """
    lacking = [register for register, field in REFERENCE_FIELDS.items() if not str(facility.fields[field]).strip()]
    wanted = fitting_technologies(facility.fields["technology"])
    fitting = records.filter(
        pl.col("register").is_in(lacking), pl.col("technologies").list.eval(pl.element().is_in(wanted)).list.any()
    )
    if fitting.is_empty():
        return []
    known = [distinctive_words(name or "") for name in fitting["name"]]
    likeness = [name_likeness(name, known) for name in {str(facility.fields["name"]), project} - {""}]
    excluded = {*taken, *dismissed_records(facility)}
    proposals = [
        proposal
        for row, alike in zip(fitting.iter_rows(named=True), map(max, *likeness, *likeness[:1]), strict=True)
        if excluded.isdisjoint(row_keys(row))
        if (proposal := _score_record(facility, row, alike))
    ]
    proposals.sort(key=lambda proposal: (-proposal.score, proposal.distance_km or 0, proposal.reference))
    return [
        proposal
        for register in lacking
        for proposal in [each for each in proposals if each.register == register][:MOST_PROPOSED]
    ]


def _score_record(facility: Record, row: dict[str, Any], alike: float) -> Proposal | None:
    """Return the proposal of one record, or None if it is too unlike."""
    planning = _same_planning_reference(facility, row)
    distance = distance_km(facility.fields, row)
    capacity, remark = capacity_likeness(facility, row["capacity_mw"])
    far = FAR_AT_SEA_KM if Technology.WIND_OFFSHORE in row["technologies"] else FAR_KM
    if not planning and not _is_likely(alike, distance, capacity, far):
        return None
    measures = {
        "name": alike,
        "distance": None if distance is None else min(1.0, max(0.0, (far - distance) / (far - NEARBY_KM))),
        "capacity": capacity,
    }
    measured = {name: value for name, value in measures.items() if value is not None}
    weight = sum(WEIGHTS[name] for name in measured)
    score = 1.0 if planning else sum(WEIGHTS[name] * value for name, value in measured.items()) / weight
    if score < LEAST_SCORE:
        return None
    reasons = [f"planning reference {row['planning_reference']} is the same"] if planning else []
    reasons += [f"names are {alike:.0%} alike".replace("%", " %"), f"technology {row['technology_published']}", remark]
    reasons += ["no coordinates to compare" if distance is None else f"{distance:,.1f} km apart"]
    return Proposal(
        *(row["register"], row["reference"], row["record_id"], row["name"] or "", row["operator"] or ""),
        *(row["technology_published"] or "", row["status"] or "", row["capacity_mw"], distance),
        *(score, tuple(reasons)),
    )


def _is_likely(alike: float, distance: float | None, capacity: float | None, far: float) -> bool:
    """Return whether name and place allow a record to be the facility."""
    if distance is None or distance > NEARBY_KM:
        return alike >= LEAST_NAME and (distance is None or distance <= far)
    return alike >= LEAST_NAME_NEARBY or (capacity is not None and capacity >= LEAST_CAPACITY)


def capacity_likeness(facility: Record, register_mw: float | None) -> tuple[float | None, str]:
    """Return how alike the capacities are, 0 to 1 or None if unknown, and the comparison in words.

    Registers publish AC power. Solar MWp is DC, so without an export capacity a usual ratio counts as the same.
    """
    export, capacity = facility.fields["export_capacity_mw"], facility.fields["capacity_mwp"]
    if not register_mw:
        return None, "the register publishes no capacity"
    if export:
        return _ratio(export, register_mw), f"{register_mw:,.10g} MW AC, ours {export:,.10g} MW AC export"
    if not capacity:
        return None, f"{register_mw:,.10g} MW AC, ours is not entered"
    if facility.fields["technology"] != Technology.SOLAR:
        return _ratio(capacity, register_mw), f"{register_mw:,.10g} MW, ours {capacity:,.10g} MW"
    usual = min(max(capacity / register_mw, DC_PER_AC[0]), DC_PER_AC[1])
    words = f"{register_mw:,.10g} MW AC, ours {capacity:,.10g} MWp DC ({capacity / register_mw:.2f} MWp per MW)"
    return _ratio(capacity / register_mw, usual), words


def distance_km(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> float | None:
    """Return the distance of two places with latitude and longitude on a sphere, or None if one is unknown."""
    places = [place[name] for place in (ours, theirs) for name in ("latitude", "longitude")]
    if any(degrees is None for degrees in places):
        return None
    south, west, north, east = map(radians, places)
    square = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin((east - west) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, square)))


def _ratio(one: float, other: float) -> float:
    return min(one, other) / max(one, other)


def _same_planning_reference(facility: Record, row: dict[str, Any]) -> bool:
    ours, theirs = (
        "".join(str(text or "").split()).lower()
        for text in (facility.fields["planning_reference"], row["planning_reference"])
    )
    return bool(ours) and ours == theirs
