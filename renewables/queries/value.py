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
BY_PERIOD = {"span": "", "month": "date_trunc('month', settlement_date)::DATE AS month, "}
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
    """Yield a connection with the temporary table `priced`: every half-hour of the window with its price or null."""
    prices = read_price(price).sql
    with snapshot_connection(con) as snapshot:
        snapshot.execute(
            f"CREATE OR REPLACE TEMP TABLE priced AS SELECT half_hours.*, price FROM {half_hours_sql()} AS half_hours "
            f"LEFT JOIN ({prices}) AS prices USING (start_time_utc)",
            {"start": window.start_utc, "end": window.end_utc},
        )
        try:
            yield snapshot
        finally:
            snapshot.execute("DROP TABLE temp.priced")


def _summary_frame(con: Connection, by: str) -> pl.DataFrame:
    return query_frame(
        con,
        f"""SELECT {_period(by)}avg(price) AS baseload_price_gbp_per_mwh, min(price) AS lowest_price_gbp_per_mwh,
            max(price) AS highest_price_gbp_per_mwh, count(price) AS half_hours,
            count(*) - count(price) AS half_hours_without_price,
            count(*) FILTER (price < 0) AS half_hours_negative,
            count(*) FILTER (price < 0) * 0.5::DOUBLE AS hours_negative,
            count(*) FILTER (price < 0) / nullif(count(price), 0) AS negative_time_share
        FROM temp.priced GROUP BY ALL {"ORDER BY month" if by == "month" else ""}""",
    )


def _captures_frame(con: Connection, by: str) -> pl.DataFrame:
    values = " UNION ALL ".join(
        f"SELECT {position} AS position, '{technology}' AS technology, settlement_date, price, {name}_mw AS mw, "
        f"is_{name}_flagged AS is_flagged, "
        f"price IS NOT NULL AND {name}_mw IS NOT NULL AND NOT is_{name}_flagged AS counts FROM temp.priced"
        for position, (technology, name) in enumerate(TECHNOLOGIES.items())
    )
    month = "month, " if by == "month" else ""
    return query_frame(
        con,
        f"""WITH sums AS (
            SELECT {_period(by)}position, technology, avg(price) AS baseload,
                sum(price * mw) FILTER (counts) AS value, sum(mw) FILTER (counts) AS mw,
                coalesce(sum(mw) FILTER (counts AND price < 0), 0) AS negative_mw,
                count(*) FILTER (counts) AS half_hours,
                count(*) FILTER (price IS NULL) AS half_hours_without_price,
                count(*) FILTER (price IS NOT NULL AND mw IS NULL) AS half_hours_without_generation,
                count(*) FILTER (price IS NOT NULL AND mw IS NOT NULL AND is_flagged) AS half_hours_flagged,
                count(*) FILTER (counts AND price < 0) AS half_hours_negative
            FROM ({values}) GROUP BY ALL
        ), captures AS (
            SELECT *, CASE WHEN mw > 0 THEN value / mw END AS capture FROM sums
        )
        SELECT {month}technology, mw * 0.5 AS energy_mwh, baseload AS baseload_price_gbp_per_mwh,
            capture AS capture_price_gbp_per_mwh, CASE WHEN baseload > 0 THEN capture / baseload END AS capture_rate,
            half_hours, half_hours_without_price, half_hours_without_generation, half_hours_flagged,
            half_hours_negative, CASE WHEN half_hours > 0 THEN negative_mw * 0.5 END AS negative_energy_mwh,
            CASE WHEN mw > 0 THEN negative_mw / mw END AS negative_energy_share
        FROM captures ORDER BY {month}position""",
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
        f"""WITH shares AS (
            SELECT start_time_utc, price, {WIND_MW} / nullif({UNDERLYING_DEMAND_MW}, 0) AS share
            FROM temp.priced WHERE price IS NOT NULL AND {COUNTS_FOR_SHARES}
        ), ranked AS (
            SELECT price, share, ntile({quantiles}) OVER (ORDER BY share, start_time_utc) AS quantile
            FROM shares WHERE share IS NOT NULL
        )
        SELECT quantile, min(share) AS from_share, max(share) AS to_share, avg(price) AS mean_price_gbp_per_mwh,
            count(*) AS half_hours, count(*) FILTER (price < 0) / count(*) AS negative_time_share
        FROM ranked GROUP BY quantile ORDER BY quantile""",
    )


def _period(by: str) -> str:
    if by not in BY_PERIOD:
        raise UnusableInput(f"Unknown period {by!r}: choose one of {', '.join(BY_PERIOD)}.")
    return BY_PERIOD[by]
