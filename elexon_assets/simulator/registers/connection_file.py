"""The register of grid connections (TEC) of the simulator: the file of one issue, with the published file's habits.

It is UTF-8 with a byte order mark; dates change their spelling from quarter to quarter; projects connect in stages
whose cumulative capacity counts twice; hybrids are joined by `;`; customers are renamed, or only written differently.

Belongs here: agreements and spellings. Not here: projects (`invented_projects.py`), the days of the issues
(`issue_calendar.py`).
"""

import csv
import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from elexon_assets.simulator.registers.invented_projects import (
    BATTERY,
    BUILDING,
    ENDS,
    OFFSHORE,
    ONSHORE,
    OPERATING,
    SOLAR,
    Dice,
    Project,
    invented_projects,
)
from elexon_assets.simulator.registers.places import SUBSTATIONS
from elexon_assets.simulator.registers.sample_projects import SAMPLE_PROJECTS

COLUMNS = (
    *("Project Name", "Customer Name", "Connection Site", "Stage", "MW Connected", "MW Increase / Decrease"),
    *("Cumulative Total Capacity (MW)", "MW Effective From", "Project Status", "Agreement Type", "HOST TO"),
    *("Plant Type", "Project ID", "Project Number"),
)
GATE, GATE_SINCE = "Gate", date(2025, 11, 21)
SMALLEST_MW = 30
DATE_SPELLINGS = ("%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y")
STORAGE = "Energy Storage System"
PLANT_TYPES = {SOLAR: "PV Array (Photo Voltaic/solar)", BATTERY: STORAGE, ONSHORE: ONSHORE, OFFSHORE: OFFSHORE}
STATUSES = {
    "Application Submitted": "Awaiting Consents",
    "Application Refused": "Awaiting Consents",
    "Appeal Lodged": "Awaiting Consents",
    "Awaiting Construction": "Consents Approved",
    "Under Construction": "Under Construction/Commissioning",
    "Operational": "Built",
}
MOST_SLIPS = 24
ENDED_FOR = timedelta(days=200)
"How long a connection stays in the register after its project has ended."


@dataclass(frozen=True)
class Agreement:
    """The connection of one project, of both records of a hybrid."""

    project: Project
    plant_types: str
    capacity_mw: float
    stages: int
    signed: date
    first_date: date
    dice: Dice

    @property
    def project_id(self) -> str:
        """Return the key: of the published form, with letters that are not in use there."""
        return f"a0z{self.project.number:05d}{''.join(self.dice.choice(f'id {n}', 'BCDFGHJK') for n in range(7))}ZZZ"

    def status_on(self, day: date) -> str:
        """Return the published status on a day."""
        state = self.project.state_on(day)
        return STATUSES.get(state.status, "Scoping") if state else "Scoping"

    def is_listed(self, day: date) -> bool:
        """Return whether the issue of a day has the agreement."""
        last = self.project.events[-1]
        return self.signed <= day and not (last.status in ENDS and last.day + ENDED_FOR <= day)

    def connection_date(self, day: date, stage: int) -> date:
        """Return when the capacity is to connect, as it was agreed on a day: later and later, seldom earlier."""
        operating = self.project.day_of(OPERATING)
        if operating is not None and self.project.state_on(day) is not None and self._is_building(day):
            return operating
        agreed = self.first_date
        for n in range(MOST_SLIPS):
            slipped = self.signed + timedelta(days=170 + 190 * n) + self.dice.days(f"slip {n}", 0, 150)
            if slipped <= day and self.dice.chance(f"slips {n}") < 0.3:
                agreed += timedelta(days=int(self.dice.chance(f"by {n}") * 1000) - 180)
        return agreed + timedelta(days=550 * (stage - 1))

    def _is_building(self, day: date) -> bool:
        building = self.project.day_of(BUILDING)
        return building is not None and building <= day


def connection_file(seed: int, day: date) -> bytes:
    """Return the file that is issued on a day."""
    text = io.StringIO(newline="")
    names = [*COLUMNS, *([GATE] if day >= GATE_SINCE else [])]
    writer = csv.DictWriter(text, names, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    rows = [row for agreement in agreements(seed) if agreement.is_listed(day) for row in _rows(agreement, day)]
    writer.writerows(sorted(rows, key=lambda row: (row["Project Name"].lower(), row["Project ID"], row["Stage"])))
    return text.getvalue().encode("utf-8-sig")


def agreements(seed: int) -> Iterator[Agreement]:
    """Yield the agreements of all large projects of Great Britain."""
    projects = (*invented_projects(seed), *SAMPLE_PROJECTS)
    by_number = {project.number: project for project in projects}
    for project in projects:
        is_second = project.partner is not None and project.partner < project.number
        capacity = project.capacity_mw or 0.0
        is_superseded = by_number.get(project.number - 1, project).replaced_by == project.number
        if is_second or is_superseded or capacity < SMALLEST_MW or not project.place.host:
            continue
        if project.technology not in PLANT_TYPES:
            continue
        dice, types = Dice(seed, project.number, "connection"), {PLANT_TYPES[project.technology]}
        types |= {STORAGE} if project.partner is not None or dice.chance("hybrid") < 0.15 else set()
        types |= {"Demand"} if dice.chance("demand") < 0.05 else set()
        signed = project.events[0].day - dice.days("signed", 300, 1200)
        yield Agreement(
            *(project, ";".join(sorted(types)), capacity, 2 if capacity >= 200 and dice.chance("staged") < 0.6 else 1),
            *(signed, signed + dice.days("first date", 1500, 3600), dice),
        )


def _rows(agreement: Agreement, day: date) -> Iterator[dict[str, str]]:
    """Yield one row for each stage."""
    project, status, dice = agreement.project, agreement.status_on(day), agreement.dice
    spelling = DATE_SPELLINGS[_quarter(day) % len(DATE_SPELLINGS)]
    size = round(agreement.capacity_mw / agreement.stages, 1)
    for stage in range(1, agreement.stages + 1):
        is_built = status == "Built"
        connects = agreement.connection_date(day, stage).strftime(spelling)
        yield {
            "Project Name": _project_name(project, day),
            "Customer Name": _customer_name(agreement, day),
            "Connection Site": f"{dice.choice('site', SUBSTATIONS)} {dice.choice('kV', (132, 275, 400))}kV Substation",
            "Stage": "" if agreement.stages == 1 else f"{stage}{'.00' if _quarter(day) % 2 else ''}",
            "MW Connected": f"{size:g}" if is_built else "0",
            "MW Increase / Decrease": "0" if is_built else f"{size:g}",
            "Cumulative Total Capacity (MW)": f"{size * stage:g}",
            # What is built has mostly no date any more.
            "MW Effective From": "" if is_built and dice.chance("blank") < 0.7 else connects,
            "Project Status": status,
            "Agreement Type": "Direct Connection" if agreement.capacity_mw >= 49 else "Embedded",
            "HOST TO": project.place.host,
            "Plant Type": agreement.plant_types,
            "Project ID": agreement.project_id,
            "Project Number": f"PRO-{900_000 + project.number}" + (f"-{stage}" if agreement.stages > 1 else ""),
            GATE: dice.choice("gate", ("", "1", "2", "2")),
        }


def _project_name(project: Project, day: date) -> str:
    """Return the name as it is written on a day: with or without the accents, of the same project."""
    if _quarter(day) % 2 and project.number % 4 == 0:
        return "".join(c for c in unicodedata.normalize("NFD", project.name) if not unicodedata.combining(c))
    return project.name


def _customer_name(agreement: Agreement, day: date) -> str:
    """Return the customer: a company of its own, another one after a sale, in capitals from a day on."""
    name = agreement.project.operator_on(day)
    if not name.lower().endswith((" ltd", " limited")):
        name = f"{name} {'Limited' if agreement.dice.chance('limited') < 0.5 else 'Ltd'}"
    written = agreement.signed + agreement.dice.days("in capitals", 0, 3000)
    return name.upper() if written <= day else name


def _quarter(day: date) -> int:
    """Return the number of the quarter since the year 0."""
    return day.year * 4 + (day.month - 1) // 3
