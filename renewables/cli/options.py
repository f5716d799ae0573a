"""The options that several commands share: a span, a dataset and its categories, as of when, whether flags count.

Belongs here: the options, their completion in the shell, and the window that they select in this warehouse. Not here:
how times and names are read (`elexon_assets/time_inputs.py`, `renewables/queries/selection.py`), what is done with
them.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from renewables.user_errors import UserError

if TYPE_CHECKING:
    from elexon_assets.windows import Window
    from renewables.queries.selection import Selection
    from renewables.queries.snapshot import Connection


def complete_observed(incomplete: str) -> list[str]:
    """Return the names of the observed datasets that begin with the typed text."""
    from elexon_assets.datasets import OBSERVED

    return [dataset.name for dataset in OBSERVED if dataset.name.startswith(incomplete)]


def complete_covered(incomplete: str) -> list[str]:
    """Return the names of the datasets with gaps, of which every half-hour is expected, that begin with the text."""
    from elexon_assets.datasets import COVERED

    return [dataset.name for dataset in COVERED if dataset.name.startswith(incomplete)]


def complete_dataset(incomplete: str) -> list[str]:
    """Return the names of all datasets that begin with the typed text."""
    from elexon_assets.datasets import DATASETS

    return [dataset.name for dataset in DATASETS if dataset.name.startswith(incomplete)]


def complete_category(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the categories of the typed dataset that begin with the typed text, as one word each.

    A blank becomes a hyphen, which needs no quotes in any shell, and the case follows the typed text.
    """
    from elexon_assets.datasets import BY_NAME, WIND_AND_SOLAR

    dataset = BY_NAME.get(str(ctx.params.get("dataset")), WIND_AND_SOLAR)
    words = [name.replace(" ", "-") for name in dataset.categories]
    return [word.lower() if incomplete.islower() else word for word in words]


Start = Annotated[
    str | None,
    typer.Option("--start", metavar="TIME", help="First UTC day, YYYY-MM-DD, or a time such as 2026-01-31T12:00Z."),
]
End = Annotated[
    str | None, typer.Option("--end", metavar="TIME", help="Last UTC day (inclusive), or a time (exclusive).")
]
DatasetName = Annotated[
    str,
    typer.Option(
        "--dataset", help="The name of an observed dataset, such as wind_and_solar.", autocompletion=complete_observed
    ),
]
Categories = Annotated[
    list[str] | None,
    typer.Option(
        "--psr-type",
        help="wind-onshore, wind-offshore, solar (or a fuel type); may be repeated.",
        autocompletion=complete_category,
    ),
]

AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="TIME",
        help="Values as published by then: a UTC day (its end), or a time. Flags are today's.",
    ),
]
KnownAt = Annotated[
    str | None,
    typer.Option(
        "--known-at",
        metavar="TIME",
        help="Values and flags that had landed here by then; none before the first fetch.",
    ),
]
ExcludeFlagged = Annotated[
    bool,
    typer.Option(
        "--exclude-flagged", help="Treat flagged half-hours as missing: coverage falls, nothing is filled in."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts; see docs/json.md.")]


@contextmanager
def without_pandas() -> Iterator[None]:
    """Keep DuckDB from importing pandas, as it does at the first bound parameter, which takes half a second.

    It is for the process of one command, which has no other use for pandas. It has no effect if pandas is loaded
    already.
    """
    if "pandas" in sys.modules:
        yield
        return
    sys.modules["pandas"] = None  # type: ignore[assignment]  # None marks a missing module, as Python documents
    try:
        yield
    finally:
        del sys.modules["pandas"]


@contextmanager
def open_snapshot() -> "Iterator[Connection]":
    """Yield a connection to the newest snapshot. Raises WarehouseMissing."""
    from renewables.queries.snapshot import snapshot_connection

    # The connection comes first: completing the schema of a home without Elexon's data imports pandas.
    with snapshot_connection() as con, without_pandas():
        yield con


def words_of(selection: "Selection") -> str:
    """Return the selection in words, to follow a span; "" for the present state."""
    from elexon_assets.time_inputs import in_words

    words = ""
    if selection.as_of:
        words += f", as published by {in_words(selection.as_of)}"
    if selection.known_at:
        words += f", as known here by {in_words(selection.known_at)}"
    return words + (", excluding flagged values" if selection.exclude_flagged else "")


def read_window(
    con: "Connection", dataset: str | None, start: str | None, end: str | None, *, last: timedelta | None = None
) -> "Window":
    """Return the requested window, completed from the contents of the warehouse (its `last` part), not beyond now.

    `dataset` is one with start times, or None for any observed one. Raises UnusableInput, and UserError if the
    warehouse holds nothing of the window.
    """
    from elexon_assets.datasets import BY_NAME, OBSERVED
    from elexon_assets.settlement import HALF_HOUR
    from elexon_assets.time_inputs import read_bounds
    from elexon_assets.windows import Window
    from renewables.queries.snapshot import span_of

    first, after = read_bounds(start, end)
    datasets = (BY_NAME[dataset],) if dataset else OBSERVED
    spans = [available for declared in datasets if (available := span_of(declared.name, con))]
    names = " or ".join(declared.name for declared in datasets)
    if not spans:
        raise UserError(
            f"The warehouse has no data of {names} yet: fetch a week with `renewables fetch-range 2026-01-01 "
            "2026-01-07`, or run `renewables demo` for synthetic data."
        )
    available = Window(min(s.start_utc for s in spans), max(s.end_utc for s in spans))
    now = datetime.now(UTC)
    end_utc = min(
        after or available.end_utc, now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0) + HALF_HOUR
    )
    start_utc = first or (max(available.start_utc, end_utc - last) if last else available.start_utc)
    if start_utc >= available.end_utc or end_utc <= available.start_utc or start_utc >= end_utc:
        raise UserError(
            f"The warehouse has no data of {names} for {start or 'the beginning'} to {end or 'now'}: it has "
            f"{available.start_utc.date()} to {(available.end_utc - HALF_HOUR).date()}; "
            "`renewables fetch-range` fetches more."
        )
    return Window(start_utc, end_utc)
