"""The recent imports with their progress: Dagster's own runs and backfills, read in the background.

They are identified by their tag, so that a page that was closed or reloaded finds them again. Not here: requesting
(`fetch_requests.py`), reading the runs' events (`renewables/dagster_control/run_progress.py`).
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import streamlit as st

from dashboards.components import background_requests
from dashboards.components.background_requests import Feed
from dashboards.components.dagster_server import ASKED_BY, dagster_client, render_unreachable, render_waiting
from dashboards.components.formatting import moment, span_of_days
from dashboards.components.plain_text import plain
from dashboards.components.sign_in import current_actor, refusal_of
from elexon_assets.datasets import BY_NAME
from pipeline_assets.access import Actor
from renewables.dagster_control.client import DagsterClient, OrchestratorError
from renewables.dagster_control.fetch_job import expected_windows
from renewables.dagster_control.run_history import RunSummary, recent_runs
from renewables.dagster_control.run_progress import RunProgress
from renewables.formatting import time_left

DESK = "imports"
"The desk at which imports and decisions about gaps are handed over."
SHOWN = 6
WATCHES_EVERY = "2s"
TOGETHER = timedelta(minutes=2)
"The longest time between the requests of days and of yearly data that one click makes."
LEAST_SECONDS = 3.0
"The shortest observation from which the rest is estimated."
DECISIONS = {"accepting": "Accept a known gap", "withdrawing": "Withdraw a known gap"}
"Jobs that the page starts besides imports, and what they do."
STATES = {
    "SUCCESS": ":green[:material/check_circle:] Done",
    "COMPLETED_SUCCESS": ":green[:material/check_circle:] Done",
    "FAILURE": ":red[:material/error:] Partly failed",
    "COMPLETED_FAILED": ":red[:material/error:] Partly failed",
    "CANCELED": ":gray[:material/cancel:] Cancelled; data imported before stays",
    "CANCELING": ":gray[:material/cancel:] Cancelling",
    "QUEUED": ":gray[:material/schedule:] Queued",
    "STARTING": ":blue[:material/sync:] Starting",
}
FROM_A_TERMINAL = "Or import from a terminal: `renewables fetch-range 2026-01-01 2026-01-07`."
_FOLLOWED = "imports: followed"


@dataclass(frozen=True)
class Fetch:
    """One request as it was at the last look; `counts` are (answered, expected, failed) by dataset."""

    run: RunSummary
    counts: dict[str, tuple[int, int, int]]
    error: str
    left: str
    "How long it still takes, in words; empty where that is not known."

    @property
    def totals(self) -> tuple[int, int, int]:
        """Return the windows of all datasets: answered, expected, failed."""
        answered, windows, failed = (sum(count[n] for count in self.counts.values()) for n in range(3))
        return answered, windows, failed


@dataclass
class Followed:
    """A request that this session follows, and when it first saw a window answered."""

    progress: RunProgress
    first_seen: tuple[float, int] | None = field(default=None)

    def look(self, dagster: DagsterClient, run: RunSummary) -> Fetch:
        """Read on. Raises OrchestratorError."""
        if not self.progress.is_over:
            self.progress.poll(dagster, run.launched)
        fetch = Fetch(run, self.progress.totals(), next(iter(self.progress.errors.values()), ""), "")
        answered, windows, _ = fetch.totals
        now = time.monotonic()
        if self.first_seen is None:
            self.first_seen = (now, answered) if answered else None
            return fetch
        seconds, newly = now - self.first_seen[0], answered - self.first_seen[1]
        if seconds < LEAST_SECONDS or newly <= 0:
            return fetch
        return Fetch(run, fetch.counts, fetch.error, time_left(seconds, newly, windows - answered))


def render_fetches() -> None:
    """Draw recent requests, and watch them while one is active or Dagster has not answered."""
    feed: Feed[list[Fetch]] = background_requests.feed_of(DESK)
    watching = _is_active(feed)
    st.fragment(_render_list, run_every=WATCHES_EVERY if watching else None)(watching=watching)


def _is_active(feed: Feed[list[Fetch]]) -> bool:
    """Look at the runs, and return whether there is something to wait for."""
    followed: dict[str, Followed] = st.session_state.setdefault(_FOLLOWED, {})
    feed.look(lambda: _look_at_runs(followed))
    try:
        is_running = any(not fetch.run.is_over for fetch in feed.answer() or [])
    except OrchestratorError:
        is_running = False
    return is_running or feed.is_waiting or background_requests.is_pending(DESK)


def _look_at_runs(followed: dict[str, Followed]) -> list[Fetch]:
    """Read the newest requests and their progress. Raises OrchestratorError."""
    dagster = dagster_client()
    fetches = []
    for run in recent_runs(dagster, limit=SHOWN, asked_by=ASKED_BY):
        datasets = [BY_NAME[name] for name in run.what.split(", ") if name in BY_NAME]
        expected = expected_windows(datasets, *run.days) if run.days else {}
        known = followed.setdefault(run.launched.id, Followed(RunProgress(expected)))
        fetches.append(known.look(dagster, run))
    return fetches


def _render_list(*, watching: bool) -> None:
    feed: Feed[list[Fetch]] = background_requests.feed_of(DESK)
    background_requests.render_requests(DESK, feed)
    is_active = _is_active(feed)
    try:
        fetches = feed.answer()
    except OrchestratorError as error:
        render_unreachable(error, FROM_A_TERMINAL)
    else:
        if fetches is None:
            render_waiting()
        elif not fetches and not background_requests.is_pending(DESK):
            st.caption("No imports yet.")
        for fetch in _without_companions(fetches or []):
            _render_fetch(fetch)
    if is_active != watching:
        st.rerun()


def _without_companions(fetches: Sequence[Fetch]) -> list[Fetch]:
    """Leave out the runs of yearly data that were requested together with days, unless something is wrong with them."""
    asked_at = [fetch.run.created_at_utc for fetch in fetches if fetch.run.days]
    return [
        fetch
        for fetch in fetches
        if fetch.run.days
        or fetch.run.what in DECISIONS
        or (fetch.run.is_over and not fetch.run.succeeded)
        or not any(timedelta() <= fetch.run.created_at_utc - at < TOGETHER for at in asked_at)
    ]


def _render_fetch(fetch: Fetch) -> None:
    """Draw one request in a line, and while it runs a bar."""
    run = fetch.run
    names = ", ".join(BY_NAME[name].title if name in BY_NAME else name for name in run.what.split(", "))
    days = span_of_days(*run.days) if run.days else "all years"
    title = f"**{DECISIONS[run.what]}**" if run.what in DECISIONS else f"**{days}** · {plain(names)}"
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(f"{title}  \n{_state_text(fetch)}", width="stretch")
            with st.container(horizontal=True, width="content"):
                if not run.is_over and run.status != "CANCELING":
                    st.button(
                        "Cancel",
                        key=f"cancel {run.launched.id}",
                        on_click=_cancel_fetch,
                        args=(run, days),
                        type="tertiary",
                        disabled=bool(refusal_of("cancel a run")),
                    )
                st.link_button("Open in Dagster", run.launched.url, icon=":material/open_in_new:", type="tertiary")
        if not run.is_over and run.what not in DECISIONS:
            answered, windows, _ = fetch.totals
            st.progress(min(answered / windows, 1.0) if windows else 0.0, text=_progress_text(fetch))
        if fetch.error and run.status != "CANCELED":
            st.markdown(f":small[:red[{plain(fetch.error[:300])}]]")


def _progress_text(fetch: Fetch) -> str:
    """Return how far a request is, such as "41 of 114 requests, about 2 min left"."""
    answered, windows, failed = fetch.totals
    if not windows or (fetch.run.status == "STARTING" and not answered):
        return "Starting …"
    return (
        f"{answered} of {windows} requests"
        + (f", {failed} failed" if failed else "")
        + (f", {fetch.left}" if fetch.left else "")
    )


def _state_text(fetch: Fetch) -> str:
    run = fetch.run
    if run.what in DECISIONS and run.is_over:
        done = ":green[:material/check_circle:] Done" if run.succeeded else ":red[:material/error:] Refused"
        return f"{done}, requested {moment(run.created_at_utc)}"
    _, windows, failed = fetch.totals
    message = STATES.get(run.status, ":blue[:material/sync:] Running")
    counted = f": {windows} requests" + (f", {failed} failed" if failed else "") if run.is_over and windows else ""
    since = "requested" if run.is_over else "since"
    return f"{message}{counted}{', ' if run.is_over else ' '}{since} {moment(run.created_at_utc)}"


def _cancel_fetch(run: RunSummary, days: str) -> None:
    actor = current_actor()
    background_requests.hand_over(DESK, f"the end of the import of {days}", lambda: _cancel_run(run, actor=actor))


def _cancel_run(run: RunSummary, *, actor: Actor) -> str:
    """Cancel a run, which takes up to a minute while its process starts. Raises OrchestratorError, AccessRefused."""
    dagster_client().cancel(run.launched, actor=actor)
    return "Cancelling. A run that is just starting stops as soon as its process is ready."
