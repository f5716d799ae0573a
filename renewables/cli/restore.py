"""`renewables restore`: replaces a damaged warehouse file with a snapshot. Nothing is ever deleted."""

from typing import Annotated

import typer


def restore(
    version: Annotated[int | None, typer.Option(help="A kept snapshot's number; the newest unless given.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Puts a snapshot in place of the warehouse file.

    The file is moved aside, never deleted; refused while a process holds it. What landed after that snapshot is in
    the file that was moved aside; fetching it again lands it again.

    \b
    Examples:
      renewables restore
      renewables restore --version 41 --yes
    """
    from renewables.formatting import utc
    from warehouse import backups
    from warehouse.settings import Settings

    snapshot = backups.find_snapshot(version)
    place = Settings().warehouse
    typer.echo(f"Snapshot {snapshot.version} of {utc(snapshot.published_at_utc)} UTC goes to {place}.")
    if place.exists():
        typer.echo("The file that is there now is moved aside, not deleted.")
    if not yes:
        typer.confirm("Go on?", abort=True)
    done = backups.restore(snapshot.version)
    for path in done.aside:
        typer.echo(f"Moved aside: {path}")
    typer.echo(f"Restored snapshot {done.snapshot.version}. Readers see it once the next run has published.")
