"""The planning register (REPD) of the simulator: the file of one issue, with the published file's habits.

It is Windows-1252 with CRLF; its columns differ from issue to issue; a capacity is 35 in one quarter and 35.00 in the
next; cells hold line breaks, NA, absurd years and dates that a spreadsheet made of numbers.

Belongs here: columns and spellings. Not here: what happens to a project (`invented_projects.py`), the days of the
issues (`issue_calendar.py`).
"""

import csv
import io
import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta

from elexon_assets.simulator.registers.invented_projects import (
    APPEAL_GRANTED,
    BATTERY,
    GRANTED,
    OFFSHORE,
    ONSHORE,
    SOLAR,
    Dice,
    Project,
    invented_projects,
)
from elexon_assets.simulator.registers.sample_projects import SAMPLE_PROJECTS

ENCODING = "cp1252"
REAPPLYING = ("Are they re-applying (New REPD Ref)", "Are they re-applying (Old REPD Ref) ")
"The second header ends in a blank."
LATER = ("Share Community Scheme", "CfD Allocation Round", "Solar Site Area (sqm)")
COLUMNS = (
    *("Old Ref ID", "Ref ID", "Record Last Updated (dd/mm/yyyy)", "Operator (or Applicant)", "Site Name"),
    *("Technology Type", "Storage Type", "Storage Co-location REPD Ref ID", "Installed Capacity (MWelec)"),
    *("Share Community Scheme", "CHP Enabled", "CfD Allocation Round", "RO Banding (ROC/MWh)", "FiT Tariff (p/kWh)"),
    *("CfD Capacity (MW)", "Turbine Capacity (MW)", "No. of Turbines", "Height of Turbines (m)"),
    *("Mounting Type for Solar", "Development Status", "Development Status (short)", *REAPPLYING),
    *("Address", "County", "Region", "Country", "Post Code", "X-coordinate", "Y-coordinate", "Planning Authority"),
    *("Planning Application Reference", "Appeal Reference", "Secretary of State Reference"),
    *("Type of Secretary of State Intervention", "Judicial Review", "Offshore Wind Round"),
    *("Planning Application Submitted", "Planning Application Withdrawn", "Planning Permission Refused"),
    *("Appeal Lodged", "Appeal Withdrawn", "Appeal Refused", "Appeal Granted", "Planning Permission Granted"),
    *("Secretary of State - Intervened", "Secretary of State - Refusal", "Secretary of State - Granted"),
    *("Planning Permission Expired", "Under Construction", "Operational", "Heat Network Ref", "Solar Site Area (sqm)"),
)
REAPPLYING_SINCE, LATER_SINCE = date(2022, 1, 1), date(2024, 1, 1)
PERMISSION = timedelta(days=1096)
LOST_SHARE = 0.008
"The share of records that an issue lacks and the next one has again."
ABSURD_DATES = ("NA", "01/07/1906", "31/12/2049")


def planning_file(seed: int, day: date) -> bytes:
    """Return the file that is issued on a day."""
    names = columns_on(day)
    text = io.StringIO(newline="")
    # Before 2022 the published files ended in five columns without a name.
    nameless = [""] * 5 if day < REAPPLYING_SINCE else []
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*names, *nameless])
    for project in records_on(seed, day):
        cells = _cells(seed, project, day)
        writer.writerow([*(cells.get(name, "") for name in names), *nameless])
    return _in_windows_1252(text.getvalue())


def columns_on(day: date) -> list[str]:
    """Return the named columns of the issue of a day, in order."""
    left_out = {*(LATER if day < LATER_SINCE else ()), *(REAPPLYING if day < REAPPLYING_SINCE else ())}
    return [name for name in COLUMNS if name not in left_out]


def records_on(seed: int, day: date) -> Iterable[Project]:
    """Return the projects that the issue of a day has."""
    for project in (*SAMPLE_PROJECTS, *invented_projects(seed)):
        is_gone = project.gone is not None and project.gone <= day
        is_lost = Dice(seed, project.number).chance(f"lost on {day}") < LOST_SHARE
        if project.state_on(day) is not None and not is_gone and not is_lost:
            yield project


def _cells(seed: int, project: Project, day: date) -> dict[str, str]:
    state = project.state_on(day)
    assert state is not None  # noqa: S101 (the caller has chosen records with one)
    dice, happened = Dice(seed, project.number), [event for event in project.events if event.day <= day]
    granted = next((event.day for event in happened if event[1:] in (GRANTED, APPEAL_GRANTED)), None)
    is_blank_place = dice.chance("no place") < 0.02
    renamed = project.renamed[0] if project.renamed and project.renamed[0] <= day else state.day
    capacity = project.capacity_on(day)
    cells = {
        "Ref ID": str(project.ref_id),
        "Record Last Updated (dd/mm/yyyy)": _day_text(max(state.day, renamed)),
        "Operator (or Applicant)": project.operator_on(day),
        "Site Name": project.name,
        "Technology Type": project.technology,
        "Storage Type": _storage_type(project),
        "Storage Co-location REPD Ref ID": _ref(project, project.partner),
        "Installed Capacity (MWelec)": "" if capacity is None else number_text(capacity, day),
        "CHP Enabled": "No",
        "CfD Allocation Round": "AR6" if project.technology == OFFSHORE and granted else "",
        "Mounting Type for Solar": "Ground" if project.technology == SOLAR else "",
        "Development Status": state.status_in_full,
        "Development Status (short)": state.status,
        REAPPLYING[0]: _ref(project, project.replaced_by) if state.status == "Revised" else "",
        "Address": f"Land at {project.name},\r\n{project.place.county}"
        if dice.chance("lines") < 0.05
        else project.name,
        "County": project.place.county,
        "Region": project.place.region,
        "Country": project.place.country,
        "X-coordinate": "" if is_blank_place else _metres(project.easting),
        "Y-coordinate": "" if is_blank_place else _metres(project.northing),
        "Planning Authority": project.place.authority,
        "Planning Application Reference": project.planning_reference,
        "Offshore Wind Round": dice.choice("round of", ("01/01/1900", "02/01/1900", "STW"))
        * (project.technology == OFFSHORE),
        "Planning Permission Expired": "" if granted is None else _day_text(granted + PERMISSION),
        "Solar Site Area (sqm)": str(round((project.capacity_mw or 5) * 16_000)) if project.technology == SOLAR else "",
    }
    cells |= {event.column: _day_text(event.day) for event in happened if event.column}
    if project.technology == ONSHORE:
        turbines = max(1, round((project.capacity_mw or 4) / 4.2))
        cells |= {"Turbine Capacity (MW)": "4.2", "No. of Turbines": str(turbines), "Height of Turbines (m)": "149.9"}
    if dice.chance("absurd") < 0.02:
        cells["Judicial Review"] = dice.choice("absurd date", ABSURD_DATES)
    return cells


def number_text(number: float, day: date) -> str:
    """Return a number as the issue of its day writes it: 35 in one quarter, 35.00 in the next."""
    quarter = (day.month - 1) // 3
    return f"{number:.2f}" if quarter % 2 else f"{number:g}"


def _storage_type(project: Project) -> str:
    if project.technology != BATTERY:
        return ""
    return "Stand-alone Storage" if project.partner is None else "Co-located with RE"


def _ref(project: Project, other: int | None) -> str:
    return "" if other is None else str(project.ref_id + other - project.number)


def _day_text(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def _metres(number: float) -> str:
    return f"{number:.0f}" if number == int(number) else f"{number:.1f}"


def _in_windows_1252(text: str) -> bytes:
    """Encode a text; a letter that Windows-1252 lacks loses its accent, as it did on its way into the register."""
    pieces = []
    for character in text:
        try:
            pieces.append(character.encode(ENCODING))
        except UnicodeEncodeError:
            plain = unicodedata.normalize("NFD", character)[0]
            pieces.append(plain.encode(ENCODING, "replace"))
    return b"".join(pieces)
