"""The forecasts themselves: all issues for one day beside the actual values, the newest issue, and what is there.

Belongs here: rows for charts. Not here: scores (`forecast_skill.py`).

Gate closure of a half-hour is one hour before its start: by then the market's positions are final.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

from elexon_assets.datasets import WIND_FORECAST
from elexon_assets.settlement import HALF_HOUR
from elexon_assets.windows import Window
from renewables.queries.forecast_selection import ForecastSelection
from renewables.queries.profiles import window_of_days
from renewables.queries.snapshot import Connection, query_frame, snapshot_connection, span_of

GATE_CLOSURE = timedelta(hours=1)
"The time from gate closure to the start of the half-hour."

NEAR = timedelta(days=2)
"The greatest time from the newest actual value to the newest issue that is drawn behind it."


@dataclass(frozen=True)
class ForecastDay:
    """The half-hours of a settlement day: what was forecast by each issue, and what happened.

    `issues` has publish_time_utc, start_time_utc, generation_mw and `is_last` (the newest issue before gate closure of
    the half-hour). `actual` has start_time_utc, generation_mw and `is_flagged`.
    """

    window: Window
    issues: pl.DataFrame
    actual: pl.DataFrame

    @property
    def rows(self) -> pl.DataFrame:
        """Return one row per issue and half-hour with the actual value beside it, for a table."""
        return self.issues.join(
            self.actual.rename({"generation_mw": "actual_mw"}), on="start_time_utc", how="left"
        ).sort("start_time_utc", "publish_time_utc")


@dataclass(frozen=True)
class NewestIssue:
    """The newest issue of the wind forecast, with start_time_utc and generation_mw of its hours."""

    issued_utc: datetime
    hours: pl.DataFrame


def forecast_span(selection: ForecastSelection, con: Connection | None = None) -> Window | None:
    """Return the window from the first to the last target that has been forecast, or None without forecasts."""
    dataset = selection.declaration
    if not dataset.dimensions:  # DuckDB knows both ends of a whole column without reading it
        return span_of(dataset.name, con)
    with snapshot_connection(con) as snapshot:
        first, last = query_frame(
            snapshot,
            f"SELECT min(start_time_utc) AS first, max(start_time_utc) AS last FROM {dataset.table} "
            f"WHERE list_contains($series, {dataset.category})",
            {"series": list(selection.series)},
        ).row(0)
    return None if first is None else Window(first, last + dataset.resolution)


def judged_span(selection: ForecastSelection, con: Connection | None = None) -> Window | None:
    """Return the part of `forecast_span` that has actual values by now, or None without one of them."""
    with snapshot_connection(con) as snapshot:
        forecast, truth = forecast_span(selection, snapshot), span_of(selection.truth_dataset.name, snapshot)
    if forecast is None or truth is None:
        return None
    start, end = max(forecast.start_utc, truth.start_utc), min(forecast.end_utc, truth.end_utc)
    return Window(start, end) if start < end else None


def forecast_day(selection: ForecastSelection, day: date, con: Connection | None = None) -> ForecastDay:
    """Return the forecasts of one series for a settlement day, and the actual values."""
    dataset, window = selection.declaration, window_of_days(day, day)
    parameters = {"start": window.start_utc, "end": window.end_utc, "series": list(selection.series)}
    with snapshot_connection(con) as snapshot:
        issues = query_frame(
            snapshot,
            f"""WITH forecasts AS (
                SELECT publish_time_utc, start_time_utc + n * INTERVAL 30 MINUTE AS start_time_utc,
                    {dataset.value} AS generation_mw
                FROM {dataset.table} CROSS JOIN (SELECT unnest(range({selection.half_hours})) AS n)
                WHERE start_time_utc > $start - $width AND start_time_utc < $end AND start_time_utc > publish_time_utc
                    AND list_contains($series, {dataset.category}) AND {dataset.value} IS NOT NULL
                QUALIFY row_number() OVER (
                    PARTITION BY publish_time_utc, start_time_utc, n
                    ORDER BY ingested_at_utc DESC, {dataset.value} DESC
                ) = 1
            )
            SELECT *, coalesce(publish_time_utc = max(publish_time_utc)
                    FILTER (publish_time_utc <= start_time_utc - $gate_closure) OVER (PARTITION BY start_time_utc),
                false) AS is_last
            FROM forecasts WHERE start_time_utc >= $start AND start_time_utc < $end
            ORDER BY publish_time_utc, start_time_utc""",
            {**parameters, "width": dataset.resolution, "gate_closure": GATE_CLOSURE},
        )
        actual = query_frame(
            snapshot,
            f"SELECT start_time_utc, mw AS generation_mw, reasons IS NOT NULL AS is_flagged "
            f"FROM {selection.actual_sql()} ORDER BY start_time_utc",
            {
                **{"first": window.start_utc, "last": window.end_utc, "categories": list(selection.categories)},
                **({"truth_at": selection.truth.as_of} if selection.truth.as_of else {}),
            },
        )
    return ForecastDay(window, issues, actual)


def newest_wind_forecast(after_utc: datetime, con: Connection | None = None) -> NewestIssue | None:
    """Return the newest issue of the wind forecast from an instant on.

    It is None if the issue reaches no further, or if it was published long after the instant: a line far from the
    actual values would say nothing.
    """
    dataset = WIND_FORECAST
    with snapshot_connection(con) as snapshot:
        frame = query_frame(
            snapshot,
            f"""SELECT publish_time_utc, start_time_utc, arg_max({dataset.value}, ingested_at_utc) AS generation_mw
            FROM {dataset.table}
            WHERE publish_time_utc = (SELECT max(publish_time_utc) FROM {dataset.table}) AND publish_time_utc < $latest
                AND start_time_utc > publish_time_utc AND start_time_utc > $after AND {dataset.value} IS NOT NULL
            GROUP BY ALL ORDER BY start_time_utc""",
            {"after": after_utc - HALF_HOUR, "latest": after_utc + NEAR},
        )
    if frame.is_empty():
        return None
    return NewestIssue(frame["publish_time_utc"][0], frame.drop("publish_time_utc"))
