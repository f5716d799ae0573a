"""`renewables doctor`: whether this installation works, line by line, each fault with its fix.

Belongs here: printing and the exit code. Not here: the checks (`doctor_checks.py`, `doctor_services.py`).
"""

from typing import Annotated

import typer


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")] = False) -> None:
    """Check whether everything works.

    Checks versions, settings, the disk and the size of each part of the home, Elexon's API and the warehouse; the
    servers, schedules and sensors; what is switched off and which edits wait to land. The exit code is 1 if something
    is broken.

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
            ["", "Check", "Result"],
            [[f.state, f.what, f.found + (f" {f.fix}" if f.fix else "")] for f in findings],
        )
        look = f" Warnings: {len(warnings)}." if warnings else ""
        typer.echo((f"Problems: {len(broken)}." if broken else "No problems.") + look)
    if broken:
        raise typer.Exit(1)
