"""Imports: requests for days that go to Dagster, and their progress by window.

They are Dagster's own runs and backfills, identified by their tag, so that a page that was closed or reloaded finds
them again. Belongs here: launching and showing. Not here: the conversation with Dagster (`renewables/dagster_control`).
"""

import threading
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

import streamlit as st

from dashboards.components.formatting import day, moment, span_of_days
from dashboards.components.plain_text import plain, plain_sentence
from dashboards.components.sign_in import current_actor, refusal_of
from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import BY_NAME, DATASETS
from elexon_assets.missing_days import last_closed_day
from pipeline_assets.access import Actor, Role
from pipeline_assets.errors import AccessRefused
from renewables.dagster_control.client import FETCH, DagsterClient, OrchestratorError
from renewables.dagster_control.run_history import RunSummary, recent_runs
from renewables.dagster_control.run_progress import RunProgress
from renewables.dagster_control.service_status import COUNTS_FOR_SECONDS
from warehouse.settings import Settings

ASKED_BY = "dashboard"
SHOWN = 6
WATCHES_EVERY = "2s"
PATIENCE_SECONDS = 60.0
"A launch on a busy machine takes long, and one that timed out may still start."
ONE_AT_A_TIME = threading.Lock()
"Streamlit handles the second of two clicks while the first is still running: both would find no active request."
_NOTE, _FOLLOWED = "imports: note", "imports: followed"
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
}


def dagster_client() -> DagsterClient:
    """Return a client of the Dagster server in the settings.

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


def render_unreachable(error: OrchestratorError) -> None:
    """Show that Dagster does not answer, and how to fix it."""
    st.warning(
        f"{plain_sentence(str(error))}  \nOr import from a terminal: `renewables fetch-range 2026-01-01 2026-01-07`.",
        title="Dagster is not available",
        icon=":material/cloud_off:",
    )


def import_forms() -> None:
    """Draw the forms: the last seven days, a year, a range."""
    if refusal := refusal_of(FETCH):
        st.caption(f":material/lock: {refusal}")
    settings = Settings()
    newest = last_closed_day(DATASETS[0])
    first_day = min(settings.first_day, newest)  # the setting may name a day that is not over yet
    names = st.pills(
        "Datasets",
        [dataset.name for dataset in DATASETS],
        format_func=lambda name: BY_NAME[name].title,
        selection_mode="multi",
        default=[dataset.name for dataset in DATASETS],
        key="import-data",
    )
    week, year, days = st.columns(3, border=True)
    with week:
        st.markdown("**Last 7 days**")
        st.caption(span_of_days(newest - timedelta(days=6), newest))
        _render_button("Import 7 days", names, lambda: (newest - timedelta(days=6), newest), primary=True)
    with year:
        st.markdown("**Full year**")
        years = list(range(newest.year, first_day.year - 1, -1))
        chosen = st.selectbox("Year", years, key="import-year", label_visibility="collapsed")
        first, last = max(date(chosen, 1, 1), first_day), min(date(chosen, 12, 31), newest)
        _render_button(f"Import {chosen}", names, lambda: (first, last), key="import a year")
    with days:
        st.markdown("**Date range**")
        picked = st.date_input(
            "UTC days, inclusive",
            (max(newest - timedelta(days=27), first_day), newest),
            min_value=first_day,
            max_value=newest,
            format="DD/MM/YYYY",
            key="import-days",
            label_visibility="collapsed",
        )
        ends = sorted(picked) if isinstance(picked, tuple) else [picked]
        _render_button("Import these days", names, lambda: (ends[0], ends[-1]), disabled=not ends)
    _render_note()


def note_launched(sentence: str) -> None:
    """Show the sentence as a success once, when the page is drawn next."""
    st.session_state[_NOTE] = ("launched", sentence)


def note_refused(sentence: str) -> None:
    """Show the sentence as a warning once, when the page is drawn next."""
    st.session_state[_NOTE] = ("refused", sentence)


def _render_note() -> None:
    """Draw the result of the last click, once."""
    if note := st.session_state.pop(_NOTE, None):
        kind, message = note
        (st.success if kind == "launched" else st.warning)(plain_sentence(message), icon=":material/info:")


def launch_fetch(datasets: Sequence[Dataset], first: date, last: date, *, actor: Actor) -> str:
    """Request the days, first of the daily datasets and then of the others, and return a sentence about it.

    Days that are already being imported are not requested twice, so a double click starts one import. Raises
    OrchestratorError, AccessRefused.
    """
    actor.require(Role.EDITOR, FETCH)
    with ONE_AT_A_TIME:
        dagster = dagster_client()
        by_day = [dataset for dataset in datasets if dataset.is_fetched_by_day]
        whole = [dataset for dataset in datasets if not dataset.is_fetched_by_day]
        under_way = [listed for listed in recent_runs(dagster, asked_by=ASKED_BY) if not listed.is_over]
        asked = []
        for together in filter(None, (by_day, whole)):
            what = ", ".join(dataset.name for dataset in together)
            days = (first, last) if together is by_day else None
            if not any(
                listed.days == days and set(listed.what.split(", ")) == set(what.split(", ")) for listed in under_way
            ):
                dagster.launch(together, first, last, requested_by=ASKED_BY, actor=actor)
                asked += [dataset.title for dataset in together]
    if not asked:
        return f"{span_of_days(first, last)} is already being imported."
    return f"Import requested: {span_of_days(first, last)} ({', '.join(asked)}). You can close this page."


def render_fetches() -> None:
    """Draw recent requests, and watch them while one is active."""
    try:
        runs = recent_runs(dagster_client(), limit=SHOWN, asked_by=ASKED_BY)
    except OrchestratorError as error:
        render_unreachable(error)
        return
    if not runs:
        st.caption("No imports yet.")
        return
    watching = any(not listed.is_over for listed in runs)
    st.fragment(_render_list, run_every=WATCHES_EVERY if watching else None)(watching=watching)


def _render_list(*, watching: bool) -> None:
    _render_note()
    try:
        dagster = dagster_client()
        runs = recent_runs(dagster, limit=SHOWN, asked_by=ASKED_BY)
        for listed in runs:
            _render_fetch(dagster, listed)
    except OrchestratorError as error:
        render_unreachable(error)
        return
    if watching and all(listed.is_over for listed in runs):
        st.rerun()


def _render_fetch(dagster: DagsterClient, listed: RunSummary) -> None:
    """Draw one request in a line, and while it runs a bar for each dataset."""
    followed: dict[str, RunProgress] = st.session_state.setdefault(_FOLLOWED, {})
    known = followed.setdefault(listed.launched.id, RunProgress())
    if not known.is_over:
        known.poll(dagster, listed.launched)
    names = ", ".join(BY_NAME[name].title if name in BY_NAME else name for name in listed.what.split(", "))
    if listed.what in DECISIONS:
        title = f"**{DECISIONS[listed.what]}**"
    else:
        title = f"**{span_of_days(*listed.days) if listed.days else 'all years'}** · {plain(names)}"
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(f"{title}  \n{_state_text(listed, known)}", width="stretch")
            if not listed.is_over and listed.status != "CANCELING":
                st.button(
                    "Cancel",
                    key=f"cancel {listed.launched.id}",
                    on_click=_cancel_fetch,
                    args=(listed,),
                    type="tertiary",
                    disabled=bool(refusal_of("cancel a run")),
                )
            st.link_button("Open in Dagster", listed.launched.url, icon=":material/open_in_new:", type="tertiary")
        for dataset, (answered, windows, failed) in known.totals().items():
            if not listed.is_over:
                more = f", **{failed} failed**" if failed else ""
                text = f"{BY_NAME[dataset].title}: {answered} of {windows} requests{more}"
                st.progress(min(answered / windows, 1.0) if windows else 0.0, text=text)
        for error in list(known.errors.values())[: 0 if listed.status == "CANCELED" else 1]:
            st.markdown(f":small[:red[{plain(error[:300])}]]")


def _state_text(listed: RunSummary, known: RunProgress) -> str:
    if listed.what in DECISIONS and listed.is_over:
        done = ":green[:material/check_circle:] Done" if listed.succeeded else ":red[:material/error:] Refused"
        return f"{done}, requested {moment(listed.created_at_utc)}"
    totals = known.totals().values()
    windows, failed = sum(total[1] for total in totals), sum(total[2] for total in totals)
    message = STATES.get(listed.status, ":blue[:material/sync:] Running")
    counted = f": {windows} requests" + (f", {failed} failed" if failed else "") if listed.is_over and windows else ""
    since = "requested" if listed.is_over else "since"
    return f"{message}{counted}{', ' if listed.is_over else ' '}{since} {moment(listed.created_at_utc)}"


def _render_button(
    label: str,
    names: Sequence[str],
    days: Callable[[], tuple[date, date]],
    *,
    key: str | None = None,
    primary: bool = False,
    disabled: bool = False,
) -> None:
    st.button(
        label,
        key=key or label,
        type="primary" if primary else "secondary",
        icon=":material/cloud_download:",
        disabled=disabled or not names or bool(refusal_of(FETCH)),
        on_click=_launch_once,
        args=(list(names), days),
    )


def _launch_once(names: list[str], days: Callable[[], tuple[date, date]]) -> None:
    first, last = days()
    st.toast(f"Requesting {span_of_days(first, last)}", icon=":material/hourglass_top:")
    try:
        note_launched(launch_fetch([BY_NAME[name] for name in names], first, last, actor=current_actor()))
    except (OrchestratorError, AccessRefused) as error:
        note_refused(str(error))


def _cancel_fetch(listed: RunSummary) -> None:
    st.toast(
        "Cancelling. A run that is just starting stops as soon as its process is ready.",
        icon=":material/hourglass_top:",
    )
    try:
        dagster_client().cancel(listed.launched, actor=current_actor())
    except (OrchestratorError, AccessRefused) as error:
        note_refused(str(error))


def _days_text(spans: Sequence[tuple[date, date]]) -> str:
    """Return the days of the spans: the days themselves for one span, else their number and the first."""
    if len(spans) == 1:
        return span_of_days(*spans[0])
    count = sum((last - first).days + 1 for first, last in spans)
    return f"{count} days since {day(spans[0][0])}"


def render_repair(dataset: Dataset, days: Sequence[tuple[date, date]]) -> None:
    """Draw a button that fetches the missing days again; its callback runs before the page is drawn."""

    def fetch_again() -> None:
        try:
            for first, last in days:
                launch_fetch([dataset], first, last, actor=current_actor())
            note_launched(f"Import requested: missing days of {dataset.title.lower()}. You can close this page.")
        except (OrchestratorError, AccessRefused) as error:
            note_refused(str(error))

    st.button(
        f"Re-fetch missing days ({_days_text(days)})",
        icon=":material/healing:",
        on_click=fetch_again,
        disabled=bool(refusal_of(FETCH)),
        key=f"repair {dataset.name}",
    )
