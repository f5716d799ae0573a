"""What generation was worth: baseload and capture prices, duration of prices, prices by share of wind.

Belongs here: prices over a span, and the report that the command and the page show. Not here: which values stand in one
half-hour (`shares_half_hours.py`), which prices there are (`value_prices.py`), figures (`charts/value.py`).

A capture price is sum(price x generation) / sum(generation) over the half-hours that have a price and generation that
is not flagged; the others are left out and counted. A capture rate is the capture price over the baseload price, which
is the mean of all prices of the period. Months are those of settlement dates.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from elexon_assets.datasets import MARKET_INDEX_PRICE
from elexon_assets.errors import UnusableInput
from elexon_assets.time_inputs import read_span
from elexon_assets.windows import Window
from renewables.queries.shares_half_hours import (
    COUNTS_FOR_SHARES,
    TECHNOLOGIES,
    UNDERLYING_DEMAND_MW,
    WIND_MW,
    half_hours_sql,
)
from renewables.queries.snapshot import Connection, query_frame, snapshot_connection
from renewables.queries.value_prices import PriceSeries, read_price

DURATION_POINTS = 400
QUANTILES = 10
BY_PERIOD = {"span": "", "month": "month, "}
"The beginning of the select list for each period."


CAPTURES_ARE_NATIONAL = (
    "Capture prices are those of all of Great Britain's published generation: without subsidies, fees and losses, and "
    "without the generation that was bid off."
)


def price_summary(
    start: date | datetime | str,
    end: date | datetime | str,
    *,
    price: str = MARKET_INDEX_PRICE.name,
    by: str = "span",
    con: Connection | None = None,
) -> pl.DataFrame:
    """Return the baseload price and the hours at negative prices: one row for the span, or one per month.

    Columns: month (with by="month"), baseload_price_gbp_per_mwh (the mean of all prices), lowest_price_gbp_per_mwh,
    highest_price_gbp_per_mwh, half_hours (with a price), half_hours_without_price, half_hours_negative, hours_negative,
    negative_time_share (0-1, of the half-hours with a price). Prices are null where none is known.

    Args:
        start: A UTC day, or an instant; an ISO text of either.
        end: The last UTC day, which is included, or an instant, which is not.
        price: market_index_price (a within-day index) or system_price.
        by: "span" or "month" (of settlement dates).
        con: A connection to a snapshot; the newest one by default.

    Raises:
        UnusableInput: A span, a price or a period is invalid.
        WarehouseMissing: Nothing is published yet.
    """
    with _priced_half_hours(read_span(start, end), price, con) as snapshot:
        return _summary_frame(snapshot, by)


def capture_prices(
    start: date | datetime | str,
    end: date | datetime | str,
    *,
    price: str = MARKET_INDEX_PRICE.name,
    by: str = "span",
    con: Connection | None = None,
) -> pl.DataFrame:
    """Return what each technology's generation was worth: one row per technology, or per month and technology.

    Technologies: the PSR types of AGWS, and "Metered wind" (WIND of FUELHH). Columns: month (with by="month"),
    technology, energy_mwh, baseload_price_gbp_per_mwh, capture_price_gbp_per_mwh, capture_rate (null unless the
    baseload price is above 0), half_hours (those that count), half_hours_without_price, half_hours_without_generation,
    half_hours_flagged, half_hours_negative, negative_energy_mwh (generated at negative prices) and
    negative_energy_share (0-1). A half-hour that does not count is in the first of the three counts that applies.

    The arguments and the errors are those of `price_summary`.
    """
    with _priced_half_hours(read_span(start, end), price, con) as snapshot:
        return _captures_frame(snapshot, by)


def price_duration(
    start: date | datetime | str,
    end: date | datetime | str,
    *,
    price: str = MARKET_INDEX_PRICE.name,
    con: Connection | None = None,
) -> pl.DataFrame:
    """Return the price that is reached or exceeded for each share of the half-hours with a price.

    Columns: share_of_time (0-1), price_gbp_per_mwh. The arguments and the errors are those of `price_summary`.
    """
    with _priced_half_hours(read_span(start, end), price, con) as snapshot:
        return _duration_frame(snapshot)


def price_by_wind_share(
    start: date | datetime | str,
    end: date | datetime | str,
    *,
    price: str = MARKET_INDEX_PRICE.name,
    quantiles: int = QUANTILES,
    con: Connection | None = None,
) -> pl.DataFrame:
    """Return the mean price by quantile of wind's share of underlying demand, from the calmest on.

    Columns: quantile (from 1), from_share and to_share (0-1), mean_price_gbp_per_mwh, half_hours,
    negative_time_share (0-1). Half-hours without a price, or that do not count for a share (`demand_shares`), are left
    out. The other arguments and the errors are those of `price_summary`.
    """
    if quantiles < 1:
        raise UnusableInput(f"quantiles is {quantiles}: give 1 or more.")
    with _priced_half_hours(read_span(start, end), price, con) as snapshot:
        return _wind_share_frame(snapshot, quantiles)


@dataclass(frozen=True)
class ValueReport:
    """All frames of this module for one span and one price, computed from one reading of the values."""

    window: Window
    price: PriceSeries
    summary: pl.DataFrame
    captures: pl.DataFrame
    monthly_summary: pl.DataFrame
    monthly_captures: pl.DataFrame
    duration: pl.DataFrame
    wind_shares: pl.DataFrame


def value_report(window: Window, price: str = MARKET_INDEX_PRICE.name, con: Connection | None = None) -> ValueReport:
    """Return the report of a window."""
    with _priced_half_hours(window, price, con) as snapshot:
        return ValueReport(
            window,
            read_price(price),
            _summary_frame(snapshot, "span"),
            _captures_frame(snapshot, "span"),
            _summary_frame(snapshot, "month"),
            _captures_frame(snapshot, "month"),
            _duration_frame(snapshot),
            _wind_share_frame(snapshot, QUANTILES),
        )


def caveats_of_value(report: ValueReport) -> list[str]:
    """Return the sentences that every face shows beside the figures of a report."""
    caveats = [report.price.caveat, CAPTURES_ARE_NATIONAL]
    if not report.captures["half_hours"].sum():
        caveats.append("No half-hour of the period has both a price and generation.")
    if report.wind_shares.is_empty():
        caveats.append("No half-hour of the period has a price and every part of wind's share of underlying demand.")
    return caveats


@contextmanager
def _priced_half_hours(window: Window, price: str, con: Connection | None) -> Iterator[Connection]:
    """Yield a connection with two temporary tables, from which every frame is computed.

    `priced` has a row per half-hour of the window: month, price, wind_share (null unless it counts for one) and the MW
    of each technology. `monthly_sums` adds them up, so that ten years are read once for the span and its months.
    """
    prices = read_price(price).sql
    share = f"CASE WHEN {COUNTS_FOR_SHARES} THEN {WIND_MW} / nullif({UNDERLYING_DEMAND_MW}, 0) END"
    values = ", ".join(f"{name}_mw, is_{name}_flagged" for name in TECHNOLOGIES.values())
    with snapshot_connection(con) as snapshot:
        snapshot.execute(
            f"CREATE OR REPLACE TEMP TABLE priced AS SELECT start_time_utc, "
            f"date_trunc('month', settlement_date)::DATE AS month, price, {share} AS wind_share, {values} "
            f"FROM {half_hours_sql()} AS half_hours LEFT JOIN ({prices}) AS prices USING (start_time_utc)",
            {"start": window.start_utc, "end": window.end_utc},
        )
        snapshot.execute(f"CREATE OR REPLACE TEMP TABLE monthly_sums AS {_monthly_sums_sql()}")
        try:
            yield snapshot
        finally:
            snapshot.execute("DROP TABLE temp.priced")
            snapshot.execute("DROP TABLE temp.monthly_sums")


def _monthly_sums_sql() -> str:
    """Return a query of the sums by month: of prices, and for each technology of the half-hours that count."""
    counted = ", ".join(
        f"CASE WHEN price IS NOT NULL AND NOT is_{name}_flagged THEN {name}_mw END AS {name}_counted"
        for name in TECHNOLOGIES.values()
    )
    sums = ", ".join(
        f"sum(price * {name}_counted) AS {name}_value, sum({name}_counted) AS {name}_mw, "
        f"sum({name}_counted) FILTER (price < 0) AS {name}_negative_mw, "
        f"count({name}_counted) AS {name}_half_hours, "
        f"count({name}_counted) FILTER (price < 0) AS {name}_half_hours_negative, "
        f"count(price) FILTER ({name}_mw IS NULL) AS {name}_without_generation, "
        f"count(price) FILTER ({name}_mw IS NOT NULL AND is_{name}_flagged) AS {name}_flagged"
        for name in TECHNOLOGIES.values()
    )
    return (
        f"SELECT month, count(*) AS half_hours, count(price) AS priced, count(price) FILTER (price < 0) AS negative, "
        f"sum(price) AS price_sum, min(price) AS lowest, max(price) AS highest, {sums} "
        f"FROM (SELECT *, {counted} FROM temp.priced) GROUP BY month"
    )


def _summary_frame(con: Connection, by: str) -> pl.DataFrame:
    return query_frame(
        con,
        f"""SELECT {_month(by)}sum(price_sum) / nullif(sum(priced), 0) AS baseload_price_gbp_per_mwh,
            min(lowest) AS lowest_price_gbp_per_mwh, max(highest) AS highest_price_gbp_per_mwh,
            sum(priced)::BIGINT AS half_hours, sum(half_hours - priced)::BIGINT AS half_hours_without_price,
            sum(negative)::BIGINT AS half_hours_negative, sum(negative) * 0.5::DOUBLE AS hours_negative,
            sum(negative) / nullif(sum(priced), 0) AS negative_time_share
        FROM temp.monthly_sums GROUP BY ALL ORDER BY ALL""",
    )


def _captures_frame(con: Connection, by: str) -> pl.DataFrame:
    values = " UNION ALL ".join(
        f"SELECT {position} AS position, '{technology}' AS technology, month, price_sum, priced, "
        f"half_hours - priced AS without_price, {name}_value AS value, {name}_mw AS mw, "
        f"{name}_negative_mw AS negative_mw, {name}_half_hours AS half_hours, "
        f"{name}_half_hours_negative AS negative, {name}_without_generation AS without_generation, "
        f"{name}_flagged AS flagged FROM temp.monthly_sums"
        for position, (technology, name) in enumerate(TECHNOLOGIES.items())
    )
    month = _month(by)
    return query_frame(
        con,
        f"""WITH sums AS (
            SELECT {month}position, technology, sum(price_sum) / nullif(sum(priced), 0) AS baseload, sum(mw) AS mw,
                CASE WHEN sum(mw) > 0 THEN sum(value) / sum(mw) END AS capture,
                CASE WHEN sum(half_hours) > 0 THEN coalesce(sum(negative_mw), 0) END AS negative_mw,
                sum(half_hours)::BIGINT AS half_hours, sum(without_price)::BIGINT AS half_hours_without_price,
                sum(without_generation)::BIGINT AS half_hours_without_generation,
                sum(flagged)::BIGINT AS half_hours_flagged, sum(negative)::BIGINT AS half_hours_negative
            FROM ({values}) GROUP BY ALL
        )
        SELECT {month}technology, mw * 0.5 AS energy_mwh, baseload AS baseload_price_gbp_per_mwh,
            capture AS capture_price_gbp_per_mwh, CASE WHEN baseload > 0 THEN capture / baseload END AS capture_rate,
            half_hours, half_hours_without_price, half_hours_without_generation, half_hours_flagged,
            half_hours_negative, negative_mw * 0.5 AS negative_energy_mwh,
            CASE WHEN mw > 0 THEN negative_mw / mw END AS negative_energy_share
        FROM sums ORDER BY {month}position""",
    )


def _duration_frame(con: Connection) -> pl.DataFrame:
    # By rank, because quantiles of a list take ten times as long.
    return query_frame(
        con,
        f"""WITH ranked AS (
            SELECT price, row_number() OVER (ORDER BY price DESC) - 1 AS rank
            FROM temp.priced WHERE price IS NOT NULL
        ), points AS (
            SELECT share_of_time, share_of_time * (SELECT max(rank) FROM ranked) AS position
            FROM (SELECT unnest(range({DURATION_POINTS + 1})) / {DURATION_POINTS} AS share_of_time)
        )
        SELECT share_of_time, low.price + (high.price - low.price) * (position - floor(position)) AS price_gbp_per_mwh
        FROM points JOIN ranked AS low ON low.rank = floor(position)::BIGINT
        JOIN ranked AS high ON high.rank = ceil(position)::BIGINT ORDER BY share_of_time""",
    )


def _wind_share_frame(con: Connection, quantiles: int) -> pl.DataFrame:
    return query_frame(
        con,
        f"""WITH ranked AS (
            SELECT price, wind_share, ntile({quantiles}) OVER (ORDER BY wind_share, start_time_utc) AS quantile
            FROM temp.priced WHERE price IS NOT NULL AND wind_share IS NOT NULL
        )
        SELECT quantile, min(wind_share) AS from_share, max(wind_share) AS to_share,
            avg(price) AS mean_price_gbp_per_mwh, count(*) AS half_hours,
            count(*) FILTER (price < 0) / count(*) AS negative_time_share
        FROM ranked GROUP BY quantile ORDER BY quantile""",
    )


def _month(by: str) -> str:
    """Return the beginning of the select list for a period."""
    if by not in BY_PERIOD:
        raise UnusableInput(f"Unknown period {by!r}: choose one of {', '.join(BY_PERIOD)}.")
    return BY_PERIOD[by]
