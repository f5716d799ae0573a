"""Which days lack half hours: what the nightly repair, and a person, ask for again."""

from datetime import UTC, date, datetime, timedelta

import duckdb

from elexon_assets.datasets import Dataset
from elexon_assets.windows import of_days

REPAIR_DAYS = 30
"Trailing closed days that are asked for again while short. Later republications of older days are rare."


def last_closed_day(dataset: Dataset, now: datetime | None = None) -> date:
    """The newest UTC day whose last half hour is published, ordinarily."""
    now = now or datetime.now(UTC)
    return (now - dataset.publication_lag - timedelta(minutes=30)).date() - timedelta(days=1)


def short_days(con: duckdb.DuckDBPyConnection | None, dataset: Dataset, first: date, last: date) -> list[date]:
    """UTC days, both ends in, of which not all 48 half hours are whole. Without a warehouse: all of them."""
    days = of_days(first, last).days
    if con is None:
        return days
    whole = con.execute(
        f"SELECT day_utc FROM {dataset.name}_coverage "
        "WHERE half_hours = half_hours_expected AND day_utc BETWEEN ? AND ?",
        [first, last],
    ).fetchall()
    return sorted(set(days) - {day for (day,) in whole})
