"""The invented projects of both registers: what each is, where it is, and what happened to it on which day.

They depend on the seed alone: an issue of any day shows the same projects as far as they have come by then.

Belongs here: projects and their events. Not here: how a register writes them (`planning_file.py`,
`connection_file.py`), the projects of the demo's portfolio (`sample_projects.py`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple, TypeVar

from elexon_assets.simulator.noise import seeded_chance
from elexon_assets.simulator.registers.places import (
    AT_SEA,
    BEGINNINGS,
    ENDINGS,
    ON_LAND,
    OPERATORS,
    WELSH,
    Place,
)

Item = TypeVar("Item")
SOLAR, ONSHORE, OFFSHORE, BATTERY = "Solar Photovoltaics", "Wind Onshore", "Wind Offshore", "Battery"
OTHERS = ("Anaerobic Digestion", "Small Hydro", "EfW Incineration")
COUNT = 800
"The projects ever; about two thirds have applied by 2026."
FIRST_DAY, LAST_DAY = date(2012, 1, 9), date(2034, 12, 22)
"The span of planning applications."
FIRST_REF = 90_001
"The first Ref ID: far above the published ones, so that nobody mistakes a record for a real one."
NAMED_ALIKE = "Home Farm"
"Several sites have this name, as in the published file: a name is no key."
SPREAD_METRES = 24_000


class Event(NamedTuple):
    """A step of planning: the short status and the full one from that day, and the column that holds the day."""

    day: date
    status: str
    status_in_full: str
    column: str = ""


SUBMITTED = ("Application Submitted", "Planning Application Submitted", "Planning Application Submitted")
GRANTED = ("Awaiting Construction", "Planning Permission Granted", "Planning Permission Granted")
REFUSED = ("Application Refused", "Planning Permission Refused", "Planning Permission Refused")
WITHDRAWN = ("Application Withdrawn", "Planning Application Withdrawn", "Planning Application Withdrawn")
APPEALED = ("Appeal Lodged", "Appeal Lodged", "Appeal Lodged")
APPEAL_REFUSED = ("Appeal Refused", "Appeal Refused", "Appeal Refused")
APPEAL_GRANTED = ("Awaiting Construction", "Appeal Granted", "Appeal Granted")
EXPIRED = ("Planning Permission Expired", "Planning Permission Expired", "")
BUILDING = ("Under Construction", "Under Construction", "Under Construction")
OPERATING = ("Operational", "Operational", "Operational")
ABANDONED = ("Abandoned", "Abandoned", "")
REVISED = ("Revised", "Revised", "")
ENDS = {REFUSED[0], WITHDRAWN[0], APPEAL_REFUSED[0], EXPIRED[0], ABANDONED[0], REVISED[0]}
"The statuses after which nothing is built."


@dataclass(frozen=True)
class Project:
    """One record of the planning register; `events` are in order."""

    number: int
    name: str
    operator: str
    technology: str
    capacity_mw: float | None
    place: Place
    easting: float
    northing: float
    events: tuple[Event, ...]
    renamed: tuple[date, str] | None = None
    "The day from which another company is the operator, and its name."
    resized: tuple[date, float] | None = None
    "The day from which the project has another capacity, and that capacity."
    partner: int | None = None
    "The number of the record on the other side of one connection: storage beside solar."
    replaced_by: int | None = None
    gone: date | None = None
    "The day from which the register no longer has the record."
    planning_reference: str = ""

    @property
    def ref_id(self) -> int:
        """Return the key of the record."""
        return FIRST_REF + self.number

    def state_on(self, day: date) -> Event | None:
        """Return the newest event by a day, or None before the first."""
        return next((event for event in reversed(self.events) if event.day <= day), None)

    def day_of(self, *statuses: tuple[str, str, str]) -> date | None:
        """Return the day of the first event of these kinds, or None."""
        return next((event.day for event in self.events if tuple(event[1:]) in statuses), None)

    def operator_on(self, day: date) -> str:
        """Return the operator on a day."""
        return self.renamed[1] if self.renamed and self.renamed[0] <= day else self.operator

    def capacity_on(self, day: date) -> float | None:
        """Return the AC megawatts on a day, or None if the register never has them."""
        return self.resized[1] if self.resized and self.resized[0] <= day else self.capacity_mw


class Dice:
    """Seeded choices about one project."""

    def __init__(self, seed: int, number: int, what: str = "register") -> None:
        self._seed, self._about = seed, (what, number)

    def chance(self, what: str) -> float:
        """Return a number in [0, 1)."""
        return seeded_chance(self._seed, *self._about, what)

    def days(self, what: str, least: int, most: int) -> timedelta:
        """Return a number of days between two bounds."""
        return timedelta(days=least + int(self.chance(what) * (most - least + 1)))

    def choice(self, what: str, items: Sequence[Item]) -> Item:
        """Return one of the items."""
        return items[int(self.chance(what) * len(items))]


@cache
def invented_projects(seed: int) -> tuple[Project, ...]:
    """Return all projects, also those that apply in the future."""
    return tuple(project for number in range(0, 2 * COUNT, 2) for project in _projects(seed, number))


def _projects(seed: int, number: int) -> Iterator[Project]:
    """Yield a project and, if it has one, the second record that belongs to it."""
    dice = Dice(seed, number)
    kinds = [SOLAR] * 40 + [BATTERY] * 24 + [ONSHORE] * 22 + [OFFSHORE] * 6 + [*OTHERS, *OTHERS, "Tidal Stream", SOLAR]
    technology = dice.choice("technology", kinds)
    place = dice.choice("place", AT_SEA if technology == OFFSHORE else ON_LAND)
    span = (LAST_DAY - FIRST_DAY).days
    events = planning_events(dice, FIRST_DAY + timedelta(days=int(span * dice.chance("submitted"))))
    operator, buyer = dice.choice("operator", OPERATORS), dice.choice("buyer", OPERATORS)
    name = _site_name(dice, place)
    is_offshore = technology == OFFSHORE
    has_battery = technology == SOLAR and dice.chance("battery") < 0.3
    is_revised = not has_battery and dice.chance("revised") < 0.06
    renamed = (events[0].day + dice.days("renamed", 200, 1500), buyer) if dice.chance("sold") < 0.7 else None
    capacity = _capacity(dice, technology)
    is_resized = capacity is not None and dice.chance("resized") < 0.25
    resized_on, share = events[0].day + dice.days("resized on", 150, 1800), 0.7 + dice.chance("share") / 2
    gone = events[-1].day + dice.days("gone", 90, 900) if dice.chance("leaves") < 0.2 else None
    first = Project(
        *(number, f"{name}{_kind_of_site(technology)}", operator, technology, capacity, place),
        easting=place.easting + _offset(dice, "easting", is_offshore),
        northing=place.northing + _offset(dice, "northing", is_offshore),
        events=events,
        renamed=renamed,
        resized=(resized_on, round((capacity or 0) * share, 1)) if is_resized else None,
        partner=number + 1 if has_battery else None,
        replaced_by=number + 1 if is_revised else None,
        gone=gone,
        planning_reference=f"{events[0].day:%y}/{1000 + number:05}/FUL",
    )
    if is_revised:
        successor = _successor(first, dice)
        ended = [event for event in events if event.day < successor.events[0].day]
        yield replace(first, events=(*ended, Event(successor.events[0].day, *REVISED)))
        yield successor
        return
    yield first
    if has_battery:
        size = round((first.capacity_mw or 20) / 2, 1)
        battery = replace(first, number=number + 1, partner=number, technology=BATTERY, capacity_mw=size, gone=None)
        battery = replace(battery, resized=None)
        yield replace(battery, name=f"{name} Battery Storage", easting=first.easting + 250)


def _successor(first: Project, dice: Dice) -> Project:
    """Return the record of the application that replaces another."""
    again = planning_events(dice, first.events[0].day + dice.days("again", 300, 700), "again ")
    capacity = None if first.capacity_mw is None else round(first.capacity_mw * 0.8, 1)
    second = replace(first, number=first.number + 1, capacity_mw=capacity, events=again, replaced_by=None, gone=None)
    second = replace(second, resized=None)
    return replace(second, planning_reference=f"{first.planning_reference}/R")


def planning_events(dice: Dice, submitted: date, what: str = "") -> tuple[Event, ...]:
    """Return what happens to an application, in order."""
    events = [Event(submitted, *SUBMITTED)]
    decided, outcome = submitted + dice.days(f"{what}decided", 90, 600), dice.chance(f"{what}outcome")
    if outcome > 0.9:
        return (*events, Event(decided, *WITHDRAWN))
    granted = decided
    if outcome > 0.74:
        events.append(Event(decided, *REFUSED))
        if dice.chance(f"{what}appeal") < 0.5:
            return tuple(events)
        lodged = decided + dice.days(f"{what}lodged", 40, 170)
        granted = lodged + dice.days(f"{what}appeal decided", 120, 400)
        events.append(Event(lodged, *APPEALED))
        if dice.chance(f"{what}appeal outcome") < 0.55:
            return (*events, Event(granted, *APPEAL_REFUSED))
        events.append(Event(granted, *APPEAL_GRANTED))
    else:
        events.append(Event(granted, *GRANTED))
    fate = dice.chance(f"{what}fate")
    if fate < 0.1:
        return (*events, Event(granted + timedelta(days=1096), *EXPIRED))
    if fate < 0.17:
        return (*events, Event(granted + dice.days(f"{what}abandoned", 300, 1400), *ABANDONED))
    if fate < 0.25:
        return tuple(events)  # it waits, also long after its permission has expired
    building = granted + dice.days(f"{what}building", 150, 1500)
    operating = building + dice.days(f"{what}operating", 200, 800)
    events.append(Event(building, *BUILDING))
    if fate < 0.29:  # work stops, and the register takes the step back
        events.append(Event(building + timedelta(days=150), *GRANTED[:2]))
        building, operating = building + timedelta(days=500), operating + timedelta(days=500)
        events.append(Event(building, *BUILDING))
    return (*events, Event(operating, *OPERATING))


def _site_name(dice: Dice, place: Place) -> str:
    if dice.chance("home farm") < 0.015:
        return NAMED_ALIKE
    if place.country == "Wales" and dice.chance("welsh") < 0.5:
        return dice.choice("name", WELSH)
    return dice.choice("name", BEGINNINGS) + dice.choice("ending", ENDINGS)


def _kind_of_site(technology: str) -> str:
    kinds = {SOLAR: " Solar Farm", ONSHORE: " Wind Farm", OFFSHORE: " Offshore Wind Farm", BATTERY: " Energy Storage"}
    return kinds.get(technology, f" {technology}")


def _capacity(dice: Dice, technology: str) -> float | None:
    """Return the AC megawatts; some records have none."""
    if dice.chance("no capacity") < 0.08:
        return None
    sizes = {SOLAR: (5, 50), ONSHORE: (4, 95), OFFSHORE: (200, 1300), BATTERY: (20, 250)}
    least, most = sizes.get(technology, (1, 12))
    size = least + (most - least) * dice.chance("capacity") ** 2
    return float(round(size)) if dice.chance("round") < 0.4 else round(size, 1)


def _offset(dice: Dice, what: str, is_offshore: bool) -> float:
    metres = (2 * dice.chance(what) - 1) * SPREAD_METRES
    return round(metres, 1) if is_offshore else float(round(metres))
