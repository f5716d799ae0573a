"""How good forecasts were: errors by lead time, hour and month, beside two baselines.

Every figure is computed for each issue first and then averaged over the issues, so that each issue counts once: pooled
targets would let issues with more targets count more, and the errors of one issue are not independent. Targets at or
before the publish time are not forecasts and are left out, as are targets whose actual value is missing or flagged.
The lead time is from the publish time to the start of the target; lead hour 3 is from 3 h to before 4 h.

Belongs here: the scores. Not here: the error of each target (`forecast_errors.py`), which actual value counts
(`forecast_selection.py`), the baselines (`forecast_baselines.py`), one day (`forecast_day.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from elexon_assets.datasets import SYSTEM_PRICE
from elexon_assets.errors import UnusableInput
from elexon_assets.time_inputs import read_span
from elexon_assets.windows import Window
from renewables.queries.forecast_baselines import OLDEST
from renewables.queries.forecast_errors import BANDS, SUMS, errors_ctes
from renewables.queries.forecast_selection import NEWEST, ForecastSelection
from renewables.queries.snapshot import Connection, query_frame, snapshot_connection

GROUPS = {"all": None, "band": "band", "lead": "lead_hours", "hour": "hour", "month": "month"}
"The groupings, with their column: lead time in bands or hours, hour of the day (UK time), month (UK time)."
GROUP_TITLES = {
    **{"band": "Lead time", "lead_hours": "Lead time (h)", "hour": "Hour (UK time)", "month": "Month"},
}
"The columns of the groupings in words."

SCORES = (
    *("bias_mw", "mae_mw", "rmse_mw", "nmae"),
    *("persistence_mae_mw", "same_time_yesterday_mae_mw", "skill"),
)


@dataclass(frozen=True)
class Skill:
    """The scores of a span by each grouping, and how often the system price was negative.

    A frame of `by` has the series, the column of the grouping, `issues` and `forecasts` (targets of issues that were
    scored), the columns of `SCORES`, `half_hours_flagged` and `half_hours_missing` (left out, each counted once). The
    bias is forecast minus actual. `nmae` is the MAE divided by the installed capacity (0-1). `skill` is 1 - MAE / MAE
    of the better baseline.

    `negative_prices` has month, half_hours (with a system price) and half_hours_negative.
    """

    by: dict[str, pl.DataFrame]
    negative_prices: pl.DataFrame

    @property
    def negative_share(self) -> float | None:
        """Return the share of the half-hours with a system price in which it was negative; None without prices."""
        half_hours = int(self.negative_prices["half_hours"].sum())
        return int(self.negative_prices["half_hours_negative"].sum()) / half_hours if half_hours else None


def forecast_skill(
    start: date | datetime | str,
    end: date | datetime | str,
    *,
    dataset: str = "wind_forecast",
    series: str | Iterable[str] | None = None,
    by: str = "band",
    truth: date | datetime | str = NEWEST,
    con: Connection | None = None,
) -> pl.DataFrame:
    """Return the errors of the forecasts for a span, computed per issue and then averaged over the issues.

    There is one row per series and group. Columns: series, the column of the grouping (none for all), issues,
    forecasts, bias_mw (forecast minus actual), mae_mw, rmse_mw, nmae (MAE by installed capacity, 0-1),
    persistence_mae_mw and same_time_yesterday_mae_mw (of baselines as known when the forecast was issued), skill
    (1 - MAE / MAE of the better baseline), half_hours_flagged and half_hours_missing (left out).

    Curtailed wind is not a forecast error: a wind farm that is paid to stop lowers the actual value.

    Args:
        start: The first UTC day of the targets, or an instant; an ISO text of either.
        end: The last UTC day, which is included, or an instant, which is not.
        dataset: wind_forecast (judged against WIND of FUELHH) or wind_and_solar_forecast (against AGWS by PSR type).
        series: PSR types and process types, such as `["Solar", "Day ahead"]`; all series by default.
        by: all, band, lead, hour or month.
        truth: Which actual values count: `newest`, `first published`, or as published by a day or a time.
        con: A connection to a snapshot; the newest one by default.

    Raises:
        UnusableInput: An argument is invalid.
        WarehouseMissing: Nothing is published yet.
    """
    grouping, selection = read_grouping(by), ForecastSelection.read(dataset, series, truth)
    with snapshot_connection(con) as snapshot:
        return _scores(snapshot, selection, read_span(start, end), (grouping,))[grouping]


def read_grouping(name: str) -> str:
    """Return the name of a grouping. Raises UnusableInput, which names the existing ones."""
    if name not in GROUPS:
        raise UnusableInput(f"Unknown grouping {name!r}: choose one of {', '.join(GROUPS)}.")
    return name


def skill_of(
    selection: ForecastSelection, window: Window, groups: tuple[str, ...] = tuple(GROUPS), con: Connection | None = None
) -> Skill:
    """Return the scores of the targets of the window by these groupings; each takes its time."""
    with snapshot_connection(con) as snapshot:
        return Skill(_scores(snapshot, selection, window, groups), _negative_prices(snapshot, window))


def _scores(
    con: Connection, selection: ForecastSelection, window: Window, groups: tuple[str, ...]
) -> dict[str, pl.DataFrame]:
    """Return the scores of the targets of the window, a frame by each of the groupings, and always by band."""
    chosen = {name: GROUPS[name] for name in ("band", *groups)}
    columns = [column for column in chosen.values() if column]
    sets = ", ".join(f"(series, {', '.join(['issued_us', *filter(None, [column])])})" for column in chosen.values())
    bits = " + ".join(f"GROUPING({column}) * {1 << n}" for n, column in enumerate(columns))
    keys = ", ".join(columns)
    everything = (1 << len(columns)) - 1
    kinds = {name: everything - (1 << columns.index(column) if column else 0) for name, column in chosen.items()}
    sql = f"""WITH {errors_ctes(selection)}, by_issue AS (
        {_by_issue_sql(selection, chosen, kinds)}
    ), scores AS (
        SELECT series, {keys}, kind, count(*) AS issues, sum(forecasts)::BIGINT AS forecasts,
            avg(error / forecasts) AS bias_mw, avg(absolute / forecasts) AS mae_mw,
            avg(sqrt(squared / forecasts)) AS rmse_mw, avg(rated_error / rated) AS nmae,
            avg(persistence_error / persistence_targets) AS persistence_mae_mw,
            avg(yesterday_error / yesterday_targets) AS same_time_yesterday_mae_mw,
            least(
                1 - avg(beside_persistence / persistence_targets) / nullif(persistence_mae_mw, 0),
                1 - avg(beside_yesterday / yesterday_targets) / nullif(same_time_yesterday_mae_mw, 0)
            ) AS skill
        FROM by_issue GROUP BY ALL
    ), left_out AS (
        SELECT series, {keys}, kind, sum(flagged)::BIGINT AS half_hours_flagged,
            sum(missing)::BIGINT AS half_hours_missing
        FROM (
            SELECT series, {keys}, {bits} AS kind, any_value(flagged) AS flagged, any_value(missing) AS missing
            FROM unscored GROUP BY GROUPING SETS ({sets.replace("issued_us", "target_us")})
        ) GROUP BY ALL
    )
    SELECT $series[coalesce(scores.series, left_out.series)] AS series,
        {", ".join(f"coalesce(scores.{name}, left_out.{name}) AS {name}" for name in [*columns, "kind"])},
        coalesce(issues, 0) AS issues, coalesce(forecasts, 0) AS forecasts, {", ".join(SCORES)},
        coalesce(half_hours_flagged, 0) AS half_hours_flagged, coalesce(half_hours_missing, 0) AS half_hours_missing
    FROM scores FULL JOIN left_out ON scores.series = left_out.series AND scores.kind = left_out.kind
        AND {" AND ".join(f"scores.{name} IS NOT DISTINCT FROM left_out.{name}" for name in columns)}
    ORDER BY coalesce(scores.series, left_out.series), {keys}"""
    frame = query_frame(con, sql, _parameters(selection, window))
    frame = frame.with_columns(
        *(pl.col(name).cast(pl.Int64) for name in ("lead_hours", "hour") if name in columns),
        band=pl.col("band").replace_strict(dict(enumerate(BANDS)), return_dtype=pl.String, default=None),
    )
    return {
        name: frame.filter(kind=kinds[name]).drop("kind", *(other for other in columns if other != column))
        for name, column in chosen.items()
    }


def _by_issue_sql(selection: ForecastSelection, chosen: dict[str, str | None], kinds: dict[str, int]) -> str:
    """Return a query of the sums of `SUMS` for each issue and group.

    An issue has few bands and months: they are summed up once, and the sums are grouped. It has nearly as many hours
    as targets, so sums over those are computed on their own. Targets that are an hour long are in lead hours of their
    own, so there is nothing to sum.
    """
    columns = [column for column in chosen.values() if column]
    few = {name: column for name, column in chosen.items() if column in {None, "band", "month"}}
    keys = ", ".join(column for column in few.values() if column)
    sums = ", ".join(f"sum({name}) AS {name}" for name in SUMS)
    sets = ", ".join(f"(series, {', '.join(['issued_us', *filter(None, [column])])})" for column in few.values())
    bits = " + ".join(f"GROUPING({column}) * {1 << n}" for n, column in enumerate(columns) if column in few.values())
    others = sum(1 << n for n, column in enumerate(columns) if column not in few.values())
    parts = [
        f"SELECT series, {keys}, {bits} + {others} AS kind, {sums} "
        f"FROM (SELECT series, issued_us, {keys}, {sums} FROM scored GROUP BY ALL) GROUP BY GROUPING SETS ({sets})"
    ]
    for name, column in chosen.items():
        if name in few:
            continue
        is_alone = name == "lead" and selection.half_hours == 2
        parts.append(
            f"SELECT series, {column}, {kinds[name]} AS kind, {', '.join(SUMS) if is_alone else sums} FROM scored"
            + ("" if is_alone else f" GROUP BY series, issued_us, {column}")
        )
    return " UNION ALL BY NAME ".join(parts)


def _parameters(selection: ForecastSelection, window: Window) -> dict[str, object]:
    return {
        **{"start": window.start_utc, "end": window.end_utc, "series": list(selection.series)},
        **{"first": window.start_utc - OLDEST, "last": window.end_utc + selection.declaration.resolution},
        "categories": list(selection.categories),
        **({"truth_at": selection.truth.as_of} if selection.truth.as_of else {}),
    }


def _negative_prices(con: Connection, window: Window) -> pl.DataFrame:
    return query_frame(
        con,
        f"""SELECT date_trunc('month', settlement_date)::DATE AS month, count(*) AS half_hours,
            count(*) FILTER ({SYSTEM_PRICE.value} < 0) AS half_hours_negative
        FROM {SYSTEM_PRICE.name} WHERE start_time_utc >= $start AND start_time_utc < $end GROUP BY month ORDER BY month
        """,
        {"start": window.start_utc, "end": window.end_utc},
    )
