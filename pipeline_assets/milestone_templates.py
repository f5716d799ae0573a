"""The milestones that a project of a technology usually has, and the changes that add the missing ones.

Belongs here: which milestones. Not here: their dates, which people know; the milestones themselves (`models.py`).
"""

from collections.abc import Collection, Iterable

from pipeline_assets.ledger.changes import Change, Record
from pipeline_assets.models import Milestone
from pipeline_assets.vocabulary import MilestoneName as Name
from pipeline_assets.vocabulary import Technology

_GRID = (Name.GRID_APPLICATION, Name.GRID_OFFER, Name.GRID_ACCEPTANCE, Name.GRID_ENERGISATION)
_PLANNING = (Name.PLANNING_SUBMISSION, Name.PLANNING_DECISION, Name.PLANNING_EXPIRY)
_BUILDING = (Name.INVESTMENT_DECISION, Name.RTB, Name.CONSTRUCTION_START, Name.COD)
_LAND = (Name.HEADS_OF_TERMS, Name.LAND_OPTION)
_ON_LAND = frozenset((*_LAND, *_GRID, *_PLANNING, *_BUILDING))
TEMPLATES: dict[Technology, frozenset[Name]] = {
    Technology.SOLAR: _ON_LAND | {Name.PLANNING_SCREENING, Name.ROUTE_TO_MARKET},
    Technology.WIND_ONSHORE: _ON_LAND | {Name.PLANNING_SCREENING, Name.ROUTE_TO_MARKET},
    Technology.WIND_OFFSHORE: frozenset((*_GRID, *_PLANNING, *_BUILDING, Name.LAND_OPTION, Name.ROUTE_TO_MARKET)),
    Technology.WIND: frozenset((*_GRID, *_PLANNING, *_BUILDING, Name.LAND_OPTION, Name.ROUTE_TO_MARKET)),
    Technology.BESS: _ON_LAND,
}
"""The milestones by technology. A battery has no CfD and rarely an environmental screening; at sea the option is the
agreement for lease of the seabed.
"""


def template_changes(project: Record, technologies: Collection[str], existing: Iterable[Record]) -> list[Change]:
    """Return the changes that give a project the milestones of its technologies that it lacks, in their usual order.

    A hybrid gets those of all its technologies, and a project without a facility those that every technology has.
    `existing` are the milestones of the project, including archived ones: those stay as they are. The baseline of RTB
    is the present RTB date.
    """
    chosen = [TEMPLATES[Technology(technology)] for technology in technologies]
    wanted = frozenset().union(*chosen) if chosen else frozenset.intersection(*TEMPLATES.values())
    known = {milestone.fields["name"] for milestone in existing}
    planned = {Name.RTB: {"planned_date": project.fields["rtb_date"]}}
    return [
        Change.create(Milestone.kind, {"name": str(name), "pipeline_id": project.id, **planned.get(name, {})})
        for name in Name
        if name in wanted and name not in known
    ]
