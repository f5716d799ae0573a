"""Forms that accept a day without data as a known gap, or withdraw the acceptance, and the history of the day.

Not here: what may be accepted or withdrawn (`elexon_assets/accepted_gaps.py`).
"""

from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import background_requests, snapshot_cache
from dashboards.components.dagster_server import ASKED_BY, dagster_client
from dashboards.components.fetch_list import DESK
from dashboards.components.formatting import day, moment
from dashboards.components.plain_text import plain, plain_sentence
from dashboards.components.sign_in import current_actor, refusal_of, sign_in_is_on
from elexon_assets.dataset_model import Dataset
from pipeline_assets.access import Actor
from renewables.dagster_control.gap_acceptance import DECIDE, GapDecision, launch_decision
from renewables.queries.coverage import gap_acceptances

LONGEST_REASON = 200


def gap_decision_form(dataset: Dataset, utc_day: date, *, half_hours_missing: int, half_hours_known_gap: int) -> None:
    """Show the day's acceptances, and a form that withdraws the one in force, or that accepts the day."""
    acceptances = snapshot_cache.cached_query(gap_acceptances, dataset.name, utc_day)
    for row in acceptances.iter_rows(named=True):
        st.caption(_acceptance_text(row))
    title = dataset.title.lower()
    if not acceptances.filter(pl.col("withdrawn_at_utc").is_null()).is_empty():
        with st.popover("Withdraw the known gap", icon=":material/undo:"):
            st.markdown(
                f"**{day(utc_day)}** of {title} is accepted as a known gap. After a withdrawal the day is failed or "
                "missing in Dagster again, and the next repair fetches it."
            )
            _render_form(dataset, utc_day, withdraws=True)
    elif half_hours_missing > half_hours_known_gap:
        with st.popover("Accept as a known gap", icon=":material/beenhere:"):
            st.markdown(
                f"**{day(utc_day)}** of {title} has {half_hours_missing} missing half-hours. Once accepted as a known "
                "gap, the day is green in Dagster and no repair fetches it. They stay missing in every figure."
            )
            _render_form(dataset, utc_day, withdraws=False)


def _acceptance_text(row: dict[str, Any]) -> str:
    """Return who accepted the day, when and why, and who withdrew that."""
    who, reason = plain(row["accepted_by"]), plain(row["reason"])
    text = f"Accepted by {who}, {moment(row['accepted_at_utc'])}: {reason}"
    if row["withdrawn_at_utc"] is None:
        return text
    who, reason = plain(row["withdrawn_by"]), plain(row["withdrawn_because"])
    return f"{text} · Withdrawn by {who}, {moment(row['withdrawn_at_utc'])}: {reason}"


def _render_form(dataset: Dataset, utc_day: date, *, withdraws: bool) -> None:
    """Draw the fields and the button; a missing field is reported inside the form, whose popover hides the page."""
    key = f"{'withdraw' if withdraws else 'accept'} gap {dataset.name} {utc_day}"

    def launch() -> None:
        reason = st.session_state[f"{key} reason"].strip()
        actor = current_actor() if sign_in_is_on() else Actor.typed(st.session_state[f"{key} who"])
        if not reason or not actor.name:
            st.session_state[f"{key} problem"] = "Enter a reason and your name: both are kept with the day."
            return
        decision = GapDecision(dataset.name, utc_day, reason, withdraws)
        what = f"{day(utc_day)} of {dataset.title.lower()} as {'no longer ' if withdraws else ''}a known gap"
        background_requests.hand_over(DESK, what, lambda: _launch_decision(decision, dataset, actor=actor))

    with st.form(f"{key} form", border=False):
        st.text_input("Reason", max_chars=LONGEST_REASON, key=f"{key} reason")
        if sign_in_is_on():
            st.caption(refusal_of(DECIDE) or f"Saved as {plain(current_actor().name)}")
        else:
            st.text_input("Your name", max_chars=100, key=f"{key} who")
        st.form_submit_button("Withdraw" if withdraws else "Accept", on_click=launch, disabled=bool(refusal_of(DECIDE)))
        if problem := st.session_state.pop(f"{key} problem", ""):
            st.error(plain_sentence(problem))


def _launch_decision(decision: GapDecision, dataset: Dataset, *, actor: Actor) -> str:
    """Start the run that carries the decision out. Raises OrchestratorError, AccessRefused."""
    launch_decision(dagster_client(), decision, requested_by=ASKED_BY, actor=actor)
    result = "no longer a known gap" if decision.withdraws else "a known gap"
    return f"{day(decision.day)} of {dataset.title.lower()} is {result} once its run has finished."
