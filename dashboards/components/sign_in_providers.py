"""The identity providers in the section `[auth]` of Streamlit's secrets.toml, and what is wrong with that section.

Not here: who has signed in (`sign_in.py`).
"""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

import streamlit as st

from dashboards.components.plain_text import plain

LEAST_SECRET = 32
"The characters below which a cookie's secret could be guessed, and with it anybody's cookie be forged."
ITSELF = "default"
"Streamlit's name for the provider whose keys are in the section [auth] itself."
OF_ALL = ("redirect_uri", "cookie_secret")
OF_EACH = ("client_id", "client_secret", "server_metadata_url")
NO_PROVIDERS = ("client_kwargs",)
"The parts of [auth] that are sections and not providers."
HELP = "See docs/access.md."


def sign_in_fault() -> str:
    """Return why nobody can sign in with what is installed and written in [auth], with the fix; otherwise ""."""
    if find_spec("authlib") is None:
        return "Sign-in needs a library: run pip install 'gb-renewables[sign-in]' and start again."
    section = _auth_section()
    secret = section.get("cookie_secret")
    if secret is not None and len(str(secret)) < LEAST_SECRET:
        return (
            f"The cookie_secret in .streamlit/secrets.toml is too short: give at least {LEAST_SECRET} random "
            "characters, because whoever guesses it can sign in as anybody."
        )
    if not section:  # the providers then come from elsewhere, such as a platform that hosts Streamlit
        return ""
    for name, keys in {"": OF_ALL, **dict.fromkeys(provider_names(), OF_EACH)}.items():
        header = "auth" if name in ("", ITSELF) else f"auth.{name}"
        if "_" in name:
            return f"The section [{header}] of .streamlit/secrets.toml has an underscore: take a hyphen. {HELP}"
        part = section.get(name, section)
        missing = [key for key in keys if not part.get(key)]
        if missing:
            return f"The section [{header}] of .streamlit/secrets.toml lacks {', '.join(missing)}. {HELP}"
    return ""


def provider_names() -> list[str]:
    """Return the names of the providers, as `st.login` takes them."""
    section = _auth_section()
    named = [name for name, value in section.items() if isinstance(value, Mapping) and name not in NO_PROVIDERS]
    has_own_keys = any(key in section for key in OF_EACH)
    return [*([ITSELF] if has_own_keys and ITSELF not in named else []), *named] or [ITSELF]


def render_sign_in_buttons(place: str, *, is_primary: bool = False) -> None:
    """Draw one button for each provider, the first as the main one of the page if `is_primary`.

    `place` tells apart the buttons of one page.
    """
    names = provider_names()
    with st.container(horizontal=True):
        for name in names:
            provider = f" with {plain(name[:1].upper() + name[1:])}" if len(names) > 1 and name != ITSELF else ""
            st.button(
                f"Sign in{provider}",
                key=f"{place} {name}",
                icon=":material/login:",
                type=("primary" if name == names[0] else "secondary") if is_primary else "tertiary",
                on_click=st.login,
                args=[name],
            )


def _auth_section() -> Mapping[str, Any]:
    try:
        section = st.secrets.get("auth", {})
    except FileNotFoundError:
        return {}
    return section if isinstance(section, Mapping) else {}
