"""The command `python -m elexon_assets.simulator`, which serves until it is interrupted."""

import argparse
from pathlib import Path

from elexon_assets.simulator.app import create_app
from elexon_assets.simulator.server import serve


def main() -> None:
    """Print the base URL and serve; an invalid fault text or folder ends with its message and status 2."""
    parser = argparse.ArgumentParser(prog="python -m elexon_assets.simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8321, help="0 picks a free port (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="another seed gives other weather (default: %(default)s)")
    parser.add_argument("--latency-seconds", type=float, default=0.0, help="seconds added to every answer")
    parser.add_argument(
        "--faults", default="", help="kind[=value][xN][%%share][@span],... as in status=503x2@2024-01-08"
    )
    parser.add_argument(
        "--recordings", type=Path, help="a folder of recorded answers, served where they cover a request"
    )
    arguments = parser.parse_args()
    try:
        app = create_app(
            seed=arguments.seed,
            latency_seconds=arguments.latency_seconds,
            faults=arguments.faults,
            recordings=arguments.recordings,
        )
    except (ValueError, OSError) as error:
        parser.error(str(error))
    serve(app, port=arguments.port, host=arguments.host)


if __name__ == "__main__":
    main()
