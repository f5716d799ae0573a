"""Thoughts of a model are hidden, and calls that it writes out as text are calls."""

import json
from typing import Any

import pytest

from renewables.assistant.conversation import Turn, answer_question
from renewables.assistant.query_tool import run_query
from renewables.assistant.reply_text import spoken_text, written_calls
from tests.model_server import Model
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

THOUGHT = "The secret number is 4711."
SQL = "SELECT 42 AS n"
WRITTEN = json.dumps({"name": "query", "arguments": {"sql": SQL}})


def ask_question(*before: Turn, question: str = "How much?") -> Turn:
    turn = Turn(question)
    for event in turn.follow(answer_question(turn, before, Settings())):
        assert THOUGHT not in str(event)
    return turn


THOUGHTS = {
    "tags": f"<think>{THOUGHT}</think>It was 5.",
    "in the middle": f"It <think>{THOUGHT}</think>was 5.",
    "no opening tag": f"{THOUGHT}\n</think>\n\nIt was 5.",
    "nested": f"<think>a <think>{THOUGHT}</think> b</think>It was 5.",
    "twice": f"<think>{THOUGHT}</think>It <thinking>{THOUGHT}</thinking>was 5.",
    "capitals and attributes": f"<THINK mode='long'>{THOUGHT}</THINK>It was 5.",
    "another name": f"<reasoning>{THOUGHT}</reasoning>It was 5.",
    "a namespace": f"<seed:think>{THOUGHT}</seed:think>It was 5.",
    "square brackets": f"[THINK]{THOUGHT}[/THINK]It was 5.",
    "bars": f"<|begin_of_thought|>{THOUGHT}<|end_of_thought|>It was 5.",
    "triangles": f"◁think▷{THOUGHT}◁/think▷It was 5.",
    "channels": f"<|channel|>analysis<|message|>{THOUGHT}<|end|><|start|>assistant<|channel|>final<|message|>It was 5.",
    "an empty tag": "<think/>It was 5.",
}


@pytest.mark.parametrize("text", THOUGHTS.values(), ids=THOUGHTS)
def test_thoughts_are_not_part_of_the_answer(text: str) -> None:
    assert spoken_text(text) == "It was 5."


@pytest.mark.parametrize("text", ["5 < 6 and 7 > 2. ", "I [think] so.", "<b>bold</b>", "a\n\nb ", ""])
def test_text_without_thoughts_is_unchanged(text: str) -> None:
    assert spoken_text(text) == text


@pytest.mark.parametrize("text", [f"<think>{THOUGHT}", f"{THOUGHT}</think>", f"<think>{THOUGHT}</think>\n"])
def test_a_reply_of_only_thoughts_is_not_an_answer(model: Model, text: str) -> None:
    model.replies = [text]
    turn = ask_question()
    assert "returned no answer" in turn.problem
    assert turn.text == ""


def test_thoughts_are_neither_shown_nor_remembered_nor_counted(model: Model) -> None:
    """The server sends words one by one, so a tag and its text come in pieces."""
    long_thought = f"<think>{(THOUGHT + ' ') * 1_000}</think>"
    model.replies = [f"{long_thought} It was 5.", "Still 5."]
    first = ask_question()
    assert (first.text.strip(), first.problem) == ("It was 5.", "")
    ask_question(first, question="And now?")
    assert THOUGHT not in json.dumps(model.requests[-1]["messages"])


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning", "thinking"])
def test_thoughts_in_a_separate_field_are_not_the_answer(model: Model, field: str) -> None:
    model.replies = [[{"delta": {field: THOUGHT}}, {"delta": {"content": "It was 5."}}]]
    assert ask_question().text == "It was 5."


def test_an_answer_in_parts_is_joined_from_its_texts(model: Model) -> None:
    parts: list[dict[str, Any]] = [
        {"type": "thinking", "thinking": [{"type": "text", "text": THOUGHT}]},
        {"type": "text", "text": "It was 5."},
    ]
    model.replies = [[{"delta": {"content": parts}}]]
    assert ask_question().text == "It was 5."


CALLS = {
    "tags": f"<tool_call>\n{WRITTEN}\n</tool_call>",
    "tags after a thought": f"<think>{THOUGHT}</think><tool_call>{WRITTEN}</tool_call>",
    "words before": f"Let me look that up.\n{WRITTEN}",
    "a fence": f"```json\n{json.dumps({'name': 'query', 'parameters': {'sql': SQL}})}\n```",
    "a list": f"[TOOL_CALLS][{WRITTEN}]",
    "arguments as text": json.dumps({"function": {"name": "query", "arguments": json.dumps({"sql": SQL})}}),
    "arguments alone": json.dumps({"sql": SQL}),
    "a function": f"functions.query({json.dumps({'sql': SQL})})",
    "another notation": f"<function=query>\n<parameter=sql>\n{SQL}\n</parameter>\n</function>",
    "a channel": f"<|channel|>commentary to=functions.query<|message|>{json.dumps({'sql': SQL})}<|call|>",
    "nothing but SQL": f"```sql\n{SQL}\n```",
}


@pytest.mark.parametrize("text", CALLS.values(), ids=CALLS)
def test_a_call_written_as_text_is_run_and_its_text_is_not_the_answer(model: Model, text: str) -> None:
    model.replies = [text, "It was 42."]
    turn = ask_question()
    assert [query.sql for query in turn.looked_up] == [SQL]
    assert turn.text.strip() == "It was 42."
    assert model.tool_results == ["n\n42\n"]


@pytest.mark.parametrize(
    "text",
    [
        '<tool_call>{"name": "query", "arguments": {"sql": "SELECT',
        '<tool_call>{"name": "delete_everything", "arguments": {"path": "/"}}</tool_call>',
        f'query(sql="{SQL}")',
        "<tool_call>query\n<arg_key>sql</arg_key></tool_call>",
    ],
)
def test_a_written_call_that_cannot_be_run_is_refused_with_the_reason(model: Model, text: str) -> None:
    model.replies = [text, "I cannot."]
    turn = ask_question()
    assert (turn.looked_up, turn.text.strip()) == ([], "I cannot.")
    assert model.tool_results == ["Refused: There is one tool, query, and its arguments are JSON with sql."]


@pytest.mark.parametrize("text", ["It was 5 {MWh}.", '{"name": "Fen Solar", "stage": "Ready"}', "The query took 3 s."])
def test_an_answer_with_braces_is_not_a_call(text: str) -> None:
    assert written_calls(text) == []


def test_a_call_within_a_thought_is_not_run(model: Model) -> None:
    model.replies = [f"<think>I could say <tool_call>{WRITTEN}</tool_call>.</think>It was 5."]
    turn = ask_question()
    assert (turn.queries, turn.text) == ([], "It was 5.")


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize(
    ("sql", "titles"),
    [
        ("SELECT 'wind_and_solar' AS x -- generation_by_fuel", []),
        ("SELECT count(*) AS wind_and_solar FROM pipelines_that_are_none", []),
        ('FROM "Wind_And_Solar" LIMIT 1', ["Wind and solar"]),
        ("FROM wind_and_solar_daily LIMIT 1", ["Wind and solar"]),
        ("FROM wind_and_solar_as_of('2024-03-31') LIMIT 1", ["Wind and solar"]),
        ("FROM query_table('wind_and_solar') LIMIT 1", ["Wind and solar"]),
        ("SELECT (SELECT max(start_time_utc) FROM wind_and_solar) AS newest", ["Wind and solar"]),
        ("FROM understated_wind LIMIT 1", ["Wind and solar", "Generation by fuel"]),
        ("WITH wind_and_solar AS (SELECT 1 AS n) FROM wind_and_solar", []),
    ],
)
def test_the_coverage_depends_on_the_tables_that_a_query_reads_and_not_on_its_text(sql: str, titles: list[str]) -> None:
    query = run_query("query", json.dumps({"sql": sql}), None)
    assert [sentence.partition(",")[0] for sentence in query.coverage] == titles
    assert query.is_on_generation is bool(titles)
