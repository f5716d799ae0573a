"""Who uses this session: a person who has signed in, a visitor, or, where sign-in is not set up, a typed name.

Sign-in is set up by `[auth]` in Streamlit's secrets.toml. Not here: roles (`pipeline_assets/sign_in_claims.py`).
"""

from contextlib import suppress
from dataclasses import replace

import streamlit as st

from dashboards.components import ledger_session
from dashboards.components.formatting import moment
from dashboards.components.plain_text import plain, plain_sentence
from dashboards.components.sign_in_providers import render_sign_in_buttons, sign_in_fault
from pipeline_assets.access import Actor, Role, roles_are_on
from pipeline_assets.errors import LedgerUnavailable
from pipeline_assets.ledger.sign_outs import end_sign_ins, newest_ended_sign_in
from pipeline_assets.sign_in_claims import VISITOR, actor_of_claims, subject_of, verified_address
from warehouse.settings import Settings

OPEN_TO_ALL = "No sign-in: anyone who can reach this port can edit."
_TYPED_NAME = "who you are"
_DRAWN_FOR = "sign-in: drawn for"
"For whom the page is drawn: reading the settings and the ledger for each button would take long."


def sign_in_is_on() -> bool:
    """Return whether people have to sign in here."""
    return _has_auth_section() or roles_are_on(Settings())


def current_actor() -> Actor:
    """Return who uses this session at this moment."""
    if not sign_in_is_on():
        return Actor.typed(str(st.session_state.get(_TYPED_NAME, "")))
    if sign_in_problem():
        return VISITOR
    claims = st.user.to_dict()
    if not claims.get("is_logged_in"):
        return VISITOR
    try:
        ended = newest_ended_sign_in(ledger_session.engine(), subject_of(claims))
    except LedgerUnavailable:  # whether the sign-in was ended cannot be known
        person = actor_of_claims(claims, Settings())
        return replace(person, role=person.role and Role.VIEWER)
    return actor_of_claims(claims, Settings(), signed_out_at=ended)


def dry_run_actor() -> Actor:
    """Return who tries something out; where nobody signs in, no name is needed for that."""
    return current_actor() if sign_in_is_on() else Actor.typed("dry run")


def remember_name(name: str) -> None:
    """Keep the name that was typed into a form, for the forms that follow."""
    st.session_state[_TYPED_NAME] = name


def sign_in_problem() -> str:
    """Return why nobody can sign in although people have to, as a sentence with the fix; otherwise ""."""
    if not _has_auth_section():
        return (
            "Roles are set up here, but sign-in is not: write the section [auth] of .streamlit/secrets.toml. "
            "See docs/access.md."
        )
    return sign_in_fault()


def refusal_of(action: str, role: Role = Role.EDITOR) -> str:
    """Return why the person may not do it, as Markdown, for a page that disables its button; otherwise ""."""
    actor: Actor = st.session_state.get(_DRAWN_FOR) or current_actor()
    return plain_sentence(actor.refusal(role, action) or "")


def render_sign_in() -> None:
    """Draw in the sidebar who has signed in, and the button to sign in or out."""
    if not sign_in_is_on():
        return
    with st.sidebar:
        actor = current_actor()
        if _has_to_sign_in(actor) and not sign_in_problem():
            render_sign_in_buttons("sign in")
            return
        if actor.name:
            st.text(f"Signed in as {actor.name}")
            role = f"Role: {actor.role}" if actor.role else "No role"
            st.caption(f"{role}, until {moment(actor.valid_until_utc)}")
            st.button(
                "Sign out",
                icon=":material/logout:",
                type="tertiary",
                on_click=_sign_out,
                help="Ends this sign-in in all tabs, and your earlier ones on other devices.",
            )
            if not verified_address(st.user.to_dict(), settings := Settings()):
                named = ", ".join(sorted(settings.email_verified_claims))
                st.caption(plain(f"The identity provider has not verified your address ({named}): you can only read."))


def may_read() -> bool:
    """Return whether the person may see the pages, and keep who it is for the buttons that are drawn now."""
    actor = st.session_state[_DRAWN_FOR] = current_actor()
    return not sign_in_is_on() or actor.refusal(Role.VIEWER, "read this") is None


def render_closed_door() -> None:
    """Draw, in place of a page, why it is not shown."""
    actor = current_actor()
    if problem := sign_in_problem():
        st.error(plain_sentence(problem), title="Nobody can sign in", icon=":material/lock:")
    elif not actor.name:
        st.info("Sign in to see this page.", icon=":material/lock:")
        render_sign_in_buttons("sign in here", is_primary=True)
    elif _is_without_role(actor):
        st.warning(
            f"You have signed in as {plain(actor.name)}, which has no role here. Ask an admin for one.",
            title="No access",
            icon=":material/lock:",
        )
    else:
        st.info("Your sign-in has ended. Sign in again to continue.", icon=":material/lock:")
        render_sign_in_buttons("sign in here", is_primary=True)


def _has_to_sign_in(actor: Actor) -> bool:
    return bool(actor.refusal(Role.VIEWER, "read this")) and not _is_without_role(actor)


def _is_without_role(actor: Actor) -> bool:
    return bool(actor.name) and actor.role is None


def _sign_out() -> None:
    claims = st.user.to_dict()
    with suppress(LedgerUnavailable):  # then this browser's cookie is deleted, and nothing else
        end_sign_ins(ledger_session.engine(), subject_of(claims), float(str(claims.get("iat") or 0)))
    st.logout()


def _has_auth_section() -> bool:
    return "is_logged_in" in st.user.to_dict()
