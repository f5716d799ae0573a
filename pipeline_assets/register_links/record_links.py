"""Which register records our facilities refer to, and the changes of the ledger that set or dismiss a reference.

A reference is a field of a facility, so linking is an ordinary change with author, history and undo; a dismissal is a
remark in another field of it. Not here: the records of the registers, what is proposed (`record_proposals.py`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pipeline_assets.ledger.changes import Change, Record
from pipeline_assets.models import Facility
from pipeline_assets.spreadsheets.portfolio_index import Portfolio

REFERENCE_FIELDS: Final = {"repd": "repd_ref_id", "tec": "tec_project_id"}
"The field of a facility that holds a reference, by register."
DISMISSED = "dismissed_register_records"
"The field of a facility that lists the dismissed proposals, such as `repd 1234, tec a0l4L0000005ikY`."

RecordKey = tuple[str, str]
"A register and a reference, spelled alike by `record_key`."


@dataclass(frozen=True)
class RecordLink:
    """A facility of a live project that names a record of a register; `reference` is as it was typed."""

    register: str
    reference: str
    facility: Record
    project: Record

    @property
    def key(self) -> RecordKey:
        """Return the register and the reference, for comparing."""
        return record_key(self.register, self.reference)


def record_key(register: str, reference: str) -> RecordKey:
    """Return the register and the reference without blanks and differences of case."""
    return register.lower(), "".join(reference.split()).lower()


def project_numbers_sql(alias: str) -> str:
    """Return the SQL of the Project Numbers of a record of TEC, which people know better than the Project ID."""
    return (
        "(SELECT list(DISTINCT project_number ORDER BY project_number) FROM tec_records "
        f"WHERE {alias}.register = 'tec' AND project_id = {alias}.reference)"
    )


def row_keys(row: Mapping[str, Any]) -> set[RecordKey]:
    """Return the keys by which a facility may name the record of a row: its reference, and TEC's Project Numbers.

    A row has the numbers in `project_numbers` if its query reads them with `project_numbers_sql`.
    """
    return {record_key(row["register"], name) for name in (row["reference"], *(row.get("project_numbers") or ()))}


def links_of_project(portfolio: Portfolio, project: Record) -> Iterator[RecordLink]:
    """Yield the references of a project's facilities, in the order of the facilities' names."""
    for facility in live_facilities(portfolio, project):
        for register, field in REFERENCE_FIELDS.items():
            if reference := str(facility.fields[field]).strip():
                yield RecordLink(register, reference, facility, project)


def live_links(portfolio: Portfolio) -> Iterator[RecordLink]:
    """Yield the references of the facilities of all live projects."""
    for project in portfolio.of_kind("pipelines"):
        yield from links_of_project(portfolio, project)


def keys_of_others(portfolio: Portfolio, project: Record) -> tuple[RecordKey, ...]:
    """Return the records to which facilities of other live projects refer, in order.

    The facilities of one project may refer to the same record, such as that of their common connection.
    """
    return tuple(sorted({link.key for link in live_links(portfolio) if link.project.id != project.id}))


def live_facilities(portfolio: Portfolio, project: Record) -> list[Record]:
    """Return the live facilities of a project, ordered by name."""
    links = portfolio.referencing("pipeline_facilities", "pipeline_id", project.id)
    plants = [portfolio.get(Facility.kind, link.fields["facility_id"]) for link in links]
    return sorted(
        (plant for plant in plants if plant and not plant.archived),
        key=lambda plant: (str(plant.fields["name"]).casefold(), plant.id),
    )


def dismissed_records(facility: Record) -> set[RecordKey]:
    """Return the records that were dismissed for a facility."""
    texts = (text.split(maxsplit=1) for text in re.split("[,;]", str(facility.fields[DISMISSED])))
    return {record_key(*words) for words in texts if len(words) == 2}


def link_change(facility: Record, register: str, reference: str) -> Change:
    """Return the change that links a facility to a record."""
    fields = {REFERENCE_FIELDS[register]: reference}
    return Change.edit(facility.kind, facility.id, fields, base_version=facility.version)


def dismissal_change(facility: Record, register: str, reference: str) -> Change:
    """Return the change that remembers that a record is not this facility."""
    earlier = str(facility.fields[DISMISSED]).strip()
    listed = ", ".join(filter(None, (earlier, f"{register} {reference}")))
    return Change.edit(facility.kind, facility.id, {DISMISSED: listed}, base_version=facility.version)
