"""One row per half-hour and one column per series: as it is, as it was published by a time, as known at each issue.

Belongs here: the grid, the cuts, and one query for all of them. Not here: the series and what counts as known
(`elexon_assets/schema/feature_series.py`), the export with its leads (`features.py`), training rows (`training.py`).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

import polars as pl

from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import BY_NAME
from elexon_assets.errors import UnusableInput
from elexon_assets.schema.feature_series import FeatureSeries, feature_series, known_sql, publish_column
from elexon_assets.settlement import HALF_HOUR
from elexon_assets.time_inputs import read_as_of, read_span, read_time
from elexon_assets.windows import Window
from renewables.queries.durations import read_duration
from renewables.queries.snapshot import Connection, query_frame, snapshot_connection

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FOR_EVER_US = 2**62
"A cut that everything was published before."
HALF_HOUR_US = HALF_HOUR // timedelta(microseconds=1)
Series = str | Iterable[str] | None
"One column of the wide frame, or several; None means all of them."


def wide(
    start: date | datetime | str,
    end: date | datetime | str,
    *,
    series: Series = None,
    as_of: date | datetime | str | None = None,
    con: Connection | None = None,
) -> pl.DataFrame:
    """Return one row per half-hour of the span, complete, and one column per series; null where nothing is known.

    `start_time_utc` comes first. A forecast is the newest that was published before its target, with its publish time
    beside it; an hourly forecast fills both half-hours. Flagged values are kept: see `training_frame`.

    Args:
        start: A UTC day, or an instant; an ISO text of either.
        end: The last UTC day, which is included, or an instant, which is not.
        series: The columns wanted, such as "solar_mw"; all of them by default.
        as_of: Only what Elexon had published by then; a day means its end.
        con: A connection to a snapshot; the newest one by default.

    Raises:
        UnusableInput: A span, a time or a column is invalid.
        WarehouseMissing: Nothing is published yet.
    """
    window, instant = read_span(start, end), read_as_of(as_of)
    cut = FOR_EVER_US if instant is None else microseconds(instant)
    with snapshot_connection(con) as snapshot:
        return frame_at_cuts(snapshot, grid_sql(window, str(cut)), read_series(series), window).drop("cut_time_utc")


def known_at_issue(
    issues: Sequence[date | datetime | str],
    *,
    lookback: timedelta | str = "7 days",
    horizon: timedelta | str = "48h",
    series: Series = None,
    con: Connection | None = None,
) -> pl.DataFrame:
    """Return what was published at each issue time, in one query: one row per issue and half-hour around it.

    Columns: `issue_time_utc`, `start_time_utc`, and the series as in `wide`, each with the newest value published by
    the issue. Half-hours run from `lookback` before the issue to `horizon` after it.

    Args:
        issues: Instants, or ISO texts with a zone.
        lookback: How far back the half-hours begin; half an hour or more, such as "7 days" or "36h".
        horizon: How far ahead they end; "0h" for none.
        series: The columns wanted; all of them by default.
        con: A connection to a snapshot; the newest one by default.

    Raises:
        UnusableInput: An issue, a duration or a column is invalid.
        WarehouseMissing: Nothing is published yet.
    """
    instants = sorted({read_instant(issue) for issue in issues})
    back, ahead = read_duration(lookback), read_duration(horizon)
    if not instants or back + ahead <= timedelta():
        raise UnusableInput("Give at least one issue, and a lookback or a horizon longer than zero.")
    cuts = issues_sql(instants, f"- {back // timedelta(microseconds=1)}", f"+ {ahead // timedelta(microseconds=1)}")
    window = Window(instants[0] - back - HALF_HOUR, instants[-1] + ahead + HALF_HOUR)
    with snapshot_connection(con) as snapshot:
        frame = frame_at_cuts(snapshot, cuts, read_series(series), window)
    return frame.rename({"cut_time_utc": "issue_time_utc"})


def frame_at_cuts(con: Connection, cuts: str, series: Sequence[FeatureSeries], window: Window) -> pl.DataFrame:
    """Return the series at a relation of cuts: `cut_time_utc`, `start_time_utc`, and a column per series, in order."""
    joined, columns = join_series("cuts", series)
    return query_frame(
        con,
        f"""WITH cuts AS MATERIALIZED ({cuts})
        SELECT CASE WHEN cut_us < {FOR_EVER_US} THEN make_timestamptz(cut_us) END AS cut_time_utc,
            make_timestamptz(start_us) AS start_time_utc, {", ".join(columns)}
        FROM cuts {joined} ORDER BY cut_us, start_us""",
        window_parameters(window),
    )


def join_series(cuts: str, series: Sequence[FeatureSeries]) -> tuple[str, list[str]]:
    """Return SQL of joins that add the series to a relation of cuts, one per dataset, and the names of the columns."""
    joins, columns = [], []
    for dataset, of_dataset in by_dataset(series):
        joins.append(f"LEFT JOIN ({known_sql(dataset, of_dataset, cuts)}) AS {dataset.name} USING (start_us, cut_us)")
        columns += [one.column for one in of_dataset]
        columns += [publish_column(dataset)] * of_dataset[0].is_forecast
    return " ".join(joins), columns


def by_dataset(series: Sequence[FeatureSeries]) -> list[tuple[Dataset, list[FeatureSeries]]]:
    """Return the series by dataset, both in the order of the declarations."""
    return [(BY_NAME[name], list(some)) for name, some in groupby(series, key=lambda one: one.dataset.name)]


def grid_sql(window: Window, cut: str) -> str:
    """Return SQL of the half-hours of a window as a relation of cuts; `cut` is SQL and may read `start_us`."""
    first, after = microseconds(window.start_utc), microseconds(window.end_utc)
    return (
        f"SELECT start_us, ({cut})::BIGINT AS cut_us "
        f"FROM (SELECT unnest(range({first}, {after}, {HALF_HOUR_US})) AS start_us)"
    )


def issues_sql(issues: Sequence[datetime], begins: str, ends: str) -> str:
    """Return SQL of the half-hours around each issue as a relation of cuts; both ends follow `cut_us` in SQL."""
    listed = ", ".join(str(microseconds(issue)) for issue in issues)
    return (
        f"SELECT unnest(range(-((-(cut_us {begins})) // {HALF_HOUR_US}) * {HALF_HOUR_US}, cut_us {ends}, "
        f"{HALF_HOUR_US})) AS start_us, cut_us FROM (SELECT unnest([{listed}]::BIGINT[]) AS cut_us)"
    )


def read_series(series: Series) -> tuple[FeatureSeries, ...]:
    """Return the series of the named columns, in the order of the declarations. Raises UnusableInput."""
    every = feature_series()
    if series is None:
        return every
    wanted = {series} if isinstance(series, str) else set(series)
    if unknown := sorted(wanted - {one.column for one in every}):
        raise UnusableInput(f"Unknown series {unknown[0]!r}: choose from {', '.join(one.column for one in every)}.")
    return tuple(one for one in every if one.column in wanted)


def read_instant(value: object) -> datetime:
    """Return an instant. Raises UnusableInput for a day, and for a time without a zone."""
    instant = read_time(value)
    if not isinstance(instant, datetime):
        raise UnusableInput(f"{value} is a day: an issue is a time with its zone, such as 2026-01-31T09:00Z.")
    return instant


def microseconds(instant: datetime) -> int:
    """Return the microseconds since the epoch."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def window_parameters(window: Window) -> dict[str, object]:
    """Return the parameters that the query of known values binds; hourly targets may begin half an hour earlier."""
    return {"first": window.start_utc - HALF_HOUR, "after": window.end_utc}
