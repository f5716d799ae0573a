"""The days that lack half-hours, which the nightly repair and users fetch again."""

from datetime import UTC, date, datetime, timedelta

import duckdb

from elexon_assets.dataset_model import Dataset
from elexon_assets.flag_vocabulary import KNOWN_GAP
from elexon_assets.windows import Window, merge_days, window_of_days
from warehouse.connection import has_table, reading
from warehouse.errors import WarehouseMissing
from warehouse.settings import Settings

REPAIR_DAYS = 30
"The trailing closed days that are fetched again while incomplete. Later republications of older days are rare."


def last_closed_day(dataset: Dataset, now: datetime | None = None) -> date:
    """Return the newest UTC day whose last half-hour is usually published by now."""
    now = now or datetime.now(UTC)
    return (now - dataset.publication_lag - timedelta(minutes=30)).date() - timedelta(days=1)


def spans_to_repair(dataset: Dataset, *, days: int = REPAIR_DAYS, now: datetime | None = None) -> list[Window]:
    """Return the fewest spans of missing or incomplete trailing closed days, or all days before the first snapshot."""
    last = last_closed_day(dataset, now)
    first = max(last - timedelta(days=days - 1), Settings().first_day)
    try:
        with reading() as con:
            return merge_days(short_days(con, dataset, first, last))
    except WarehouseMissing:
        return merge_days(window_of_days(first, last).days)


def short_days(con: duckdb.DuckDBPyConnection, dataset: Dataset, first: date, last: date) -> list[date]:
    """Return the UTC days, both ends inclusive, that lack half-hours that may still arrive.

    Days that lack only known gaps are left out: fetching them every night would never end.
    """
    known = (
        f"UNION ALL SELECT day_utc FROM {dataset.name}_gaps_daily WHERE day_utc BETWEEN $first AND $last "
        f"GROUP BY day_utc HAVING bool_and(state = '{KNOWN_GAP.name}')"
    )
    complete = con.execute(
        f"SELECT day_utc FROM {dataset.name}_coverage "
        "WHERE half_hours = half_hours_expected AND day_utc BETWEEN $first AND $last "
        + (known if has_table(con, f"{dataset.name}_gaps_daily") else ""),
        {"first": first, "last": last},
    ).fetchall()
    return sorted(set(window_of_days(first, last).days) - {day for (day,) in complete})
