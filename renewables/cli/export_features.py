"""`renewables export features` and `export current`: wide frames for model training and for other tools."""

from pathlib import Path
from typing import Annotated, Literal

import typer

End = Annotated[str, typer.Option("--end", metavar="TIME", help="Last UTC day (inclusive), or a time (exclusive).")]


def features(
    start: Annotated[str, typer.Option("--start", metavar="TIME", help="First UTC day, YYYY-MM-DD, or a time.")],
    end: End,
    known_at: Annotated[
        str | None,
        typer.Option(
            "--known-at", metavar="TIME", help="Only what Elexon had published by then: a day (its end), or a time."
        ),
    ] = None,
    lead: Annotated[
        str | None,
        typer.Option(
            "--lead", metavar="LENGTH", help='Only inputs published this long before each half-hour, such as "24h".'
        ),
    ] = None,
    series: Annotated[
        list[str] | None, typer.Option("--series", help="Only this column, such as solar_mw; may be repeated.")
    ] = None,
    inputs_only: Annotated[bool, typer.Option("--inputs-only", help="Leave out the labels of --lead.")] = False,
    kind: Annotated[
        Literal["csv", "parquet"] | None,
        typer.Option("--format", help="parquet or csv; by default from the file name, else parquet."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="By default features.parquet or features.csv.")
    ] = None,
) -> None:
    """Write one row per half-hour with what was known of it, for model training.

    Actuals, forecasts, demand and prices as columns, and `features.md` beside the file, which explains each. Nothing
    that was published after the cut is in it. With --lead, actuals, demand and prices are labels, and `latest_known_…`
    has what was known of them.

    \\b
    Examples:
      renewables export features --start 2024-03-29 --end 2024-04-02 --lead 24h
      renewables export features --start 2024-03-29 --end 2024-04-02 --known-at 2024-04-01T09:00Z --format csv
    """
    from renewables.attribution import note_of_sources
    from renewables.cli.options import open_snapshot
    from renewables.cli.output import file_bytes, print_note
    from renewables.queries.features import features as known_features
    from renewables.queries.features import features_dictionary
    from renewables.queries.snapshot import source_names

    kind = kind or ("csv" if output and output.suffix == ".csv" else "parquet")
    output = output or Path(f"features.{kind}")
    with open_snapshot() as con:
        frame = known_features(
            start, end, known_at=known_at, lead=lead, series=series, inputs_only=inputs_only, con=con
        )
        note = note_of_sources(source_names(con))
    output.write_bytes(file_bytes(frame, kind, note))
    dictionary = output.with_name("features.md")
    text = features_dictionary(frame.columns, known_at=known_at, lead=lead, notes=[f"File: `{output.name}`.", note])
    dictionary.write_text(text, encoding="utf-8")
    print_note(f"Wrote {len(frame):,} rows and {frame.width} columns to {output}, and their meaning to {dictionary}.")
    print_note(note)


def current() -> None:
    """Write `current.parquet` beside `current.duckdb`: every series as a column, all half-hours as they are now.

    For tools that read Parquet and no database. It stays as it is until it is written again.

    \\b
    Examples:
      renewables export current
    """
    from renewables.cli.output import print_note
    from renewables.queries.exports import export_current

    exported = export_current()
    print_note(f"Wrote {exported.rows:,} rows to {exported.path}.")
