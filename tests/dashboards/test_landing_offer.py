"""Tests that a page whose records are not in the charts yet shows this, with the time, and offers to land them now."""

from itertools import count
from types import SimpleNamespace

import pytest

from dashboards.components import landing_offer
from pipeline_assets.landing import land_changes
from pipeline_assets.ledger import schema
from tests.dashboards.conftest import Open
from tests.pipeline_assets.ledger.sample_portfolio import PORTFOLIO, submit_batch


@pytest.mark.parametrize(
    "page", ["projects", "counterparties", "search", "bulk_edit", "transfer", "pipeline_dashboard"]
)
def test_a_page_with_changes_that_have_not_landed_offers_to_land_them(open_page: Open, page: str) -> None:
    with schema.ledger_for_task() as engine:
        submit_batch(engine, *PORTFOLIO[:1])
        land_changes(engine)
        submit_batch(engine, *PORTFOLIO[1:])
    app = open_page(page)
    assert not app.exception
    waiting = [caption.value for caption in app.caption if "not in these charts yet" in caption.value]
    assert len(waiting) == 1
    assert f"{len(PORTFOLIO) - 1} recent edits are" in waiting[0]
    assert "renewables up" in waiting[0]
    assert "Update now" in [button.label for button in app.button]


def test_a_page_is_drawn_to_its_end_while_newer_versions_are_published_all_the_time(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with schema.ledger_for_task() as engine:
        submit_batch(engine, *PORTFOLIO[:1])
        land_changes(engine)
        submit_batch(engine, *PORTFOLIO[1:])
    versions = (SimpleNamespace(version=number) for number in count(1_000))
    monkeypatch.setattr(landing_offer, "newest_version", lambda: next(versions))
    app = open_page("pipeline_dashboard")
    assert not app.exception
    assert "Update now" in [button.label for button in app.button]
    assert next(versions).version == 1_001, "the offer looked once, and the page did not run again"


def test_a_page_whose_changes_have_all_landed_offers_nothing(open_page: Open) -> None:
    with schema.ledger_for_task() as engine:
        submit_batch(engine, *PORTFOLIO)
        land_changes(engine)
    app = open_page("projects")
    assert "Update now" not in [button.label for button in app.button]
