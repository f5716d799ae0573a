"""The origin of a row: when and by whom another tool recorded it.

The ledger's own author and time are those of the import, because positions and instants follow the commits. The other
tool's author and time go into the reason of each change, and date the status of a new project.

Belongs here: reading instants and authors, and the sentence. Not here: the older tool's audit (`older_audit.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline_assets.dates import parse_date, within_bounds
from pipeline_assets.entity import CONTROL_CHARACTERS
from pipeline_assets.errors import UnreadableValue

LONGEST_AUTHOR = 100


@dataclass(frozen=True)
class Origin:
    """The origin of a row.

    `reason` is the sentence for the history. `day` is the ISO date of the newest instant, from which a status holds, or
    empty.
    """

    reason: str = ""
    day: str = ""


def read_origin(cells: Mapping[str, str]) -> Origin:
    """Return the origin in `created`, `modified`, `created_by` and `modified_by`. Raises UnreadableValue."""
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
    """Return an instant in UTC; one without an offset is read as UTC, and a date as its start.

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
    """Return whether `read_instant` can read a text."""
    try:
        read_instant(text)
    except UnreadableValue:
        return False
    return True


def clean_author(text: str) -> str:
    """Return a name on one line, without characters that the ledger rejects."""
    return CONTROL_CHARACTERS.sub("", " ".join(text.split()))[:LONGEST_AUTHOR]


def shown(instant: datetime) -> str:
    """Return an instant in the form used in the reason."""
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC"


def status_day(origin: Origin) -> str:
    """Return the day from which a status of this origin holds; empty if it is unknown or in the future."""
    return origin.day if origin.day <= datetime.now(UTC).date().isoformat() else ""
