"""From the ledger to the warehouse: nothing is lost, duplicated or incomplete, whatever happens in between."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import duckdb
import polars as pl
import pytest
import sqlalchemy as sa

from pipeline_assets import contract, landing, metrics, tables
from pipeline_assets.access import Actor
from pipeline_assets.errors import AnotherLedger, ContractBroken
from pipeline_assets.landing import land_changes
from pipeline_assets.ledger import reader as ledger
from pipeline_assets.ledger import schema
from pipeline_assets.ledger.changes import Change, Receipt
from pipeline_assets.ledger.submission import revert, submit
from pipeline_assets.models import ENTITIES
from pipeline_assets.seed_loader import load_seeds
from warehouse.connection import publish, reading, writing

pytestmark = pytest.mark.slow

ALL_TABLES = [*ENTITIES, tables.STATUS_HISTORY, tables.AUDIT, tables.SUBMITTED_CHANGES]


def submit_changes(engine: sa.Engine, token: str, *changes: Change, today: date | None = None) -> Receipt:
    return submit(engine, changes, actor=Actor.typed("ada"), why="because", token=token, today=today)


def published_table(table: str) -> pl.DataFrame:
    """Return a table as readers see it."""
    with reading() as con:
        return con.sql(f"FROM {table}").pl()


def all_tables() -> dict[str, pl.DataFrame]:
    with reading() as con:
        frames = {table: con.sql(f"FROM {table}").pl() for table in ALL_TABLES}
    return {table: frame.sort(frame.columns) for table, frame in frames.items()}


def are_equal(frame: dict[str, pl.DataFrame], other: dict[str, pl.DataFrame]) -> bool:
    return frame.keys() == other.keys() and all(frame[table].equals(other[table]) for table in frame)


def values_of(row: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return the values of a row of a current table in the form of the ledger."""
    return {name: v.isoformat() if isinstance(v := row[name], date) else v for name in ENTITIES[kind].model_fields}


def test_the_current_tables_are_the_records_of_the_ledger(engine: sa.Engine) -> None:
    load_seeds(engine)
    submit_changes(
        engine,
        "an archive",
        Change.archive("comments", ledger.records_of_kind(engine, "comments")[0].id, base_version=1),
    )
    land_changes(engine)
    for kind in ENTITIES:
        expected = {
            record.id: (record.fields, record.archived, record.version, record.position, record.who)
            for record in ledger.records_of_kind(engine, kind, archived=None)
        }
        by_key = {
            row["id"]: (values_of(row, kind), row["archived"], row["version"], row["position"], row["updated_by"])
            for row in published_table(kind).iter_rows(named=True)
        }
        assert by_key == expected
    assert published_table("comments")["archived"].sum() == 1


def test_the_warehouse_holds_the_changes_as_they_were_submitted(engine: sa.Engine) -> None:
    load_seeds(engine)
    land_changes(engine)
    matches = [
        {**row, "before": json.loads(row["before"]), "after": json.loads(row["after"])}
        for row in published_table(tables.SUBMITTED_CHANGES).sort("position").iter_rows(named=True)
    ]
    assert matches == [change._asdict() for change in ledger.changes_since(engine)]


def test_landing_again_adds_only_what_is_new_and_landing_twice_adds_nothing(engine: sa.Engine) -> None:
    load_seeds(engine)
    land_changes(engine)
    before = all_tables()
    assert landing.append_changes(engine).rows == 0
    land_changes(engine)
    assert are_equal(all_tables(), before)
    submit_changes(engine, "new", Change.create("contacts", {"name": "Grace"}, id="g"))
    assert landing.append_changes(engine).rows == 1
    assert landing.update_tables().rows["contacts"] == len(before["contacts"]) + 1


def test_a_publication_of_another_writer_shows_changes_only_with_their_tables(engine: sa.Engine) -> None:
    for name in ("Grace", "Ada"):  # the first landing rebuilds the tables, the second one updates them
        submit_changes(engine, name, Change.create("contacts", {"name": name}, id=name.lower()))
        landing.append_changes(engine)
        with writing() as con:
            publish(con)
        changes, contacts = (published_table(table) for table in (tables.SUBMITTED_CHANGES, "contacts"))
        assert len(changes) == len(contacts)
        assert contacts["name"].to_list()[-1] == name


def test_landing_after_every_batch_and_once_at_the_end_give_the_same_tables(engine: sa.Engine) -> None:
    create = Change.create("pipelines", {"name": "Larkfield", "rtb_date": "2027-01-01"}, id="p")
    batches = [
        [create, Change.create("facilities", {"name": "F", "technology": "Solar", "capacity_mwp": 5}, id="f")],
        [Change.create("pipeline_facilities", {"pipeline_id": "p", "facility_id": "f"}, id="l")],
        [Change.edit("pipelines", "p", {"rtb_date": None, "notes": "later"}, base_version=1)],
        [Change.archive("pipelines", "p", base_version=2)],
        [Change.restore("pipelines", "p", base_version=3)],
    ]
    for n, batch in enumerate(batches):
        submit_changes(engine, f"batch {n}", *batch)
        land_changes(engine)
    one_by_one = all_tables()
    with writing() as con:
        for table in [*ALL_TABLES, tables.INFO]:
            con.execute(f"DROP TABLE {table}")
    land_changes(engine)
    assert are_equal(all_tables(), one_by_one)


def test_every_state_replays_from_the_audit_alone(engine: sa.Engine) -> None:
    load_seeds(engine)
    some = ledger.records_of_kind(engine, "facilities")[0]
    submit_changes(
        engine, "an edit", Change.edit("facilities", some.id, {"longitude": None, "latitude": None}, base_version=1)
    )
    submit_changes(
        engine,
        "an archive",
        Change.archive("comments", ledger.records_of_kind(engine, "comments")[0].id, base_version=1),
    )
    land_changes(engine)
    replayed: dict[tuple[str, str], dict[str, Any]] = {}
    for row in published_table(tables.AUDIT).sort("position").iter_rows(named=True):
        replayed.setdefault((row["kind"], row["id"]), {})[row["field"]] = row["after"]
    for kind, entity in ENTITIES.items():
        for record in ledger.records_of_kind(engine, kind, archived=None):
            values = replayed.pop((kind, record.id))
            assert values.pop("archived", "false") == str(record.archived).lower()
            assert entity.model_validate(values).fields() == record.fields
    assert not replayed


def test_the_history_has_each_dated_status_completely_and_nothing_else(engine: sa.Engine) -> None:
    first, later = date(2025, 1, 5), date(2025, 6, 7)
    submit_changes(
        engine, "1", Change.create("pipelines", {"name": "P", "rtb_date": "2027-01-01"}, id="p"), today=first
    )
    submit_changes(engine, "2", Change.edit("pipelines", "p", {"notes": "no status"}, base_version=1), today=later)
    submit_changes(
        engine, "3", Change.edit("pipelines", "p", {"rag": "Red", "rag_comment": "grid"}, base_version=2), today=later
    )
    submit_changes(engine, "4", Change.edit("pipelines", "p", {"rtb_date": None}, base_version=3), today=later)
    land_changes(engine)
    assert published_table(tables.STATUS_HISTORY).drop("batch", "submitted_at_utc").rows() == [
        ("p", first, "Discovery", "Green", "", date(2027, 1, 1), 1, 1, "ada", "because"),
        ("p", later, "Discovery", "Red", "grid", date(2027, 1, 1), 3, 3, "ada", "because"),
        ("p", later, "Discovery", "Red", "grid", None, 4, 4, "ada", "because"),
    ]


def test_a_revert_lands_as_changes_of_its_own(engine: sa.Engine) -> None:
    submit_changes(engine, "1", Change.create("contacts", {"name": "Grace"}, id="g"))
    batch = submit_changes(engine, "2", Change.edit("contacts", "g", {"name": "Grace H."}, base_version=1)).batch
    revert(engine, batch, actor=Actor.typed("bob"), token="3")
    land_changes(engine)
    assert published_table("contacts").select("name", "version", "updated_by").rows() == [("Grace", 3, "bob")]
    assert published_table(tables.AUDIT).filter(pl.col("version") > 1).select("before", "after", "who").rows() == [
        ("Grace", "Grace H.", "ada"),
        ("Grace H.", "Grace", "bob"),
    ]


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '=HYPERLINK("x")', "'; DROP TABLE audit; --", "מזהה 🌬️ é", "x" * 10_000]
)
def test_hostile_text_lands_unchanged(engine: sa.Engine, text: str) -> None:
    submit_changes(engine, "1", Change.create("counterparties", {"name": "C", "notes": text}, id="c"))
    land_changes(engine)
    assert published_table("counterparties")["notes"].to_list() == [text]
    assert published_table(tables.AUDIT).filter(pl.col("field") == "notes")["after"].to_list() == [text]


def test_an_empty_ledger_gives_empty_tables_and_working_views(engine: sa.Engine) -> None:
    assert land_changes(engine).position == 0
    assert {table: len(published_table(table)) for table in ALL_TABLES} == dict.fromkeys(ALL_TABLES, 0)
    answers = {view: len(published_table(view)) for view in metrics.VIEWS}
    assert answers == {**dict.fromkeys(metrics.VIEWS, 0), "stage_weights_in_force": 7}


def corrupt_row(engine: sa.Engine, at: int, **values: Any) -> None:
    """Change a row of the ledger to values that no version of ours wrote."""
    with schema.writing(engine) as con:
        con.execute(schema.changes.update().where(schema.changes.c.position == at).values(**values))


def validate_tables(changes: pl.DataFrame) -> None:
    contract.validate({tables.SUBMITTED_CHANGES: changes})
    contract.validate(tables.table_frames(changes))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"kind": "pirates"}, "submitted_changes.kind: is not a known kind"),
        ({"action": "plunder"}, "submitted_changes.action: is not a known action"),
        ({"version": 0}, "submitted_changes.version: is not 1 or more"),
        ({"after": ["a", "list"]}, "submitted_changes.after: is not an object"),
        ({"after": {"technology": "Coal"}}, "facilities.technology: is not a known word"),
        ({"after": {"capacity_mwp": -1}}, "facilities.capacity_mwp: is below 0"),
        ({"after": {"capacity_mwp": "much"}}, "facilities.capacity_mwp: a value is no Float64"),
        ({"after": {"latitude": 91}}, "facilities.latitude: is above 90"),
        ({"after": {"name": None}}, "facilities.name: not_nullable"),
    ],
)
def test_a_value_that_the_models_do_not_allow_breaks_the_contract_and_is_named(
    engine: sa.Engine, values: dict[str, Any], message: str
) -> None:
    submit_changes(
        engine, "1", Change.create("facilities", {"name": "F", "technology": "Solar", "capacity_mwp": 5}, id="f")
    )
    submit_changes(engine, "2", Change.edit("facilities", "f", {"capacity_mwp": 6}, base_version=1))
    corrupt_row(engine, 2, **values)
    with pytest.raises(ContractBroken, match=message):
        validate_tables(tables.submitted_frame(ledger.rows_since(engine)))


@pytest.mark.parametrize("values", [{"kind": "pirates"}, {"position": 9}, {"after": {"name": None}}])
def test_a_broken_contract_leaves_the_tables_unchanged(engine: sa.Engine, values: dict[str, Any]) -> None:
    submit_changes(engine, "1", Change.create("contacts", {"name": "Grace"}, id="g"))
    land_changes(engine)
    submit_changes(engine, "2", Change.edit("contacts", "g", {"name": "Grace H."}, base_version=1))
    before = all_tables()
    corrupt_row(engine, 2, **values)
    with pytest.raises(ContractBroken, match="Nothing was landed"):
        land_changes(engine)
    assert are_equal(all_tables(), before)


def test_another_ledger_is_refused_and_so_is_an_older_copy(engine: sa.Engine) -> None:
    submit_changes(engine, "1", Change.create("contacts", {"name": "Grace"}, id="g"))
    land_changes(engine)
    before = all_tables()
    corrupt_row(engine, 1, batch="of another ledger")
    with pytest.raises(AnotherLedger, match="LEDGER_URL"):
        land_changes(engine)
    with schema.writing(engine) as con:
        con.execute(schema.changes.delete())
    with pytest.raises(AnotherLedger, match="older copy"):
        land_changes(engine)
    assert are_equal(all_tables(), before)


def test_a_slow_landing_never_replaces_a_newer_state_with_an_older_one(engine: sa.Engine) -> None:
    submit_changes(engine, "1", Change.create("contacts", {"name": "Grace"}, id="g"))
    landing.append_changes(engine)
    opened = []

    @contextmanager
    def overtaken() -> Iterator[duckdb.DuckDBPyConnection]:
        """Land newer changes after the changes were read."""
        opened.append(True)
        if len(opened) == 2:
            submit_changes(engine, "2", Change.edit("contacts", "g", {"name": "Grace H."}, base_version=1))
            land_changes(engine)
        with writing() as con:
            yield con

    assert landing.rebuild_tables(overtaken).position == 2
    assert published_table("contacts")["name"].to_list() == ["Grace H."]


def test_a_landing_that_fails_half_way_leaves_the_published_snapshot(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit_changes(engine, "1", Change.create("contacts", {"name": "Grace"}, id="g"))
    land_changes(engine)
    before = all_tables()
    submit_changes(engine, "2", Change.create("contacts", {"name": "Ada"}, id="a"))
    with monkeypatch.context() as broken_views:
        broken_views.setattr(metrics, "view_statements", lambda: ["CREATE VIEW nonsense AS FROM nowhere"])
        with pytest.raises(duckdb.CatalogException):
            land_changes(engine)
    assert are_equal(all_tables(), before)
    with writing() as con:
        assert con.execute("SELECT count(*) FROM contacts").fetchall() == [(1,)]
        assert tables.landed_position(con) == 1
    assert land_changes(engine).rows["contacts"] == 2
