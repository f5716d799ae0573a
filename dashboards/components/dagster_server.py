"""The Dagster server of this home, as the pages reach it, and what they show while it does not answer.

Not here: the conversation with it (`renewables/dagster_control`), threads (`background_requests.py`).
"""

import threading
from pathlib import Path

import streamlit as st

from dashboards.components.plain_text import plain_sentence
from renewables.dagster_control.client import DagsterClient, OrchestratorError
from renewables.dagster_control.service_status import COUNTS_FOR_SECONDS
from warehouse.settings import Settings

ASKED_BY = "dashboard"
"The tag of the runs that the page Coverage requests."
PATIENCE_SECONDS = 60.0
"A launch on a busy machine takes long, and one that timed out may still start."
ONE_AT_A_TIME = threading.Lock()
"Two clicks, also of two people, look for an active run and launch one after another: the second finds the first's."


def dagster_client() -> DagsterClient:
    """Return a client of the Dagster server in the settings. It waits for the server: call it in the background.

    Raises OrchestratorError unless it is the server of this home: another one would fill another warehouse.
    """
    settings = Settings()
    client = DagsterClient(str(settings.dagster_url), timeout_seconds=PATIENCE_SECONDS)
    _require_own_server(str(settings.dagster_url), str(settings.dagster_home))
    return client


@st.cache_data(ttl=COUNTS_FOR_SECONDS, show_spinner=False)
def _require_own_server(url: str, home: str) -> None:
    """Raise OrchestratorError if the server of this home does not answer; only a success is cached."""
    server = DagsterClient(url)
    if not server.answers(for_home=Path(home)):
        raise OrchestratorError(f"Dagster is not running at {server.url} for this home. Start it with `renewables up`.")


def render_unreachable(error: OrchestratorError, instead: str = "") -> None:
    """Show that Dagster does not answer, and how to fix it, or what to do `instead`."""
    st.warning(
        plain_sentence(str(error)) + (f"  \n{instead}" if instead else ""),
        title="Dagster is not available",
        icon=":material/cloud_off:",
    )


def render_waiting() -> None:
    """Show that Dagster has not answered yet; the page looks again by itself."""
    st.caption(":material/hourglass_top: Waiting for Dagster to answer …")
