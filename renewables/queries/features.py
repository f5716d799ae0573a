"""Features for model training, as they were known at a time or at a lead before each half-hour, and their dictionary.

Belongs here: which columns are labels and which are inputs, and the cut of each. Not here: the query of known values
(`wide_frame.py`, `elexon_assets/schema/feature_series.py`), training rows by issue (`training.py`).
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import polars as pl

from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import GENERATION_BY_FUEL
from elexon_assets.errors import UnusableInput
from elexon_assets.schema.feature_series import FeatureSeries, feature_series, known_sql, publish_column
from elexon_assets.schema.flags import METERED_WIND
from elexon_assets.time_inputs import in_words, read_as_of, read_span
from renewables.queries.durations import duration_text, read_duration
from renewables.queries.snapshot import Connection, query_frame, snapshot_connection
from renewables.queries.wide_frame import (
    FOR_EVER_US,
    Series,
    by_dataset,
    frame_at_cuts,
    grid_sql,
    join_series,
    microseconds,
    read_series,
    window_parameters,
)

LATEST = "latest_known_"
"The beginning of the column with the value of the newest half-hour that was published by the cut."
LATEST_WITHIN = timedelta(days=14)
"The greatest age of such a half-hour; an older one is null."
NO_CUT = "Say what was known: known_at (published by then), or lead (published that long before each half-hour)."


def features(
    start: date | datetime | str,
    end: date | datetime | str,
    *,
    known_at: date | datetime | str | None = None,
    lead: timedelta | str | None = None,
    series: Series = None,
    inputs_only: bool = False,
    con: Connection | None = None,
) -> pl.DataFrame:
    """Return one row per half-hour of the span with what was known of it; nothing published after the cut is in it.

    With `known_at`, every column has the newest value that Elexon had published by then. With `lead`, forecasts are the
    newest published that long before each half-hour, and `latest_known_…` has actuals, demand and prices of the newest
    half-hour published by then; the columns of actuals, demand and prices are labels: what became known later (by
    `known_at`, if both are given). A forecast published at or after its target is none.

    Args:
        start: A UTC day, or an instant; an ISO text of either.
        end: The last UTC day, which is included, or an instant, which is not.
        known_at: Only what Elexon had published by then; a day means its end.
        lead: A length of time, such as "24h".
        series: The columns wanted; by default all but the fuels other than wind.
        inputs_only: Whether the labels are left out.
        con: A connection to a snapshot; the newest one by default.

    Raises:
        UnusableInput: A span, a time, a lead or a column is invalid, or neither `known_at` nor `lead` is given.
        WarehouseMissing: Nothing is published yet.
    """
    window, instant = read_span(start, end), read_as_of(known_at)
    chosen = default_series() if series is None else read_series(series)
    if lead is None and known_at is None:
        raise UnusableInput(NO_CUT)
    cut = str(FOR_EVER_US if instant is None else microseconds(instant))
    with snapshot_connection(con) as snapshot:
        if lead is None:
            return frame_at_cuts(snapshot, grid_sql(window, cut), chosen, window).drop("cut_time_utc")
        length = read_duration(lead)
        labels, forecasts = [one for one in chosen if not one.is_forecast], [one for one in chosen if one.is_forecast]
        shown = [] if inputs_only else labels
        label_joins, label_columns = join_series("label_cuts", shown)
        joins, columns = join_series("cuts", forecasts)
        latest = [_latest_join(dataset, some) for dataset, some in by_dataset(labels)]
        return query_frame(
            snapshot,
            f"""WITH cuts AS MATERIALIZED (
                {grid_sql(window, f"least({cut}, start_us - {length // timedelta(microseconds=1)})")}
            ), label_cuts AS MATERIALIZED (SELECT start_us, {cut}::BIGINT AS cut_us FROM cuts
            ), labels AS (SELECT label_cuts.start_us, {", ".join(label_columns) or "NULL"} FROM label_cuts {label_joins}
            ), inputs AS (SELECT cuts.start_us, cuts.cut_us, {", ".join(columns) or "NULL"} FROM cuts {joins})
            SELECT make_timestamptz(start_us) AS start_time_utc,
                {", ".join([*label_columns, *columns, *(LATEST + one.column for one in labels)])}
            FROM inputs JOIN labels USING (start_us) {" ".join(latest)} ORDER BY start_us""",
            {**window_parameters(window), "first": window.start_utc - length - LATEST_WITHIN},
        )


def default_series() -> tuple[FeatureSeries, ...]:
    """Return the series of all datasets, without the fuels other than wind."""
    return tuple(
        one for one in feature_series() if one.dataset is not GENERATION_BY_FUEL or one.labels == (METERED_WIND,)
    )


def features_dictionary(
    columns: Sequence[str], *, known_at: object = None, lead: timedelta | str | None = None, notes: Sequence[str] = ()
) -> str:
    """Return the Markdown that explains an exported file: its cut, and each column with unit, role and meaning."""
    instant = read_as_of(known_at)
    cuts = [f"published by {in_words(instant)}"] if instant else []
    if lead is not None:
        cuts.append(f"published {duration_text(read_duration(lead))} or more before each half-hour (inputs)")
    head = [
        "# Features",
        f"One row per half-hour, on the full grid; times are UTC. What is in it was {', and '.join(cuts)}.",
        "An empty cell was not known, or not published: it is not zero. Flagged values are kept as they were "
        "published. A label became known after the half-hour: train on it, and never use it as an input.",
        *notes,
    ]
    rows = [f"| `{name}` | {' | '.join(_describe_column(name, lead is not None))} |" for name in columns]
    return "\n\n".join(head) + "\n\n| column | unit | role | meaning |\n|---|---|---|---|\n" + "\n".join(rows) + "\n"


def _describe_column(name: str, has_lead: bool) -> tuple[str, str, str]:
    """Return the unit, the role and the meaning of a column of the features."""
    from renewables.queries.dictionary import unit_of

    if name == "start_time_utc":
        return "UTC", "key", "Start of the half-hour."
    for one in feature_series():
        if name == one.column:
            return unit_of(name), "label" if has_lead and not one.is_forecast else "input", one.meaning
        if name == LATEST + one.column:
            return unit_of(one.column), "input", f"Of the newest half-hour published by the cut: {one.meaning}"
        if name == publish_column(one.dataset):
            return "UTC", "audit", f"When the newest of the forecasts of {one.dataset.title} in the row was published."
    raise KeyError(name)


def _latest_join(dataset: Dataset, series: Sequence[FeatureSeries]) -> str:
    """Return SQL of a join that adds the values of the newest half-hour of a dataset that was published by each cut.

    The publications and the cuts are put in one order, so that a running maximum finds the newest half-hour.
    """
    newest = f"""(
        SELECT cut_us, newest_us AS start_us FROM (
            SELECT at_us AS cut_us, is_cut,
                max(start_us) OVER (ORDER BY at_us, is_cut ROWS UNBOUNDED PRECEDING) AS newest_us
            FROM (
                SELECT epoch_us(publish_time_utc) AS at_us, false AS is_cut, epoch_us(start_time_utc) AS start_us
                FROM {dataset.table} WHERE start_time_utc >= $first AND start_time_utc < $after
                    AND ({" OR ".join(dict.fromkeys(f"({one.condition})" for one in series))})
                UNION ALL SELECT DISTINCT cut_us, true, NULL FROM cuts
            )
        ) WHERE is_cut AND newest_us >= cut_us - {LATEST_WITHIN // timedelta(microseconds=1)}
    )"""
    columns = ", ".join(f"{one.column} AS {LATEST}{one.column}" for one in series)
    alias = f"latest_{dataset.name}"
    known = known_sql(dataset, series, newest)
    return f"LEFT JOIN (SELECT cut_us, {columns} FROM ({known})) AS {alias} ON {alias}.cut_us = inputs.cut_us"
