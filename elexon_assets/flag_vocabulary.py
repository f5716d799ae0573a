"""The two closed vocabularies: the reasons of flags, and the states of a missing half-hour.

Belongs here: names, and the words that users see. Not here: the rules (`rules.py`, `gap_states.py`). This module
imports nothing, so that the read layer can load it cheaply.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """The reason of a flag; `name` is the value in `flags.reason`."""

    name: str
    title: str
    sentence: str
    value_in_doubt: bool
    """Whether it counts in the flagged share. If not, the flag is about the label or the document, and the value is
    sound.
    """


WIND_UNDERSTATED = Reason(
    "wind_understated",
    "Wind understated",
    "The transmission-metered part of the wind is missing, and only the embedded estimate was published.",
    value_in_doubt=True,
)
STUCK = Reason(
    "stuck",
    "Stuck values",
    "Onshore and offshore wind both equal the previous half-hour to the kilowatt.",
    value_in_doubt=True,
)
ALL_ZERO = Reason(
    "all_zero",
    "Every fuel at zero",
    "Every fuel of the half-hour was published as zero: a fail-over at the source, not a country without power.",
    value_in_doubt=True,
)
SOME_AT_ZERO = Reason(
    "some_at_zero",
    "Some fuels at zero",
    "Several of nuclear, biomass and gas were published as zero at once, which never happens: a partial fail-over.",
    value_in_doubt=True,
)
SOLAR_BY_DAY = Reason(
    "solar_zero_by_day",
    "No solar by day",
    "Solar is zero while the sun is well up over all of the panels.",
    value_in_doubt=True,
)
SOLAR_BY_NIGHT = Reason(
    "solar_by_night",
    "Solar by night",
    "Solar is above zero while the sun is down over all of Great Britain.",
    value_in_doubt=True,
)
UNKNOWN_SERIES = Reason(
    "unknown_series",
    "Unknown series",
    "Elexon publishes a series that is not declared here: it is kept under its own name and is in no total.",
    value_in_doubt=False,
)
OUTSIDE_SOFT_LIMITS = Reason(
    "outside_soft_limits",
    "Outside the soft limits",
    "The value, or the sum that it is part of, is possible but unlikely for the existing plants.",
    value_in_doubt=True,
)
LABEL_DISAGREES = Reason(
    "label_disagrees",
    "Settlement label disagrees",
    "Elexon labels the half-hour with a settlement date or period that differs from its start time.",
    value_in_doubt=False,
)
PUBLISHED_LATE = Reason(
    "published_late",
    "Published late",
    "The half-hour was first published well after the dataset's usual lag.",
    value_in_doubt=False,
)

REASONS = (
    *(WIND_UNDERSTATED, STUCK, ALL_ZERO, SOME_AT_ZERO, SOLAR_BY_DAY, SOLAR_BY_NIGHT, OUTSIDE_SOFT_LIMITS),
    *(LABEL_DISAGREES, PUBLISHED_LATE, UNKNOWN_SERIES),
)
REASON_BY_NAME = {reason.name: reason for reason in REASONS}
DOUBTING = tuple(reason.name for reason in REASONS if reason.value_in_doubt)


@dataclass(frozen=True)
class GapState:
    """The state of a half-hour that lacks a series; `name` is the value in `X_gaps.state`."""

    name: str
    title: str
    sentence: str
    can_be_filled: bool
    "Whether fetching it again may fill it."


TOO_RECENT = GapState(
    "too_recent", "Too recent", "Within the publication lag: Elexon has usually not published it yet.", True
)
SET_ASIDE = GapState(
    "set_aside", "Quarantined", "It was published, but a row of it failed validation: see quarantine.", False
)
KNOWN_GAP = GapState(
    "known_gap",
    "Known gap",
    "It is not fetched again: Elexon still lacked it much later, or a person has accepted that it is not available.",
    False,
)
FAILED = GapState("failed", "Failed", "The last request for it failed, with the error shown.", True)
NOT_PUBLISHED = GapState(
    "not_published", "Not published", "Requested after the publication lag, but missing in the answer.", True
)
NOT_ASKED = GapState(
    "not_asked", "Not fetched yet", "No request has covered it, or none since it could have been published.", True
)

GAP_STATES = (TOO_RECENT, SET_ASIDE, KNOWN_GAP, FAILED, NOT_PUBLISHED, NOT_ASKED)
"The states in the order of their rules: the first rule that applies determines the state."
GAP_STATE_BY_NAME = {state.name: state for state in GAP_STATES}
