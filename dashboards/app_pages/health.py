"""Checks: whether the data is up to date, complete and valid, from the data and from Dagster's checks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import streamlit as st

from dashboards.components import background_requests, snapshot_cache
from dashboards.components.background_requests import Feed
from dashboards.components.dagster_server import ONE_AT_A_TIME, dagster_client, render_unreachable, render_waiting
from dashboards.components.footer import empty_state
from dashboards.components.formatting import ago, date_of, moment, number, percent
from dashboards.components.plain_text import plain
from dashboards.components.sign_in import current_actor, refusal_of
from dashboards.components.text_table import render_text_table
from dashboards.components.unknown_series import warn_of_unknown_series
from elexon_assets.datasets import INSTALLED_CAPACITY
from pipeline_assets.access import Actor
from renewables.dagster_control.client import START, DagsterClient, OrchestratorError
from renewables.dagster_control.run_history import Check, RunSummary, recent_checks, recent_runs
from renewables.queries.status import CapacityStatus, DatasetStatus, of_capacity, of_datasets
from renewables.queries.stored_datasets import StoredDataset, stored_datasets

JOB, ASKED_BY = "checks", "dashboard: checks"
"The Dagster job, and the tag that identifies the runs requested from this page."
DESK, TITLE = "checks", "a run of all checks"
WATCHES_EVERY = "2s"
MARKS: dict[str, tuple[str, str, Literal["red", "orange", "blue", "gray", "green"]]] = {
    "FAILED": ("failed", ":material/error:", "red"),
    "warning": ("warning", ":material/warning:", "orange"),
    "running": ("running", ":material/sync:", "blue"),
    "not run yet": ("not run yet", ":material/radio_button_unchecked:", "gray"),
    "passed": ("passed", ":material/check_circle:", "green"),
}
"The word, the icon and the colour of each outcome, the worst first."
STATES = {
    "SUCCESS": ":green[:material/check_circle:] done",
    "FAILURE": ":red[:material/error:] failed",
    "CANCELED": ":gray[:material/cancel:] cancelled",
    "QUEUED": ":gray[:material/schedule:] queued",
}


@dataclass(frozen=True)
class Checked:
    """All checks, the newest run that was requested here, and why it failed."""

    checks: list[Check]
    run: RunSummary | None
    errors: Sequence[str]

    @property
    def is_running(self) -> bool:
        """Return whether the run that was requested here is active."""
        return self.run is not None and not self.run.is_over


def render_page() -> None:
    """Draw the results of the checks, what fails first, and the freshness of the data."""
    _render_checks()
    st.subheader("Freshness and coverage", anchor=False)
    if not snapshot_cache.current_snapshot():
        empty_state()
        return
    datasets = snapshot_cache.cached_query(of_datasets)
    capacity = snapshot_cache.cached_query(of_capacity)
    for column, dataset in zip(st.columns(len(datasets) + 1), [*datasets, None], strict=True):
        with column, st.container(border=True, height="stretch", gap="small"):
            _render_dataset(dataset) if dataset else _render_capacity(capacity)
    _render_all_datasets(snapshot_cache.cached_query(stored_datasets))
    warn_of_unknown_series()


def _render_dataset(dataset: DatasetStatus) -> None:
    st.markdown(f"**{dataset.title}** ({dataset.code})")
    now = datetime.now(UTC)
    if dataset.newest_start_time_utc is None or (age := dataset.age(now)) is None:
        st.caption("No data yet.")
        return
    if dataset.is_fresh(now):
        st.badge("up to date", icon=":material/check_circle:", color="green")
    else:
        st.badge("stale", icon=":material/schedule:", color="orange")
    st.metric("Coverage", percent(dataset.coverage), border=False)
    st.caption(
        f"Latest half-hour {moment(dataset.newest_start_time_utc)}, ended {ago(age)}  \n"
        f"Since {date_of(dataset.first_start_time_utc)}: {number(dataset.half_hours)} of "
        f"{number(dataset.half_hours_expected)} half-hours, {_counted(dataset.days_with_gaps, 'day')} with gaps  \n"
        f"{number(dataset.publications)} published values, {_counted(dataset.rows_quarantined, 'row')} quarantined, "
        f"{number(dataset.labels_disagreeing)} with a different settlement label"
    )


def _counted(count: int, noun: str) -> str:
    return f"{number(count)} {noun}{'' if count == 1 else 's'}"


def _render_all_datasets(stored: Sequence[StoredDataset]) -> None:
    """Draw the newest times of every dataset, also of forecasts, demand and prices; stale ones first."""
    now = datetime.now(UTC)
    rows = [
        {
            "Dataset": f"{plain(each.title)} ({each.code})",
            "State": _state_of(each, now),
            "Newest period": moment(each.newest_start_time_utc) if each.newest_start_time_utc else "",
            "Latest published": moment(each.newest_publish_time_utc) if each.newest_publish_time_utc else "",
            "Published values": number(each.publications),
            "Rows quarantined": number(each.rows_quarantined),
        }
        for each in sorted(stored, key=lambda each: bool(each.publications) and each.is_fresh(now))
    ]
    render_text_table(rows, name="datasets", alt="All datasets with their newest times")


def _state_of(dataset: StoredDataset, now: datetime) -> str:
    if not dataset.publications:
        return ":gray[:material/radio_button_unchecked:] no data yet"
    if dataset.is_fresh(now):
        return ":green[:material/check_circle:] up to date"
    return ":orange[:material/schedule:] stale"


def _render_capacity(capacity: CapacityStatus | None) -> None:
    st.markdown(f"**{INSTALLED_CAPACITY.title}** ({INSTALLED_CAPACITY.code})")
    if capacity is None:
        st.caption("No data yet. It is fetched with every import.")
        return
    st.metric("Latest year", str(capacity.last_year))
    st.caption(
        f"Since {capacity.first_year}  \nLatest published {moment(capacity.newest_publish_time_utc)}  \n"
        f"{number(capacity.publications)} values, {_counted(capacity.rows_quarantined, 'row')} quarantined"
    )


def _render_checks() -> None:
    """Draw all checks with a button; they are watched while a run requested here is active."""
    watching = _is_active(background_requests.feed_of(DESK))
    st.fragment(_render_watched, run_every=WATCHES_EVERY if watching else None)(watching=watching)


def _is_active(feed: Feed[Checked]) -> bool:
    """Look at the checks, and return whether there is something to wait for."""
    feed.look(_look_at_checks)
    try:
        checked = feed.answer()
    except OrchestratorError:
        checked = None
    is_running = checked is not None and checked.is_running
    return is_running or feed.is_waiting or background_requests.is_pending(DESK)


def _look_at_checks() -> Checked:
    """Read the checks and the newest run. Raises OrchestratorError."""
    dagster = dagster_client()
    run = _newest_requested_run(dagster)
    errors = dagster.run_state(run.launched.id).errors if run and run.status == "FAILURE" else []
    return Checked(recent_checks(dagster), run, errors)


def _newest_requested_run(dagster: DagsterClient) -> RunSummary | None:
    return next(iter(recent_runs(dagster, limit=1, asked_by=ASKED_BY)), None)


def _render_watched(*, watching: bool) -> None:
    feed: Feed[Checked] = background_requests.feed_of(DESK)
    background_requests.render_requests(DESK, feed)
    is_active = _is_active(feed)
    try:
        checked = feed.answer()
    except OrchestratorError as error:
        render_unreachable(error)
    else:
        if checked is None:
            render_waiting()
        else:
            _render_checked(checked)
    if is_active != watching:
        st.rerun()


def _render_checked(checked: Checked) -> None:
    """Draw the headline and the button, the run, what does not pass, and the list of all."""
    refusal = refusal_of(START)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader(_headline(checked.checks), anchor=False, width="content")
        st.button(
            "Run checks now",
            icon=":material/play_arrow:",
            type="primary",
            disabled=checked.is_running or background_requests.is_pending(DESK) or bool(refusal),
            on_click=_request_run,
            help=refusal or None,
        )
    if checked.run:
        _render_newest_run(checked.run, checked.checks)
    for message in checked.errors[:1]:
        st.markdown(f":small[:red[{plain(message[:300])}]]")
    for alike in _alike(check for check in checked.checks if check.outcome in ("FAILED", "warning")):
        _render_card(alike)
    everything = st.expander(f"All {len(checked.checks)} checks", key="all-checks", on_change="rerun", type="compact")
    if everything.open:
        with everything:
            _render_table(checked.checks)


def _headline(checks: Sequence[Check]) -> str:
    """Return one sentence about the checks, such as "2 of 55 checks fail, 1 warns, 52 pass"."""
    counts = {outcome: sum(check.outcome == outcome for check in checks) for outcome in MARKS}
    total = len(checks)
    if not total:
        return "No checks yet"
    if counts["passed"] == total:
        return f"All {total} checks pass"
    verbs = {"FAILED": ("fails", "fail"), "warning": ("warns", "warn"), "passed": ("passes", "pass")}
    verbs |= {"running": ("is running", "are running"), "not run yet": ("has not run yet", "have not run yet")}
    parts = [f"{count} {verbs[outcome][count > 1]}" for outcome, count in counts.items() if count]
    first, _, rest = parts[0].partition(" ")
    return ", ".join([f"{first} of {total} checks {rest}", *parts[1:]])


def _alike(checks: Iterable[Check]) -> list[list[Check]]:
    """Return the same check of several assets together, in the order of the first of each."""
    groups: dict[tuple[str, str, str], list[Check]] = {}
    for check in checks:
        groups.setdefault((check.outcome, check.name, check.description), []).append(check)
    return list(groups.values())


def _render_card(checks: Sequence[Check]) -> None:
    """Draw a check that does not pass, with what it found in each asset and what is true when it passes."""
    first = checks[0]
    word, icon, colour = MARKS[first.outcome]
    asset = plain(first.asset) if len(checks) == 1 else f"{len(checks)} assets"
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge(word, icon=icon, color=colour)
            st.markdown(f"**{plain(_title_of(first))}** · {asset}", width="content")
            st.caption(moment(max((check.at_utc for check in checks if check.at_utc), default=None)), width="content")
        if len(checks) > 1:
            st.markdown("\n".join(f"- {plain(check.asset)}: {plain(check.said)}" for check in checks))
        elif first.said:
            st.markdown(plain(first.said))
        if first.description:
            st.caption(f"Passes when: {plain(first.description)}")


def _title_of(check: Check) -> str:
    return check.name.replace("_", " ").capitalize()


def _request_run() -> None:
    actor = current_actor()
    background_requests.hand_over(DESK, TITLE, lambda: _start_run(actor=actor))


def _start_run(*, actor: Actor) -> str:
    """Start the job, unless a run that this page requested is active, so that a double click starts one run."""
    dagster = dagster_client()
    with ONE_AT_A_TIME:
        newest = _newest_requested_run(dagster)
        if newest is None or newest.is_over:
            dagster.launch_job(JOB, requested_by=ASKED_BY, actor=actor)
    return "The checks are running. You can close this page."


def _render_newest_run(run: RunSummary, checks: Sequence[Check]) -> None:
    """Draw the progress of the run: the checks that are finished, of those that it announced."""
    state = STATES.get(run.status, ":blue[:material/sync:] running")
    took = f", {(run.ended_at_utc - run.created_at_utc).total_seconds():.0f} s" if run.ended_at_utc else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"Checks requested {moment(run.created_at_utc)}: {state}{took}", width="content")
        st.link_button("Open in Dagster", run.launched.url, icon=":material/open_in_new:", type="tertiary")
    if not run.is_over:
        announced = [check for check in checks if check.run_id == run.launched.id]
        judged = sum(check.outcome != "running" for check in announced)
        text = f"{judged} of {len(announced)} checks" if announced else "Starting …"
        st.progress(judged / len(announced) if announced else 0.0, text=text)


def _render_table(checks: Sequence[Check]) -> None:
    rows = [
        {
            "Check": f"**{plain(_title_of(check))}** · {plain(check.asset)}",
            "Outcome": f":{MARKS[check.outcome][2]}[{MARKS[check.outcome][1]}] {MARKS[check.outcome][0]}",
            "Result": plain(check.said),
            "Passes when": plain(check.description),
            "Time (UK)": moment(check.at_utc) if check.at_utc else "",
        }
        for check in checks
    ]
    render_text_table(rows, name="checks", alt="Asset checks, failures and warnings first")
    st.caption(
        "Checks run after every import. Coverage and freshness checks warn; structural checks fail. Checks of the "
        "portfolio run whenever edits reach the charts, and not with this button."
    )


render_page()
