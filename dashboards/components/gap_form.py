"""A form that accepts a day which cannot be had as a known gap. Not here: what may be accepted (`elexon_assets`)."""

from datetime import date

import streamlit as st

from dashboards.components.fetch_requests import ASKED_BY, dagster_client, note_launched, note_refused
from dashboards.components.formatting import day
from elexon_assets.dataset_model import Dataset
from renewables.dagster_control.client import OrchestratorError
from renewables.dagster_control.gap_acceptance import launch_acceptance

LONGEST_REASON = 200


def accept_gap_form(dataset: Dataset, utc_day: date, why: str) -> None:
    """Show why half-hours of the day are missing, and a form that asks Dagster to accept them as a known gap."""
    key = f"gap {dataset.name} {utc_day}"

    def launch() -> None:
        reason, who = st.session_state[f"{key} reason"].strip(), st.session_state[f"{key} who"].strip()
        if not reason or not who:
            note_refused("Give a reason and your name: both stand beside the gap.")
            return
        try:
            launch_acceptance(
                dagster_client(), dataset.name, utc_day, reason=reason, accepted_by=who, requested_by=ASKED_BY
            )
            note_launched(f"{day(utc_day)} of {dataset.title.lower()} becomes a known gap.")
        except OrchestratorError as error:
            note_refused(str(error))

    with st.popover("Accept as a known gap", icon=":material/beenhere:"):
        st.markdown(f"**{day(utc_day)}** lacks {why}. Accepted, nobody asks for it again, and its day turns green.")
        with st.form(f"{key} form", border=False):
            st.text_input("Reason", max_chars=LONGEST_REASON, key=f"{key} reason")
            st.text_input("Your name", max_chars=100, key=f"{key} who")
            st.form_submit_button("Accept", on_click=launch)
