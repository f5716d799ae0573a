"""Access: who has which role, and the access tokens for scripts."""

from datetime import UTC, datetime

import streamlit as st

from dashboards.components import ledger_session
from dashboards.components.formatting import moment
from dashboards.components.plain_text import plain, plain_sentence
from dashboards.components.sign_in import current_actor, refusal_of, sign_in_is_on
from dashboards.components.text_table import render_text_table
from pipeline_assets.access import Role
from pipeline_assets.errors import AccessRefused, LedgerUnavailable, Refused
from pipeline_assets.ledger.access_tokens import (
    LONGEST_DAYS,
    LONGEST_NAME,
    MANAGE,
    AccessToken,
    issue_token,
    list_tokens,
    revoke_token,
)
from warehouse.setting_types import EVERYONE
from warehouse.settings import Settings

USUAL_DAYS = 90
_ISSUED, _PROBLEM = "access: issued token", "access: problem"
MAY = {
    Role.VIEWER: "reads every page, exports",
    Role.EDITOR: "also saves, imports, fetches, accepts known gaps, undoes own batches",
    Role.ADMIN: "also undoes the batches of others, adds register issues, manages access tokens",
}


def render_page() -> None:
    """Draw the own role, everybody's roles, and the tokens."""
    if not sign_in_is_on():
        st.info("Set up sign-in and roles as docs/access.md describes. Then this page shows them.")
        return
    actor = current_actor()
    st.markdown(f"You are **{plain(actor.name)}**, with the role **{actor.role}**.")
    _render_roles(Settings())
    st.subheader("Access tokens", anchor=False)
    st.caption(
        "For scripts: `renewables` takes one from `RENEWABLES_TOKEN` or `--token`. A token has a role and an end, and "
        "its changes show its name and the admin who issued it."
    )
    if refusal := refusal_of(MANAGE, Role.ADMIN):
        st.caption(f":material/lock: {refusal}")
        return
    _render_new_token()
    for token in list_tokens(ledger_session.engine()):
        _render_token(token)


def _render_roles(settings: Settings) -> None:
    people = {
        Role.VIEWER: settings.role_viewers,
        Role.EDITOR: settings.role_editors,
        Role.ADMIN: settings.role_admins,
    }
    may_see = current_actor().role is Role.ADMIN
    rows = [
        {
            "Role": role.capitalize(),
            "May": MAY[role],
            **(
                {"People": plain(", ".join(sorted("everyone who signs in" if p == EVERYONE else p for p in named)))}
                if may_see
                else {}
            ),
        }
        for role, named in people.items()
    ]
    render_text_table(rows, name="roles", alt="The roles and what they may do")
    if may_see:
        claim = f"the claim {settings.role_claim} and " if settings.role_claim else ""
        st.caption(plain(f"Roles come from {claim}the settings ROLE_ADMINS, ROLE_EDITORS and ROLE_VIEWERS."))


def _render_new_token() -> None:
    if secret := st.session_state.pop(_ISSUED, ""):
        st.success("Copy the token now: it is not shown again.", icon=":material/key:")
        st.code(secret, language=None)
    if problem := st.session_state.pop(_PROBLEM, ""):
        st.error(plain_sentence(problem), icon=":material/error:")
    with st.form("new token", clear_on_submit=True):
        name, role, days = st.columns(3)
        with name:
            st.text_input("Name", key="token name", max_chars=LONGEST_NAME, placeholder="nightly export")
        with role:
            st.selectbox("Role", list(Role), format_func=str.capitalize, key="token role")
        with days:
            st.number_input("Days", 1, LONGEST_DAYS, USUAL_DAYS, key="token days")
        st.form_submit_button("Issue token", icon=":material/key:", type="primary", on_click=_issue)


def _issue() -> None:
    values = st.session_state
    try:
        st.session_state[_ISSUED] = issue_token(
            *(ledger_session.engine(), values["token name"], Role(values["token role"])),
            days=values["token days"],
            actor=current_actor(),
        )
    except Refused as error:
        st.session_state[_PROBLEM] = "; ".join(f"{each.field}: {each.message}" for each in error.problems)
    except (AccessRefused, LedgerUnavailable) as error:
        st.session_state[_PROBLEM] = str(error)


def _render_token(token: AccessToken) -> None:
    state = token.state(datetime.now(UTC))
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        ends = f"until {moment(token.expires_at_utc)}" if state == "valid" else state
        st.markdown(
            f"**{plain(token.name)}** · {token.role} · {ends}  \n"
            f":small[Issued by {plain(token.issued_by)}, {moment(token.issued_at_utc)}]",
            width="stretch",
        )
        if state == "valid":
            st.button(
                "Revoke",
                key=f"revoke {token.id}",
                icon=":material/block:",
                type="tertiary",
                on_click=_revoke,
                args=(token.id,),
            )


def _revoke(id: str) -> None:
    try:
        revoke_token(ledger_session.engine(), id, actor=current_actor())
    except (AccessRefused, LedgerUnavailable) as error:
        st.session_state[_PROBLEM] = str(error)


render_page()
