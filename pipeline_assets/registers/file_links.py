"""The link to a register's newest CSV in the answers of GOV.UK's content API and of CKAN, as NESO runs it.

Belongs here: the shapes of these answers. Not here: requests (`sources.py`).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from pipeline_assets.registers.issue_dates import date_in_name, day_in_name, month_in_name

_OWN_WORDS = {"repd": r"repd|renewable energy planning", "tec": r"\btec\b|transmission entry"}
"What the name of a register's file or link says, by register."


@dataclass(frozen=True)
class FileLink:
    """The link to a file; `size` is its length in bytes as the answer states it, or None."""

    url: str
    title: str
    changed: date | None
    "The day on which the publisher last changed the file."
    size: int | None

    @property
    def name(self) -> str:
        """Return the name of the file."""
        return file_name(self.url)

    def issue_date(self) -> date | None:
        """Return the date of the issue: the day in the name or title, the day of the change, or the month named."""
        return _first_date(self, day_in_name) or self.changed or _first_date(self, month_in_name)


def file_name(url: str) -> str:
    """Return the name of the file that an address ends in."""
    return unquote(urlsplit(url).path.rsplit("/", 1)[-1])


def newest_csv(answer: object, register: str) -> FileLink | None:
    """Return the link to the newest CSV of a register, or None if the answer lists none.

    Args:
        answer: The decoded JSON: a GOV.UK page, or a CKAN package or resource.
        register: The name of the register; a link that names it goes before all others.
    """
    links = [link for link in _links(answer) if link is not None]
    named = [link for link in links if re.search(_OWN_WORDS[register], _readable(link), re.IGNORECASE)]

    def rank(link: FileLink) -> date:
        """Return the date by which links are compared; the first one of the answer wins a tie."""
        return _first_date(link, date_in_name) or link.changed or date.min

    return max(named or links, key=rank, default=None)


def _readable(link: FileLink) -> str:
    return re.sub(r"[_-]", " ", f"{link.title} {link.name}")


def _first_date(link: FileLink, read: Any) -> date | None:
    result: date | None = read(link.name) or read(link.title)
    return result


def _links(answer: object) -> Iterable[FileLink | None]:
    page = _mapping(answer)
    published = _day(page.get("public_updated_at"))
    for attachment in _list(_mapping(page.get("details")).get("attachments")):
        yield _link(_mapping(attachment), attachment_day=published)
    result = _mapping(page.get("result"))
    for resource in _list(result.get("resources")) or [result]:
        yield _link(_mapping(resource))


def _link(entry: Mapping[str, Any], attachment_day: date | None = None) -> FileLink | None:
    """Return the link of an attachment or a resource if it is a CSV."""
    url = next((entry[key] for key in ("url", "path") if isinstance(entry.get(key), str)), "")
    kind = f"{entry.get('content_type') or ''} {entry.get('format') or ''} {entry.get('mimetype') or ''}".lower()
    if not url or not ("csv" in kind or file_name(url).lower().endswith(".csv")):
        return None
    title = next((entry[key] for key in ("title", "name") if isinstance(entry.get(key), str)), "")
    size = next((entry[key] for key in ("file_size", "size", "bytes") if isinstance(entry.get(key), int)), None)
    changed = _day(entry.get("last_modified")) or _day(entry.get("created")) or attachment_day
    return FileLink(url, title, changed, size)


def _day(text: object) -> date | None:
    """Return the UTC day of a time stamp such as 2026-10-29T09:30:00Z, or None."""
    try:
        instant = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    if instant is None:
        return None
    return (instant.astimezone(UTC) if instant.tzinfo else instant).date()


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
