"""A person's own file is never taken for one of a public register, although it uses some of the same words."""

import pytest
import sqlalchemy as sa

from pipeline_assets.access import Actor
from pipeline_assets.errors import MadeFromRegister, UnreadableFile
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.submission import submit
from pipeline_assets.seed_loader import SEEDS, load_seeds
from pipeline_assets.spreadsheets.exporter import export_csv
from pipeline_assets.spreadsheets.import_plan import confirm_import, plan_import
from pipeline_assets.spreadsheets.sheet_columns import SHEETS


def test_the_seeds_and_their_exports_are_a_portfolio(engine: sa.Engine) -> None:
    load_seeds(engine)
    facilities = reader.records_of_kind(engine, "facilities")
    ids = [{"tec_project_id": f"a0l8e0000012{n:03d}AAA", "repd_ref_id": str(9_000 + n)} for n in range(len(facilities))]
    edits = [
        Change.edit("facilities", record.id, fields, base_version=record.version)
        for record, fields in zip(facilities, ids, strict=True)
    ]
    submit(engine, edits, actor=Actor.typed("me"), why="register ids", token="register ids")
    for sheet in SHEETS:
        plan = plan_import(engine, sheet, export_csv(engine, sheet).encode())
        assert (plan.register, plan.errors, plan.changes_something) == ("", [], False)


@pytest.mark.parametrize("seed", sorted(path.name for path in SEEDS.glob("*.csv")))
@pytest.mark.parametrize("sheet", list(SHEETS))
def test_no_seed_file_is_taken_for_a_register(engine: sa.Engine, seed: str, sheet: str) -> None:
    try:
        plan = plan_import(engine, sheet, (SEEDS / seed).read_bytes())
    except UnreadableFile as error:
        assert not isinstance(error, MadeFromRegister)  # noqa: PT017 (most seeds are no sheet, and say so)
    else:
        assert plan.register == ""


OWN = {
    "words of the planning register for our own states": """\
Name,Technology,Capacity (MW),Planning status,RTB date,RAG
Harrow Fen,Solar Photovoltaics,50,Application Submitted,2028-03-01,Green
Quill Marsh,Battery,40,Awaiting Construction,2027-03-01,Green
Lark Down,Wind Onshore,30,Appeal Lodged,2029-03-01,Green
""",
    "everyday states": """\
Project,Technology,MW,Status
Harrow Fen,Solar PV,50,Under construction
Quill Marsh,Battery,40,Operational
Lark Down,Onshore wind,30,Feasibility
""",
    "register ids": """\
Name,Technology,Capacity,TEC Project ID,REPD Ref ID
Harrow Fen,Solar,50,a0l4L0000005iphQAA,7001
Quill Marsh,BESS,40,a0l8e0000010wg5AAA,7002
Lark Down,Wind Onshore,30,a0l4L0000005iwbQAA,7003
""",
    "places": """\
Name,Technology,Capacity,County,Region,Longitude,Latitude,Planning reference
Harrow Fen,Solar,50,Cambridgeshire,Eastern,0.03,52.43,23/0417/FUL
Quill Marsh,BESS,40,Lincolnshire,East Midlands,-0.42,53.02,24/0101/FUL
Lark Down,Wind Onshore,30,Wiltshire,South West,-1.55,51.22,24/0102/FUL
""",
    "one state of the planning register": """\
Name,Technology,Capacity,Planning,Region
Harrow Fen,Solar,50,Awaiting Construction,Eastern
Quill Marsh,BESS,40,in preparation,East Midlands
Lark Down,Wind Onshore,30,screening,South West
""",
}


@pytest.mark.parametrize("file", list(OWN))
def test_a_persons_own_list_is_imported_as_before(engine: sa.Engine, file: str) -> None:
    plan = plan_import(engine, "pipelines", OWN[file].encode())
    assert (plan.register, plan.errors) == ("", [])
    assert len(confirm_import(engine, plan, actor=Actor.typed("me")).changes) >= 3


def test_errors_of_a_persons_own_list_stay_errors_of_its_rows(engine: sa.Engine) -> None:
    text = "Name,Technology,MW,Status\nHarrow Fen,Solar PV,50,Nearly built\nQuill Marsh,Steam,x,Operational\n"
    assert len(plan_import(engine, "pipelines", text.encode()).errors) >= 3


def test_a_few_published_headers_alone_make_no_register(engine: sa.Engine) -> None:
    text = "Project,Customer Name,Project Number,Planning Application Submitted,Planning Permission Granted,MW\n"
    text += "Harrow Fen,Hazel Power,1,2025-03-01,2026-01-01,50\nQuill Marsh,Hazel Power,2,2025-04-01,,40\n"
    assert len(plan_import(engine, "pipelines", text.encode()).errors) >= 2


def test_countries_regions_and_technologies_alone_make_no_register(engine: sa.Engine) -> None:
    text = "Name,Country,Region,Technology,MW\nHarrow Fen,England,Eastern,Solar Photovoltaics,about 50\n"
    text += "Quill Marsh,Scotland,Scotland,Solar Photovoltaics,?\nLark Down,Wales,Wales,Solar Photovoltaics,tbc\n"
    assert len(plan_import(engine, "pipelines", text.encode()).errors) >= 3


def test_a_file_that_is_not_utf_8_and_no_register_says_so_as_before(engine: sa.Engine) -> None:
    with pytest.raises(UnreadableFile, match="not UTF-8") as caught:
        plan_import(engine, "pipelines", "Name,Technology,MW\nMôr,Solar,5\n".encode("cp1252"))
    assert not isinstance(caught.value, MadeFromRegister)
