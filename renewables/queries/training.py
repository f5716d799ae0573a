"""Training rows: for each issue time of a model, the target half-hours with what was known when it was issued.

Belongs here: issues, horizons, lags and capacities. Not here: the query of known values (`wide_frame.py`,
`elexon_assets/schema/feature_series.py`), the wide export (`features.py`).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from elexon_assets.datasets import GENERATION_BY_FUEL, INSTALLED_CAPACITY, WIND_FORECAST
from elexon_assets.errors import UnusableInput
from elexon_assets.schema.feature_series import FeatureSeries, feature_series, known_sql
from elexon_assets.schema.flags import METERED_WIND, WIND
from elexon_assets.settlement import HALF_HOUR, LONDON
from elexon_assets.time_inputs import read_days
from elexon_assets.windows import Window
from renewables.queries.durations import duration_text, read_duration
from renewables.queries.snapshot import Connection, query_frame, snapshot_connection
from renewables.queries.wide_frame import FOR_EVER_US, issues_sql, join_series, read_series, window_parameters

MICROSECOND = timedelta(microseconds=1)
PER_CAPACITY = "_per_capacity"
"The end of the name of a column that was divided by the installed capacity, in place of `_mw`."
Length = timedelta | str


def training_frame(
    start: date | str,
    end: date | str,
    *,
    target: str,
    issue: str = f"09:00 {LONDON.key}",
    horizon: Length | tuple[Length, Length] = "24h",
    lags: Iterable[Length] = ("48h", "7 days"),
    normalise: Literal["capacity"] | None = None,
    exclude_flagged: bool = True,
    con: Connection | None = None,
) -> pl.DataFrame:
    """Return one row per issue and target half-hour: the label, and the inputs as they were known at the issue.

    Columns: `issue_time_utc`, `start_time_utc`, `lead_hours`, the target (the newest value, or null), its lags (the
    target that long before the half-hour, null unless published by the issue), and the forecasts of the same
    technology, newest by the issue, with their publish time. For a target without a technology, all forecasts.

    Args:
        start: The first day of issues, in the zone of `issue`.
        end: The last day of issues, included.
        target: A column of `wide` that is not a forecast, such as "solar_mw".
        issue: The time of day and zone of the issues.
        horizon: How far ahead the targets reach, or a pair of the first and the last (excluded): ("15h", "39h").
        lags: Lengths of time before the target.
        normalise: "capacity" divides label, lags and forecasts in MW by the installed capacity of their technology:
            the figure of the newest year up to the issue's that was published by the issue. The names then end in
            `_per_capacity`.
        exclude_flagged: Whether the label of a flagged half-hour is null. Lags stay as they were published.
        con: A connection to a snapshot; the newest one by default.

    Raises:
        UnusableInput: An argument is invalid; the message says which.
        WarehouseMissing: Nothing is published yet.
    """
    (label,) = read_series(target)
    if label.is_forecast:
        raise UnusableInput(f"The target {target!r} is a forecast: choose an actual, a demand or a price.")
    if normalise and not capacity_types(label):
        raise UnusableInput(f"No installed capacity is known for {target!r}: leave normalise out.")
    instants = issue_times(start, end, issue)
    from_lead, to_lead = (read_duration(each) for each in (horizon if isinstance(horizon, tuple) else ("0h", horizon)))
    if from_lead >= to_lead:
        raise UnusableInput("The horizon is empty: its end must be later than its beginning.")
    lengths = sorted({read_duration(lag) for lag in lags})
    forecasts = [
        one for one in feature_series() if one.is_forecast and _share_technology(one, label)
    ]  # every forecast for a target without a technology
    joins, columns = join_series("cuts", forecasts)
    cuts = issues_sql(instants, f"+ {from_lead // MICROSECOND}", f"+ {to_lead // MICROSECOND}")
    reach = max(lengths, default=timedelta())
    window = Window(instants[0] + from_lead - reach - HALF_HOUR, instants[-1] + to_lead + HALF_HOUR)
    with snapshot_connection(con) as snapshot:
        frame = query_frame(
            snapshot,
            f"""WITH cuts AS MATERIALIZED ({cuts}), label_cuts AS (
                SELECT DISTINCT start_us, {FOR_EVER_US} AS cut_us FROM cuts
            ), label AS ({known_sql(label.dataset, [label], "label_cuts")}), lag_cuts AS (
                SELECT DISTINCT start_us - lag_us AS start_us, cut_us FROM cuts
                CROSS JOIN (SELECT unnest({[lag // MICROSECOND for lag in lengths]}::BIGINT[]) AS lag_us)
                WHERE start_us - lag_us < cut_us
            ), lagged AS MATERIALIZED ({known_sql(label.dataset, [label], "lag_cuts")})
            SELECT make_timestamptz(cut_us) AS issue_time_utc, make_timestamptz(start_us) AS start_time_utc,
                (start_us - cut_us) / 3600e6 AS lead_hours, {_label_sql(label, exclude_flagged)} AS {target},
                {", ".join([*_lag_columns(label, lengths), *columns])}
            FROM cuts {joins} LEFT JOIN (SELECT start_us, {target} AS value FROM label) AS labels USING (start_us)
            {_flags_join(label, exclude_flagged)} {_lag_joins(label, lengths)} ORDER BY cut_us, start_us""",
            window_parameters(window),
        )
        if normalise:
            frame = _per_capacity(frame, [label, *forecasts], _capacities(snapshot, instants))
    return frame


def issue_times(start: date | str, end: date | str, issue: str) -> list[datetime]:
    """Return the instants of a time of day on each day, UTC, that have passed. Raises UnusableInput."""
    first, last = read_days(start, end)
    clock, _, zone = issue.strip().partition(" ")
    try:
        at = time.fromisoformat(clock).replace(tzinfo=ZoneInfo(zone.strip() or "UTC"))
    except (ValueError, ZoneInfoNotFoundError):
        raise UnusableInput(
            f"{issue!r} is not a time of day with a zone: write '09:00 {LONDON.key}' or '06:00 UTC'."
        ) from None
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    instants = [datetime.combine(day, at).astimezone(UTC) for day in days]
    passed = [instant for instant in instants if instant <= datetime.now(UTC)]
    if not passed:
        raise UnusableInput(f"No issue at {issue} from {first} to {last} has passed yet.")
    return passed


def capacity_types(series: FeatureSeries) -> tuple[str, ...]:
    """Return the types of installed capacity that a series is generated by, or none."""
    if series.value != "generation_mw":
        return ()
    if series.dataset is WIND_FORECAST or (series.dataset is GENERATION_BY_FUEL and series.labels == (METERED_WIND,)):
        return WIND
    by_name = dict(zip(series.dataset.dimensions, series.labels, strict=True))
    return (by_name["psr_type"],) if "psr_type" in by_name else ()


def _share_technology(forecast: FeatureSeries, label: FeatureSeries) -> bool:
    wanted = capacity_types(label)
    return not wanted or bool(set(wanted) & set(capacity_types(forecast)))


def _lag_name(label: FeatureSeries, lag: timedelta) -> str:
    stem = label.column.removesuffix("_mw")
    return f"{stem}_lag_{duration_text(lag).replace(' ', '_')}{label.column.removeprefix(stem)}"


def _lag_columns(label: FeatureSeries, lags: Sequence[timedelta]) -> list[str]:
    return [f"lag_{number}.{label.column} AS {_lag_name(label, lag)}" for number, lag in enumerate(lags)]


def _lag_joins(label: FeatureSeries, lags: Sequence[timedelta]) -> str:
    return " ".join(
        f"LEFT JOIN (SELECT start_us + {lag // MICROSECOND} AS start_us, cut_us, {label.column} FROM lagged) "
        f"AS lag_{number} USING (start_us, cut_us)"
        for number, lag in enumerate(lags)
    )


def _label_sql(label: FeatureSeries, exclude_flagged: bool) -> str:
    return "CASE WHEN reasons IS NULL THEN value END" if exclude_flagged and label.dataset.is_observed else "value"


def _flags_join(label: FeatureSeries, exclude_flagged: bool) -> str:
    if not exclude_flagged or not label.dataset.is_observed:
        return ""
    return (
        f"LEFT JOIN (SELECT epoch_us(start_time_utc) AS start_us, reasons FROM {label.dataset.name}_flagged "
        f"WHERE {label.condition}) AS flagged USING (start_us)"
    )


def _capacities(con: Connection, issues: Sequence[datetime]) -> pl.DataFrame:
    """Return one row per issue and type: the newest figure, up to the year of the issue, published by the issue."""
    dataset = INSTALLED_CAPACITY
    version = f"({', '.join((dataset.period, *dataset.versioned_by, 'ingested_at_utc', dataset.value))})"
    return query_frame(
        con,
        f"""SELECT issue_time_utc, psr_type, arg_max_null(capacity_mw, {version}) AS capacity_mw
        FROM (SELECT unnest($issues::TIMESTAMPTZ[]) AS issue_time_utc) JOIN {dataset.table}
            ON publish_time_utc <= issue_time_utc
                AND year <= 1970 + epoch_us(issue_time_utc) // 31556952000000
        GROUP BY issue_time_utc, psr_type""",
        {"issues": list(issues)},
    )


def _per_capacity(frame: pl.DataFrame, series: Sequence[FeatureSeries], capacities: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with each series, and the lags of the label, over the capacity of its technology."""
    for types in dict.fromkeys(map(capacity_types, series)):
        if not types:
            continue
        total = capacities.filter(pl.col("psr_type").is_in(types)).group_by("issue_time_utc")
        capacity = total.agg(pl.when(pl.len() == len(types)).then(pl.col("capacity_mw").sum()).alias("capacity_mw"))
        columns = [one.column for one in series if capacity_types(one) == types]
        if capacity_types(series[0]) == types:
            stem = series[0].column.removesuffix("_mw")
            columns += [name for name in frame.columns if name.startswith(f"{stem}_lag_")]
        frame = (
            frame.join(capacity, on="issue_time_utc", how="left", maintain_order="left")
            .with_columns(pl.col(name) / pl.col("capacity_mw") for name in columns)
            .rename({name: name.removesuffix("_mw") + PER_CAPACITY for name in columns})
            .drop("capacity_mw")
        )
    return frame
