"""Tests of the record pages: lists, deep links, search, text shown as text, and an unreachable ledger."""

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from dashboards.components.plain_text import plain, plain_sentence
from pipeline_assets.access import Actor
from pipeline_assets.landing import land_changes
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.submission import submit
from pipeline_assets.spreadsheets.portfolio_index import read_portfolio
from renewables.queries.record_history import record_changes
from tests.dashboards.conftest import Open, page_text


def is_well(app: AppTest) -> None:
    assert [element.value for element in app.exception] == []
    assert [element.value for element in app.error] == []
    assert app.title


@pytest.mark.parametrize("page", ["project", "counterparties", "search", "bulk_edit", "transfer", "alerts"])
def test_an_unreachable_ledger_is_reported_in_one_sentence(
    page: str, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEDGER_URL", "sqlite:////proc/nowhere/ledger.sqlite")
    app = open_page(page)
    assert not app.exception
    assert "LEDGER_URL" in app.error[0].value


def test_an_empty_ledger_offers_a_form_and_the_sample_portfolio(engine: sa.Engine, open_page: Open) -> None:
    app = open_page("projects")
    assert "No projects yet" in page_text(app)
    (button,) = [button for button in app.button if button.label == "Load the sample portfolio"]
    button.click().run()
    is_well(app)
    assert "**40** of 40 projects" in page_text(app)
    (button,) = [button for button in open_page("projects").button if button.label == "New project"]
    assert button
    assert engine


@pytest.mark.usefixtures("seeded")
def test_an_address_restores_the_filters(open_page: Open) -> None:
    app = open_page("projects", stage=["Design"], rag=["Amber"], q="wind")
    names = app.dataframe[0].value
    assert set(names["stage"]) == {"Design"}
    assert {tag for tags in names["rag"] for tag in tags} == {"▲ Amber"}
    assert len(names) < 40
    (search,) = [box for box in app.text_input if box.key == "q"]
    assert search.value == "wind"


@pytest.mark.usefixtures("seeded")
def test_a_link_to_a_missing_record_offers_the_list(open_page: Open) -> None:
    app = open_page("project", id="pr-nowhere")
    assert "No project has the id" in app.warning[0].value
    assert [link.value for link in app.page_link] == ["All projects"]


@pytest.mark.usefixtures("seeded")
def test_a_project_page_shows_its_status_and_its_parts(open_page: Open) -> None:
    app = open_page("project", id="pr-quillmarsh")
    assert app.title[0].value == "Quillmarsh Solar"
    words = page_text(app)
    for part in ("Facilities", "62.5 MWp", "Counterparties", "Information points", "Comments"):
        assert part in words


def test_the_history_lists_every_changed_field_newest_first_with_author_and_reason(seeded: sa.Engine) -> None:
    record = reader.find_record(seeded, "pipelines", "pr-quillmarsh")
    assert record
    change = Change.edit("pipelines", record.id, {"market": "Ireland"}, base_version=record.version)
    submit(seeded, [change], actor=Actor.typed("Anna"), why="sold", token="edit")
    frame = record_changes(seeded, read_portfolio(seeded), "pipelines", record.id)
    newest = frame.row(0, named=True)
    told = [newest[name] for name in ("who", "record", "field", "before", "after", "why")]
    assert told == ["Anna", "Project: Quillmarsh Solar", "Market", "Great Britain", "Ireland", "sold"]
    assert {"Facility: Quillmarsh Solar"} < set(frame["record"])
    assert frame["position"].is_sorted(descending=True)


def test_a_saved_edit_is_marked_until_it_has_landed(seeded: sa.Engine, open_page: Open) -> None:
    assert "not in charts yet" in page_text(open_page("project", id="pr-harrowfen"))
    assert "landing" in open_page("projects").dataframe[0].value.columns
    land_changes(seeded)
    assert "not in charts yet" not in page_text(open_page("project", id="pr-harrowfen"))
    assert "landing" not in open_page("projects").dataframe[0].value.columns


@pytest.mark.usefixtures("seeded")
def test_a_search_finds_every_kind_with_links_to_pages(open_page: Open) -> None:
    app = open_page("search", q="harrowfen")
    is_well(app)
    assert {"Projects (1)", "Facilities (1)"} <= {header.value for header in app.subheader}
    assert app.page_link


@pytest.mark.usefixtures("seeded")
def test_a_search_without_matches_shows_an_empty_state(open_page: Open) -> None:
    assert "No results for" in open_page("search", q="zzz <b>").info[0].value


ODD = [
    "<script>alert(1)</script> '; DROP TABLE records; -- مرحبا 👋🏽",
    '=HYPERLINK("http://x") **bold** [link](http://x) :material/home: :smile: $x^2$ ~~no~~ `code`',
    "# heading",
]


@pytest.mark.parametrize("text", ODD)
def test_odd_text_is_shown_as_text(text: str, engine: sa.Engine, open_page: Open) -> None:
    changes = [
        Change.create(
            "pipelines", {"name": text, "rag": "Red", "rag_comment": (text * 400)[:10_000], "notes": text}, id="odd"
        ),
        Change.create("comments", {"text": text, "pipeline_id": "odd"}),
    ]
    submit(engine, changes, actor=Actor.typed(text), token="odd", why=text)
    app = open_page("project", id="odd")
    is_well(app)
    assert app.title[0].value == plain(text)
    assert [item.value for item in app.text].count(text) == 2
    assert open_page("projects").dataframe[0].value["name"].to_list() == [text]
    is_well(open_page("search", q=text.split()[0]))


def test_markdown_in_a_text_is_escaped() -> None:
    assert plain("a *b* <i>") == "a \\*b\\* \\<i\\>"
    assert ":material" not in plain(":material/home:")
    assert "\n" not in plain("a\n# b")
    assert plain("anna@a.b www.a.b") == r"anna:color[\@]{}a\.b www:color[\.]{}a\.b", "else links of their own accord"
    assert plain("a -- b") == r"a :color[\-]{}:color[\-]{} b", "else a dash"
    assert plain_sentence("Start *it* with `renewables up`: a@b.c") == (
        r"Start \*it\* with `renewables up`: a:color[\@]{}b\.c"
    )
