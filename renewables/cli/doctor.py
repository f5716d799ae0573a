"""`renewables doctor`: whether this installation works, line by line, each fault with its fix.

Belongs here: printing and the exit code. Not here: the checks (`doctor_checks.py`, `doctor_services.py`).
"""

from typing import Annotated

import typer


def doctor(as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False) -> None:
    """Checks whether everything is fit for work.

    Versions, settings, the disk and the size of each part of the home, Elexon's API, the warehouse; which servers run,
    whether schedules and sensors do their work, what is switched off, what waits to be landed. Exit code 1 if
    something is broken.

    \b
    Examples:
      renewables doctor
      renewables doctor --json
    """
    from renewables.cli.doctor_checks import run_checks
    from renewables.cli.findings import BROKEN, WARNING
    from renewables.cli.output import print_json, print_table

    findings = run_checks()
    broken = [finding for finding in findings if finding.state == BROKEN]
    warnings = [finding for finding in findings if finding.state == WARNING]
    if as_json:
        print_json({"healthy": not broken, "findings": findings})
    else:
        print_table(
            ["", "What", "Found"],
            [[f.state, f.what, f.found + (f" {f.fix}" if f.fix else "")] for f in findings],
        )
        look = f" {len(warnings)} lines marked `warning` need a look." if warnings else ""
        typer.echo((f"{len(broken)} broken." if broken else "Nothing is broken.") + look)
    if broken:
        raise typer.Exit(1)
