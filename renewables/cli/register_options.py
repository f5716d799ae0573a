"""What the commands of `renewables registers` share: their options, and how rows are written.

Belongs here: options, reading them, files with rows and their licence. Not here: what is listed (`registers.py`,
`register_changes.py`, `register_issues.py`).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from renewables.user_errors import BadUsage

if TYPE_CHECKING:
    import polars as pl

    from renewables.queries.register_places import Places
    from renewables.queries.registers import RegisterFilter, Sort
    from renewables.queries.snapshot import Connection

SHOWN = 50
Words = list[str] | None


def complete_register(incomplete: str) -> list[str]:
    """Return the names of the registers that begin with the typed text."""
    from pipeline_assets.registers.declarations import REGISTERS

    return [name for name in REGISTERS if name.startswith(incomplete.casefold())]


Registers = Annotated[
    Words,
    typer.Option("--register", help="repd or tec; may be repeated. Both by default.", autocompletion=complete_register),
]
OneRegister = Annotated[
    str, typer.Option("--register", help="repd (planning) or tec (grid).", autocompletion=complete_register)
]
Technologies = Annotated[
    Words,
    typer.Option("--technology", help="Such as Solar, BESS or wind-onshore; a hybrid has several. May be repeated."),
]
Statuses = Annotated[Words, typer.Option("--status", help="The status as published; may be repeated.")]
StatusGroups = Annotated[
    Words, typer.Option("--status-group", help="Such as Consented or under-construction; may be repeated.")
]
Counties = Annotated[Words, typer.Option("--county", help="A county of REPD; may be repeated.")]
Operator = Annotated[str, typer.Option("--operator", help="Words of the operator's name.")]
Text = Annotated[
    str, typer.Option("--text", "-t", help="Words of the name, operator, county, connection site or a reference.")
]
LeastMw = Annotated[float | None, typer.Option("--least-mw", min=0, help="The smallest capacity, MW.")]
MostMw = Annotated[float | None, typer.Option("--most-mw", min=0, help="The largest capacity, MW.")]
Near = Annotated[
    str | None,
    typer.Option(
        "--near", metavar="PROJECT", help='One of our projects, or "latitude, longitude". TEC has no coordinates.'
    ),
]
Km = Annotated[float, typer.Option("--km", min=0.1, max=2_000, help="The distance for --near.")]
SortBy = Annotated[
    str | None,
    typer.Option(
        "--sort", help="capacity, name, connection_date or distance; distance with --near, else capacity by default."
    ),
]
Limit = Annotated[int, typer.Option("--limit", min=1, help="The number of rows to print.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write all rows to a .csv, .xlsx or .parquet file."),
]
From = Annotated[str | None, typer.Option("--from", metavar="ISSUE", help="The earlier issue, by its id or date.")]
To = Annotated[
    str | None,
    typer.Option("--to", metavar="ISSUE", help="The later issue; the newest by default, after the one before it."),
]


@contextmanager
def open_registers() -> "Iterator[Connection]":
    """Yield a connection to the newest snapshot. Raises RegistersMissing."""
    from renewables.cli.options import without_pandas
    from renewables.queries.register_issues import register_connection

    with register_connection() as con, without_pandas():
        yield con


def folded_words(words: Words) -> tuple[str, ...]:
    """Return words as they are compared: `wind-onshore` is Wind Onshore."""
    return tuple(word.strip().replace("-", " ") for word in words or ())


def read_filter(**fields: Any) -> "RegisterFilter":
    """Return the filter of these fields. Raises BadUsage for a register that does not exist or an impossible range."""
    from renewables.queries.register_issues import read_register
    from renewables.queries.registers import RegisterFilter

    wanted = RegisterFilter(**{**fields, "registers": tuple(map(read_register, fields["registers"]))})
    if wanted.places and wanted.registers == ("tec",):
        raise BadUsage("TEC publishes no coordinates: leave out --near, or search --register repd.")
    if wanted.least_mw is not None and wanted.most_mw is not None and wanted.least_mw > wanted.most_mw:
        raise BadUsage(f"--least-mw {wanted.least_mw:g} is more than --most-mw {wanted.most_mw:g}.")
    return wanted


def read_sort(name: str | None, near: str | None) -> "Sort":
    """Return the order of the rows. Raises BadUsage."""
    from renewables.queries.registers import ORDERS

    if name is None:
        return "capacity" if near is None else "distance"
    if name not in ORDERS:
        raise BadUsage(f"Unknown order {name!r}: choose one of {', '.join(ORDERS)}.")
    if name == "distance" and near is None:
        raise BadUsage("--sort distance needs --near PROJECT.")
    return name  # type: ignore[return-value]  # it is one of the literal's words


def read_places(near: str | None) -> "Places":
    """Return the coordinates that `--near` names. Raises BadUsage."""
    if near is None:
        return ()
    from pipeline_assets.spreadsheets.portfolio_index import read_portfolio
    from renewables.cli.records import open_engine
    from renewables.queries.register_places import places_named

    return places_named(near, read_portfolio(open_engine()))


def wrote_file(output: Path | None, frame: "pl.DataFrame", registers: Sequence[str]) -> bool:
    """Write the rows to the file, if one is named, and return whether it was. Raises BadUsage for its ending."""
    if output is None:
        return False
    from renewables.cli.output import print_note
    from renewables.register_files import FILE_KINDS, register_file

    kind = output.suffix.removeprefix(".").casefold()
    if kind not in FILE_KINDS:
        raise BadUsage(f"{output} does not end in .{', .'.join(FILE_KINDS)}.")
    output.write_bytes(register_file(frame, FILE_KINDS[FILE_KINDS.index(kind)], registers))
    print_note(f"Wrote {len(frame):,} rows to {output}.")
    return True


def provenance(registers: Sequence[str]) -> dict[str, Any]:
    """Return the licence lines of these registers, and the label SYNTHETIC if a simulator invented an issue of them."""
    from renewables.queries.register_issues import SYNTHETIC, licence_lines

    with open_registers() as con:
        lines = licence_lines(registers, con)
    return {"licences": lines, "label": SYNTHETIC if any(line.startswith(SYNTHETIC) for line in lines) else ""}


def print_licences(registers: Sequence[str]) -> None:
    """Print the licence line of each of these registers, or that a simulator invented it."""
    for line in provenance(registers)["licences"]:
        typer.echo(line)


def print_one_issue(register: str, as_json: bool) -> None:
    """Print that there is nothing to compare with."""
    from renewables.cli.output import print_json

    if as_json:
        print_json(None)
    else:
        typer.echo(
            f"{register.upper()} has only one issue here, so nothing can be compared: add an earlier one with "
            f"`renewables registers add FILE --register {register}`, or wait for the next."
        )
