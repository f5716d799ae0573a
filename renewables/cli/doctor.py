"""`renewables doctor`: whether this installation can do its work, line by line, each fault with its way out.

Belongs here: printing and the exit code. Not here: the examinations (`examinations.py`).
"""

from typing import Annotated

import typer


def doctor(as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False) -> None:
    """Checks whether everything is fit for work.

    Versions, settings, the disk, Elexon's API and the warehouse; exit code 1 if something is broken.

    \b
    Examples:
      renewables doctor
      renewables doctor --json
    """
    from renewables.cli.doctor_checks import BROKEN, examine
    from renewables.cli.output import print_json, print_table

    findings = examine()
    broken = [finding for finding in findings if finding.state == BROKEN]
    if as_json:
        print_json({"healthy": not broken, "findings": findings})
    else:
        print_table(
            ["", "What", "Found"],
            [[f.state, f.what, f.found + (f" {f.way_out}" if f.way_out else "")] for f in findings],
        )
        typer.echo(f"{len(broken)} broken." if broken else "Nothing is broken.")
    if broken:
        raise typer.Exit(1)
