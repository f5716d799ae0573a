"""The caveats of a figure, as sentences that every face shows beside it.

Belongs here: the sentences and when each applies. Not here: how much is flagged (`quality.py`).
"""

from datetime import UTC, datetime

from elexon_assets.time_inputs import in_words, shown
from renewables.formatting import percent
from renewables.queries.selection import Selection
from renewables.queries.snapshot import Connection, snapshot_connection

FLAGS_ARE_TODAYS = (
    "The flags are today's: the flags of that time are not known, and a value that has been republished since may be "
    "flagged for another reason, or no longer."
)
CAPACITY_IS_PLANNED = (
    "Installed capacity includes planned plant: Elexon's figure for a year is what was expected when it was published."
)
WIND_ERRS_LOW = "Capacity factors of wind are too low: Elexon understates wind in many half-hours."

CURTAILED = (
    "Curtailed half-hours are not forecast errors alone: a wind farm that is paid to stop lowers the actual value, and "
    "a forecast of the wind does not foresee that."
)


def caveats_of(selection: Selection, con: Connection | None = None, *, has_capacity: bool = False) -> list[str]:
    """Return the caveats of figures of the selection; with `has_capacity` they include capacity factors."""
    caveats = []
    if selection.as_of:
        caveats.append(FLAGS_ARE_TODAYS)
    if selection.known_at:
        first = first_landing(selection, con)
        if first is None or selection.known_at < first:
            since = f": its first fetch landed at {shown(first)}" if first else ""
            caveats.append(f"No data of {selection.dataset} had landed here by {in_words(selection.known_at)}{since}.")
    if has_capacity:
        caveats.append(CAPACITY_IS_PLANNED)
        if any("wind" in category.casefold() for category in selection.categories):
            caveats.append(WIND_ERRS_LOW)
    return caveats


def first_landing(selection: Selection, con: Connection | None = None) -> datetime | None:
    """Return when the first value of the dataset landed here, to the second, or None if none has."""
    with snapshot_connection(con) as snapshot:
        [(first,)] = snapshot.execute(
            f"SELECT epoch_us(min(ingested_at_utc)) FROM {selection.declaration.table}"
        ).fetchall()
    return None if first is None else datetime.fromtimestamp(first / 1_000_000, tz=UTC).replace(microsecond=0)


def curtailment_caveat(negative_share: float | None) -> str:
    """Return what a forecast error means when wind is curtailed, with the share of half-hours at negative prices."""
    prices = "There are no system prices for this period, so how often they were negative is not known."
    if negative_share is not None:
        prices = (
            f"The system price was negative in {percent(negative_share, up=True)} of the half-hours of this period."
        )
    return f"{CURTAILED} {prices}"
