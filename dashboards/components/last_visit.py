"""When this browser last visited a page, kept in a cookie of the browser and nowhere else.

A visit ends after `PAUSE` without a load of the page: reloading it does not make the last visit a minute ago.
"""

from datetime import UTC, datetime, timedelta

import streamlit as st

from dashboards.components import cookies

COOKIE = "renewables_changes_visits"
PAUSE = timedelta(minutes=30)
_BEFORE = "last visit: before this one"


def last_visit(now: datetime | None = None) -> datetime | None:
    """Return when the visit before this one ended, or None for the first one, and remember the present one."""
    now = now or datetime.now(UTC)
    if _BEFORE not in st.session_state:
        st.session_state[_BEFORE] = visit_before(cookies.read_cookie(COOKIE), now)
    before: datetime | None = st.session_state[_BEFORE]
    cookies.write_cookie(COOKIE, cookie_text(before, now))
    return before


def visit_before(cookie: str, now: datetime) -> datetime | None:
    """Return the end of the visit before the present one from the text of the cookie; None if it is missing or bad."""
    try:
        before, newest = (int(part) for part in cookie.split("."))
        ended, seen = datetime.fromtimestamp(before, UTC), datetime.fromtimestamp(newest, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    if seen > now:
        return None
    if now - seen > PAUSE:
        return seen
    return ended if before else None


def cookie_text(before: datetime | None, now: datetime) -> str:
    """Return the cookie's text: the end of the visit before this one (0: none), and the newest load of the page."""
    return f"{int(before.timestamp()) if before else 0}.{int(now.timestamp())}"
