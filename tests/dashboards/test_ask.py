"""Tests of the page Ask with a stand-in model: its numbers are SQL's, and answers reach the browser as text only."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from renewables.assistant.conversation import EXAMPLES
from tests.dashboards.conftest import NOWHERE, Open, page_text
from tests.model_server import KEY, NAME, Model, cell
from warehouse.connection import reading

ENERGY = "SELECT count(*) AS n, 0.5::DOUBLE AS coverage, sum(generation_mw) * 0.5 AS energy_mwh FROM wind_and_solar"
PICTURE = "![p](https://evil.example/p.png?rows=1) [l](https://evil.example) <img src=x> :material/home: $x$"


def typed(app: AppTest, question: str) -> AppTest:
    app.chat_input[0].set_value(question)
    return app.run()


def texts(app: AppTest) -> list[str]:
    return [element.value.strip() for element in app.text]


@pytest.mark.usefixtures("warehouse")
def test_the_ask_page_without_a_model_explains_how_to_set_one_up_and_that_nothing_is_sent(open_page: Open) -> None:
    app = open_page("ask")
    assert "No model is named: set `CHAT_MODEL`." in page_text(app)
    assert "nothing leaves this machine" in page_text(app)
    assert not app.chat_input


def test_the_ask_page_without_data_links_to_the_import(
    home: object,  # noqa: ARG001 (empty)
    open_page: Open,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CHAT_MODEL", NAME)
    monkeypatch.setenv("CHAT_BASE_URL", NOWHERE)
    assert [link.value for link in open_page("ask").page_link] == ["Import data"]


def test_an_example_is_answered_with_its_rows_its_sql_and_its_label(model: Model, open_page: Open) -> None:
    model.replies = [{"sql": "DROP TABLE flags"}, {"sql": ENERGY}, lambda request: f"{cell(request)} MWh. {PICTURE}"]
    app = open_page("ask")
    assert NAME.replace("-", "\\-") in page_text(app)
    assert "(this machine) answers" in page_text(app)
    next(button for button in app.button if button.label == EXAMPLES[0]).click().run()
    assert not app.exception
    with reading() as con:
        *_, energy = con.execute(ENERGY).fetchall()[0]
    question, answer = texts(app)
    assert question == EXAMPLES[0]
    assert float(answer.split()[0]) == pytest.approx(energy)
    assert app.dataframe[0].value["energy_mwh"][0] == pytest.approx(energy)
    assert app.dataframe[0].value["coverage"][0] == 0.5, "as the query gave it"
    formats = json.loads(app.dataframe[0].proto.columns)
    assert [name for name, column in formats.items() if column.get("hidden")] == ["_index"]
    assert [code.value for code in app.code] == ["DROP TABLE flags", ENERGY]
    assert answer.endswith(PICTURE), "as it was written, in an element that knows no Markdown"
    everything = page_text(app)
    assert "evil.example" not in everything
    assert all(words in everything for words in ("SYNTHETIC data", "half\\-hours complete", "Refused", "read\\-only"))
    assert KEY not in everything + str(texts(app))
    next(button for button in app.button if button.label == "New conversation").click().run()
    assert texts(app) == []
    assert [button.label for button in app.button if button.label in EXAMPLES] == list(EXAMPLES)


def test_a_failed_answer_is_explained_in_one_sentence_and_the_conversation_continues(
    model: Model, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.replies = [(429, f"no {KEY} ![p](https://evil.example)"), (418, "![p](https://evil.example)"), "Hello."]
    app = typed(open_page("ask"), "![p](https://evil.example/asked)")
    assert "ask again in a minute" in app.error[0].value
    typed(app, "Again?")
    assert "\\!\\[p\\]\\(https" in app.error[1].value
    typed(app, "Who are you?")
    assert app.warning[0].value.startswith("No data was looked up")
    monkeypatch.setenv("CHAT_BASE_URL", NOWHERE)
    typed(app, "Still there?")
    assert "cannot be reached" in app.error[2].value
    assert texts(app) == ["![p](https://evil.example/asked)", "Again?", "Who are you?", "Hello.", "Still there?"]
    assert not app.exception
    assert KEY not in page_text(app)
