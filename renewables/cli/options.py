"""What several commands are asked in the same words: days (ISO days of UTC) turned into a window of what the warehouse
holds, which dataset and categories, as of when, and whether what is in doubt counts.

Belongs here: reading and refusing what was typed. Not here: what is done with it.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from renewables.user_errors import BadUsage, Problem

if TYPE_CHECKING:
    from elexon_assets.windows import Window
    from renewables.queries.snapshot import Connection

Start = Annotated[str | None, typer.Option("--start", metavar="DAY", help="First UTC day, YYYY-MM-DD.")]
End = Annotated[str | None, typer.Option("--end", metavar="DAY", help="Last UTC day, YYYY-MM-DD; it is included.")]
DatasetName = Annotated[str, typer.Option("--dataset", help="wind_and_solar or generation_by_fuel.")]
Categories = Annotated[
    list[str] | None,
    typer.Option("--psr-type", help="'Wind Onshore', 'Wind Offshore', Solar (or a fuel type); may be repeated."),
]

AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="TIME", help="What Elexon had published by then: a UTC day (its end), or a time."),
]
KnownAt = Annotated[
    str | None, typer.Option("--known-at", metavar="TIME", help="What had landed here by then, with the flags of then.")
]
ExcludeFlagged = Annotated[
    bool,
    typer.Option("--exclude-flagged", help="Half hours in doubt count as missing: coverage falls, nothing is filled."),
]


def day(text: str) -> date:
    """An ISO day. Raises BadUsage."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007
    except ValueError:
        raise BadUsage(f"{text!r} is not a day: write YYYY-MM-DD, for example 2026-01-31.") from None


def days(start: str | None, end: str | None) -> tuple[date | None, date | None]:
    """Both in order, not in the future and not before the first day that there is. Raises BadUsage."""
    from warehouse.settings import Settings

    first, last = day(start) if start else None, day(end) if end else None
    today, earliest = datetime.now(UTC).date(), Settings().first_day
    if first and last and first > last:
        raise BadUsage(f"The start {first} is after the end {last}: give the earlier day first.")
    for given in filter(None, (first, last)):
        if given > today:
            raise BadUsage(f"{given} lies in the future: the last day that can be asked for is today, {today} (UTC).")
        if given < earliest:
            raise BadUsage(f"{given} is before {earliest}, the first day that was published: begin there.")
    return first, last


def both_days(start: str, end: str) -> tuple[date, date]:
    """As `days`, for a span whose two ends are given."""
    first, last = days(start, end)
    assert first is not None  # noqa: S101 (tells the type checker what `days` does with two texts)
    assert last is not None  # noqa: S101 (as above)
    return first, last


def instant(text: str) -> datetime:
    """An instant with Z or an offset; a bare day means its end. Raises BadUsage."""
    if len(text) <= 10:
        return datetime.combine(day(text) + timedelta(days=1), time(), UTC) - timedelta(microseconds=1)
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise BadUsage(f"{text!r} is not a time: write 2026-01-31 or 2026-01-31T12:00Z.") from None
    if read.tzinfo is None:
        raise BadUsage(f"{text!r} has no time zone: write {text}Z for UTC.")
    return read.astimezone(UTC)


def instants(as_of: str | None, known_at: str | None) -> tuple[datetime | None, datetime | None]:
    """Both as instants; at most one can be meant. Raises BadUsage."""
    if as_of and known_at:
        raise BadUsage("Give --as-of (published by then) or --known-at (landed here by then), not both.")
    return (instant(as_of) if as_of else None, instant(known_at) if known_at else None)


def said_of(as_of: str | None, known_at: str | None, *, exclude_flagged: bool) -> str:
    """The same in words, to stand behind a span; "" for what is current."""
    then = [f", as published by {as_of}"] if as_of else [f", as known here by {known_at}"] if known_at else []
    return "".join([*then, ", without what is flagged" if exclude_flagged else ""])


def known_dataset(name: str) -> str:
    """One that has half hours. Raises BadUsage."""
    from elexon_assets.datasets import BY_HALF_HOUR

    names = [dataset.name for dataset in BY_HALF_HOUR]
    if name not in names:
        raise BadUsage(f"There is no half-hourly dataset {name!r}: choose one of {', '.join(names)}.")
    return name


def known_categories(dataset: str, names: list[str] | None) -> list[str] | None:
    """The declared spellings, whatever the case typed. Raises BadUsage."""
    from elexon_assets.datasets import BY_NAME

    declared = {category.lower(): category for category in BY_NAME[dataset].categories}
    for name in names or ():
        if name.lower() not in declared:
            raise BadUsage(f"{dataset} has no {name!r}: choose from {', '.join(declared.values())}.")
    return [declared[name.lower()] for name in names] if names else None


def held(
    con: "Connection", dataset: str | None, start: str | None, end: str | None, *, last: timedelta | None = None
) -> "Window":
    """The window asked for, completed from what the warehouse holds (its `last` part) of the dataset, or of any that is
    half-hourly; not beyond now. Raises BadUsage, and Problem where the warehouse holds nothing of it.
    """
    from elexon_assets.datasets import BY_HALF_HOUR
    from elexon_assets.settlement import HALF_HOUR
    from elexon_assets.windows import Window, of_days
    from renewables.queries.snapshot import span

    first_day, last_day = days(start, end)
    spans = [found for one in BY_HALF_HOUR if dataset in (None, one.name) if (found := span(one.name, con))]
    there = Window(min(s.start_utc for s in spans), max(s.end_utc for s in spans)) if spans else None
    dataset = dataset or " or ".join(one.name for one in BY_HALF_HOUR)
    if there is None:
        raise Problem(
            f"The warehouse holds nothing of {dataset} yet: fetch a week with `renewables fetch-range 2026-01-01 "
            "2026-01-07`, or see `renewables demo` for synthetic data."
        )
    end_utc = of_days(last_day, last_day).end_utc if last_day else there.end_utc
    now = datetime.now(UTC)
    end_utc = min(end_utc, now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0) + HALF_HOUR)
    default_start = max(there.start_utc, end_utc - last) if last else there.start_utc
    start_utc = of_days(first_day, first_day).start_utc if first_day else default_start
    if start_utc >= there.end_utc or end_utc <= there.start_utc or start_utc >= end_utc:
        shown = f"{first_day or 'the beginning'} to {last_day or 'now'}"
        raise Problem(
            f"The warehouse holds nothing of {dataset} for {shown}: it holds {there.start_utc.date()} to "
            f"{(there.end_utc - HALF_HOUR).date()}; `renewables fetch-range` fetches more."
        )
    return Window(start_utc, end_utc)
