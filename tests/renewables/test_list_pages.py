"""The columns and filters of lists, as pages, saved views and the command line share them."""

import pytest

from pipeline_assets.ledger.schema import open_ledger
from pipeline_assets.seed_loader import load_seeds
from pipeline_assets.spreadsheets.portfolio_index import read_portfolio
from renewables.queries.list_pages import PAGES, chosen_columns, column_titles, list_rows, main_columns, missing_values


@pytest.mark.parametrize("kind", PAGES)
def test_the_titles_of_a_list_are_unique_so_that_an_address_can_name_columns(kind: str) -> None:
    titles = list(column_titles(kind).values())
    assert len(titles) == len(set(titles))


def test_columns_are_chosen_by_title_in_the_order_of_the_choice() -> None:
    assert chosen_columns("pipelines", ["MWp", "Colour", "RAG"]) == ["capacity_mwp", "rag"]
    assert chosen_columns("pipelines", ["Colour"]) == list(column_titles("pipelines"))


def test_the_main_columns_of_a_list_leave_out_what_others_say() -> None:
    assert main_columns("information_points")[:2] == ["rating", "project"]
    assert "impact" not in main_columns("information_points")


def test_values_that_do_not_exist_filter_nothing_and_are_named() -> None:
    parameters = {"stage": ["Design", "Prospect"], "columns": ["Colour"], "q": ["x"], "unknown": ["y"]}
    assert missing_values("pipelines", parameters) == {"stage": ["Prospect"], "columns": ["Colour"]}


@pytest.mark.usefixtures("home")
def test_the_parameters_of_a_page_filter_its_rows() -> None:
    ledger = open_ledger()
    load_seeds(ledger)
    portfolio = read_portfolio(ledger)

    def names(kind: str, **parameters: list[str]) -> set[str]:
        return set(list_rows(portfolio, kind, parameters)["name"])

    design = names("pipelines", stage=["Design"])
    assert design
    assert names("pipelines", stage=["Design", "Prospect"]) == design
    assert names("pipelines", stage=["Design"], technology=["BESS"]) < design
    assert names("pipelines", q=["harrowfen"]) == {name for name in names("pipelines") if "Harrowfen" in name}
    assert names("pipelines", archived=["true"]).isdisjoint(names("pipelines"))
    ahead = list_rows(portfolio, "milestones", {"ahead": ["true"]})
    assert 0 < len(ahead) < len(list_rows(portfolio, "milestones", {}))
    ledger.dispose()
