"""The closed vocabularies of a development pipeline; every form of input rejects other words.

Belongs here: words and their order. Not here: which entity uses them (`models.py`).
"""

from enum import StrEnum


class Technology(StrEnum):
    """The technologies that generate or store. `WIND` is for projects that may be onshore or offshore."""

    SOLAR = "Solar"
    WIND_ONSHORE = "Wind Onshore"
    WIND_OFFSHORE = "Wind Offshore"
    WIND = "Wind"
    BESS = "BESS"


class Stage(StrEnum):
    """The stages in the order in which a project passes through them; `ON_HOLD` is outside the order."""

    DISCOVERY = "Discovery"
    DESIGN = "Design"
    PROCUREMENT = "Procurement"
    CONSTRUCTION = "Construction"
    COMMISSIONING = "Commissioning"
    COMPLETED = "Completed"
    ON_HOLD = "On hold"


STAGES_IN_ORDER = tuple(stage for stage in Stage if stage is not Stage.ON_HOLD)


class Rag(StrEnum):
    """Red, Amber, Green: the status of a project."""

    GREEN = "Green"
    AMBER = "Amber"
    RED = "Red"


class Market(StrEnum):
    """The electricity market that a project sells into."""

    GREAT_BRITAIN = "Great Britain"
    IRELAND = "Ireland"
    FRANCE = "France"
    GERMANY = "Germany"
    ITALY = "Italy"
    NETHERLANDS = "Netherlands"
    NORDICS = "Nordics"
    POLAND = "Poland"
    SPAIN = "Spain"
    OTHER = "Other"


class ContactRole(StrEnum):
    """The role of a person at a counterparty."""

    CEO = "CEO"
    PLATFORM_LEAD = "Platform lead"
    DEAL_LEAD = "Deal lead"
    FINANCE_LEAD = "Finance lead"
    LEGAL_LEAD = "Legal lead"
    GRID_LEAD = "Grid lead"
    CONTACT = "Contact"


class ProjectRole(StrEnum):
    """The role of a counterparty in a project."""

    DEVELOPER = "Developer"
    OWNER = "Owner"
    INVESTOR = "Investor"
    EPC = "EPC contractor"
    SUPPLIER = "Supplier"
    LANDOWNER = "Landowner"
    OFFTAKER = "Offtaker"
    LENDER = "Lender"


class PointStatus(StrEnum):
    """Whether an information point still affects its project."""

    OPEN = "Open"
    CLOSED = "Closed"


class MilestoneName(StrEnum):
    """The milestones of a project, in the order in which they usually fall."""

    HEADS_OF_TERMS = "Heads of terms"
    LAND_OPTION = "Land option"
    GRID_APPLICATION = "Grid application"
    GRID_OFFER = "Grid offer"
    GRID_ACCEPTANCE = "Grid acceptance"
    PLANNING_SCREENING = "Planning screening"
    PLANNING_SUBMISSION = "Planning submission"
    PLANNING_DECISION = "Planning decision"
    ROUTE_TO_MARKET = "CfD or PPA"
    INVESTMENT_DECISION = "Investment decision"
    RTB = "RTB"
    PLANNING_EXPIRY = "Planning expiry"
    CONSTRUCTION_START = "Construction start"
    GRID_ENERGISATION = "Grid energisation"
    COD = "COD"
