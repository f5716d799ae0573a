"""Printing: Rich tables for people, JSON for scripts, notes to the error stream, frames as files.

Not here: formats of numbers, instants and spans (`renewables/formatting.py`), what is printed.
"""

import json
import os
import sys
from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Literal

import typer

from renewables.formatting import json_value

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

UNWRAPPED = 10_000
"The width in columns of an output that is not a terminal: nothing wraps in a pipe or a file."

LONGEST_WORD = 16
"The longest word that is never broken; longer ones, such as addresses, may be."


def open_console(*, stderr: bool = False, quiet: bool = False) -> "Console":
    """Return a console with the width of the terminal, or of COLUMNS; in a pipe or a file without it, nothing wraps."""
    from rich.console import Console

    is_terminal = (sys.stderr if stderr else sys.stdout).isatty()
    width = None if is_terminal or os.environ.get("COLUMNS") else UNWRAPPED
    return Console(stderr=stderr, quiet=quiet, width=width, highlight=False)


def print_note(text: str) -> None:
    """Print to the error stream, so that a script reads only the output."""
    if text:
        typer.echo(text, err=True)


def print_json(value: object) -> None:
    """Print a value as JSON: instants as RFC 3339 with Z, durations as seconds, NaN as null."""
    typer.echo(json.dumps(json_value(value), ensure_ascii=False, indent=2))


def file_bytes(frame: "pl.DataFrame", kind: Literal["csv", "parquet"], message: str) -> bytes:
    """Return a file with the frame; a Parquet file carries the note on its sources."""
    from renewables.csv_files import csv_bytes

    if kind == "csv":
        return csv_bytes(frame)
    buffer = BytesIO()
    frame.write_parquet(buffer, metadata={"note": message} if message else None)
    return buffer.getvalue()


def print_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    title: str | None = None,
    right: Sequence[str] = (),
) -> None:
    """Print a table; `right` names the columns of numbers.

    Nothing in a cell is interpreted as markup; on a terminal too narrow for the numbers every row becomes lines of name
    and value.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    console = open_console()
    texts = [[str(cell) for cell in row] for row in rows]
    if _least_width(columns, texts, right) > console.width:
        console.print(Text(title or ""))
        for row in texts:
            print_facts(f"{columns[0]} {row[0]}".strip(), list(zip(columns[1:], row[1:], strict=True)))
        return
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False, show_edge=False)
    for name in columns:
        is_number = name in right
        table.add_column(Text(name), justify="right" if is_number else "left", no_wrap=is_number, overflow="fold")
    for row in texts:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)
    console.print()


def _least_width(columns: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[str]) -> int:
    """Return the smallest width of the table: complete numbers, texts broken between words."""
    widths = []
    for n, name in enumerate(columns):
        cells = [name, *(row[n] for row in rows)]
        if name in right:
            widths.append(max(len(cell) for cell in cells))
        else:
            widths.append(min(max(len(word) for cell in cells for word in cell.split() or [""]), LONGEST_WORD))
    return sum(widths) + 3 * (len(widths) - 1)


def print_facts(title: str, facts: Sequence[tuple[str, str]]) -> None:
    """Print a heading and lines of name and value."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts:
        table.add_row(Text("  " + name, style="dim"), Text(value))
    console = open_console()
    console.print(Text(title, style="bold"))
    console.print(table)
    console.print()
