"""The registers of projects: linked records beside our values, and proposals, for the command line and scripts.

Not here: reading the registers (`register_links.py`), the comparison (`register_differences.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline_assets.ledger.changes import Record
from pipeline_assets.register_links.link_notices import change_sentence
from pipeline_assets.register_links.record_links import (
    RecordLink,
    keys_of_others,
    links_of_project,
    live_facilities,
)
from pipeline_assets.register_links.record_proposals import Proposal
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from renewables.queries.register_differences import ComparedValue, compare_record
from renewables.queries.register_issues import register_connection
from renewables.queries.register_links import LinkedRecord, linked_records, proposed_records
from renewables.queries.snapshot import Connection


@dataclass(frozen=True)
class LinkReport:
    """A reference of a facility, what the register says of it (None without an issue), and the comparison."""

    link: RecordLink
    record: LinkedRecord | None
    values: tuple[ComparedValue, ...]

    @property
    def state(self) -> str:
        """Return whether the record is in the register, in words."""
        return self.record.state if self.record else "no issue has landed"

    def for_scripts(self) -> dict[str, Any]:
        """Return the report as a JSON object."""
        record = self.record
        return {
            "project_id": self.link.project.id,
            "project": self.link.project.fields["name"],
            "facility_id": self.link.facility.id,
            "facility": self.link.facility.fields["name"],
            "register": self.link.register,
            "reference": self.link.reference,
            "state": self.state,
            "issue_date": record.issue_date if record else None,
            "last_issue_date": record.last_issue_date if record else None,
            "name": record.stages[0]["name"] if record and record.stages else None,
            "values": [vars(value) for value in self.values],
            "changed": change_sentence(record.changes) if record and record.changes else None,
        }


def link_reports(
    portfolio: Portfolio, projects: Sequence[Record], today: date, con: Connection | None = None
) -> list[LinkReport]:
    """Return the linked records of the projects, in their order. Raises WarehouseMissing."""
    links = [link for project in projects for link in links_of_project(portfolio, project)]
    records = linked_records(list({link.key for link in links}), con) if links else {}
    reports = []
    for link in links:
        record = records.get(link.key)
        values = compare_record(portfolio, link.project, link.facility, record, today) if record else []
        reports.append(LinkReport(link, record, tuple(values)))
    return reports


def project_proposals(
    portfolio: Portfolio, projects: Sequence[Record], con: Connection | None = None
) -> list[tuple[Record, Record, Proposal]]:
    """Return (project, facility, proposal) for the facilities without a reference. Raises RegistersMissing."""
    with register_connection(con) as snapshot:
        return [
            (project, facility, proposal)
            for project in projects
            for facility in live_facilities(portfolio, project)
            for proposal in proposed_records(
                facility, str(project.fields["name"]), keys_of_others(portfolio, project), snapshot
            )
        ]
