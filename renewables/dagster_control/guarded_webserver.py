"""Dagster's webserver behind our guard: `renewables up` starts it in place of the command `dagster-webserver`.

Belongs here: serving the app. Not here: which requests are rejected (`renewables/request_guard.py`).
"""

import argparse
import logging

import uvicorn
from dagster import DagsterInstance
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster._utils.log import configure_loggers
from dagster_webserver.app import create_app_from_workspace_process_context
from dagster_webserver.version import __version__

from renewables.request_guard import RequestGuard

STATEMENT_TIMEOUT_MS, POOL_RECYCLE_SECONDS, POOL_MAX_OVERFLOW = 15_000, 3_600, 20
POLL_RATE_MS = 2_000
"This and the next three values are the defaults of Dagster's own command."


def serve(workspace: str, host: str, port: int, public_url: str) -> None:
    """Serve Dagster's UI on the instance of DAGSTER_HOME until SIGINT or SIGTERM."""
    configure_loggers(log_level="INFO")
    with DagsterInstance.get() as instance:
        instance.optimize_for_webserver(STATEMENT_TIMEOUT_MS, POOL_RECYCLE_SECONDS, POOL_MAX_OVERFLOW)
        with WorkspaceProcessContext(instance, WorkspaceFileTarget([workspace]), version=__version__) as context:
            app = create_app_from_workspace_process_context(context, live_data_poll_rate=POLL_RATE_MS)
            app.add_middleware(RequestGuard, public_url=public_url, setting="DAGSTER_URL", json_only=True)
            logging.getLogger("dagster-webserver").info("Serving the Dagster UI on http://%s:%s", host, port)
            uvicorn.run(app, host=host, port=port, log_level="warning")


def main() -> None:
    """Read the options and serve."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--workspace", required=True)
    options.add_argument("--host", required=True)
    options.add_argument("--port", required=True, type=int)
    options.add_argument("--public-url", required=True)
    serve(**vars(options.parse_args()))


if __name__ == "__main__":
    main()
