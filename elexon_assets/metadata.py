"""The display of a run in the Dagster UI: figures with their units, a preview, the windows that failed."""

import re
from collections.abc import Sequence

import dagster as dg

from elexon_assets.dataset_model import Dataset
from elexon_assets.ingest_report import Report
from elexon_assets.resources import WarehouseResource

PREVIEW_ROWS = 6
PREVIEW_DAYS = 4
"""The days before the newest time that a preview is searched in, because finding the current values of a year takes as
long as landing it. The farthest targets of a forecast, two days, belong to later issues.
"""
_PUNCTUATION = re.compile(r"[\\`*{}\[\]()<>#+!|~$&:@]|_(?!(?<=[^\W_]_)[^\W_])")
FAILURES_SHOWN = 50
"The number of failed windows shown, about a year of them; more would bloat the event log without any use."


def materialization_metadata(report: Report, warehouse: WarehouseResource) -> dict[str, dg.MetadataValue]:
    """Return the figures of one ingest, and the newest rows of its span as readers see them."""
    row_count, preview = _row_count_and_preview(report, warehouse)
    labels = {"settlement labels disagreeing": dg.MetadataValue.int(report.total("labels_disagreeing"))}
    coverage = {"coverage (%)": dg.MetadataValue.float(round(100 * report.coverage, 2))}
    return {
        "dagster/row_count": dg.MetadataValue.int(row_count),
        "rows landed": dg.MetadataValue.int(report.total("rows_landed")),
        "rows received": dg.MetadataValue.int(report.total("rows_received")),
        "rows repeated": dg.MetadataValue.int(report.total("rows_repeated")),
        "rows quarantined": dg.MetadataValue.int(report.total("rows_quarantined")),
        **(labels if report.dataset.is_half_hourly else {}),
        **(coverage if report.dataset.is_covered else {}),
        "windows": dg.MetadataValue.int(len(report.windows)),
        "retries": dg.MetadataValue.int(report.retries),
        "seconds": dg.MetadataValue.float(round(report.seconds, 3)),
        "source": dg.MetadataValue.text(", ".join(sorted({r.source for r in report.records if r.source})) or "none"),
        "preview": dg.MetadataValue.md(preview),
    }


def table_figures(dataset: Dataset, warehouse: WarehouseResource) -> dict[str, dg.MetadataValue]:
    """Return the size of the dataset's published table and its newest time."""
    with warehouse.snapshot() as con:
        rows, newest = con.execute(
            f"SELECT count(*), strftime(max({dataset.range_column}), '%Y-%m-%d %H:%MZ') FROM {dataset.table}"
        ).fetchall()[0]
    return {
        "dagster/row_count": dg.MetadataValue.int(rows),
        f"newest {dataset.range_column}": dg.MetadataValue.text(newest or "none"),
    }


def failure_metadata(reports: Sequence[Report]) -> dg.Failure:
    """Return the failed windows as a table. Dagster does not retry them, because the client already did."""
    failed = [(report.dataset, record) for report in reports for record in report.failed]
    windows = sum(len(report.records) for report in reports)
    landed = sum(len(report.landed_days) for report in reports)
    first = failed[0][1]
    by_day = "'Backfill missing and failed' (or `renewables repair`) fetches the failed ones again."
    fix = by_day if failed[0][0].is_fetched_by_day else "The next run fetches all of it again."
    return dg.Failure(
        description=f"{len(failed)} of {windows} windows failed, {landed} days landed. First: {first.window}: "
        f"{first.error} - {fix}",
        metadata={
            "failed windows": dg.MetadataValue.table(
                [
                    dg.TableRecord(
                        {
                            "dataset": dataset.name,
                            "window": str(record.window),
                            "attempts": record.attempts,
                            "error": record.error or "",
                        }
                    )
                    for dataset, record in failed[:FAILURES_SHOWN]
                ]
            ),
            "windows failed": dg.MetadataValue.int(len(failed)),
            "windows": dg.MetadataValue.int(windows),
            "days landed": dg.MetadataValue.int(landed),
        },
        allow_retries=False,
    )


def _row_count_and_preview(report: Report, warehouse: WarehouseResource) -> tuple[int, str]:
    """Return the number of rows of the dataset's table, and the newest current values of the span as Markdown."""
    dataset, span = report.dataset, report.span
    period = f"strftime({dataset.period}, '%Y-%m-%d %H:%MZ')" if dataset.is_half_hourly else dataset.period
    in_span = f"{dataset.range_column} >= $start AND {dataset.range_column} < $end"
    newest = f"max({dataset.period})"
    recent = f"{newest} - INTERVAL {PREVIEW_DAYS} DAY" if dataset.is_half_hourly else newest
    limits = {"start": span.start_utc, "end": span.end_utc}
    with warehouse.snapshot() as con:
        count = int(con.execute(f"SELECT count(*) FROM {dataset.table}").fetchall()[0][0])
        # A variable is a constant of the query below, so that DuckDB reads only the blocks of these days.
        con.execute(f"SET VARIABLE recent = (SELECT {recent} FROM {dataset.table} WHERE {in_span})", limits)
        rows = con.execute(
            f"SELECT {period}, {dataset.category}, {dataset.value}, strftime(publish_time_utc, '%Y-%m-%d %H:%MZ') "
            f"FROM {dataset.name} WHERE {in_span} AND {dataset.period} >= getvariable('recent') "
            f"ORDER BY {dataset.period} DESC, {dataset.category} LIMIT {PREVIEW_ROWS}",
            limits,
        ).fetchall()
    heading = "start time" if dataset.is_half_hourly else dataset.period
    lines = [f"| {heading} | {dataset.category} | {dataset.unit} | published |", "|---|---|---:|---|"]
    lines += [
        f"| {start} | {_escaped(name)} | {'none' if value is None else f'{value:,.1f}'} | {published} |"
        for start, name, value, published in rows
    ]
    return count, "\n".join(lines) if rows else "nothing is published for this period"


def _escaped(text: str) -> str:
    """Return a text of the API escaped for Markdown: the name of an unknown series could embed a picture."""
    return _PUNCTUATION.sub(r"\\\g<0>", " ".join(text.split()))
