"""Registers: who else builds, from REPD (planning) and TEC (grid connections), and what changed between issues."""

from collections.abc import Callable
from datetime import UTC, datetime

import streamlit as st

from dashboards.components import save_notice, snapshot_cache
from dashboards.components.formatting import day, how_long
from dashboards.components.register_issue_views import render_add_forms, render_failures, render_issues, render_note
from dashboards.components.register_operators import render_operators
from dashboards.components.register_parts import NAMES, RECORD, render_licence
from dashboards.components.register_record import render_record
from dashboards.components.register_records import render_records
from dashboards.components.register_views import render_changes, render_slip
from dashboards.components.toolbar import toolbar
from renewables.queries.register_issues import RegisterStatus, register_status

RECORDS, CHANGES, SLIP, OPERATORS, ISSUES = "Records", "Changes", "Connection dates", "Operators", "Issues"
VIEWS: dict[str, Callable[[RegisterStatus], None]] = {
    RECORDS: render_records,
    CHANGES: lambda newest: render_changes(newest.register),
    SLIP: lambda _: render_slip(),
    OPERATORS: lambda newest: render_operators(newest.register),
    ISSUES: lambda newest: render_issues(newest.register),
}


def render_page() -> None:
    """Draw the chosen view of the chosen register, or one record."""
    save_notice.render_notice()
    render_note()
    statuses = _statuses()
    if all(status.issue_date is None for status in statuses):
        _render_empty_state()
        return
    if RECORD in st.query_params:
        address = str(st.query_params[RECORD])
        for status in statuses:
            if address.startswith(f"{status.register}:"):
                _render_label(status)
        render_record(address)
        return
    with toolbar():
        short = st.segmented_control(
            "Register",
            [status.register.upper() for status in statuses],
            default="REPD",
            required=True,
            key="register",
            bind="query-params",
            label_visibility="collapsed",
        )
        register = (short or "REPD").lower()
        views = [name for name in VIEWS if name != SLIP or register == "tec"]
        view = st.segmented_control(
            "View", views, default=RECORDS, required=True, key="view", bind="query-params", label_visibility="collapsed"
        )
        newest = next(status for status in statuses if status.register == register)
        _render_label(newest)
    if newest.issue_date is None and view != ISSUES:
        st.info(f"{NAMES[register]} has no issue yet. Fetch or add one.", icon=":material/info:")
        render_add_forms(register)
        return
    _render_age(newest)
    VIEWS[view if view in VIEWS else RECORDS](newest)
    render_licence((register,))


def _statuses() -> list[RegisterStatus]:
    if snapshot_cache.current_snapshot() is None:
        return []
    statuses: list[RegisterStatus] = snapshot_cache.cached_query(register_status)
    return statuses


def _render_label(newest: RegisterStatus) -> None:
    """Draw that the newest issue is invented, if it is."""
    if newest.is_synthetic:
        st.markdown(
            ":orange-badge[:material/science: SYNTHETIC]",
            help="A simulator invented this issue. Its projects and companies do not exist.",
        )


def _render_age(newest: RegisterStatus) -> None:
    """Draw a hint if a newer issue should exist."""
    today = datetime.now(UTC).date()
    age = newest.age(today)
    if age is None or newest.is_fresh(today):
        return
    st.warning(
        f"The newest issue of {NAMES[newest.register]} is of {day(newest.issue_date)}, {how_long(age)} ago, so a newer "
        "one should exist. Fetch it under Issues.",
        icon=":material/schedule:",
    )


def _render_empty_state() -> None:
    """Draw the empty state, with what to do next."""
    with st.container(border=True):
        st.subheader("No register yet", anchor=False)
        st.write(
            "The planning register (REPD) and the register of grid connections (TEC) show who else builds, where, and "
            "what moved between two issues. Fetch the newest issues, or add files that you downloaded."
        )
    render_add_forms("repd")
    render_failures(NAMES)
    st.caption(
        "From a terminal: `renewables registers fetch`, `renewables registers add FILE --register repd`, or "
        "`renewables demo` for an invented home."
    )


render_page()
