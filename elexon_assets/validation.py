"""Validation of a batch of windows: the rows to land, and the rows to quarantine with their reasons.

Belongs here: everything between parsing and the warehouse, which is not open yet. Not here: the contract
(`contract.py`), landing (`ingest.py`), another attempt for quarantined rows (`quarantine.py`).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from elexon_assets.contract import SplitRows, split_valid
from elexon_assets.dataset_model import UTC_TIME, Dataset
from elexon_assets.fetch_windows import Failed, Fetched, Outcome, failed
from elexon_assets.parsing import ROW_INDEX

QUARANTINE_SCHEMA: dict[str, pl.DataType] = {
    **{name: pl.String() for name in ("dataset", "reason", "raw_json", "run_id")},
    **dict.fromkeys(("window_start_utc", "window_end_utc"), UTC_TIME),
}


@dataclass(frozen=True)
class Validated:
    """A batch that is ready to land."""

    outcomes: list[Outcome]
    "The outcomes of the batch, in order; a window that could not be validated has failed."
    good: pl.DataFrame | None
    "The rows that satisfy the contract, with their `source`; None if no window was answered."
    quarantined: pl.DataFrame
    "The rows for the table `quarantine`, without the time."
    quarantined_by_window: dict[int, int]
    "The number of quarantined rows by the position of their window among those that were answered."


def validate(dataset: Dataset, batch: Sequence[Outcome], run_id: str) -> Validated:
    """Validate all windows together, or one by one if that raises, so that only the unusable window fails."""
    try:
        return _validated(dataset, batch, run_id)
    except (Exception, pl.exceptions.PanicException):
        return _validated(dataset, [_judged_alone(dataset, outcome, run_id) for outcome in batch], run_id)


def _judged_alone(dataset: Dataset, outcome: Outcome, run_id: str) -> Outcome:
    if isinstance(outcome, Failed):
        return outcome
    try:
        _validated(dataset, [outcome], run_id)
    except (Exception, pl.exceptions.PanicException) as error:
        return failed(outcome.window, error)
    return outcome


def _validated(dataset: Dataset, outcomes: Sequence[Outcome], run_id: str) -> Validated:
    fetched = [outcome for outcome in outcomes if isinstance(outcome, Fetched)]
    if not fetched:
        return Validated(list(outcomes), None, pl.DataFrame(schema=QUARANTINE_SCHEMA), {})
    split = _split_rows(dataset, fetched)
    return Validated(
        list(outcomes),
        split.good.drop("window", ROW_INDEX),
        _quarantine_frame(dataset, fetched, split.bad, run_id),
        dict(split.bad.group_by("window").len().iter_rows()),
    )


def _split_rows(dataset: Dataset, fetched: list[Fetched]) -> SplitRows:
    """Return the rows of all windows, split; `window` is the position in `fetched`."""
    frames = [outcome.parsed.frame for outcome in fetched]
    window = pl.Series(np.repeat(np.arange(len(frames), dtype=np.uint32), [len(frame) for frame in frames]))
    source = pl.Series([outcome.source for outcome in fetched], dtype=pl.String).gather(window)
    return split_valid(dataset, pl.concat(frames).with_columns(window=window, source=source))


def _quarantine_frame(dataset: Dataset, fetched: list[Fetched], bad: pl.DataFrame, run_id: str) -> pl.DataFrame:
    """Return the rows for `quarantine`; each answer with such rows is decoded once."""
    rows = []
    for (position,), of_window in bad.select("window", ROW_INDEX, "reason").group_by("window", maintain_order=True):
        answer = fetched[int(position)]
        raw_rows = answer.raw_rows()
        rows += [
            {
                "dataset": dataset.name,
                "reason": reason,
                "raw_json": raw_json(raw_rows[raw]),
                "window_start_utc": answer.window.start_utc,
                "window_end_utc": answer.window.end_utc,
                "run_id": run_id,
            }
            for _, raw, reason in of_window.iter_rows()
        ]
    return pl.DataFrame(rows, schema=QUARANTINE_SCHEMA)


def raw_json(row: dict[str, Any]) -> str:
    """Return a row as JSON that DuckDB can read.

    A lone surrogate becomes a question mark, and a value that is nested too deeply for the encoder becomes a note.
    """
    try:
        text = json.dumps(row, sort_keys=True)
    except RecursionError:
        flat = {name: "(too deeply nested)" if isinstance(value, dict | list) else value for name, value in row.items()}
        text = json.dumps(flat, sort_keys=True)
    if "\\ud" in text:
        text = json.dumps(json.loads(json.dumps(json.loads(text), ensure_ascii=False).encode(errors="replace")))
    return text
