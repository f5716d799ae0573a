"""Accepts the missing half hours of a day as a known gap: a person has looked, and nobody has to ask for them again.

Belongs here: what may be accepted, and the row that says so. Not here: the state that follows (`schema/gap_states.py`),
the green day in Dagster (`ops.py`). What comes later lands all the same: a gap is only where a half hour is missing.
"""

from datetime import UTC, date, datetime

from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import OBSERVED
from elexon_assets.errors import UnusableInput
from elexon_assets.flag_vocabulary import NOT_ASKED, TOO_RECENT
from elexon_assets.ingest import OpenWarehouse
from elexon_assets.missing_days import last_closed_day
from elexon_assets.schema.warehouse_schema import ensure_schema
from warehouse import landing, snapshots
from warehouse.connection import writing

LONGEST_REASON = 500


def observed_dataset(name: str) -> Dataset:
    """Return the dataset of that name. Raises UnusableInput for one that is unknown or not observed."""
    for dataset in OBSERVED:
        if dataset.name == name:
            return dataset
    names = ", ".join(dataset.name for dataset in OBSERVED)
    raise UnusableInput(f"There is no observed dataset {name!r}: choose one of {names}.")


def accept_gap(
    dataset: Dataset, day: date, *, reason: str, accepted_by: str, open_warehouse: OpenWarehouse = writing
) -> int:
    """Note that the half hours missing from the UTC day are a known gap, publish, and return their number.

    Raises UnusableInput where no reason is given, the day is not over, was never asked for, or lacks nothing.
    """
    reason, accepted_by = reason.strip()[:LONGEST_REASON], accepted_by.strip()
    if not reason or not accepted_by:
        raise UnusableInput("A known gap needs a reason and the name of who accepts it.")
    if day > last_closed_day(dataset):
        raise UnusableInput(f"{day} is not over or not published yet: its half-hours may still come.")
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
                    f"{day} of {dataset.title.lower()} was never asked for in full: fetch it first, with "
                    f"`renewables fetch-range {day} {day} --dataset {dataset.name}`."
                )
            if not states:
                raise UnusableInput(f"{day} of {dataset.title.lower()} lacks no half-hour.")
            con.execute("DELETE FROM accepted_gaps WHERE dataset = ? AND day_utc = ?", [dataset.name, day])
            con.execute(
                "INSERT INTO accepted_gaps VALUES (?, ?, ?, ?, ?)",
                [dataset.name, day, reason, accepted_by, datetime.now(UTC)],
            )
        snapshots.publish_snapshot(con)
    return sum(states.values())
