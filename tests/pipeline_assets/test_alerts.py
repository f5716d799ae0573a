"""Which changes are announced, and in which words."""

import pytest
import sqlalchemy as sa

from pipeline_assets.access import Actor
from pipeline_assets.ledger import schema
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.outbox import Notice
from pipeline_assets.ledger.submission import revert
from pipeline_assets.models import new_id
from tests.pipeline_assets.ledger.sample_portfolio import archive_record, restore_record, set_fields, submit_batch


def new_notices(engine: sa.Engine) -> list[Notice]:
    """Return the notices since the last call."""
    with schema.writing(engine) as con:
        rows = con.execute(schema.outbox.delete().returning(schema.outbox)).all()
    return [Notice(row.topic, row.text, row.page) for row in rows]


def new_texts(engine: sa.Engine) -> list[tuple[str, str]]:
    return [(notice.topic, notice.text) for notice in new_notices(engine)]


@pytest.fixture
def fen(engine: sa.Engine) -> str:
    """Create a project that was announced already."""
    fields = {"name": "Fen Solar", "stage": "Design", "rtb_date": "2027-03-01"}
    submit_batch(engine, Change.create("pipelines", fields, id="fen"))
    new_notices(engine)
    return "fen"


def information_point(impact: int, likelihood: int, **more: str) -> Change:
    return Change.create(
        "information_points", {"name": "Grid date", "impact": impact, "likelihood": likelihood, **more}, id=new_id()
    )


def test_a_new_project_is_announced(engine: sa.Engine) -> None:
    fields = {"name": "Fen <Solar>", "rag": "Amber", "rag_comment": "No grid yet.", "rtb_date": "2027-03-01"}
    submit_batch(engine, Change.create("pipelines", fields, id="fen/1"))
    [notice] = new_notices(engine)
    assert notice.topic == "New project"
    assert notice.text == ("Fen <Solar>, added by ana: Great Britain, Discovery, Amber (No grid yet.), RTB 1 Mar 2027.")
    assert notice.page == "project?id=fen%2F1"


def test_a_project_that_turns_red_is_announced(engine: sa.Engine, fen: str) -> None:
    set_fields(engine, "pipelines", fen, rag="Red", rag_comment="The grid operator\nwithdrew. " + "x" * 5_000)
    [(topic, text)] = new_texts(engine)
    assert topic == "RAG to Red"
    assert text.startswith("Fen Solar turned Red (was Green), by ana: The grid operator\nwithdrew. xxx")
    assert len(text) < 400


@pytest.mark.parametrize(
    ("rtb_date", "words"),
    [
        ("2027-04-01", "Fen Solar: RTB 1 Apr 2027, 31 days later than 1 Mar 2027, by ana."),
        ("2027-01-29", "Fen Solar: RTB 29 Jan 2027, 31 days earlier than 1 Mar 2027, by ana."),
        ("2027-03-31", None),
        ("2027-01-30", None),
        (None, None),
    ],
)
def test_an_rtb_date_that_moves_by_more_than_thirty_days_is_announced(
    engine: sa.Engine, fen: str, rtb_date: str | None, words: str | None
) -> None:
    set_fields(engine, "pipelines", fen, rtb_date=rtb_date)
    assert new_texts(engine) == ([("RTB moved", words)] if words else [])


def test_a_first_rtb_date_is_not_announced_as_a_move(engine: sa.Engine, fen: str) -> None:
    set_fields(engine, "pipelines", fen, rtb_date=None)
    set_fields(engine, "pipelines", fen, rtb_date="2029-01-01")
    assert not new_notices(engine)


def test_a_new_information_point_rated_above_five_thousand_is_announced(engine: sa.Engine) -> None:
    submit_batch(
        engine,
        information_point(100, 50),
        information_point(51, 98),
        information_point(73, 69),
        information_point(99, 99, status="Closed", mitigation="Built."),
    )
    assert new_texts(engine) == [
        ("High-rated information point", "Grid date: impact 73 x likelihood 69 = 5,037, reported by ana.")
    ]


def test_everyday_changes_are_not_announced(engine: sa.Engine, fen: str) -> None:
    set_fields(engine, "pipelines", fen, rag="Amber", rag_comment="Slow.", stage="Procurement", notes="Call them.")
    set_fields(engine, "pipelines", fen, rag="Green", rag_comment="")
    submit_batch(
        engine, Change.create("counterparties", {"name": "Octavia"}), Change.create("contacts", {"name": "Ann"})
    )
    archive_record(engine, "pipelines", fen)
    restore_record(engine, "pipelines", fen)
    assert not new_notices(engine)


def test_red_is_announced_once_and_not_again_while_it_stays_red(engine: sa.Engine, fen: str) -> None:
    set_fields(engine, "pipelines", fen, rag="Red", rag_comment="Grid.")
    assert len(new_notices(engine)) == 1
    set_fields(engine, "pipelines", fen, rag_comment="Still the grid.")
    green = set_fields(engine, "pipelines", fen, rag="Green", rag_comment="")
    assert not new_notices(engine)
    revert(engine, green.batch, actor=Actor.typed("bo"), token=new_id())
    assert new_texts(engine) == [("RAG to Red", "Undo: Fen Solar turned Red (was Green), by bo: Still the grid.")]


def test_a_notice_about_an_undone_date_says_that_it_is_an_undo(engine: sa.Engine, fen: str) -> None:
    moved = set_fields(engine, "pipelines", fen, rtb_date="2028-03-01")
    new_notices(engine)
    revert(engine, moved.batch, actor=Actor.typed("bo"), token=new_id())
    [(topic, text)] = new_texts(engine)
    assert topic == "RTB moved"
    assert text.startswith("Undo: Fen Solar: RTB 1 Mar 2027")


def test_several_steps_in_one_batch_are_announced_as_one_change_from_first_to_last(engine: sa.Engine, fen: str) -> None:
    submit_batch(
        engine,
        Change.edit("pipelines", fen, {"rag": "Red", "rag_comment": "Grid."}, base_version=1),
        Change.edit("pipelines", fen, {"rtb_date": "2027-03-20"}, base_version=2),
        Change.edit("pipelines", fen, {"rag": "Green", "rtb_date": "2027-04-10"}, base_version=3),
    )
    assert new_texts(engine) == [("RTB moved", "Fen Solar: RTB 10 Apr 2027, 40 days later than 1 Mar 2027, by ana.")]


def test_more_than_ten_notices_of_a_batch_are_replaced_by_one_summary(engine: sa.Engine) -> None:
    def projects(count: int) -> list[Change]:
        return [Change.create("pipelines", {"name": f"Project {n}"}) for n in range(count)]

    submit_batch(engine, *projects(10))
    assert len(new_notices(engine)) == 10
    submit_batch(
        engine,
        *projects(9),
        information_point(90, 90),
        information_point(95, 90),
        source="import",
        why="the older tool's files",
    )
    assert new_texts(engine) == [
        (
            "Many changes",
            "11 changes in one import by ana: New project (9), High-rated information point (2). "
            "Why: the older tool's files",
        )
    ]


def test_a_dry_run_sends_no_notice(engine: sa.Engine) -> None:
    submit_batch(engine, Change.create("pipelines", {"name": "Fen"}), dry_run=True)
    assert not new_notices(engine)
