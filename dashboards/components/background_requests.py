"""Requests that a page hands over to threads, so that neither a click nor a page waits for Dagster.

Belongs here: the threads, what this session has requested and how it ended, and answers that are read again and again.
Not here: what is requested (`fetch_requests.py`, `gap_form.py`), the conversation (`renewables/dagster_control`).
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Generic, TypeVar

import streamlit as st

from dashboards.components.plain_text import plain, plain_sentence
from renewables.user_errors import user_message

R = TypeVar("R")

FIRST_PATIENCE_SECONDS = 2.0
"How long a page waits for its first answer: Dagster usually takes a tenth of a second."
PATIENCE_SECONDS = 0.3
"How long it waits for a newer one; until then it shows the last."
FRESH_SECONDS = 1.0
"The age below which an answer is not asked for again."
WATCHES_EVERY = "1s"
_REQUESTS, _FEEDS = "background: requests", "background: feeds"


def run_in_thread(work: Callable[[], R]) -> Future[R]:
    """Start the work in a thread of its own, which does not keep the server from ending, and return its outcome."""
    outcome: Future[R] = Future()

    def run() -> None:
        try:
            outcome.set_result(work())
        except BaseException as error:  # also a panic of polars: without an outcome the page would wait for ever
            outcome.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return outcome


class Feed(Generic[R]):
    """The newest answer to a question that is asked in the background; each session has its own feeds."""

    def __init__(self) -> None:
        self._asked: Future[R] | None = None
        self._known: Future[R] | None = None
        self._known_at = 0.0
        self._one_at_a_time = threading.Lock()

    @property
    def is_waiting(self) -> bool:
        """Return whether a newer answer is still to come."""
        return self._asked is not None

    def look(self, question: Callable[[], R]) -> None:
        """Ask again if the answer is old, and wait for a moment."""
        if self._asked is None and time.monotonic() - self._known_at > FRESH_SECONDS:
            self._asked = run_in_thread(lambda: self._answer(question))
        if self._asked is not None:
            wait([self._asked], timeout=PATIENCE_SECONDS if self._known_at else FIRST_PATIENCE_SECONDS)
            if self._asked.done():
                self._known, self._asked, self._known_at = self._asked, None, time.monotonic()

    def answer(self) -> R | None:
        """Return the newest answer, or None before the first. Raises what the question raised."""
        return self._known.result() if self._known else None

    def forget_age(self) -> None:
        """Ask again at the next look: something was just requested that changes the answer."""
        self._known_at, self._asked = 0.0, None

    def _answer(self, question: Callable[[], R]) -> R:
        """Ask once an earlier answer that nobody waits for any more has come: a question may keep what it read."""
        with self._one_at_a_time:
            return question()


def feed_of(name: str) -> Feed[R]:
    """Return this session's feed of that name."""
    feeds: dict[str, Feed[R]] = st.session_state.setdefault(_FEEDS, {})
    return feeds.setdefault(name, Feed())


@dataclass
class Request:
    """Something that this session has requested; `title` completes the sentence "Requested …"."""

    title: str
    work: Callable[[], str]
    outcome: Future[str]

    @property
    def is_pending(self) -> bool:
        """Return whether Dagster has not answered yet."""
        return not self.outcome.done()


def hand_over(desk: str, title: str, work: Callable[[], str]) -> None:
    """Start the work in the background and say so at once. Call it in a callback.

    `desk` names the list in which the page shows the request. The same request is not started twice, so that a double
    click is one. `work` returns a sentence about what happens now.
    """
    requests = _requests_of(desk)
    if any(request.title == title and request.is_pending for request in requests):
        return
    st.toast(f"Requested {plain(title)}", icon=":material/hourglass_top:")
    requests[:] = [request for request in requests if request.title != title]
    requests.append(Request(title, work, run_in_thread(work)))


def is_pending(desk: str, title: str | None = None) -> bool:
    """Return whether a request of the desk, or the one of that title, is not answered yet."""
    return any(request.is_pending and title in (None, request.title) for request in _requests_of(desk))


def render_requests(desk: str, feed: Feed[R] | None = None) -> None:
    """Draw what is not answered yet and what was refused, with the reason; the rest shows in the page's own list.

    `feed` has the answer that a request changes. Raises what is no error for people.
    """
    requests = _requests_of(desk)
    for request in [request for request in requests if not request.is_pending]:
        error = request.outcome.exception()
        if error is None:
            requests.remove(request)
            st.toast(plain_sentence(request.outcome.result()), icon=":material/check_circle:")
            if feed is not None:
                feed.forget_age()
        elif not isinstance(error, Exception) or user_message(error) is None:
            requests.remove(request)
            raise error
    for request in requests:
        _render_request(desk, request)


def render_desk(desk: str) -> None:
    """Draw the requests of a desk, and watch them until they are answered; then the page is drawn again."""
    watching = is_pending(desk)
    st.fragment(_render_watched, run_every=WATCHES_EVERY if watching else None)(desk, watching=watching)


def _render_watched(desk: str, *, watching: bool) -> None:
    render_requests(desk)
    if is_pending(desk) != watching:
        st.rerun()


def _requests_of(desk: str) -> list[Request]:
    desks: dict[str, list[Request]] = st.session_state.setdefault(_REQUESTS, {})
    return desks.setdefault(desk, [])


def _render_request(desk: str, request: Request) -> None:
    title = plain(request.title)
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        if request.is_pending:
            st.markdown(f":material/hourglass_top: Requested **{title}** · waiting for Dagster to answer")
            return
        reason = plain_sentence(str(request.outcome.exception()))
        st.markdown(f":red[:material/error:] Not started: **{title}**  \n{reason}", width="stretch")
        key, requests = f"{desk} {request.title}", _requests_of(desk)
        st.button(
            "Try again",
            key=f"again {key}",
            icon=":material/replay:",
            type="tertiary",
            on_click=hand_over,
            args=(desk, request.title, request.work),
        )
        st.button(
            "Dismiss",
            key=f"dismiss {key}",
            icon=":material/close:",
            type="tertiary",
            on_click=lambda: requests.remove(request) if request in requests else None,
        )
