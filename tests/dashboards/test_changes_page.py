"""The page Changes: periods in the address, the bridge and its lists, the last visit of a browser."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from dashboards.components.formatting import day
from dashboards.components.last_visit import cookie_text, visit_before, visit_in_open_tab
from tests.dashboards.conftest import Open, page_text
from tests.renewables.moved_portfolio import land_moved_portfolio

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)


@pytest.fixture
def moved_home(home: Path) -> Path:
    land_moved_portfolio(date(2026, 3, 31), date(2026, 4, 10))
    return home


@pytest.mark.usefixtures("moved_home")
def test_two_days_in_the_address_show_the_bridge_and_what_moved(open_page: Open) -> None:
    app = open_page("changes", period="Two days", from_to=["2026-03-31", "2026-04-10"])
    assert not app.exception
    metrics = {metric.label: (metric.value, metric.delta) for metric in app.metric}
    assert metrics["All stages"] == ("45 MW", "+4.5 MW")
    assert metrics["RAG worse"][0] == "1"
    assert metrics["Later dates"][0] == "1"
    rows = [frame.value.to_dict("records") for frame in app.dataframe]
    assert [len(each) for each in rows] == [2, 1, 1, 1]
    assert {row["movement"] for row in rows[0]} == {"Advanced", "Resized"}
    assert rows[1][0]["days"] == 45
    assert "From Wed 1 Apr 2026 01:00 BST" in page_text(app)


@pytest.mark.usefixtures("moved_home")
@pytest.mark.parametrize(
    "period", ["This week", "Since month end", "A month", "A quarter", "Since my last visit", "nonsense"]
)
def test_a_period_without_changes_says_so(open_page: Open, period: str) -> None:
    app = open_page("changes", period=period)
    assert not app.exception
    assert "Nothing changed in this period" in page_text(app)
    assert f"To do on {day(datetime.now(UTC).date())}: " in page_text(app), "the digest has it in a quiet week too"


def test_the_cards_of_the_pipeline_show_the_change_in_a_month(home: Path, open_page: Open) -> None:  # noqa: ARG001 (made)
    today = datetime.now(UTC).date()
    land_moved_portfolio(today - timedelta(days=90), today - timedelta(days=2))
    metrics = {metric.label: (metric.value, metric.delta) for metric in open_page("pipeline_dashboard").metric}
    assert metrics["Gross"] == ("45 MW", "+4 MW")
    assert metrics["Projects"] == ("1", "±0")
    assert metrics["Stale"] == ("0", "-1")


def test_the_cards_show_no_change_if_the_ledger_is_younger_than_a_month(home: Path, open_page: Open) -> None:  # noqa: ARG001 (made)
    today = datetime.now(UTC).date()
    land_moved_portfolio(today - timedelta(days=9), today - timedelta(days=2))
    assert {metric.delta for metric in open_page("pipeline_dashboard").metric} == {""}


@pytest.mark.usefixtures("home")
def test_without_projects_the_page_offers_the_first_steps(open_page: Open) -> None:
    app = open_page("changes")
    assert "No projects yet" in page_text(app)


@pytest.mark.usefixtures("moved_home")
def test_the_history_of_a_record_opens_by_its_address(open_page: Open) -> None:
    app = open_page("project", id="fen", history="true")
    assert "Every change to this record" in page_text(app)
    assert "Every change to this record" not in page_text(open_page("project", id="fen"))


def test_a_new_visit_begins_after_a_pause_and_a_reload_stays_in_the_same_visit() -> None:
    first = cookie_text(None, NOW)
    assert visit_before("", NOW) is None
    assert visit_before(first, NOW + timedelta(minutes=5)) is None
    days_later = NOW + timedelta(days=3)
    assert visit_before(first, days_later) == NOW
    assert visit_before(cookie_text(NOW, days_later), days_later + timedelta(minutes=5)) == NOW


def test_in_a_tab_left_open_overnight_the_next_click_begins_a_new_visit() -> None:
    before, evening = NOW - timedelta(days=3), NOW
    assert visit_in_open_tab(before, evening, evening + timedelta(hours=1)) == before, "somebody still reads the page"
    assert visit_in_open_tab(before, evening, evening + timedelta(hours=14)) == evening


@pytest.mark.usefixtures("moved_home")
def test_a_redraw_for_newer_data_is_not_a_visit(open_page: Open) -> None:
    app = open_page("changes")
    yesterday = datetime.now(UTC) - timedelta(days=1)
    app.session_state["last visit: seen"] = yesterday
    app.session_state["redraws: the next run is automatic"] = True
    app.run()
    assert app.session_state["last visit: seen"] == yesterday
    app.run()
    assert app.session_state["last visit: before this one"] == yesterday
    assert app.session_state["last visit: seen"] > yesterday


@pytest.mark.parametrize("cookie", ["x", "1", "1.2.3", "1.99999999999999999999", "0.99999999999", "-5.x", "<script>"])
def test_a_cookie_that_is_not_ours_counts_as_a_first_visit(cookie: str) -> None:
    assert visit_before(cookie, NOW) is None
