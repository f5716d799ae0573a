"""The history of a record and what undoing does, in sentences with names (17)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline_assets.access import Actor
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.changes import Change, Receipt
from pipeline_assets.ledger.schema import open_ledger
from pipeline_assets.ledger.submission import revert, submit
from pipeline_assets.spreadsheets.portfolio_index import read_portfolio
from renewables.queries.change_sentences import CHANGES_READ, batch_summaries, record_timeline, undo_sentences
from renewables.queries.record_history import batches_by_id, recent_batches

DANA = Actor.typed("Dana Whitlock")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[sa.Engine]:
    """Make a ledger with the project Altnarra, its facility and its developer."""
    engine = open_ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    plant = {"name": "Altnarra Wind", "technology": "Wind Onshore", "capacity_mwp": 99}
    changes = [
        Change.create("counterparties", {"name": "Tarnfell"}, id="cp"),
        Change.create("pipelines", {"name": "Altnarra", "rtb_date": "2029-09-30"}, id="pr"),
        Change.create("facilities", plant, id="fa"),
        Change.create("pipeline_facilities", {"pipeline_id": "pr", "facility_id": "fa"}, id="pf"),
        Change.create("pipeline_counterparties", {"pipeline_id": "pr", "counterparty_id": "cp"}, id="pc"),
    ]
    submit(engine, changes, actor=DANA, token="first")
    yield engine
    engine.dispose()


def save(ledger: sa.Engine, *changes: Change, why: str = "") -> Receipt:
    return submit(ledger, changes, actor=DANA, why=why, token=f"{len(reader.changes_since(ledger))}")


def edit(ledger: sa.Engine, kind: str, id: str, **fields: object) -> Change:
    record = reader.find_record(ledger, kind, id)
    assert record
    return Change.edit(kind, id, fields, base_version=record.version)


def clauses(ledger: sa.Engine, kind: str = "pipelines", id: str = "pr") -> list[tuple[str, ...]]:
    return [entry.clauses for entry in record_timeline(ledger, read_portfolio(ledger), kind, id)]


def test_a_moved_date_is_told_with_both_days_who_moved_it_and_why(ledger: sa.Engine) -> None:
    save(ledger, edit(ledger, "pipelines", "pr", rtb_date="2030-03-31"), why="grid offer late")
    newest = record_timeline(ledger, read_portfolio(ledger), "pipelines", "pr")[0]
    assert newest.clauses == ("moved RTB from 30 Sep 2029 to 31 Mar 2030",)
    assert (newest.who, newest.why, newest.version) == ("Dana Whitlock", "grid offer late", 2)


def test_what_a_batch_added_is_told_once_with_names(ledger: sa.Engine) -> None:
    assert clauses(ledger) == [("added the project", "added the facility Altnarra Wind", "added Tarnfell (Developer)")]


@pytest.mark.parametrize(
    ("kind", "id", "fields", "expected"),
    [
        ("pipelines", "pr", {"stage": "Design"}, "changed stage from Discovery to Design"),
        ("pipelines", "pr", {"rtb_date": None}, "cleared RTB, which was 30 Sep 2029"),
        ("pipelines", "pr", {"notes": "By the\nlane"}, "wrote notes: “By the lane”"),
        ("facilities", "fa", {"capacity_mwp": 120.5}, "changed capacity (MWp) of Altnarra Wind from 99 to 120.5"),
        ("facilities", "fa", {"storage_mwh": 40.0}, "set storage (MWh) of Altnarra Wind to 40"),
    ],
)
def test_an_edit_of_a_project_or_its_part_is_a_clause(
    kind: str, id: str, fields: dict[str, object], expected: str, ledger: sa.Engine
) -> None:
    save(ledger, edit(ledger, kind, id, **fields))
    assert clauses(ledger)[0] == (expected,)


def test_undoing_a_batch_is_told_by_record(ledger: sa.Engine) -> None:
    moved = edit(ledger, "pipelines", "pr", rtb_date="2030-03-31")
    batch = save(ledger, moved, Change.create("pipelines", {"name": "Lark Moor Solar"}, id="lm")).batch
    dry = revert(ledger, batch, actor=DANA, token="dry", dry_run=True)
    assert undo_sentences(read_portfolio(ledger), dry.changes) == [
        "Altnarra: RTB back to 30 Sep 2029.",
        "Lark Moor Solar: archived.",
    ]


def test_undoing_what_happened_to_parts_names_their_project(ledger: sa.Engine) -> None:
    batch = save(ledger, Change.archive("pipeline_counterparties", "pc", base_version=1)).batch
    dry = revert(ledger, batch, actor=DANA, token="dry", dry_run=True)
    assert undo_sentences(read_portfolio(ledger), dry.changes) == ["Altnarra: Tarnfell (Developer) restored."]


def test_the_parts_of_a_record_that_is_archived_are_not_told(ledger: sa.Engine) -> None:
    batch = reader.changes_since(ledger)[0].batch
    dry = revert(ledger, batch, actor=DANA, token="dry", dry_run=True)
    assert undo_sentences(read_portfolio(ledger), dry.changes) == [
        *("Altnarra: archived.", "Altnarra Wind: archived.", "Tarnfell: archived."),
    ]


def test_a_batch_whose_undo_was_undone_can_be_undone_again(ledger: sa.Engine) -> None:
    batch = save(ledger, edit(ledger, "pipelines", "pr", stage="Design")).batch
    undone = revert(ledger, batch, actor=DANA, token="undo").batch
    assert batches_by_id(ledger, [batch])[batch].reverted_by == undone
    revert(ledger, undone, actor=DANA, token="redo")
    assert batches_by_id(ledger, [batch])[batch].reverted_by == ""
    revert(ledger, batch, actor=DANA, token="undo again")
    record = reader.find_record(ledger, "pipelines", "pr")
    assert record
    assert record.fields["stage"] == "Discovery"


def summaries(ledger: sa.Engine) -> list[str]:
    """Return the summaries of all batches, newest first."""
    return list(batch_summaries(ledger, read_portfolio(ledger), recent_batches(ledger)).values())


def test_a_batch_about_one_record_says_what_happened_to_it_also_to_its_facility(ledger: sa.Engine) -> None:
    save(ledger, edit(ledger, "pipelines", "pr", rtb_date="2030-03-31"))
    save(ledger, edit(ledger, "facilities", "fa", capacity_mwp=100))
    assert summaries(ledger) == [
        "Altnarra: changed capacity (MWp) of Altnarra Wind from 99 to 100",
        "Altnarra: moved RTB from 30 Sep 2029 to 31 Mar 2030",
        "Tarnfell, Altnarra",
    ]


@pytest.mark.parametrize(("count", "rest"), [(5, "and 2 more"), (CHANGES_READ + 1, "and more")])
def test_a_batch_about_many_records_names_the_first_and_says_that_there_are_more(
    ledger: sa.Engine, count: int, rest: str
) -> None:
    save(ledger, *(Change.create("counterparties", {"name": f"Company {n}"}) for n in range(count)))
    assert summaries(ledger)[0] == f"Company 0, Company 1, Company 2 {rest}"
