"""The content of the first page: the newest half-hour, the last 24 hours, two weeks to compare, records.

Belongs here: which spans, and what is missing or flagged in them. Not here: the figures of a span (`analysis.py`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import WIND_AND_SOLAR
from elexon_assets.schema.flags import WIND
from elexon_assets.schema.measures import TOTAL
from elexon_assets.schema.series import all_published
from elexon_assets.settlement import HALF_HOUR
from elexon_assets.windows import Window
from renewables.queries.analysis import summary_of
from renewables.queries.selection import Selection, read_dataset
from renewables.queries.snapshot import Connection, query_frame, snapshot_connection, span_of

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True)
class Overview:
    """Summaries (`analysis.summary`) of spans that end with the newest half-hour or before it, and the records.

    `records` has psr_type, peak_mw, peak_start_time_utc. `sparks` has the MW of the last 48 half-hours by psr_type.
    """

    held: Window
    newest: Window
    now: pl.DataFrame
    wind_now: pl.DataFrame
    "That of both kinds of wind together: the row of the total."
    hour_before: pl.DataFrame
    "That of the half-hour which began an hour before the newest one."
    last_day: pl.DataFrame
    last_week: pl.DataFrame
    week_before: pl.DataFrame
    records: pl.DataFrame
    sparks: dict[str, list[float]]
    half_hours_missing: int
    "The half-hours of the last week in which at least one technology is missing."
    half_hours_flagged: int
    "The half-hours of the last week that are flagged for any technology."


def wind_and_solar_overview(con: Connection | None = None) -> Overview | None:
    """Return the overview of wind and solar, or None without data."""
    dataset = WIND_AND_SOLAR
    with snapshot_connection(con) as snapshot:
        available = span_of(dataset.name, snapshot)
        if available is None:
            return None
        end = available.end_utc
        week, newest = Window(end - WEEK, end), Window(end - HALF_HOUR, end)
        everything = Selection.read(dataset.name)
        last_week = summary_of(everything, week, snapshot)
        whole = last_week.filter(pl.col(dataset.category) == TOTAL)["half_hours"].item()
        return Overview(
            held=available,
            newest=newest,
            now=summary_of(everything, newest, snapshot),
            wind_now=summary_of(Selection.read(dataset.name, WIND), newest, snapshot),
            hour_before=summary_of(everything, Window(newest.start_utc - HOUR, end - HOUR), snapshot),
            last_day=summary_of(everything, Window(end - DAY, end), snapshot),
            last_week=last_week,
            week_before=summary_of(everything, Window(end - 2 * WEEK, end - WEEK), snapshot),
            records=record_values(con=snapshot),
            sparks=_spark_values(snapshot, dataset, end),
            half_hours_missing=WEEK // HALF_HOUR - whole,
            half_hours_flagged=count_flagged(dataset.name, week, snapshot),
        )


def record_values(dataset: str = WIND_AND_SOLAR.name, con: Connection | None = None) -> pl.DataFrame:
    """Return the greatest value of each category that is always published, and of their complete totals.

    Columns: the category, peak_mw, peak_start_time_utc. Flagged values cannot be records.
    """
    declaration = read_dataset(dataset)
    category, value = declaration.category, declaration.value
    names = declaration.always_published
    with snapshot_connection(con) as snapshot:
        return query_frame(
            snapshot,
            f"""WITH sound AS (
                SELECT start_time_utc, {category} AS category, {value} AS mw FROM {dataset}
                ANTI JOIN {dataset}_flagged USING (start_time_utc, {category})
                WHERE list_contains($names, {category})
            ), counted AS (
                FROM sound UNION ALL
                SELECT start_time_utc, '{TOTAL}', sum(mw) FROM sound
                GROUP BY start_time_utc HAVING {all_published(declaration, names, "category")}
            )
            SELECT category AS {category}, max(mw) AS peak_mw, arg_max(start_time_utc, mw) AS peak_start_time_utc
            FROM counted GROUP BY category ORDER BY list_position($names, category)""",
            {"names": list(names)},
        )


def count_flagged(dataset: str, window: Window, con: Connection | None = None) -> int:
    """Return the number of half-hours of the window with a flagged value."""
    with snapshot_connection(con) as snapshot:
        rows = snapshot.execute(
            f"SELECT count(DISTINCT start_time_utc) FROM {dataset}_flagged "
            "WHERE start_time_utc >= ? AND start_time_utc < ?",
            [window.start_utc, window.end_utc],
        ).fetchall()
    return int(rows[0][0])


def _spark_values(con: Connection, dataset: Dataset, end: datetime) -> dict[str, list[float]]:
    """Return the last 48 values of each technology, and of the total where every technology is present."""
    frame = query_frame(
        con,
        f"""WITH present AS (
            SELECT start_time_utc, {dataset.category} AS category, {dataset.value} AS mw
            FROM {dataset.name} WHERE start_time_utc >= $start AND start_time_utc < $end
                AND list_contains($names, {dataset.category})
        ), counted AS (
            FROM present UNION ALL
            SELECT start_time_utc, '{TOTAL}', sum(mw) FROM present GROUP BY start_time_utc HAVING count(*) = len($names)
        )
        SELECT category, list(mw ORDER BY start_time_utc) AS mw FROM counted GROUP BY category""",
        {"start": end - DAY, "end": end, "names": list(dataset.categories)},
    )
    return dict(frame.iter_rows())
