"""When this browser last visited a page, kept in a cookie of the browser and nowhere else.

A visit ends after `PAUSE` without a load of the page: reloading it does not make the last visit a minute ago. In a tab
that stays open, it ends after `AWAY` without anything that the reader does: automatic redraws are no visits.
"""

from datetime import UTC, datetime, timedelta

import streamlit as st

from dashboards.components import cookies
from dashboards.components.automatic_redraws import is_automatic_run

COOKIE = "renewables_changes_visits"
PAUSE = timedelta(minutes=30)
AWAY = timedelta(hours=4)
"Longer than `PAUSE`, because a reader may look at a page for an hour before the next click."
_BEFORE, _SEEN = "last visit: before this one", "last visit: seen"


def last_visit(now: datetime | None = None) -> datetime | None:
    """Return when the visit before this one ended, or None for the first one, and remember the present one."""
    now, state = now or datetime.now(UTC), st.session_state
    if _BEFORE not in state:
        state[_BEFORE], state[_SEEN] = visit_before(cookies.read_cookie(COOKIE), now), now
    elif not is_automatic_run():
        state[_BEFORE], state[_SEEN] = visit_in_open_tab(state[_BEFORE], state[_SEEN], now), now
    before: datetime | None = state[_BEFORE]
    cookies.write_cookie(COOKIE, cookie_text(before, state[_SEEN]))
    return before


def visit_in_open_tab(before: datetime | None, seen: datetime, now: datetime) -> datetime | None:
    """Return the end of the visit before the present one, when a reader does something in a tab last used at `seen`."""
    return seen if now - seen > AWAY else before


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


def cookie_text(before: datetime | None, seen: datetime) -> str:
    """Return the cookie's text: the end of the visit before this one (0: none), and when the reader last was here."""
    return f"{int(before.timestamp()) if before else 0}.{int(seen.timestamp())}"
