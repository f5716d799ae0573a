"""The model's one tool: SQL against the snapshot, within limits, with the coverage of the days that it reads.

Belongs here: running a call, and the text that the model gets. Not here: who calls (`conversation.py`), the lock-down
(`renewables/queries/adhoc.py`).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import DATASETS
from elexon_assets.settlement import HALF_HOUR
from elexon_assets.time_inputs import read_day
from pipeline_assets.entity import CONTROL_CHARACTERS
from renewables.formatting import json_value, percent
from renewables.queries.adhoc import QueryRefused, run_sql
from renewables.queries.profiles import window_of_days
from renewables.queries.quality import data_quality_of
from renewables.queries.snapshot import span_of
from warehouse.connection import reading

NAME = "query"
ROWS_KEPT = 1_000
"The most rows of the reader's table."
ROWS_TOLD = 100
CHARACTERS_TOLD = 12_000
"""The most characters that the model gets: tokens cost money, and a small model forgets the question behind a long
table.
"""
SECONDS = 20.0
LONGEST_SQL = 10_000
JUDGEMENTS = frozenset({"understated_wind", "open_flags", "flags"})
"The tables and views about the quality of the datasets' values."
_A_DAY = {"type": "string", "format": "date"}
TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": NAME,
        "description": "Runs one SELECT in DuckDB's SQL and answers its rows as CSV, with the coverage of the days.",
        "parameters": {
            "type": "object",
            "properties": {
                "sql": {"type": "string", "description": "One statement that only reads."},
                "first_day": {**_A_DAY, "description": "First settlement date that a query on generation is about."},
                "last_day": {**_A_DAY, "description": "The last one."},
            },
            "required": ["sql"],
        },
    },
}


@dataclass(frozen=True)
class Query:
    """A call and its outcome: rows, or why none could be read."""

    sql: str
    frame: pl.DataFrame | None = None
    is_cut: bool = False
    "Whether the query has more rows."
    refusal: str = ""
    days: tuple[date, date] | None = None
    "The settlement dates that the call says it is about, both inclusive."
    coverage: tuple[str, ...] = ()
    "A sentence for each observed dataset that it reads, about the coverage of those days, or of all days."
    tables: frozenset[str] = frozenset()
    "The tables that it reads, also through views and macros."
    told: str = ""
    "The text that the model gets: the refusal, or the coverage and the rows as CSV, cut if they are long."

    @property
    def is_on_generation(self) -> bool:
        """Return whether it reads data that Elexon or the simulator published, or findings about that data."""
        return bool(_datasets_read(self.tables) or self.tables & JUDGEMENTS)


def run_query(name: str, arguments: str, version: int | None) -> Query:
    """Run a call on the snapshot `version`.

    A call that cannot be run becomes a refusal, which the model reads and corrects.
    """
    try:
        given = json.loads(arguments)
        sql = given["sql"] if isinstance(given, dict) else None
    except (ValueError, KeyError):
        sql = None
    if name != NAME or not isinstance(sql, str):
        return _refusal_text("", f"There is one tool, {NAME}, and its arguments are JSON with sql.")
    sql = CONTROL_CHARACTERS.sub(" ", sql).strip().rstrip(";").strip()  # the text is printed on terminals
    if len(sql) > LONGEST_SQL:
        return _refusal_text(sql[:LONGEST_SQL], "The query is too long: aggregate, and select less.")
    try:
        days = _days_read(given)
        answer = run_sql(sql, row_limit=ROWS_KEPT, seconds=SECONDS, version=version)
        frame, coverage = _flatten(answer.frame), tuple(_coverage_of_days(answer.tables, days, version))
        rows = frame.head(ROWS_TOLD).write_csv(datetime_format="%Y-%m-%dT%H:%M:%SZ", null_value="NULL")
    except (QueryRefused, ValueError, OverflowError) as error:
        return _refusal_text(sql, str(error))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        return _refusal_text(sql, f"A column is of a type that cannot be shown: cast it to VARCHAR. ({error})")
    is_cut = answer.is_cut or len(frame) > ROWS_TOLD or len(rows) > CHARACTERS_TOLD
    cut = f"\nCut: there are more rows, {len(frame)} at least. Aggregate in SQL." if is_cut else ""
    told = "\n".join([*coverage, rows[:CHARACTERS_TOLD] + cut])
    return Query(sql, frame, answer.is_cut, days=days, coverage=coverage, tables=answer.tables, told=told)


def _refusal_text(sql: str, why: str) -> Query:
    return Query(sql, refusal=why, told=f"Refused: {why}")


def _days_read(given: dict[str, Any]) -> tuple[date, date] | None:
    first, last = given.get("first_day"), given.get("last_day")
    if not first and not last:
        return None
    ends = sorted(read_day(str(end)) for end in (first or last, last or first))
    return ends[0], ends[1]


def _datasets_read(tables: frozenset[str]) -> list[Dataset]:
    """Return the datasets that the tables belong to: each table's name begins with its dataset's, the longest one."""
    longest_first = sorted(DATASETS, key=lambda dataset: len(dataset.name), reverse=True)
    owners = {
        next((dataset.name for dataset in longest_first if f"{table}_".startswith(f"{dataset.name}_")), None)
        for table in tables
    }
    return [dataset for dataset in DATASETS if dataset.name in owners]


def _coverage_of_days(tables: frozenset[str], days: tuple[date, date] | None, version: int | None) -> Iterator[str]:
    """Yield the coverage of each dataset that was read. It is computed here, so that no model can omit it."""
    read = [dataset for dataset in _datasets_read(tables) if dataset.is_observed]
    with reading(version=version) as con:
        for dataset in read:
            window = window_of_days(*days) if days else span_of(dataset.name, con)
            if window is None:
                continue
            trust = data_quality_of(dataset, window, con)
            flagged = f"{trust.half_hours_flagged:,} of them flagged"
            unjudged = ", not all checked yet" if trust.values_unjudged else ""
            first, last = days or (window.start_utc.date(), (window.end_utc - HALF_HOUR).date())
            yield (
                f"{dataset.title}, {first} to {last}{'' if days else ' (all data)'}: {trust.half_hours:,} of "
                f"{trust.half_hours_expected:,} half-hours complete, coverage {percent(trust.coverage)}, "
                f"{flagged}{unjudged}."
            )


def _flatten(frame: pl.DataFrame) -> pl.DataFrame:
    """Return lists, structs and bytes as text, because neither a CSV file nor a table on a page can hold them."""
    nested = [name for name, kind in frame.schema.items() if kind.is_nested() or kind in (pl.Binary, pl.Object)]
    return frame.with_columns(
        pl.Series(
            name, [None if cell is None else json.dumps(json_value(cell)) for cell in frame[name].to_list()], pl.String
        )
        for name in nested
    )
