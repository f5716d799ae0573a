"""Names in the ledger: spellings of one name are one record, look-alikes a warning, and older ledgers keep working."""

import pytest
import sqlalchemy as sa

from pipeline_assets.access import Actor
from pipeline_assets.errors import Refused
from pipeline_assets.ledger import reader, schema
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.schema import open_ledger
from pipeline_assets.ledger.submission import revert
from tests.pipeline_assets.ledger.sample_portfolio import current_record, set_fields, submit_batch


def company(name: str, id: str) -> Change:
    return Change.create("counterparties", {"name": name}, id=id)


def with_older_names(url: str, **names: str) -> sa.Engine:
    """Return a reopened ledger whose counterparties got their names before today's rules."""
    engine = open_ledger(url)
    submit_batch(engine, *(company(id, id) for id in names))
    with schema.writing(engine) as con:
        for table in (schema.records, schema.changes):
            column = table.c.fields if table is schema.records else table.c.after
            for id, name in names.items():
                fields = {"name": name, "website": "", "notes": ""}
                con.execute(table.update().where(table.c.id == id).values({column: fields}))
        for id, name in names.items():
            older_key = " ".join(name.casefold().split())
            con.execute(schema.records.update().where(schema.records.c.id == id).values(unique_key=older_key))
        con.execute(schema.ledger_info.delete().where(schema.ledger_info.c.key == "unique_keys"))
    engine.dispose()
    return open_ledger(url)


@pytest.mark.parametrize("spelling", ["O\u2019BRIEN", "O'Brien\u200b", "O'Bri\u00aden", "o`brien", "\u202aO'Brien"])
def test_a_company_in_another_spelling_is_refused_with_the_one_that_exists(engine: sa.Engine, spelling: str) -> None:
    submit_batch(engine, company("O'Brien", "ob"))
    with pytest.raises(Refused, match=r"a counterparty with this name already exists \(ob\)"):
        submit_batch(engine, company(spelling, "other"))


@pytest.mark.parametrize("field", ["name", "website"])
@pytest.mark.parametrize("text", ["Two\nLines", "Two\r\nLines", "Two\u2029Lines", "Two\tColumns"])
def test_a_line_break_in_a_name_is_refused_on_entry(engine: sa.Engine, field: str, text: str) -> None:
    with pytest.raises(Refused, match=f"{field}: has a (line break|tab): write it in one line"):
        submit_batch(engine, Change.create("counterparties", {"name": "Fen", field: text}))
    assert reader.newest_position(engine) == 0


def test_a_name_without_visible_characters_counts_as_empty(engine: sa.Engine) -> None:
    with pytest.raises(Refused, match="name: must not be empty"):
        submit_batch(engine, company("\u200b\u3164", "nothing"))


def test_a_name_is_stored_composed_and_with_single_blanks(engine: sa.Engine) -> None:
    submit_batch(engine, company(" Cafe\u0301 \u00a0Wind\u200b ", "cafe"))
    assert current_record(engine, "counterparties", "cafe").fields["name"] == "Caf\u00e9 Wind"


def test_the_same_name_in_another_unicode_form_is_not_a_change(engine: sa.Engine) -> None:
    submit_batch(engine, company("Caf\u00e9 Wind", "cafe"))
    assert set_fields(engine, "counterparties", "cafe", name="Cafe\u0301  Wind").changes == ()


@pytest.mark.parametrize(
    ("name", "other", "warning"),
    [
        ("Fen Farm", "FEN  farm", "'FEN farm' is also the name of another project: 'Fen Farm' (first)"),
        ("Fen Farm", "Fen-F\u0430rm", "'Fen-F\u0430rm' looks like the name of another project: 'Fen Farm' (first)"),
    ],
)
def test_a_project_with_a_look_alike_name_is_created_with_a_warning(
    engine: sa.Engine, name: str, other: str, warning: str
) -> None:
    submit_batch(engine, Change.create("pipelines", {"name": name}, id="first"))
    receipt = submit_batch(engine, Change.create("pipelines", {"name": other}, id="second"))
    assert [f"{each.field}: {each.message}" for each in receipt.warnings] == [
        f"name: {warning}. Check that it is not the same one"
    ]
    assert set_fields(engine, "pipelines", "second", notes="It is another one").warnings == ()


def test_a_name_like_that_of_an_archived_record_gives_no_warning(engine: sa.Engine) -> None:
    submit_batch(engine, company("Cafe", "cafe"))
    submit_batch(engine, Change.archive("counterparties", "cafe", base_version=1))
    assert submit_batch(engine, company("Caf\u00e9", "other")).warnings == ()


def test_links_whose_ids_differ_by_a_capital_are_different_links(engine: sa.Engine) -> None:
    plant = {"name": "Fen", "technology": "Solar", "capacity_mwp": 5}
    submit_batch(
        engine,
        *(Change.create("pipelines", {"name": f"Project {id}"}, id=id) for id in ("p", "P")),
        Change.create("facilities", plant, id="f"),
        *(Change.create("pipeline_facilities", {"pipeline_id": id, "facility_id": "f"}) for id in ("p", "P")),
    )
    assert len(reader.records_of_kind(engine, "pipeline_facilities")) == 2


def test_an_older_record_with_a_line_break_in_its_name_can_be_edited_archived_and_renamed(url: str) -> None:
    engine = with_older_names(url, two="Two\nLines")
    set_fields(engine, "counterparties", "two", notes="Met in May")
    set_fields(engine, "counterparties", "two", name="Two\nLines", website="two.example")
    batch = set_fields(engine, "counterparties", "two", name="Two Lines").batch
    revert(engine, batch, actor=Actor.typed("ana"), token="back")
    assert current_record(engine, "counterparties", "two").fields == {
        "name": "Two\nLines",
        "website": "two.example",
        "notes": "Met in May",
    }
    submit_batch(engine, Change.archive("counterparties", "two", base_version=5))
    engine.dispose()


def test_older_records_that_share_a_name_by_todays_rule_can_be_edited_but_no_third_one_is_accepted(url: str) -> None:
    engine = with_older_names(url, straight="O'Brien", curly="O\u2019Brien")
    for id in ("straight", "curly"):
        set_fields(engine, "counterparties", id, notes="Met in May")
    with pytest.raises(Refused, match="with this name already exists"):
        submit_batch(engine, company("o`brien", "third"))
    set_fields(engine, "counterparties", "straight", name="O'Brien & Sons")
    submit_batch(engine, Change.archive("counterparties", "curly", base_version=2))
    submit_batch(engine, Change.restore("counterparties", "curly", base_version=3))
    engine.dispose()
    again = open_ledger(url)
    assert [each.fields["name"] for each in reader.records_of_kind(again, "counterparties")] == [
        "O\u2019Brien",
        "O'Brien & Sons",
    ]
    again.dispose()


def test_a_name_in_an_older_ledger_is_found_by_todays_rule(url: str) -> None:
    engine = with_older_names(url, curly="O\u2019Brien")
    with pytest.raises(Refused, match=r"already exists \(curly\)"):
        submit_batch(engine, company("O'Brien", "other"))
    engine.dispose()
