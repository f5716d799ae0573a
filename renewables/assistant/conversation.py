"""A conversation: questions, the queries that the model ran for each, and its answers.

Belongs here: the loop of replies and queries, and what is remembered. Not here: the prompt (`briefing.py`), the tool
(`query_tool.py`), the network (`model_server.py`), notations of models (`reply_text.py`), the faces.
"""

import json
import queue
import threading
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from renewables.assistant.briefing import compose_briefing
from renewables.assistant.model_server import Call, ChatProblem, host_of, stream_reply
from renewables.assistant.query_tool import NAME, TOOL, Query, run_query
from renewables.assistant.reply_text import spoken_text, written_calls
from warehouse.connection import reading
from warehouse.settings import Settings

ROUNDS = 8
"The most replies with calls per question; most take one or two, and one more for each mistake in SQL."
CALLS_A_ROUND = 4
LONGEST_TEXT = 8_000
"The most characters of an answer, without the model's thoughts."
LONGEST_REPLY = 200_000
"The most characters of one reply: a model that repeats itself endlessly is stopped."
TURNS_REMEMBERED = 6
EXAMPLES = (
    "How much wind did we have last week, and how complete is the data?",
    "Which day of the last month had the most solar?",
    "How many MWp are in each stage of the pipeline?",
    "Which projects are Red, and why?",
)


@dataclass
class Turn:
    """A question and its outcome. One that is neither answered nor failed was stopped, or is in progress."""

    question: str
    version: int | None = None
    "The version of the snapshot that the answer is based on."
    queries: list[Query] = field(default_factory=list)
    text: str = ""
    problem: str = ""
    is_answered: bool = False

    @property
    def looked_up(self) -> list[Query]:
        """Return the queries that ran (with or without rows), in order."""
        return [query for query in self.queries if query.frame is not None]

    @property
    def coverage(self) -> list[str]:
        """Return the distinct sentences about coverage of these queries."""
        return list(dict.fromkeys(sentence for query in self.looked_up for sentence in query.coverage))

    @property
    def is_on_generation(self) -> bool:
        """Return whether one of the queries reads generation data."""
        return any(query.is_on_generation for query in self.looked_up)

    def follow(self, events: Iterator[str | Query | None]) -> Iterator[str | Query | None]:
        """Yield the events and record them; a ChatProblem ends them."""
        try:
            for event in events:
                if isinstance(event, str):
                    self.text += event
                elif event is not None:
                    self.queries.append(event)
                    self.text = ""  # text before a query is not the answer
                yield event
            self.is_answered = True
        except ChatProblem as problem:
            self.problem = str(problem)


def answer_question(turn: Turn, before: Sequence[Turn], settings: Settings) -> Iterator[str | Query]:
    """Yield each query after it ran, and the answer; change nothing. Raises ChatProblem, WarehouseMissing.

    A reply is read to its end first: only then is it known which part of it is thought, and whether it is a call.
    """
    with reading(version=turn.version) as con:
        head = compose_briefing(con, datetime.now(UTC))
    messages: list[dict[str, Any]] = [{"role": "system", "content": head}]
    for earlier in [turn_before for turn_before in before if turn_before.is_answered][-TURNS_REMEMBERED:]:
        messages += _remembered(earlier)
    messages.append({"role": "user", "content": turn.question})
    for _ in range(ROUNDS):
        text, calls = yield from _whole_reply(messages, settings)
        if not calls:
            if not text.strip():
                raise ChatProblem(f"{settings.chat_model} at {host_of(settings)} returned no answer: ask again.")
            yield text[:LONGEST_TEXT]
            if len(text) > LONGEST_TEXT:
                raise ChatProblem(f"The answer was stopped after {LONGEST_TEXT:,} characters: ask a narrower question.")
            return
        for call in calls[:CALLS_A_ROUND]:
            query = run_query(call.name, call.arguments, turn.version)
            messages += _as_messages(query, f"call_{len(messages)}")
            yield query
    raise ChatProblem(f"The model looked things up {ROUNDS} times without an answer: ask a narrower question.")


def _whole_reply(
    messages: Sequence[dict[str, Any]], settings: Settings
) -> Generator[str, None, tuple[str, list[Call]]]:
    """Return the text for a person, and the calls. Raises ChatProblem.

    It yields "" for each piece, so that the caller can stop, and the server then stops too.
    """
    pieces, length, calls = list[str](), 0, list[Call]()
    for piece in stream_reply(messages, [TOOL], settings):
        yield ""
        if isinstance(piece, Call):
            calls.append(piece)
            continue
        pieces.append(piece)
        length += len(piece)
        if length > LONGEST_REPLY:
            raise ChatProblem(f"The model was stopped after {LONGEST_REPLY:,} characters: ask a narrower question.")
    text = spoken_text("".join(pieces))
    return text, calls or written_calls(text)


def beside(events: Iterator[Any], *, every_seconds: float) -> Generator[Any, None, None]:
    """Run a generator in a thread and yield its events.

    It yields None whenever no event came for a while, so that the caller can stop it.
    """
    result: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()
    is_over, end = threading.Event(), object()

    def work() -> None:
        try:
            for event in events:
                if is_over.is_set():
                    return
                result.put((event, None))
            result.put((end, None))
        except BaseException as error:  # passed on to the consumer, which would wait for ever
            result.put((end, error))
        finally:
            getattr(events, "close", lambda: None)()

    threading.Thread(target=work, name="chat", daemon=True).start()
    try:
        while True:
            try:
                event, error = result.get(timeout=every_seconds)
            except queue.Empty:
                yield None
                continue
            if error:
                raise error
            if event is end:
                return
            yield event
    finally:
        is_over.set()


def _remembered(turn: Turn) -> list[dict[str, Any]]:
    """Return a turn as messages of the conversation, because a later question may refer to it."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": turn.question}]
    for n, query in enumerate(turn.queries):
        messages += _as_messages(query, f"call_{id(turn)}_{n}")
    return [*messages, {"role": "assistant", "content": turn.text}]


def _as_messages(query: Query, call_id: str) -> list[dict[str, Any]]:
    """Return the call and its outcome; several calls of one reply follow each other, which every server accepts."""
    arguments = {"sql": query.sql}
    if query.days:
        arguments |= {"first_day": str(query.days[0]), "last_day": str(query.days[1])}
    function = {"name": NAME, "arguments": json.dumps(arguments)}
    return [
        {"role": "assistant", "content": "", "tool_calls": [{"id": call_id, "type": "function", "function": function}]},
        {"role": "tool", "tool_call_id": call_id, "content": query.told},
    ]
