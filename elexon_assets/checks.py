"""Asset checks, each true of a dataset when it passes. Structure is ERROR, coverage and freshness are WARN.

They evaluate complete tables of the published snapshot, so they belong to the assets of those tables (`table_asset`).
On the assets by day a backfill would plan each check for each day. Not here: the contract before the write.
"""

import inspect
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
import duckdb

from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import DATASETS
from elexon_assets.flag_vocabulary import GAP_STATES, KNOWN_GAP
from elexon_assets.missing_days import last_closed_day
from elexon_assets.resources import WarehouseResource
from elexon_assets.schema.series import unknown_series

ERROR, WARN = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN
TRAILING_DAYS = 30
"The days whose coverage is evaluated, which are the span of the repair. Older gaps are Elexon's own."
WHOLE = 0.99
"The least share of the half-hours of the trailing days; Elexon has published nearly all of them since 2023."

FLAGGED_DAYS = 7
"The days whose flags are evaluated."
FLAGGED = 0.05
"""The greatest share of flagged values in those days. Single drop-outs and stuck pairs, which occur every week, make
less than 1 %; a day of understated wind makes 10 % of wind and solar.
"""

Outcome = tuple[bool, dict[str, dg.MetadataValue]]


def keys_are_unique(con: duckdb.DuckDBPyConnection, dataset: Dataset, now: datetime) -> Outcome:  # noqa: ARG001 (all checks have the same signature)
    """No publication occurs twice in the complete table."""
    key = ", ".join(dataset.key)
    rows, keys = _result_row(con, f"SELECT count(*), count(DISTINCT ({key})) FROM {dataset.table}")
    return rows == keys, {"rows": dg.MetadataValue.int(rows), "distinct keys": dg.MetadataValue.int(keys)}


def rows_stored_equal_rows_fetched(con: duckdb.DuckDBPyConnection, dataset: Dataset, now: datetime) -> Outcome:  # noqa: ARG001 (as above)
    """Every received row is accounted for, and all rows that the fetch log counts as landed are stored."""
    (stored,) = _result_row(con, f"SELECT count(*) FROM {dataset.table}")
    landed, unaccounted = _result_row(
        con,
        "SELECT coalesce(sum(rows_landed), 0), coalesce(sum(rows_received - rows_neighbours - rows_quarantined "
        "- rows_repeated - rows_landed), 0) FROM fetch_log WHERE dataset = ?",
        dataset.name,
    )
    return stored == landed and not unaccounted, {
        "rows stored": dg.MetadataValue.int(stored),
        "rows landed by the fetch log": dg.MetadataValue.int(int(landed)),
        "rows unaccounted for": dg.MetadataValue.int(int(unaccounted)),
    }


def settlement_labels_agree(con: duckdb.DuckDBPyConnection, dataset: Dataset, now: datetime) -> Outcome:
    """Elexon's settlement date and period match the start time over the trailing days."""
    count, first = _result_row(
        con,
        f"SELECT count(*), strftime(min(start_time_utc), '%Y-%m-%dT%H:%MZ') FROM {dataset.table} "
        "WHERE start_time_utc >= ? AND (elexon_settlement_date IS NOT NULL OR elexon_settlement_period IS NOT NULL)",
        _trailing_days(now),
    )
    return count == 0, {
        "rows disagreeing": dg.MetadataValue.int(count),
        "first": dg.MetadataValue.text(first or "none"),
    }


def coverage_is_whole(con: duckdb.DuckDBPyConnection, dataset: Dataset, now: datetime) -> Outcome:
    """The trailing closed days have their half-hours, counted from the first day that was ever requested."""
    end = last_closed_day(dataset, now) + timedelta(days=1)
    asked_from = _result_row(con, "SELECT min(window_start_utc)::DATE FROM fetch_log WHERE dataset = ?", dataset.name)[
        0
    ]
    first = max(end - timedelta(days=TRAILING_DAYS), asked_from or end)
    expected = max(0, (end - first).days) * 48
    (present,) = _result_row(
        con,
        f"SELECT coalesce(sum(half_hours), 0) FROM {dataset.name}_coverage WHERE day_utc >= ? AND day_utc < ?",
        first,
        end,
    )
    coverage = present / expected if expected else 0.0
    return coverage >= WHOLE, {
        "coverage (%)": dg.MetadataValue.float(round(100 * coverage, 2)),
        "half-hours": dg.MetadataValue.int(int(present)),
        "half-hours expected": dg.MetadataValue.int(expected),
    }


def newest_data_is_fresh(con: duckdb.DuckDBPyConnection, dataset: Dataset, now: datetime) -> Outcome:
    """The newest row is recent enough. Age counts from the data, so backfilling an old month makes nothing fresh."""
    (age,) = _result_row(
        con, f"SELECT epoch(?::TIMESTAMPTZ - max({dataset.range_column})) / 3600 FROM {dataset.table}", now
    )
    hours = dataset.fresh_within.total_seconds() / 3600
    return age is not None and age <= hours, {
        "age of the newest (h)": dg.MetadataValue.float(round(age, 2))
        if age is not None
        else dg.MetadataValue.text("no data"),
        "fresh within (h)": dg.MetadataValue.float(hours),
    }


def values_within_soft_limits(con: duckdb.DuckDBPyConnection, dataset: Dataset, now: datetime) -> Outcome:
    """No current value of the trailing days is outside the soft limits. Such values are kept and counted."""
    (count,) = _result_row(
        con,
        f"SELECT count(DISTINCT start_time_utc) FROM {dataset.name}_outside_soft_limits WHERE start_time_utc >= ?",
        _trailing_days(now),
    )
    return count == 0, {"half-hours outside": dg.MetadataValue.int(count)}


def few_values_are_in_doubt(con: duckdb.DuckDBPyConnection, dataset: Dataset, now: datetime) -> Outcome:
    """Few values of the last week have an open flag that doubts them."""
    values, flagged = _result_row(
        con,
        f"SELECT count(*), count(reasons) FROM {dataset.name} LEFT JOIN {dataset.name}_flagged "
        f"USING (start_time_utc, {dataset.category}) WHERE start_time_utc >= ?",
        now - timedelta(days=FLAGGED_DAYS),
    )
    share = flagged / values if values else 0.0
    return share <= FLAGGED, {
        "flagged (%)": dg.MetadataValue.float(round(100 * share, 2)),
        "values flagged": dg.MetadataValue.int(flagged),
        "values": dg.MetadataValue.int(values),
    }


def series_are_declared(con: duckdb.DuckDBPyConnection, dataset: Dataset, now: datetime) -> Outcome:  # noqa: ARG001 (all checks have the same signature)
    """Every series that ever landed is declared.

    An undeclared one is kept under its own name and is in no total. Once an update declares it, it counts without
    fetching anything again.
    """
    rows = con.sql(unknown_series([dataset])).pl().rows()
    return not rows, {
        "unknown series": dg.MetadataValue.text(", ".join(str(row[1]) for row in rows) or "none"),
        "rows": dg.MetadataValue.int(sum(row[2] for row in rows)),
    }


def gaps_are_recent_or_known(con: duckdb.DuckDBPyConnection, dataset: Dataset, now: datetime) -> Outcome:
    """No half-hour is missing, ignoring known gaps and half-hours too recent to have been published.

    The check covers the trailing days, from the first half-hour that was ever requested.
    """
    first = f"greatest(?::TIMESTAMPTZ, (SELECT min(window_start_utc) FROM fetch_log WHERE dataset = '{dataset.name}'))"
    states = dict(
        con.execute(
            f"SELECT state, count(*) FROM {dataset.name}_gaps_at(?) "
            f"WHERE start_time_utc >= {first} AND start_time_utc < ? GROUP BY state",
            [now, _trailing_days(now), now - dataset.fresh_within],
        ).fetchall()
    )
    missing = sum(count for state, count in states.items() if state != KNOWN_GAP.name)
    return missing == 0, {
        "half-hours missing": dg.MetadataValue.int(missing),
        **{state.title: dg.MetadataValue.int(states.get(state.name, 0)) for state in GAP_STATES},
    }


CHECKS: dict[Callable[[duckdb.DuckDBPyConnection, Dataset, datetime], Outcome], dg.AssetCheckSeverity] = {
    keys_are_unique: ERROR,
    rows_stored_equal_rows_fetched: ERROR,
    settlement_labels_agree: WARN,
    coverage_is_whole: WARN,
    newest_data_is_fresh: WARN,
    values_within_soft_limits: WARN,
    few_values_are_in_doubt: WARN,
    gaps_are_recent_or_known: WARN,
    series_are_declared: WARN,
}
OF_HALF_HOURS = (settlement_labels_agree,)
OF_COVERED = (coverage_is_whole, gaps_are_recent_or_known)
OF_OBSERVED = (values_within_soft_limits, few_values_are_in_doubt)


def checks_for(dataset: Dataset) -> list[Callable[[duckdb.DuckDBPyConnection, Dataset, datetime], Outcome]]:
    """Return the checks that apply to the dataset."""
    return [
        check
        for check in CHECKS
        if (dataset.is_half_hourly or check not in OF_HALF_HOURS)
        and (dataset.is_covered or check not in OF_COVERED)
        and (dataset.is_observed or check not in OF_OBSERVED)
    ]


def checks_of(dataset: Dataset) -> dg.AssetChecksDefinition:
    """Return all checks of a dataset as one step on one snapshot; each of them can be executed on its own."""
    key = dg.AssetKey(dataset.table)

    @dg.multi_asset_check(
        name=f"{dataset.name}_checks",
        specs=[
            dg.AssetCheckSpec(check.__name__, asset=key, description=inspect.getdoc(check))
            for check in checks_for(dataset)
        ],
        can_subset=True,
    )
    def run(context: dg.AssetCheckExecutionContext, warehouse: WarehouseResource) -> Iterator[dg.AssetCheckResult]:
        """Run the selected checks on one snapshot."""
        now = datetime.now(UTC)
        selected = {check_key.name for check_key in context.selected_asset_check_keys}
        with warehouse.snapshot() as con:
            for check in checks_for(dataset):
                if check.__name__ not in selected:
                    continue
                passed, metadata = check(con, dataset, now)
                yield dg.AssetCheckResult(
                    check_name=check.__name__,
                    asset_key=key,
                    passed=passed,
                    severity=CHECKS[check],
                    metadata=metadata,
                )

    return run


def _trailing_days(now: datetime) -> datetime:
    return now - timedelta(days=TRAILING_DAYS)


def _result_row(con: duckdb.DuckDBPyConnection, sql: str, *parameters: object) -> tuple[Any, ...]:
    return con.execute(sql, list(parameters)).fetchall()[0]


DATASET_CHECKS = [checks_of(dataset) for dataset in DATASETS]
