"""`renewables restore`: replaces a damaged warehouse file with a snapshot. Nothing is ever deleted."""

from pathlib import Path
from typing import Annotated

import typer


def restore(
    version: Annotated[
        int | None, typer.Option(help="Number of a snapshot that is kept; the newest by default.")
    ] = None,
    from_file: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="Fill a lake (docs/scaling.md) from this DuckDB file instead."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
) -> None:
    """Replace the warehouse file with a snapshot.

    The old file is renamed, never deleted. This is refused while another process has the file open. Data that landed
    after the snapshot is only in the renamed file; fetch it again to land it.

    \b
    Examples:
      renewables restore
      renewables restore --version 41 --yes
    """
    from renewables.formatting import utc
    from warehouse import backups
    from warehouse.connection import configured_warehouse

    if from_file:
        if not yes:
            typer.confirm(f"Replace the tables of {configured_warehouse().name} by those of {from_file}?", abort=True)
        backups.fill_lake(from_file)
        typer.echo(f"Loaded {from_file}. Earlier versions of the lake stay readable until they expire.")
        return
    snapshot = backups.find_snapshot(version)
    place = configured_warehouse()
    typer.echo(f"Snapshot {snapshot.version} of {utc(snapshot.published_at_utc)} UTC replaces {place.name}.")
    if place.size_bytes() is not None:
        typer.echo("What it replaces is kept: a file is renamed, and earlier versions of a lake stay readable.")
    if not yes:
        typer.confirm("Continue?", abort=True)
    done = backups.restore(snapshot.version)
    for path in done.aside:
        typer.echo(f"Renamed to: {path}")
    when = "now" if done.is_published else "after the next run has published"
    typer.echo(f"Restored snapshot {done.snapshot.version}. Pages and queries show it {when}.")
