"""Types of settings: the condition for a value, and the message for an invalid one.

Belongs here: bounds and readers that a setting's annotation names. Not here: the settings and their defaults
(`settings.py`). Every number is bounded on both sides: NaN, infinity and 1e308 are not valid seconds, days or
megawatts.
"""

import json
import os
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, HttpUrl
from pydantic_settings import NoDecode

from warehouse.date_bounds import EARLIEST_DATE

LimitName = Literal["hard_low", "soft_low", "soft_high", "hard_high"]
_LIMITS_EXAMPLE = '{"Solar": {"soft_high": 19000}}'
EVERYONE = "*"
"The entry of a list of people that stands for everyone who signs in."
_PERSON = re.compile(r"[^@\s,]*@[^@\s,]+")
_HOST = re.compile(r"[\w.-]+|\[[0-9a-f:.]+\]")


def is_text(value: str) -> bool:
    """Return whether a value from the system is UTF-8 text; Python decodes other bytes to lone surrogates."""
    return value.isprintable() or not any("\ud800" <= character <= "\udfff" for character in value)


def usable_path(path: Path) -> Path:
    """Return the absolute path. Raises ValueError for a name that DuckDB or Dagster's SQLite would misread."""
    try:
        path = path.expanduser().absolute()
    except RuntimeError as error:
        raise ValueError("no user has that name: write the folder without ~") from error
    if not is_text(str(path)):
        raise ValueError("the path is not UTF-8 text: choose another folder")
    if any(ord(character) < ord(" ") or character == "\x7f" for character in str(path)):
        raise ValueError("the path has a line break or another control character: choose another folder")
    if "?" in str(path):
        raise ValueError("DuckDB ends a path at a question mark: choose another folder")
    if re.search(r"%[0-9a-fA-F]{2}", str(path)):
        raise ValueError("SQLite's driver decodes % and two hexadecimal digits in a path: choose another folder")
    return path


def _not_a_file(path: Path) -> Path:
    if os.path.exists(path) and not os.path.isdir(path):  # noqa: PTH110, PTH112 (pathlib raises on a forbidden folder)
        raise ValueError("it is a file, and must be a folder: give another")
    return path


def not_a_folder(path: Path) -> Path:
    """Return the path. Raises ValueError if it is a folder or a device."""
    if not path.name or (os.path.exists(path) and not os.path.isfile(path)):  # noqa: PTH110, PTH113 (as above)
        raise ValueError("it is a folder or a device, and must be a file: add a name such as warehouse.duckdb")
    return path


def _read_limits(value: Any) -> Any:
    """Read limits from a line of JSON. Raises ValueError."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) or {}
    except ValueError as error:
        raise ValueError(f"it is not a line of JSON such as {_LIMITS_EXAMPLE} ({error})") from error


def _read_first_day(value: Any) -> Any:
    """Read a day from a text. Raises ValueError for a number, which pydantic would take for seconds since 1970."""
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d", value.strip(), re.ASCII):
        raise ValueError("it is not a day: write YYYY-MM-DD, for example 2016-03-01")
    return value


def _day_with_data(day: date) -> date:
    """Return the day. Raises ValueError if Elexon cannot have data from that day."""
    today = datetime.now(UTC).date()
    if not EARLIEST_DATE <= day <= today - timedelta(days=1):
        raise ValueError(f"it must be from {EARLIEST_DATE} to yesterday: write YYYY-MM-DD, for example 2016-03-01")
    return day


def _split_entries(value: Any) -> Any:
    """Split `mirror.example, cache.example` into two entries, in lower case."""
    entries = value.split(",") if isinstance(value, str) else value
    return frozenset(entry.strip().lower() for entry in entries if entry.strip())


def _split_names(value: Any) -> Any:
    """Split `email_verified, xms_edov` into two names; unlike hosts and people, claims differ by case."""
    names = value.split(",") if isinstance(value, str) else value
    return frozenset(name.strip() for name in names if name.strip())


def _named_hosts(hosts: frozenset[str]) -> frozenset[str]:
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise ValueError(f"{host[:60]!r} is not a host name: write hosts only, such as mirror.example")
    return hosts


def _people(people: frozenset[str]) -> frozenset[str]:
    """Return the addresses. Raises ValueError for an entry that would match nobody."""
    for person in people:
        if not _PERSON.fullmatch(person):
            raise ValueError(
                f"{person[:60]!r} is neither an e-mail address nor a domain: write ann@example.com or @example.com"
            )
    return people


def _people_or_everyone(people: frozenset[str]) -> frozenset[str]:
    return _people(people - {EVERYONE}) | (people & {EVERYONE})


def _with_usable_port(url: HttpUrl) -> HttpUrl:
    if url.port == 0:
        raise ValueError("nothing answers on port 0: give a port from 1 to 65535")
    return url


Address = Annotated[HttpUrl, AfterValidator(_with_usable_port)]
Folder = Annotated[Path, AfterValidator(usable_path), AfterValidator(_not_a_file)]
FirstDay = Annotated[date, BeforeValidator(_read_first_day), AfterValidator(_day_with_data)]
Hosts = Annotated[frozenset[str], NoDecode, BeforeValidator(_split_entries), AfterValidator(_named_hosts)]
Claims = Annotated[frozenset[str], NoDecode, BeforeValidator(_split_names), Field(min_length=1)]
People = Annotated[frozenset[str], NoDecode, BeforeValidator(_split_entries), AfterValidator(_people)]
Readers = Annotated[frozenset[str], NoDecode, BeforeValidator(_split_entries), AfterValidator(_people_or_everyone)]

Seconds = Annotated[float, Field(gt=0, le=86_400)]
Pause = Annotated[float, Field(ge=0, le=86_400)]
Minutes = Annotated[float, Field(ge=0, le=1_000_000)]
Days = Annotated[float, Field(ge=0, le=36_500)]
Megawatts = Annotated[float, Field(ge=0, le=1_000_000)]
Degrees = Annotated[float, Field(ge=-90, le=90)]
Limit = Annotated[float, Field(ge=-1_000_000, le=1_000_000)]
Limits = Annotated[dict[str, dict[LimitName, Limit]], NoDecode, BeforeValidator(_read_limits)]
