"""Texts are stored as people typed them (scenario 21)."""

import pytest
import sqlalchemy as sa

from pipeline_assets.errors import Refused
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.changes import Change
from tests.pipeline_assets.ledger.sample_portfolio import current_record, submit_batch

TEXTS = {
    "markup": "<script>alert('x')</script>",
    "formula": '=HYPERLINK("http://example.invalid","click")',
    "sql": "'; DROP TABLE changes; --",
    "percent": "100 % of %s :name {field} \\ \\u0000",
    "right to left": "\u202eמפעל סולארי\u202c و رياح",
    "emoji": "🌬️☀️👩🏽\u200d🔧",
    "lines": "one\n\ttwo",
    "json": '{"a": null}',
    "number": "007",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_hostile_text_is_stored_unchanged(engine: sa.Engine, text: str) -> None:
    name = " ".join(text.split())
    receipt = submit_batch(
        engine,
        Change.create("counterparties", {"name": name, "notes": text * 20}, id=name),
        who=text,
        why=text,
        token=text,
    )
    record = current_record(engine, "counterparties", name)
    assert (record.fields["name"], record.fields["notes"], record.who) == (name, text * 20, text)
    assert reader.changes_since(engine) == list(receipt.changes)
    assert receipt.changes[0].why == text
    with pytest.raises(Refused, match="with this name already exists"):
        submit_batch(engine, Change.create("counterparties", {"name": name.upper()}))


def test_ten_thousand_characters_are_stored(engine: sa.Engine) -> None:
    text = "aß☀️" * 2_500
    submit_batch(engine, Change.create("counterparties", {"name": "Octavia", "notes": text}, id="octavia"))
    assert current_record(engine, "counterparties", "octavia").fields["notes"] == text
    assert reader.state_at(engine)["counterparties", "octavia"].fields["notes"] == text


def test_a_character_that_no_database_can_store_is_refused_with_its_field(engine: sa.Engine) -> None:
    with pytest.raises(Refused) as refused:
        submit_batch(engine, Change.create("counterparties", {"name": "Octavia\x00", "notes": "\ud83d"}))
    assert {problem.field for problem in refused.value.problems} == {"name", "notes"}


@pytest.mark.parametrize(
    "id", ["\x00", "a\x00", "\x1bb", "a\x7f", "a\nb", "a\x85b", "a\u2028b", "\ud83d", " a", "a ", "a" * 101]
)
def test_an_id_with_control_characters_is_refused_and_finds_nothing_on_either_database(
    engine: sa.Engine, id: str
) -> None:
    with pytest.raises(Refused, match=r"must be 1-100 characters"):
        submit_batch(engine, Change.create("counterparties", {"name": "Octavia"}, id=id))
    assert reader.find_record(engine, "counterparties", id) is None
    assert reader.record_history(engine, "counterparties", id) == []
    assert reader.batch_changes(engine, id) == []
