"""Columns and limits that several declarations share."""

from elexon_assets.dataset_model import UTC_TIME, Column

START = Column("startTime", UTC_TIME, "Start of the half-hour, UTC.")
PUBLISHED = Column("publishTime", UTC_TIME, "When Elexon published this value, UTC. The newest is the current one.")

PSR_TYPES = ("Wind Onshore", "Wind Offshore", "Solar")
"The power system resource types of the weather."
BUSINESS_TYPES = ("Wind generation", "Solar generation")

ABSURD_MW = 60_000.0
"A limit that the demand of Great Britain never reached."
