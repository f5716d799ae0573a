"""How a span of days becomes Dagster runs. Imports no Dagster, so that who only asks for runs need not load it."""

from datetime import date, timedelta

DAYS_A_RUN = 371
"53 windows of seven days: a calendar year in one run. A run costs seconds of start-up, a window milliseconds."

RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
"Dagster's own tags: a run with both materializes the whole range in one go."


def range_tags(first: date, last: date) -> dict[str, str]:
    """Tags of a run of the UTC days, both ends in."""
    return {RANGE_START: first.isoformat(), RANGE_END: last.isoformat()}


def chunks(first: date, last: date) -> list[tuple[date, date]]:
    """The days of each run, as Dagster's backfill cuts them: from the first day on."""
    starts = [first + timedelta(days=n) for n in range(0, (last - first).days + 1, DAYS_A_RUN)]
    return [(start, min(start + timedelta(days=DAYS_A_RUN - 1), last)) for start in starts]
