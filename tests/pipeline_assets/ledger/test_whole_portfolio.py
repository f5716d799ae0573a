"""Rules between records: references, unique names, what may be archived, capacities."""

import pytest
import sqlalchemy as sa

from pipeline_assets.errors import Problem, Refused
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.changes import Change
from tests.pipeline_assets.ledger.sample_portfolio import (
    PORTFOLIO,
    archive_record,
    current_record,
    restore_record,
    set_fields,
    submit_batch,
)


@pytest.fixture(autouse=True)
def _portfolio(engine: sa.Engine) -> None:
    submit_batch(engine, *PORTFOLIO)


def problems_of(engine: sa.Engine, *changes: Change) -> list[Problem]:
    """Return why the batch is refused, and check that nothing of it was saved."""
    position = reader.newest_position(engine)
    with pytest.raises(Refused) as refused:
        submit_batch(engine, *changes)
    assert reader.newest_position(engine) == position
    return list(refused.value.problems)


def counterparty(name: str, id: str | None = None) -> Change:
    return Change.create("counterparties", {"name": name}, id=id)


def test_a_reference_to_a_missing_record_is_refused(engine: sa.Engine) -> None:
    nobody = {"pipeline_id": "fen", "counterparty_id": "nobody", "role": "Owner"}
    [problem] = problems_of(engine, Change.create("pipeline_counterparties", nobody, id="link"))
    assert (problem.id, problem.field) == ("link", "counterparty_id")
    assert problem.message == "no counterparty has the id 'nobody'"
    wrong_kind = {"pipeline_id": "octavia", "facility_id": "fen-solar"}
    [problem] = problems_of(engine, Change.create("pipeline_facilities", wrong_kind))
    assert problem.message == "no project has the id 'octavia'"


def test_a_reference_to_an_archived_record_is_refused(engine: sa.Engine) -> None:
    submit_batch(engine, counterparty("Borealis", "borealis"))
    archive_record(engine, "counterparties", "borealis")
    link = {"pipeline_id": "fen", "counterparty_id": "borealis"}
    [problem] = problems_of(engine, Change.create("pipeline_counterparties", link))
    assert problem.message == "the counterparty Borealis is archived: restore it first"


@pytest.mark.parametrize("name", ["Octavia Energy", "OCTAVIA energy", "  octavia   Energy "])
def test_two_counterparties_cannot_share_a_name(engine: sa.Engine, name: str) -> None:
    [problem] = problems_of(engine, counterparty(name))
    assert (problem.field, problem.message) == ("name", "a counterparty with this name already exists (octavia).")


def test_two_counterparties_of_one_batch_cannot_share_a_name(engine: sa.Engine) -> None:
    problems = problems_of(engine, counterparty("Straße", "a"), counterparty("STRASSE", "b"))
    assert [(problem.id, problem.field) for problem in problems] == [("a", "name"), ("b", "name")]


def test_the_name_of_an_archived_counterparty_is_refused_with_the_fix(engine: sa.Engine) -> None:
    submit_batch(engine, counterparty("Borealis", "borealis"))
    archive_record(engine, "counterparties", "borealis")
    [problem] = problems_of(engine, counterparty("borealis"))
    assert "restore it instead" in problem.message


def test_renaming_frees_the_old_name_even_within_a_batch(engine: sa.Engine) -> None:
    set_fields(engine, "counterparties", "octavia", name="Nonavia")
    submit_batch(engine, counterparty("Octavia Energy", "other"))
    submit_batch(
        engine,
        Change.edit("counterparties", "octavia", {"name": "Octavia Energy"}, base_version=2),
        Change.edit("counterparties", "other", {"name": "Nonavia"}, base_version=1),
    )
    assert current_record(engine, "counterparties", "octavia").fields["name"] == "Octavia Energy"
    set_fields(engine, "counterparties", "octavia", name="OCTAVIA ENERGY")


def test_a_project_has_a_counterparty_once_per_role(engine: sa.Engine) -> None:
    again = {"pipeline_id": "fen", "counterparty_id": "octavia", "role": "Developer"}
    [problem] = problems_of(engine, Change.create("pipeline_counterparties", again))
    assert "project and counterparty and role already exists (fen-octavia)" in problem.message
    submit_batch(engine, Change.create("pipeline_counterparties", again | {"role": "Owner"}))


def test_a_counterparty_with_projects_cannot_be_archived_and_the_projects_are_named(engine: sa.Engine) -> None:
    submit_batch(
        engine,
        Change.create("pipelines", {"name": "Moor Wind"}, id="moor"),
        Change.create("pipeline_counterparties", {"pipeline_id": "moor", "counterparty_id": "octavia"}),
    )
    [problem] = problems_of(engine, Change.archive("counterparties", "octavia", base_version=1))
    assert problem.message == "the counterparty Octavia Energy is still used by Fen Solar, Moor Wind"
    [problem] = problems_of(engine, Change.archive("facilities", "fen-solar", base_version=1))
    assert problem.message == "the facility Fen is still used by Fen Solar"
    [problem] = problems_of(engine, Change.archive("contacts", "ann", base_version=1))
    assert problem.message == "the contact Ann Other is still used by Octavia Energy"


def test_archiving_a_project_archives_its_parts_and_releases_what_it_referred_to(engine: sa.Engine) -> None:
    about = {"information_point_id": "grid-date", "counterparty_id": "octavia"}
    submit_batch(engine, Change.create("information_point_counterparties", about, id="about"))
    archive_record(engine, "pipelines", "fen")
    archive_record(engine, "counterparties", "octavia")  # its contacts are archived with it

    archive_record(engine, "contacts", "ann")
    [problem] = problems_of(engine, Change.edit("information_points", "grid-date", {"impact": 1}, base_version=1))
    assert problem.message == "the project Fen Solar is archived: restore it first"


def test_a_project_is_restored_only_if_its_parts_refer_to_live_records(engine: sa.Engine) -> None:
    about = {"information_point_id": "grid-date", "counterparty_id": "octavia"}
    submit_batch(engine, Change.create("information_point_counterparties", about, id="about"))
    archive_record(engine, "pipelines", "fen")
    archive_record(engine, "counterparties", "octavia")

    problems = problems_of(engine, Change.restore("pipelines", "fen", base_version=2))
    assert {(problem.id, problem.field) for problem in problems} == {
        ("fen-octavia", "counterparty_id"),
        ("about", "counterparty_id"),
    }
    both = ("pipelines", "fen"), ("counterparties", "octavia")
    submit_batch(engine, *(Change.restore(*key, base_version=2) for key in both))
    assert not any(current_record(engine, *key).archived for key in both)


def test_a_part_of_an_archived_project_can_be_archived_and_restored(engine: sa.Engine) -> None:
    archive_record(engine, "pipelines", "fen")
    archive_record(engine, "counterparties", "octavia")
    archive_record(engine, "pipeline_counterparties", "fen-octavia")
    restore_record(engine, "pipeline_counterparties", "fen-octavia")
    [problem] = problems_of(engine, Change.restore("pipelines", "fen", base_version=2))
    assert problem.message == "the counterparty Octavia Energy is archived: restore it first"


def test_archiving_is_recorded_as_a_change_and_can_be_reverted(engine: sa.Engine) -> None:
    before = current_record(engine, "pipelines", "fen")
    [change] = archive_record(engine, "pipelines", "fen").changes
    assert (change.version, change.before, change.after) == (2, {"archived": False}, {"archived": True})
    assert reader.records_of_kind(engine, "pipelines") == []
    assert [record.id for record in reader.records_of_kind(engine, "pipelines", archived=True)] == ["fen"]

    restore_record(engine, "pipelines", "fen")
    again = current_record(engine, "pipelines", "fen")
    assert (again.version, again.archived, again.fields) == (3, False, before.fields)
    assert len(reader.record_history(engine, "pipelines", "fen")) == 3


def test_an_archived_link_does_not_block_archiving_its_counterparty(engine: sa.Engine) -> None:
    submit_batch(
        engine,
        Change.archive("counterparties", "octavia", base_version=1),
        Change.archive("pipeline_counterparties", "fen-octavia", base_version=1),
    )
    assert current_record(engine, "counterparties", "octavia").archived


def test_a_capacity_of_0_is_allowed_only_before_design(engine: sa.Engine) -> None:
    """The rule can be broken by the facility, by the project's stage and by the link between them."""
    set_fields(engine, "facilities", "fen-solar", capacity_mwp=0)
    [problem] = problems_of(engine, Change.edit("pipelines", "fen", {"stage": "Design"}, base_version=1))
    assert (problem.id, problem.field) == ("fen", "stage")

    set_fields(engine, "facilities", "fen-solar", capacity_mwp=50)
    set_fields(engine, "pipelines", "fen", stage="Design")
    [problem] = problems_of(engine, Change.edit("facilities", "fen-solar", {"capacity_mwp": 0}, base_version=3))
    assert (problem.id, problem.field) == ("fen-solar", "capacity_mwp")
    assert problem.message == "0 MWp is allowed only before Design, and Fen Solar is in Design"

    bess = Change.create("facilities", {"name": "B", "technology": "BESS", "capacity_mwp": 0}, id="bess")
    submit_batch(engine, bess)
    link = Change.create("pipeline_facilities", {"pipeline_id": "fen", "facility_id": "bess"})
    [problem] = problems_of(engine, link)
    assert (problem.id, problem.field) == ("bess", "capacity_mwp")
