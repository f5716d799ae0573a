"""`renewables simulate`: runs a simulator of Elexon's API and of the public registers on this machine."""

from pathlib import Path
from typing import Annotated

import typer


def simulate(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the simulator; 0 for any free port.")] = 8899,
    seed: Annotated[int, typer.Option(help="Seed of the weather.")] = 0,
    latency: Annotated[float, typer.Option(min=0, help="Seconds added to every answer.")] = 0.0,
    faults: Annotated[
        str, typer.Option(help="kind[=value][xN][%share][@span],... as in 'status=503x2@2024-01-08'.")
    ] = "",
    recordings: Annotated[
        Path | None, typer.Option(help="Folder of recorded answers, served where they cover a request.")
    ] = None,
) -> None:
    """Simulate Elexon's API and the public registers on this machine.

    It serves synthetic half-hours until you interrupt it, and needs no network. Its rows are labelled SYNTHETIC
    wherever they are shown, and never land in a warehouse with Elexon's. It also serves invented issues of REPD, a new
    one each quarter, and of TEC, twice a week, under the paths of GOV.UK and NESO.

    \b
    Examples:
      renewables simulate --port 8899
      renewables simulate --faults 'hole%0.02,status=503x2@2024-01-08' --latency 0.1
    """
    from elexon_assets.simulator.app import create_app
    from elexon_assets.simulator.registers.register_routes import PACKAGE, PACKAGE_PATH, PAGE_PATH
    from elexon_assets.simulator.server import serve
    from renewables.cli.output import print_note
    from renewables.user_errors import BadUsage, UserError

    if recordings and not recordings.is_dir():
        raise BadUsage(f"{recordings} is not a folder: choose the folder of the recorded answers.")
    try:
        app = create_app(seed=seed, latency_seconds=latency, faults=faults, recordings=recordings)
    except ValueError as error:
        raise BadUsage(f"{error}.") from error
    print_note(
        "Simulator of Elexon's API; stop it with Ctrl+C. Use it from another terminal, with a separate home:\n"
        "  export ELEXON_BASE_URL=<the address below> RENEWABLES_HOME=<a folder for synthetic data>\n"
        f"  export REPD_URL=<its host and port>{PAGE_PATH}\n"
        f"  export TEC_URL='<its host and port>{PACKAGE_PATH}?id={PACKAGE}'\n"
        "  renewables fetch-range 2024-01-01 2024-01-07"
    )
    try:
        serve(app, port=port)
    except OSError as error:
        raise UserError(f"Port {port} cannot be used ({error.strerror}): choose another with --port.") from error
