"""A conversation with a stand-in model: it answers with queries, can do nothing else, and explains failures."""

import logging
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from renewables.assistant import conversation, model_server
from renewables.assistant.briefing import compose_briefing
from renewables.assistant.conversation import Turn, answer_question, beside
from renewables.assistant.model_server import host_of, is_on_this_machine, missing_setting
from renewables.assistant.query_tool import ROWS_TOLD, run_query
from tests.filled_homes import Filled, Renewables, at
from tests.model_server import KEY, NAME, Model, cell
from tests.renewables.test_json_output import check_document
from warehouse.connection import reading
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

WIND = (
    "SELECT sum(generation_mw) * 0.5 AS energy_mwh FROM wind_and_solar "
    "WHERE psr_type LIKE 'Wind%' AND settlement_date = '2024-03-31'"
)
A_DAY = {"first_day": "2024-03-31", "last_day": "2024-03-31"}


def ask_question(question: str = "How much wind?", *before: Turn) -> Turn:
    turn = Turn(question)
    for _ in turn.follow(answer_question(turn, before, Settings())):
        pass
    return turn


def sums_to() -> float:
    with reading() as con:
        return float(con.execute(WIND).fetchall()[0][0])


def test_a_question_is_answered_from_the_warehouse(model: Model) -> None:
    model.replies = [{"sql": WIND, **A_DAY}, lambda request: f"It was {cell(request)} MWh."]
    turn = ask_question()
    match = re.search(r"[\d.]+", turn.text)
    assert match
    assert float(match[0]) == pytest.approx(sums_to())
    assert (turn.is_answered, turn.problem, [query.sql for query in turn.looked_up]) == (True, "", [WIND])
    first, second = model.requests
    assert (first["path"], first["model"], first["stream"]) == ("/v1/chat/completions", NAME, True)
    assert first["messages"][-1] == {"role": "user", "content": "How much wind?"}
    assert second["messages"][-2]["tool_calls"][0]["id"] == second["messages"][-1]["tool_call_id"]


def test_every_query_on_generation_comes_with_its_coverage(model: Model, warehouse: Filled) -> None:
    model.replies = [[{"sql": WIND, **A_DAY}, {"sql": WIND}, {"sql": "SELECT 1"}], "Done."]
    of_a_day, of_all, of_nothing = [query.coverage for query in ask_question().queries]
    day = warehouse.truth.filter(settlement_date=at("2024-03-31").date())
    whole = day.group_by("start_time_utc").len().filter(len=3).height
    assert re.match(rf"Wind and solar, 2024-03-31 to 2024-03-31: {whole} of 46 half-hours complete", of_a_day[0])
    assert "(all data)" in of_all[0]
    assert of_nothing == ()
    assert [told.startswith("Wind and solar, ") for told in model.tool_results] == [True, True, False]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"sql": "DELETE FROM wind_and_solar_publications"}, "read-only"),
        ({"sql": "COPY (SELECT 1) TO 'out.csv'"}, "disabled by configuration"),
        ({"sql": "FROM read_text('secret.txt')"}, "disabled by configuration"),
        ({"sql": "SELECT nothing FROM wind_and_solar"}, "not found"),
        ({"sql": "SELECT '" + "x" * 20_000 + "'"}, "too long"),
        ({"sql": WIND, "first_day": "yesterday"}, "is not a day"),
        ({"raw": '{"sql": "SELECT'}, "JSON with sql"),
        ({"raw": "[1, 2, 3, 4]"}, "JSON with sql"),
    ],
)
def test_a_refused_query_is_reported_to_the_model_and_nothing_is_written(
    model: Model, arguments: dict[str, Any], why: str
) -> None:
    Path("secret.txt").write_text("secret")
    model.replies = [arguments, "I cannot."]
    turn = ask_question()
    assert (turn.text.strip(), turn.looked_up) == ("I cannot.", [])
    assert model.tool_results[0].startswith("Refused: ")
    assert why in model.tool_results[0]
    assert [path.name for path in Path().iterdir()] == ["secret.txt"]


def test_the_model_gets_the_first_of_many_rows_and_a_note_that_they_are_cut(model: Model) -> None:
    model.replies = [{"sql": "FROM range(5000)"}, {"sql": "SELECT [1, 2] AS l, repeat('x', 90000) AS t"}, "Many."]
    many, long = ask_question().looked_up
    assert many.frame is not None
    assert (len(many.frame), many.is_cut) == (1_000, True)
    assert many.told.count("\n") < ROWS_TOLD + 5
    assert "Cut: there are more rows" in many.told
    assert len(long.told) < 13_000
    assert run_query("query", '{"sql": "SELECT [1, 2] AS l"}', None).told == 'l\n"[1, 2]"\n'


def test_too_many_rounds_end_with_a_clear_error(model: Model) -> None:
    model.replies = [{"sql": "SELECT 1"}]
    turn = ask_question()
    assert "times without an answer" in turn.problem
    assert len(model.requests) == len(turn.queries) == conversation.ROUNDS


def test_an_endless_reply_and_an_empty_one_end_with_a_clear_error(model: Model) -> None:
    model.replies = ["word " * 5_000]
    assert "stopped after 8,000 characters" in ask_question().problem
    model.replies = [""]
    assert "returned no answer" in ask_question().problem


def test_a_question_may_refer_to_the_previous_one_and_failed_ones_are_forgotten(model: Model) -> None:
    model.replies = ["Let me see.", (500, "no"), {"sql": "SELECT 42 AS n"}, "42.", "The same."]
    assert ask_question().text.strip() == "Let me see."
    failed = ask_question("Fails?")
    first = ask_question("First?")
    ask_question("And then?", failed, first)
    messages = [message["content"] for message in model.requests[-1]["messages"][1:]]
    assert messages == ["First?", "", "n\n42\n", "42. ", "And then?"]


@pytest.mark.parametrize(
    ("status", "message", "result"),
    [
        (401, f"Incorrect API key provided: {KEY}.", "refused the key (401): check CHAT_API_KEY"),
        (403, f"{KEY} may not", "refused the key (403)"),
        (404, "model not found", f"does not know the model {NAME}"),
        (429, "quota", "ask again in a minute"),
        (400, f"{NAME} does not support tools", "cannot call tools, so it cannot look anything up"),
        (500, f"tools param requires --jinja flag {KEY}", "start it with --jinja"),
        (503, f"loading with {KEY}", "failed (503): "),
        (307, "elsewhere", "failed (307)"),
    ],
)
def test_a_refusal_of_the_model_server_is_one_sentence_without_the_key(
    model: Model, status: int, message: str, result: str, caplog: pytest.LogCaptureFixture
) -> None:
    model.location = f"http://{model.host}/elsewhere"
    model.replies = [(status, message)]
    with caplog.at_level(logging.DEBUG):
        turn = ask_question()
    assert model.headers[0]["authorization"] == f"Bearer {KEY}"
    assert result in turn.problem
    assert KEY not in turn.problem + caplog.text + repr(Settings())
    assert len(model.requests) == 1, "asked once: no repetition, no redirect followed"


def test_a_silent_server_and_a_missing_one_have_different_errors(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAT_TIMEOUT_SECONDS", "0.1")
    model.replies, model.silence = ["Late."], 30
    assert "did not answer within 0.1 s" in ask_question().problem
    monkeypatch.setenv("CHAT_BASE_URL", "http://127.0.0.1:9/v1")
    assert ask_question().problem.startswith("127.0.0.1:9 cannot be reached")


def test_openai_api_key_of_the_environment_is_not_sent_to_another_server(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CHAT_API_KEY")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another")
    model.replies = ["Hello."]
    assert ask_question().is_answered
    assert "sk-of-another" not in str(model.headers)


@pytest.mark.usefixtures("home")
def test_without_settings_no_model_is_contacted(monkeypatch: pytest.MonkeyPatch, renewables: Renewables) -> None:
    assert "CHAT_MODEL" in missing_setting(Settings())
    monkeypatch.setenv("CHAT_MODEL", NAME)
    assert "CHAT_API_KEY" in missing_setting(Settings())
    assert asked_on_the_command_line(renewables).code == 1
    monkeypatch.setenv("CHAT_BASE_URL", "http://LOCALHOST:11434/v1")
    assert missing_setting(Settings()) == ""
    assert (host_of(Settings()), is_on_this_machine(Settings())) == ("localhost:11434", True)
    monkeypatch.setattr(model_server, "find_spec", lambda _: None)
    assert "gb-renewables[chat]" in missing_setting(Settings())


def asked_on_the_command_line(renewables: Renewables) -> Any:
    return renewables("ask", "How much wind?")


def test_the_briefing_describes_the_snapshot_and_the_pitfalls(warehouse: Filled) -> None:  # noqa: ARG001 (the home)
    with reading() as con:
        text = compose_briefing(con, at("2024-10-30T00:30:00Z"))
        named = {row[0] for row in con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()}
    assert [name for name in named if f"- {name}: " not in text] == ["installed_capacity_by_time"]
    assert not re.findall(r"^- \w+(?:\(.*?\))?: (?:Columns|$)", text, re.MULTILINE), "each has its sentence"
    assert "generation_mw DOUBLE (MW averaged over the half-hour" in text
    assert "The generation data is SYNTHETIC" in text
    assert "Wednesday 2024-10-30 00:30 UTC" in text
    assert "wind_and_solar has half-hours from 2024-03-29" in text


def test_a_waiting_caller_can_stop_and_gets_every_failure() -> None:
    closed: list[str] = []

    def slow() -> Iterator[int]:
        try:
            for n in range(100):
                time.sleep(0.02)
                yield n
        finally:
            closed.append("yes")

    events = beside(slow(), every_seconds=0.001)
    assert next(events) is None
    assert next(event for event in events if event is not None) == 0
    events.close()
    deadline = time.monotonic() + 5
    while not closed and time.monotonic() < deadline:
        time.sleep(0.01)
    assert closed

    def fails() -> Iterator[int]:
        yield 1
        raise KeyboardInterrupt

    broken = beside(fails(), every_seconds=5)
    assert next(broken) == 1
    with pytest.raises(KeyboardInterrupt):
        next(broken)


def test_the_command_prints_the_answer_its_sql_and_its_coverage(model: Model, renewables: Renewables) -> None:
    model.replies = [{"sql": WIND, **A_DAY}, lambda request: f"It was \x1b[31m{cell(request)} MWh."] * 2
    told = asked_on_the_command_line(renewables)
    assert told.code == 0
    assert float(told.out.split()[2].removeprefix("[31m")) == pytest.approx(sums_to())
    assert "\x1b" not in told.out
    assert all(words in told.err for words in (NAME, model.host, WIND, "of 46 half-hours complete", "SYNTHETIC data"))
    model.requests.clear()
    payload = check_document("ask", renewables("ask", "--json", "How much wind?").out)
    assert payload["queries"][0]["rows"][0]["energy_mwh"] == pytest.approx(sums_to())
    assert (payload["label"], payload["host"], payload["problem"]) == ("SYNTHETIC", model.host, None)
    model.requests.clear()
    model.replies = [(429, "no")]
    failed = asked_on_the_command_line(renewables)
    assert (failed.code, KEY in failed.err + failed.out) == (1, False)
    assert "ask again in a minute" in failed.err
