"""`renewables query`: SQL against the newest snapshot, read-only and locked down."""

import json
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from renewables.cli.options import AsJson

if TYPE_CHECKING:
    import polars as pl


def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help="One query in DuckDB's SQL, in quotes.")],
    limit: Annotated[int, typer.Option(min=1, help="Largest number of rows to show.")] = 1000,
    seconds: Annotated[float, typer.Option(min=0.1, help="Stop the query after this many seconds.")] = 30,
    as_json: AsJson = False,
) -> None:
    """Query the newest snapshot in SQL.

    Queries are read-only, without access to files or settings.

    Tables: wind_and_solar and generation_by_fuel (current values), each with _publications, _daily, _coverage and
    _outside_soft_limits; fetch_log, quarantine. For earlier values: FROM wind_and_solar_as_of('2026-01-15').

    \b
    Examples:
      renewables query "SHOW TABLES"
      renewables query "FROM wind_and_solar_daily ORDER BY energy_mwh DESC LIMIT 5"
      renewables query --json "SELECT max(start_time_utc) AS newest FROM wind_and_solar"
    """
    from renewables.cli.output import print_json, print_note
    from renewables.queries.adhoc import QueryRefused, run_sql
    from renewables.queries.register_issues import licences_of_tables
    from renewables.user_errors import UserError

    try:
        answer = run_sql(sql, row_limit=limit, seconds=seconds)
    except QueryRefused as refused:
        raise UserError(str(refused)) from refused
    frame = answer.frame
    if as_json:
        print_json(frame.to_dicts())
    else:
        print_frame(frame)
    print_note("\n".join(licences_of_tables(answer.tables)))
    if answer.is_cut:
        print_note(f"Showing the first {limit:,} rows. Use --limit for more, or `renewables export` for all.")


def print_frame(frame: "pl.DataFrame") -> None:
    """Print rows for people: instants in UTC, thousands separated in numbers with decimals."""
    from renewables.cli.output import print_table

    numeric = [name for name, dtype in frame.schema.items() if dtype.is_numeric()]
    print_table(frame.columns, [[_cell_text(cell) for cell in row] for row in frame.iter_rows()], right=numeric)


def _cell_text(cell: object) -> str:
    from renewables.formatting import json_value, utc

    match cell:
        case None:
            return ""
        case datetime() if cell.tzinfo and not cell.second and not cell.microsecond:
            return utc(cell)
        case float() if cell and not 1e-3 <= abs(cell) < 1e15:
            return f"{cell:.6g}"
        case float():
            return f"{cell:,.3f}".rstrip("0").rstrip(".")
        case Decimal():
            return f"{cell:,f}"
        case list() | dict() | tuple() | bytes():
            return json.dumps(json_value(cell), ensure_ascii=False)
    return str(cell)
