"""The data dictionary: every table, view and macro of a snapshot with its columns, from the declarations.

Belongs here: putting together what both code locations declare, and the unit and zone that a column's name carries.
Not here: the meanings (`elexon_assets/descriptions.py`, `pipeline_assets/table_columns.py`), printing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import duckdb
import polars as pl

from elexon_assets import descriptions
from elexon_assets.settlement import LONDON
from pipeline_assets.metrics import VIEWS
from pipeline_assets.models import ENTITIES
from pipeline_assets.registers.register_tables import (
    PARAMETERS,
    describe_register_table,
    kind_of_table,
    register_table_columns,
    register_table_names,
)
from pipeline_assets.table_columns import describe_table, pipeline_tables, table_columns
from warehouse.connection import INFO

UNITS = {
    "_gbp_per_mwh": "GBP/MWh",
    "_mwh": "MWh",
    "_mwp": "MWp",
    "_mw": "MW",
    "mw_per_second": "MW/s",
    "_days": "days",
    "days_overdue": "days",
    "seconds": "s",
    "_share": "0-1",
    "coverage": "0-1",
    "capacity_factor": "0-1",
    "weight": "0-1",
    "half_hours": "half-hours",
    "half_hours_expected": "half-hours",
    "half_hours_flagged": "half-hours",
    "half_hours_outside_soft_limits": "half-hours",
    "longitude": "degrees east",
    "latitude": "degrees north",
}
"The units by the end of a column's name; the first that fits applies."
REGISTER_CAVEATS = (
    "Show the licence line of each register wherever its rows are shown (docs/data-sources.md). MW of REPD are AC, and "
    "a project's capacity_mwp is DC for solar."
)
LONDON_DAYS = ("settlement_date", "settlement_period", "month")
"The columns that follow the civil day of London."


@dataclass(frozen=True)
class ColumnEntry:
    """A column of the dictionary; `unit` and `zone` are empty where it has none, `values` where it is open."""

    name: str
    type: str
    unit: str
    zone: str
    meaning: str
    values: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Return the meaning with the values of a closed vocabulary, as people read it."""
        if not self.values or "One of:" in self.meaning:
            return self.meaning
        return f"{self.meaning} One of: {', '.join(self.values)}."


@dataclass(frozen=True)
class TableEntry:
    """A table, view or macro of the dictionary; `parameters` are those of a macro."""

    name: str
    kind: str
    parameters: tuple[str, ...]
    meaning: str
    source: str
    caveats: str
    columns: tuple[ColumnEntry, ...]

    @property
    def call(self) -> str:
        """Return the name as SQL reads it: a macro with its parameters."""
        return f"{self.name}({', '.join(self.parameters)})" if self.kind == "macro" else self.name


@cache
def data_dictionary() -> tuple[TableEntry, ...]:
    """Return every table, view and macro of a complete snapshot, sorted by name."""
    return tuple(
        sorted(
            [*_elexon_entries(), *map(_pipeline_entry, pipeline_tables()), *_register_entries()],
            key=lambda entry: entry.name,
        )
    )


def matching_entries(text: str) -> list[TableEntry]:
    """Return the entries whose name, meaning or columns contain the text, in any case; all of them for ""."""
    wanted = text.casefold().strip()
    return [
        entry
        for entry in data_dictionary()
        if any(
            wanted in part.casefold()
            for part in (entry.name, entry.meaning, *(f"{c.name} {c.unit} {c.text}" for c in entry.columns))
        )
    ]


def dictionary_frame(entries: Sequence[TableEntry]) -> pl.DataFrame:
    """Return one row per column: table, kind, column, type, unit, zone, meaning, source, caveats."""
    return pl.DataFrame(
        [
            {
                **{"table": entry.call, "kind": entry.kind, "column": column.name, "type": column.type},
                **{"unit": column.unit, "zone": column.zone, "meaning": column.text},
                **{"source": entry.source, "caveats": entry.caveats},
            }
            for entry in entries
            for column in entry.columns
        ]
    )


def describe_relation(name: str) -> str:
    """Return the meaning of a table, view or macro of either code location, or ""."""
    return descriptions.describe_relation(name) or describe_table(name) or describe_register_table(name)


def unit_of(column: str) -> str:
    """Return the unit that the name of a column carries, or ""."""
    return next((unit for ending, unit in UNITS.items() if column.endswith(ending)), "")


def zone_of(column: str) -> str:
    """Return the time zone of an instant or a day, or ""."""
    if column.endswith("_utc"):
        return "UTC"
    return LONDON.key if column.endswith(LONDON_DAYS) else ""


def _elexon_entries() -> Iterator[TableEntry]:
    """Yield Elexon's relations, with the types of a schema that is made in memory."""
    from elexon_assets.schema.warehouse_schema import ensure_schema  # it imports Pandera, which few readers need

    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute(INFO)
        ensure_schema(con)
        relations = con.execute(
            "SELECT table_name, 'table' FROM duckdb_tables() WHERE NOT internal UNION ALL "
            "SELECT view_name, 'view' FROM duckdb_views() WHERE NOT internal"
        ).fetchall()
        macros = con.execute(
            "SELECT DISTINCT function_name, parameters FROM duckdb_functions() "
            "WHERE function_type = 'table_macro' AND NOT internal"
        ).fetchall()
        for name, kind in relations:
            yield _elexon_entry(con, name, kind, ())
        for name, parameters in macros:
            yield _elexon_entry(con, name, "macro", tuple(parameters))


def _elexon_entry(con: duckdb.DuckDBPyConnection, name: str, kind: str, parameters: Sequence[str]) -> TableEntry:
    days = ", ".join(f"'2024-01-0{number}'" for number, _ in enumerate(parameters, 1))
    columns = con.execute(f'DESCRIBE FROM "{name}"({days})' if parameters else f'DESCRIBE "{name}"').fetchall()
    return TableEntry(
        name,
        kind,
        tuple(parameters),
        descriptions.describe_relation(name),
        descriptions.relation_source(name),
        descriptions.relation_caveats(name),
        tuple(
            _column(
                column,
                "TIMESTAMPTZ" if kind_of == "TIMESTAMP WITH TIME ZONE" else kind_of,
                descriptions.describe_column(name, column),
                descriptions.column_vocabulary(name, column),
            )
            for column, kind_of, *_ in columns
        ),
    )


def _pipeline_entry(name: str) -> TableEntry:
    if name in VIEWS:
        source = f"Computed here from {', '.join(VIEWS[name].reads)}"
    else:
        source = "The ledger, which people's changes are written to"
    return TableEntry(
        name,
        "view" if name in VIEWS else "table",
        (),
        describe_table(name),
        source,
        "Leave out archived rows." if name in ENTITIES else "",
        tuple(_column(c.name, c.type, c.description, c.values) for c in table_columns(name)),
    )


def _register_entries() -> Iterator[TableEntry]:
    """Yield the tables, views and macros of the public registers."""
    for name in register_table_names():
        columns = register_table_columns(name)
        yield TableEntry(
            name,
            kind_of_table(name),
            PARAMETERS.get(name, ()),
            describe_register_table(name),
            "The public registers REPD (DESNZ) and TEC (NESO)",
            REGISTER_CAVEATS,
            tuple(_column(c.name, c.type, c.description, ()) for c in columns),
        )


def _column(name: str, type_: str, meaning: str, values: tuple[str, ...]) -> ColumnEntry:
    return ColumnEntry(name, type_, unit_of(name), zone_of(name), meaning, values)
