"""The seeds: a complete invented portfolio, and seeding again overwrites nothing of people (scenario 19)."""

import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pipeline_assets import seed_loader
from pipeline_assets.errors import Refused
from pipeline_assets.ledger import outbox, reader
from pipeline_assets.ledger.changes import Record
from pipeline_assets.models import ENTITIES
from pipeline_assets.seed_loader import SEEDS, WHO, load_seeds
from pipeline_assets.vocabulary import ContactRole, Market, PointStatus, ProjectRole, Rag, Stage, Technology
from tests.pipeline_assets.ledger.sample_portfolio import archive_record, set_fields

PROJECT, CONTACT, PARTNER = "pr-cherwick-lock", "ct-callum-pask", "cp-larkhollow"


def records(engine: sa.Engine, kind: str) -> dict[str, Record]:
    return {record.id: record for record in reader.records_of_kind(engine, kind, archived=None)}


def values(engine: sa.Engine, kind: str, field: str) -> set[Any]:
    return {record.fields[field] for record in records(engine, kind).values()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Copy the seeds, to be changed."""
    return Path(shutil.copytree(SEEDS, tmp_path / "seeds"))


def rewrite(folder: Path, name: str, old: str, new: str) -> None:
    file = folder / f"{name}.csv"
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


def append(folder: Path, name: str, *rows: str) -> None:
    with (folder / f"{name}.csv").open("a") as file:
        file.writelines(f"{row}\n" for row in rows)


def test_the_seeded_portfolio_has_every_kind_of_record(engine: sa.Engine) -> None:
    assert not load_seeds(engine).warnings
    counts = {kind: len(records(engine, kind)) for kind in ENTITIES}
    assert (counts["counterparties"], counts["pipelines"], counts["information_points"]) == (15, 40, 25)
    assert min(counts.values()) >= 7
    assert values(engine, "pipelines", "market") == set(Market)
    assert values(engine, "pipelines", "stage") == values(engine, "stage_weights", "stage") == set(Stage)
    assert values(engine, "pipelines", "rag") == set(Rag)
    assert values(engine, "facilities", "technology") == set(Technology)
    assert values(engine, "counterparty_contacts", "role") == set(ContactRole)
    assert values(engine, "pipeline_counterparties", "role") == set(ProjectRole)
    assert values(engine, "information_points", "status") == set(PointStatus)


def test_every_seeded_reference_holds_and_every_record_is_linked_to_another(engine: sa.Engine) -> None:
    load_seeds(engine)
    for kind, entity in ENTITIES.items():
        for field, target in entity.references.items():
            assert values(engine, kind, field) - {None} <= set(records(engine, target)), (kind, field)
    assert values(engine, "counterparty_contacts", "counterparty_id") == set(records(engine, "counterparties"))
    assert values(engine, "counterparty_contacts", "contact_id") == set(records(engine, "contacts"))
    assert values(engine, "pipeline_facilities", "facility_id") == set(records(engine, "facilities"))
    assert values(engine, "pipeline_facilities", "pipeline_id") == set(records(engine, "pipelines"))
    assert values(engine, "pipeline_counterparties", "pipeline_id") == set(records(engine, "pipelines"))
    points = values(engine, "information_point_counterparties", "information_point_id")
    assert points == set(records(engine, "information_points"))


def test_hybrids_have_facilities_of_several_technologies_near_each_other(engine: sa.Engine) -> None:
    load_seeds(engine)
    facilities, of_project = records(engine, "facilities"), dict[str, list[Record]]()
    for link in records(engine, "pipeline_facilities").values():
        of_project.setdefault(link.fields["pipeline_id"], []).append(facilities[link.fields["facility_id"]])
    hybrids = [plants for plants in of_project.values() if len(plants) > 1]
    mixes = Counter(frozenset(plant.fields["technology"] for plant in plants) for plants in hybrids)
    assert mixes[frozenset({Technology.SOLAR, Technology.BESS})] >= 3
    assert frozenset({Technology.WIND_ONSHORE, Technology.BESS}) in mixes
    assert frozenset({Technology.WIND_ONSHORE, Technology.SOLAR, Technology.BESS}) in mixes
    for plants in hybrids:
        for name in ("longitude", "latitude"):
            places = [plant.fields[name] for plant in plants]
            assert max(places) - min(places) < 0.05


def test_two_years_of_statuses_are_successive_versions_with_their_dates(engine: sa.Engine) -> None:
    load_seeds(engine)
    dates, slips = [], 0
    for id in records(engine, "pipelines"):
        versions = reader.record_history(engine, "pipelines", id)
        assert [change.version for change in versions] == list(range(1, len(versions) + 1))
        own = [change.after["status_date"] for change in versions]
        assert own == sorted(set(own))
        dates += own
        slips += sum(
            bool(v.before.get("rtb_date")) and v.after["rtb_date"] > v.before["rtb_date"]
            for v in versions
            if "rtb_date" in v.after
        )
    assert (min(dates)[:7], max(dates)[:7]) == ("2024-11", "2026-11")
    assert len(dates) > 120
    assert slips > 20


def test_everything_in_the_seeds_is_invented() -> None:
    text = {file.name: file.read_text() for file in SEEDS.glob("*.csv")}
    whole = "\n".join(text.values())
    assert set(re.findall(r"(?:@|//www\.)([^,\n]+)", text["contacts.csv"] + text["counterparties.csv"])) == {
        f"{name}.example" for name in re.findall(r"^cp-([a-z]+),", text["counterparties.csv"], re.MULTILINE)
    }
    # 01632 960000-960999: numbers reserved for fiction.
    assert all(re.fullmatch(r"1632 960\d{3}", item) for item in re.findall(r"\+44 ([\d ]+)", whole))
    real = (
        "octopus|orsted|ørsted|scottish ?power|iberdrola|vattenfall|rwe|edf|e\\.on|equinor|statkraft|lightsource|shell|"
        "totalenergies|sse|ocean winds|zenob|vestas|siemens|nordex|tesla|fluence|national grid|neso|drax|centrica"
    )
    assert not re.findall(rf"\b({real})\b", whole, re.IGNORECASE)


def test_seeding_twice_is_one_submission_and_sends_no_notice(engine: sa.Engine) -> None:
    first = load_seeds(engine)
    again = load_seeds(engine)
    assert again.repeated
    assert (
        (again.batch, again.position) == (first.batch, first.position) == (first.batch, reader.newest_position(engine))
    )
    assert not outbox.list_notices(engine)
    assert {change.who for change in first.changes} == {WHO}


def test_seeding_changed_files_keeps_the_edits_of_people(engine: sa.Engine, folder: Path) -> None:
    """Scenario 19: a field that a person has set is kept; the other fields of the same record change."""
    load_seeds(engine, folder)
    set_fields(engine, "contacts", CONTACT, email="callum@elsewhere.example")
    rewrite(folder, "contacts", "callum.pask@larkhollow.example", "pask@larkhollow.example")
    rewrite(folder, "contacts", "Callum Pask", "Callum R. Pask")
    rewrite(folder, "contacts", "Priya Venkatesan", "Priya V. Venkatesan")

    changed = load_seeds(engine, folder)

    assert [(change.id, dict(change.after)) for change in changed.changes] == [
        (CONTACT, {"name": "Callum R. Pask"}),
        ("ct-priya-venkatesan", {"name": "Priya V. Venkatesan"}),
    ]
    assert records(engine, "contacts")[CONTACT].fields["email"] == "callum@elsewhere.example"


def test_a_newer_status_in_the_files_is_a_newer_version(engine: sa.Engine, folder: Path) -> None:
    load_seeds(engine, folder)
    append(
        folder,
        "statuses",
        f"{PROJECT},2026-11-16,Design,Amber,The smaller scheme is drawn.,2027-10-31",
        f"{PROJECT},2026-11-20,Design,Green,,2027-12-31",
    )
    # The order within a project counts, wherever its rows are in the file.
    changed = load_seeds(engine, folder).changes
    assert [change.after["status_date"] for change in changed] == ["2026-11-16", "2026-11-20"]
    assert changed[0].after["rag_comment"] == "The smaller scheme is drawn."
    assert changed[1].after == {
        "rag": "Green",
        "rag_comment": "",
        "rtb_date": "2027-12-31",
        "status_date": "2026-11-20",
    }
    assert not seed_loader.seed_changes(engine, seed_loader.read_seeds(folder))


def test_a_correction_of_the_newest_status_is_one_edit(engine: sa.Engine, folder: Path) -> None:
    load_seeds(engine, folder)
    rewrite(folder, "statuses", "a smaller scheme is being drawn.", "a smaller scheme follows.")
    assert [dict(change.after) for change in load_seeds(engine, folder).changes] == [
        {"rag_comment": "Appeal dismissed; a smaller scheme follows."}
    ]


def test_a_status_that_a_person_set_is_kept_completely(engine: sa.Engine, folder: Path) -> None:
    load_seeds(engine, folder)
    set_fields(engine, "pipelines", PROJECT, rag="Amber", rag_comment="Talks go well.")
    append(folder, "statuses", f"{PROJECT},2026-11-20,Procurement,Green,,2027-12-31")
    rewrite(folder, "pipelines", "Cherwick Lock Hybrid", "Cherwick Lock Solar & Storage")
    assert [dict(change.after) for change in load_seeds(engine, folder).changes] == [
        {"name": "Cherwick Lock Solar & Storage"}
    ]
    assert records(engine, "pipelines")[PROJECT].fields["rag_comment"] == "Talks go well."


def test_what_people_archived_stays_archived_and_gets_no_new_parts(engine: sa.Engine, folder: Path) -> None:
    load_seeds(engine, folder)
    archive_record(engine, "pipelines", PROJECT)
    append(folder, "statuses", f"{PROJECT},2026-11-20,Procurement,Green,,2027-12-31")
    append(folder, "comments", f"co-new,A new remark.,{PROJECT},,", "co-other,Another remark.,pr-harrowfen,,")
    assert [change.id for change in load_seeds(engine, folder).changes] == ["co-other"]
    assert records(engine, "pipelines")[PROJECT].archived


def test_a_seed_value_that_contradicts_a_persons_edit_is_left_out(engine: sa.Engine, folder: Path) -> None:
    load_seeds(engine, folder)
    point = "ip-cefn-shares"
    set_fields(engine, "information_points", point, mitigation="")
    rewrite(folder, "information_points", "Maya Trent,2027-05-31,Open", "Maya Trent,2027-05-31,Closed")
    assert not load_seeds(engine, folder).changes
    assert records(engine, "information_points")[point].fields["status"] == PointStatus.OPEN


def test_a_seeded_counterparty_with_projects_cannot_be_archived_and_the_projects_are_named(engine: sa.Engine) -> None:
    load_seeds(engine)
    with pytest.raises(Refused, match=r"Larkhollow Solar is still used by .*Cherwick Lock Hybrid") as refused:
        archive_record(engine, "counterparties", PARTNER)
    assert "Kettlewick Solar" in str(refused.value)
    assert not records(engine, "counterparties")[PARTNER].archived


@pytest.mark.parametrize(
    ("name", "row", "complaint"),
    [
        ("contacts", f"{CONTACT},Somebody Else,,", "id: is given twice"),
        ("contacts", ",Somebody Else,,", "id: is needed"),
        ("contacts", "ct-new,,,", "name: is needed"),
        ("facilities", "fa-new,Windmill,Windmill,3,,", "technology: "),
        ("facilities", "fa-new,Windmill,Wind,3,,,,,,,,,", "more cells than columns: "),
        ("pipelines", "pr-new,No status yet,,", "status_date: is needed"),
        ("statuses", "pr-new,2026-01-01,Design,Green,,", "id: is in statuses.csv only"),
        ("statuses", f"{PROJECT},2026-01-01,Design,Green,,", "status_date: statuses must be in order"),
        ("comments", "co-new,A remark.,pr-new,,", "pipeline_id: no project has the id 'pr-new'"),
    ],
)
def test_a_broken_file_is_refused_by_record_and_field(
    name: str, row: str, complaint: str, engine: sa.Engine, folder: Path
) -> None:
    append(folder, name, row)
    with pytest.raises(Refused, match=re.escape(complaint)):
        load_seeds(engine, folder)
    assert reader.newest_position(engine) == 0
