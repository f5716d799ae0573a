"""`renewables export`: half-hours as CSV or Parquet, or every table as Parquet."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from renewables.cli import export_features
from renewables.cli.command_group import CommandGroup
from renewables.cli.options import AsOf, Categories, DatasetName, End, ExcludeFlagged, KnownAt, Start

Format = Literal["csv", "parquet"]


export_app = typer.Typer(cls=CommandGroup, invoke_without_command=True, rich_markup_mode=None)


@export_app.callback()
def export(
    ctx: typer.Context,
    start: Start = None,
    end: End = None,
    psr_type: Categories = None,
    dataset: DatasetName = "wind_and_solar",
    as_of: AsOf = None,
    known_at: KnownAt = None,
    exclude_flagged: ExcludeFlagged = False,
    kind: Annotated[
        Format | None, typer.Option("--format", help="csv or parquet; by default from the file name, else csv.")
    ] = None,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="The file to write; - for standard output.")
    ] = "-",
    all_to: Annotated[
        Path | None,
        typer.Option(
            "--all", metavar="FOLDER", help="Export every table and the current values as Parquet files in a folder."
        ),
    ] = None,
) -> None:
    """Write half-hours as CSV or Parquet.

    The rows have settlement dates, sources and, for flagged values, the reasons (`flags`). Without dates, all
    half-hours are written. Times are UTC.

    \b
    Examples:
      renewables export --start 2026-01-01 --end 2026-01-31 > january.csv
      renewables export --start 2024-01-01 --end 2024-01-31 --exclude-flagged > sound.csv
      renewables export --output wind_and_solar.parquet
      renewables export --all for_power_bi
      renewables export features --help
    """
    if ctx.invoked_subcommand:
        _refuse_options_before(ctx)
        return
    from renewables.attribution import note_of_sources
    from renewables.cli.options import open_snapshot, read_window, words_of
    from renewables.cli.output import file_bytes, print_note
    from renewables.queries.caveats import caveats_of
    from renewables.queries.generation import generation_of
    from renewables.queries.selection import Selection
    from renewables.user_errors import BadUsage

    selection = Selection.read(dataset, psr_type, as_of, known_at, exclude_flagged)
    if all_to:
        if as_of or known_at or exclude_flagged:
            raise BadUsage("--all exports every table as it is: remove --as-of, --known-at and --exclude-flagged.")
        _export_all(all_to)
        return
    kind = kind or ("parquet" if output.endswith(".parquet") else "csv")
    if kind == "parquet" and output == "-" and sys.stdout.isatty():
        raise BadUsage("Parquet cannot be printed in a terminal: add --output FILE.parquet.")
    with open_snapshot() as con:
        frame = generation_of(selection, read_window(con, dataset, start, end), con)
        caveats = caveats_of(selection, con)
    message = note_of_sources(frame["source"].unique())
    content = file_bytes(frame, kind, message)
    if output == "-":
        typer.get_binary_stream("stdout").write(content)
    else:
        Path(output).write_bytes(content)
        print_note(f"Wrote {len(frame):,} rows to {output}{words_of(selection)}.")
    if flagged := frame["flags"].count():
        print_note(f"{flagged:,} of {len(frame):,} values are flagged: see the column `flags` for the reasons.")
    for caveat in caveats:
        print_note(caveat)
    print_note(message)


def _refuse_options_before(ctx: typer.Context) -> None:
    """Raise BadUsage for options between `export` and the name of a subcommand, which would have no effect."""
    from renewables.user_errors import BadUsage

    sources = {name: ctx.get_parameter_source(name) for name in ctx.params}
    given = [name for name, source in sources.items() if source and source.name != "DEFAULT"]
    if given:
        raise BadUsage(f"Write the options after `{ctx.invoked_subcommand}`: renewables export features --start …")


def _export_all(folder: Path) -> None:
    from renewables.attribution import note_of_sources
    from renewables.cli.options import open_snapshot
    from renewables.cli.output import print_note, print_table
    from renewables.formatting import number
    from renewables.queries.exports import export_all
    from renewables.queries.register_issues import licences_of_tables
    from renewables.queries.snapshot import source_names
    from renewables.user_errors import UserError

    with open_snapshot() as con:
        done = export_all(folder, con)
        sources = source_names(con)
    if not done:
        raise UserError(
            "The warehouse has no tables yet: fetch some days first, for example with `renewables fetch-range`."
        )
    print_table(["Table", "Rows", "File"], [[e.name, number(e.rows), e.path] for e in done], right=["Rows"])
    print_note(note_of_sources(sources))
    print_note("\n".join(licences_of_tables(e.name for e in done if e.rows)))


export_app.command("features")(export_features.features)
export_app.command("current")(export_features.current)
