"""Accepting the missing half-hours of a day as a known gap, and withdrawing that, with a person's reason.

Belongs here: what may be accepted or withdrawn, and the row that records it. Not here: the state that follows
(`schema/gap_states.py`), the green day in Dagster (`ops.py`). Half-hours of an accepted day that come later still land:
a gap exists only where a half-hour is missing.
"""

from datetime import UTC, date, datetime

import duckdb

from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import COVERED
from elexon_assets.errors import UnusableInput
from elexon_assets.flag_vocabulary import NOT_ASKED, TOO_RECENT
from elexon_assets.ingest import OpenWarehouse
from elexon_assets.missing_days import last_closed_day
from elexon_assets.schema.warehouse_schema import ensure_schema
from warehouse import landing
from warehouse.connection import publish, writing

LONGEST_REASON = 500
ACCEPTED_AGAIN = "accepted again"
"The reason for the end of an acceptance that a newer one of the same day replaced."


def covered_dataset(name: str) -> Dataset:
    """Return the dataset of that name.

    Raises UnusableInput for one that is unknown, or of which no half-hour is expected.
    """
    for dataset in COVERED:
        if dataset.name == name:
            return dataset
    names = ", ".join(dataset.name for dataset in COVERED)
    raise UnusableInput(f"No known gaps can be accepted for the dataset {name!r}: choose one of {names}.")


def accept_gap(
    dataset: Dataset, day: date, *, reason: str, accepted_by: str, open_warehouse: OpenWarehouse = writing
) -> int:
    """Record that the half-hours missing from the UTC day are a known gap, publish, and return their number.

    Raises UnusableInput if there is no reason, or the day is not over, was never fetched, or lacks no half-hour.
    """
    reason, accepted_by = _reason_and_author(reason, accepted_by)
    if day > last_closed_day(dataset):
        raise UnusableInput(f"{day} has not ended or is not published yet: its half-hours may still arrive.")
    with open_warehouse() as con:
        with landing.transaction(con):
            ensure_schema(con)
            states = dict(
                con.execute(
                    f"SELECT state, half_hours::BIGINT FROM {dataset.name}_gaps_daily WHERE day_utc = ?", [day]
                ).fetchall()
            )
            if NOT_ASKED.name in states or TOO_RECENT.name in states:
                raise UnusableInput(
                    f"{day} of {dataset.title.lower()} has never been fetched completely: fetch it first, with "
                    f"`renewables fetch-range {day} {day} --dataset {dataset.name}`."
                )
            if not states:
                raise UnusableInput(f"{day} of {dataset.title.lower()} has no missing half-hours.")
            now = datetime.now(UTC)
            _end_acceptance(con, dataset, day, reason=ACCEPTED_AGAIN, withdrawn_by=accepted_by, now=now)
            con.execute(
                "INSERT INTO accepted_gaps (dataset, day_utc, reason, accepted_by, accepted_at_utc) "
                "VALUES (?, ?, ?, ?, ?)",
                [dataset.name, day, reason, accepted_by, now],
            )
        publish(con)
    return sum(states.values())


def withdraw_gap(
    dataset: Dataset, day: date, *, reason: str, withdrawn_by: str, open_warehouse: OpenWarehouse = writing
) -> None:
    """Record that the UTC day is no longer a known gap, and publish; the acceptance stays in the history.

    Raises UnusableInput if there is no reason or the day is not accepted.
    """
    reason, withdrawn_by = _reason_and_author(reason, withdrawn_by)
    with open_warehouse() as con:
        with landing.transaction(con):
            ensure_schema(con)
            if not _end_acceptance(con, dataset, day, reason=reason, withdrawn_by=withdrawn_by, now=datetime.now(UTC)):
                raise UnusableInput(f"{day} of {dataset.title.lower()} is not accepted as a known gap.")
        publish(con)


def _reason_and_author(reason: str, author: str) -> tuple[str, str]:
    """Return both without surrounding blanks, the reason cut to its maximum length. Raises UnusableInput."""
    reason, author = reason.strip()[:LONGEST_REASON], author.strip()
    if not reason or not author:
        raise UnusableInput("A decision about a known gap needs a reason and the name of the person who decides.")
    return reason, author


def _end_acceptance(
    con: duckdb.DuckDBPyConnection, dataset: Dataset, day: date, *, reason: str, withdrawn_by: str, now: datetime
) -> bool:
    """End the acceptance of the day in force, and return whether one existed."""
    ended = con.execute(
        "UPDATE accepted_gaps SET withdrawn_because = ?, withdrawn_by = ?, withdrawn_at_utc = ? "
        "WHERE dataset = ? AND day_utc = ? AND withdrawn_at_utc IS NULL",
        [reason, withdrawn_by, now, dataset.name, day],
    ).fetchall()
    return bool(ended[0][0])
