"""The registers of a project on its page: linked records, proposals, and taking over an operator's projects."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from dashboards.components.plain_text import plain
from pipeline_assets.registers.declarations import REGISTERS
from pipeline_assets.spreadsheets.portfolio_index import read_portfolio
from tests.dashboards.conftest import Open, page_text
from tests.dashboards.test_pipeline_forms import press, put
from tests.linked_homes import add_portfolio, land_register

FIRST, SECOND = date(2026, 3, 1), date(2026, 6, 1)


@pytest.fixture
def portfolio_home(home: Path) -> Iterator[sa.Engine]:
    """Land a register of one record, and a project with one facility that has no reference."""
    land_register(home, "repd", FIRST, {}, {"Ref ID": "2", "Site Name": "Oak", "X-coordinate": "400000"})
    ledger = add_portfolio(home, latitude=52.45, longitude=-0.25)
    yield ledger
    ledger.dispose()


def references(ledger: sa.Engine) -> tuple[str, str]:
    """Return the REPD reference of the facility and its dismissed records."""
    [plant] = read_portfolio(ledger).of_kind("facilities")
    return plant.fields["repd_ref_id"], plant.fields["dismissed_register_records"]


def test_a_proposal_is_linked_by_its_button_and_by_nothing_else(portfolio_home: sa.Engine, open_page: Open) -> None:
    app = open_page("project", id="harrow")
    assert not app.exception
    assert "REPD 8263: Harrow Fen Solar Farm" in page_text(app)
    assert plain(REGISTERS["repd"].licence_line) in page_text(app)
    assert references(portfolio_home) == ("", "")
    put_name(app)
    press_first(app, "Link")
    assert references(portfolio_home) == ("8263", "")
    assert "May be the same site" not in page_text(app)
    assert "**Differs:** Status" in page_text(app)
    [made] = [change for change in history(portfolio_home) if change[0] == "facilities"]
    assert made[1] == "Anna"


def history(ledger: sa.Engine) -> list[tuple[str, str]]:
    from pipeline_assets.ledger import reader

    return [(change.kind, change.who) for change in reader.changes_since(ledger, 3)]


def put_name(app: AppTest, nth: int = 1) -> None:
    """Fill in the name of the first button; the form for comments is above the buttons, and each has its own input."""
    put(app, "Your name", "Anna", nth)


def press_first(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception


def test_a_dismissed_proposal_does_not_come_back(portfolio_home: sa.Engine, open_page: Open) -> None:
    app = open_page("project", id="harrow")
    put_name(app, 2)
    press_first(app, "Dismiss")
    assert references(portfolio_home) == ("", "repd 8263")
    assert "Registers" not in [header.value for header in app.subheader]
    assert "Registers" not in [header.value for header in open_page("project", id="harrow").subheader]


def test_a_record_that_left_the_register_and_a_wrong_reference_are_pointed_out(home: Path, open_page: Open) -> None:
    land_register(home, "repd", FIRST, {}, {"Ref ID": "2"})
    land_register(home, "repd", SECOND, {"Ref ID": "2"})
    add_portfolio(home, repd_ref_id="8263", tec_project_id="PRO-1").dispose()
    app = open_page("project", id="harrow")
    assert not app.exception
    assert "The record left the register" in page_text(app)
    assert "No issue of Transmission Entry Capacity (TEC) register has landed yet." in page_text(app)
    land_register(home, "tec", FIRST, {})
    assert "No issue of TEC has this reference" in page_text(open_page("project", id="harrow"))


def test_the_page_changes_lists_what_new_issues_changed_in_linked_records(home: Path, open_page: Open) -> None:
    add_portfolio(home, repd_ref_id="8263").dispose()
    land_register(home, "repd", FIRST, {})
    land_register(home, "repd", SECOND, {"Development Status (short)": "Operational"})
    app = open_page("changes", period="This week")
    assert not app.exception
    assert "Registers" in [header.value for header in app.subheader]
    [rows] = [frame.value for frame in app.dataframe if "to_issue_date" in frame.value.columns]
    assert rows["after"].to_list() == ["Operational"]


def test_an_operators_projects_are_taken_over_once(portfolio_home: sa.Engine, open_page: Open) -> None:
    app = open_page("registers", view="Operators", company="Fen Power Limited")
    assert not app.exception
    put(app, "Role", "Owner")
    app.run()
    put(app, "Your name", "Anna", -1)
    press(app, "Create 2 projects")
    assert not app.exception
    assert "Saved." in [message.value for message in app.success]
    portfolio = read_portfolio(portfolio_home)
    names = [project.fields["name"] for project in portfolio.of_kind("pipelines")]
    assert names == ["Harrow Fen", "Harrow Fen Solar Farm", "Oak"]
    assert [company.fields["name"] for company in portfolio.of_kind("counterparties")] == ["Fen Power Limited"]
    app = open_page("registers", view="Operators", company="Fen Power Limited")
    assert "Already a counterparty" in page_text(app)
    assert "No record of this operator can become a new project" in page_text(app)


def test_an_operator_becomes_a_counterparty_with_one_button(portfolio_home: sa.Engine, open_page: Open) -> None:
    app = open_page("registers", view="Operators", company="Fen Power Limited")
    put_name(app, 0)
    press_first(app, "Add as counterparty")
    [company] = read_portfolio(portfolio_home).of_kind("counterparties")
    assert (company.fields["name"], company.who) == ("Fen Power Limited", "Anna")
    assert "Add as counterparty" not in [button.label for button in app.button]
