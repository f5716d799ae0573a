"""Tests that open flags depend on what was published, not on the order and batches of its arrival."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from elexon_assets.dataset_model import UTC_TIME, Dataset
from elexon_assets.datasets import GENERATION_BY_FUEL, WIND_AND_SOLAR
from elexon_assets.parsing import parse_rows
from elexon_assets.quality.flagging import flag_new
from elexon_assets.schema.warehouse_schema import ensure_schema
from elexon_assets.settlement import HALF_HOUR, settlement_of
from elexon_assets.windows import window_of_days
from warehouse.landing import append_new, transaction

pytestmark = pytest.mark.slow

FIRST = date(2024, 10, 26)
"The day before a clock change."
SPAN = window_of_days(FIRST, FIRST + timedelta(days=1))
HALF_HOURS = 96
PART = 12
"The number of half-hours that arrive together; these parts are shuffled."

HEALTHY, DROPPED, STUCK, NEGATIVE, LATE, MISLABELLED, ABSENT = range(7)
KINDS = st.sampled_from([HEALTHY] * 3 + [DROPPED, STUCK, NEGATIVE, LATE, MISLABELLED, ABSENT])
FUELS = st.sampled_from(["there", "zero", "absent"])


class Part(NamedTuple):
    """The rows of one answer of Elexon."""

    dataset: Dataset
    rows: list[dict[str, Any]]


def wind_rows(number: int, kind: int, version: int) -> list[dict[str, Any]]:
    """Return rows of wind; a second version is published an hour later and is healthy."""
    if kind == ABSENT:
        return []
    start = SPAN.start_utc + number * HALF_HOUR
    steps = number - 1 if kind == STUCK and not version else number
    onshore, offshore = 4_000 + steps, 9_000 + steps
    if not version:
        onshore, offshore = {DROPPED: (2_800, 230), NEGATIVE: (-20, offshore)}.get(kind, (onshore, offshore))
    day, period = settlement_of(start)
    lag = timedelta(minutes=148 + 60 * version + (300 if kind == LATE and not version else 0))
    return [
        {
            "startTime": f"{start:%Y-%m-%dT%H:%M:%SZ}",
            "publishTime": f"{start + lag:%Y-%m-%dT%H:%M:%SZ}",
            "psrType": psr_type,
            "businessType": "Wind generation" if "Wind" in psr_type else "Solar generation",
            "quantity": mw,
            "settlementDate": day.isoformat(),
            "settlementPeriod": period + (kind == MISLABELLED and not version),
        }
        for psr_type, mw in (("Wind Onshore", onshore), ("Wind Offshore", offshore), ("Solar", 0))
    ]


def fuel_rows(number: int, state: str) -> list[dict[str, Any]]:
    if state == "absent":
        return []
    start = SPAN.start_utc + number * HALF_HOUR
    day, period = settlement_of(start)
    return [
        {
            "startTime": f"{start:%Y-%m-%dT%H:%M:%SZ}",
            "publishTime": f"{start + HALF_HOUR:%Y-%m-%dT%H:%M:%SZ}",
            "fuelType": fuel,
            "generation": 0 if state == "zero" else 12_000,
            "settlementDate": day.isoformat(),
            "settlementPeriod": period,
        }
        for fuel in GENERATION_BY_FUEL.always_published
    ]


@st.composite
def published(draw: st.DrawFn) -> list[Part]:
    """Draw all publications of two days, with some of the wind published twice."""
    kinds = draw(st.lists(KINDS, min_size=HALF_HOURS, max_size=HALF_HOURS))
    fuels = [state for state in draw(st.lists(FUELS, min_size=8, max_size=8)) for _ in range(HALF_HOURS // 8)]
    again = draw(st.sets(st.integers(0, HALF_HOURS - 1), max_size=12))
    parts = []
    for first in range(0, HALF_HOURS, PART):
        numbers = range(first, first + PART)
        parts += [
            Part(WIND_AND_SOLAR, [row for n in numbers for row in wind_rows(n, kinds[n], 0)]),
            Part(WIND_AND_SOLAR, [row for n in numbers if n in again for row in wind_rows(n, kinds[n], 1)]),
            Part(GENERATION_BY_FUEL, [row for n in numbers for row in fuel_rows(n, fuels[n])]),
        ]
    return [part for part in parts if part.rows]


def open_flags(batches: Sequence[Sequence[Part]], flagged_between: Sequence[bool]) -> list[tuple[Any, ...]]:
    """Land the batches one after the other, flag after some and after the last, and return the open flags."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute("CREATE TABLE warehouse_info (key VARCHAR, value VARCHAR)")
        ensure_schema(con)
        for number, batch in enumerate(batches):
            now += timedelta(minutes=1)
            with transaction(con):
                for dataset, rows in batch:
                    frame = parse_rows(dataset, rows, SPAN).frame.drop("raw_row")
                    frame = frame.with_columns(ingested_at_utc=pl.lit(now).cast(UTC_TIME), source=pl.lit("synthetic"))
                    append_new(con, dataset.table, frame, key=dataset.key, range_column=dataset.range_column)
                if number == len(batches) - 1 or flagged_between[number]:
                    flag_new(con, now)
        assert con.execute("SELECT count(*) FROM flags WHERE closed_at_utc < found_at_utc").fetchall() == [(0,)]
        con.execute("CREATE TEMP TABLE answer AS SELECT * EXCLUDE (found_at_utc) FROM open_flags ORDER BY ALL")
        return con.sql("FROM answer").pl().rows()


# Each example needs two warehouses, one per order: so few examples, and no shrinking, which takes minutes.
@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow], phases=[Phase.reuse, Phase.generate])
@given(data=st.data(), parts=published())
def test_open_flags_are_the_same_in_any_order_and_batches_of_arrival(data: st.DataObject, parts: list[Part]) -> None:
    shuffled = data.draw(st.permutations(parts))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(parts) - 1), max_size=4)))
    batches = [shuffled[low:high] for low, high in zip([0, *cuts], [*cuts, len(parts)], strict=True)]
    between = data.draw(st.lists(st.booleans(), min_size=len(batches), max_size=len(batches)))

    assert open_flags(batches, between) == open_flags([parts], [True])
