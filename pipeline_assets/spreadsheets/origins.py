"""Where a row came from before it came here: when and by whom another tool recorded it.

The ledger's own author and time are those of the import, since positions and instants follow the commits. What the
other tool recorded stands in the reason of each change, and dates the status of a project that is new.

Belongs here: reading instants and authors, and the sentence. Not here: the older tool's audit (`older_audit.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline_assets.dates import parse_date, within_bounds
from pipeline_assets.errors import UnreadableValue
from pipeline_assets.models import CONTROL_CHARACTERS

LONGEST_AUTHOR = 100


@dataclass(frozen=True)
class Origin:
    """`reason`: for the history. `day`: of the newest instant, from which a status holds; ISO, or empty."""

    reason: str = ""
    day: str = ""


def read_origin(cells: Mapping[str, str]) -> Origin:
    """Return what `created`, `modified`, `created_by` and `modified_by` say. Raises UnreadableValue."""
    events: list[str] = []
    newest = ""
    for word, at, by in (("created", "created", "created_by"), ("last modified", "modified", "modified_by")):
        author = clean_author(cells.get(by, ""))
        when = cells.get(at, "").strip()
        instant = read_instant(when) if when else None
        if instant or author:
            events.append(
                " ".join([word, *([shown(instant)] if instant else []), *([f"by {author}"] if author else [])])
            )
        newest = max(newest, instant.date().isoformat() if instant else "")
    return Origin(f"in the file: {', '.join(events)}" if events else "", newest)


def read_instant(text: str) -> datetime:
    """Return an instant in UTC; one without an offset is taken for UTC, and a date for its start.

    Raises UnreadableValue, also for a year outside the bounds of dates.
    """
    text = text.strip()
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        day = parse_date(text)
        instant = datetime(day.year, day.month, day.day, tzinfo=UTC)
    within_bounds(instant.date())
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def is_instant(text: str) -> bool:
    """Return whether `read_instant` reads a text."""
    try:
        read_instant(text)
    except UnreadableValue:
        return False
    return True


def clean_author(text: str) -> str:
    """Return a name on one line, without characters that the ledger refuses."""
    return CONTROL_CHARACTERS.sub("", " ".join(text.split()))[:LONGEST_AUTHOR]


def shown(instant: datetime) -> str:
    """Return an instant as the reason has it."""
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC"


def status_day(origin: Origin) -> str:
    """Return the day from which a status of that origin holds; empty where it is unknown or in the future."""
    return origin.day if origin.day <= datetime.now(UTC).date().isoformat() else ""
