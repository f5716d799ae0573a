"""Ask: questions in plain English; a language model looks them up in SQL, which is shown with its rows.

Everything that a model or a person wrote is shown as text and never as Markdown: the browser would fetch a picture in
it, and the address of the picture could carry rows away.
"""

import time
from contextlib import closing
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import snapshot_cache
from dashboards.components.chart import SHARES, show_table
from dashboards.components.footer import empty_state
from dashboards.components.formatting import number
from dashboards.components.plain_text import plain
from renewables.assistant.conversation import EXAMPLES, Turn, answer_question, beside
from renewables.assistant.model_server import host_of, is_on_this_machine, missing_setting
from renewables.assistant.query_tool import ROWS_KEPT, Query
from renewables.attribution import label_of_sources
from renewables.queries.register_issues import licences_of_tables
from renewables.queries.snapshot import source_names
from warehouse.connection import configured_warehouse
from warehouse.settings import Settings

TURNS, EXAMPLE = "chat: turns", "chat: example"
LONGEST_QUESTION = 2_000
LOOKS_EVERY_SECONDS = 0.5
"The longest time until a click on Stop takes effect."
DRAWS_EVERY_SECONDS = 0.5


def render_page() -> None:
    """Draw the conversation with the language model."""
    settings = Settings()
    if wanted := missing_setting(settings):
        _render_set_up_help(wanted)
        return
    if snapshot_cache.current_snapshot() is None:
        empty_state()
        return
    turns: list[Turn] = st.session_state.setdefault(TURNS, [])
    typed = st.chat_input(
        "Ask about generation or the pipeline", key="question", max_chars=LONGEST_QUESTION, submit_mode="disable"
    )
    asked = typed or st.session_state.pop(EXAMPLE, None)
    _render_model_notice(settings, turns, is_begun=bool(turns or asked))
    for n, turn in enumerate(turns):
        _render_question(turn)
        with st.chat_message("assistant"):
            _render_outcome(turns, n)
    if asked:
        _stream_answer(asked, turns, settings)
    elif not turns:
        _render_examples()


def _render_set_up_help(wanted: str) -> None:
    with st.container(border=True):
        st.markdown(
            f"**{wanted}** Use any server that supports OpenAI's chat completions: set `CHAT_MODEL`, `CHAT_BASE_URL` "
            "(Ollama: `http://127.0.0.1:11434/v1`) and, if required, `CHAT_API_KEY`, in the environment or in `.env`."
        )
        st.markdown(
            "Until then nothing leaves this machine. Afterwards your questions, the table names and the rows of the "
            "results are sent to that server, and nowhere else."
        )


def _render_model_notice(settings: Settings, turns: list[Turn], *, is_begun: bool) -> None:
    where = " (this machine)" if is_on_this_machine(settings) else ""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(
            f"**{plain(settings.chat_model or '')}** at **{plain(host_of(settings))}**{where} answers. Your questions, "
            "the table names and the rows of the results are sent there, including pipeline records. Answers can be "
            "wrong: check the SQL and its rows under each one.",
            width="stretch",
        )
        if is_begun:
            st.button("New conversation", icon=":material/add_comment:", on_click=turns.clear)


def _render_examples() -> None:
    st.markdown("Ask in your own words, or start with one of these:")
    for example in EXAMPLES:
        st.button(example, icon=":material/chat:", on_click=_take_question, args=(example,))


def _take_question(example: str) -> None:
    st.session_state[EXAMPLE] = example


def _render_question(turn: Turn) -> None:
    with st.chat_message("user"):
        st.text(turn.question)


def _stream_answer(asked: str, turns: list[Turn], settings: Settings) -> None:
    """Show the elapsed time, then draw the answer. A click on Stop, or anywhere else, ends it; its queries stay."""
    snapshot = configured_warehouse().newest(locked_down=True)
    turn, before = Turn(asked, snapshot.version if snapshot else None), list(turns)
    turns.append(turn)
    _render_question(turn)
    with st.chat_message("assistant"):
        words = st.empty()
        st.button("Stop", icon=":material/stop_circle:", key=f"stop {len(turns)}")
        began, drawn = time.monotonic(), 0.0
        with closing(beside(answer_question(turn, before, settings), every_seconds=LOOKS_EVERY_SECONDS)) as events:
            for _ in turn.follow(events):
                now = time.monotonic()
                if now - drawn < DRAWS_EVERY_SECONDS:
                    continue
                drawn = now
                queries = f", {len(turn.queries)} queries run" if turn.queries else ""
                words.caption(f":material/hourglass_top: Thinking{queries} … {now - began:.0f} s")
    st.rerun()  # redraw the answer like all others, so that nothing temporary remains beside the next question


def _render_outcome(turns: list[Turn], n: int) -> None:
    turn = turns[n]
    if turn.text:
        st.text(turn.text)
    if turn.problem:
        st.error(plain(turn.problem), icon=":material/sms_failed:")
    elif not turn.is_answered:
        st.caption(":material/stop_circle: Stopped.")
    elif not any(turn_before.looked_up for turn_before in turns[: n + 1]):
        st.warning("No data was looked up, so no number in this answer comes from it.", icon=":material/warning:")
    if turn.looked_up:
        _render_rows(turn.looked_up[-1], f"answer-{n + 1}")
        _render_provenance(turn)
    if turn.queries:
        with st.expander(f"SQL used ({len(turn.queries)})", icon=":material/code:"):
            for m, query in enumerate(turn.queries, 1):
                _render_sql(query, f"answer-{n + 1}-{m}", is_shown=bool(turn.looked_up) and query is turn.looked_up[-1])


def _render_sql(query: Query, name: str, *, is_shown: bool) -> None:
    st.code(query.sql or "(no SQL)", language="sql", wrap_lines=True)
    if query.frame is None:
        st.caption(f":material/block: Refused: {plain(query.refusal)}")
    elif is_shown:
        st.caption(f"{number(len(query.frame))} rows, shown above.")
    else:
        _render_rows(query, name)


def _render_rows(query: Query, name: str) -> None:
    if query.frame is None:
        return
    frame = query.frame
    if licences := licences_of_tables(query.tables):
        frame = frame.with_columns(licence=pl.lit(" ".join(licences)))  # for the downloads too
    show_table(frame, name=name, columns=_column_formats(frame))
    if query.is_cut:
        st.caption(f"Showing the first {number(ROWS_KEPT)} rows; there are more.")


def _column_formats(frame: pl.DataFrame) -> dict[str, Any]:
    """Return column formats: days without a clock, thousands separated.

    A share of the model's own query may be of 1 or of 100, so it is not formatted as percent.
    """
    days = {name for name, kind in frame.schema.items() if isinstance(kind, pl.Date)}
    numbers = {name for name, kind in frame.schema.items() if kind.is_float() or kind.is_decimal()} - set(SHARES)
    return {
        **dict.fromkeys(days, st.column_config.DateColumn(format="D MMM YYYY")),
        **dict.fromkeys(numbers, st.column_config.NumberColumn(format="localized")),
    }


def _render_provenance(turn: Turn) -> None:
    """Draw what other pages show too: coverage, flags, and whether the data is synthetic."""
    label = label_of_sources(snapshot_cache.cached_query(source_names)) if turn.is_on_generation else ""
    messages = [*([f"{label} data."] if label else []), *turn.coverage, f"Snapshot {turn.version}."]
    st.caption(plain(" ".join(messages)))


render_page()
