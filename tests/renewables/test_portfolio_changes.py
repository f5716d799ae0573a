"""`renewables pipelines compare` and its Python function: moments, presets, the bridge of a part, JSON."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from elexon_assets.errors import UnusableInput
from renewables.queries.changes import (
    Period,
    bridge_steps,
    bridge_table,
    months_before,
    past_headline_figures,
    period_start,
    portfolio_changes,
)
from renewables.queries.pipeline import Filter, headline_figures
from tests.filled_homes import Renewables
from tests.renewables.moved_portfolio import LATER, OPENING, land_moved_portfolio
from tests.renewables.test_json_output import check_document

pytestmark = pytest.mark.slow


@pytest.fixture
def landed(home: Path) -> Path:
    land_moved_portfolio(date(2026, 3, 31), date(2026, 4, 10))
    return home


@pytest.mark.usefixtures("landed")
def test_the_command_prints_the_bridge_and_what_moved(renewables: Renewables) -> None:
    shown = renewables("pipelines", "compare", "--from", "2026-03-31", "--to", "2026-04-10")
    assert shown.code == 0, shown.err
    lines = [" ".join(line.split()) for line in shown.out.splitlines()]
    assert "MWp from the end of 2026-03-31 to the end of 2026-04-10" in lines[0]
    assert "Stage Technology Opening Advanced Resized Closing" in lines
    assert "Design Solar 40.5 -40.5 0.0 0.0" in lines
    assert "Procurement Solar 0.0 40.5 4.5 45.0" in lines
    assert "All 40.5 0.0 4.5 45.0" in lines
    assert "Advanced fen Fen Fen PV Solar Design → Procurement 40.5 → 45.0" in lines
    assert "fen Fen RTB 2027-03-01 → 2027-04-15 45" in lines
    assert "fen Fen Green → Amber late" in lines
    assert "i Grid Fen 2,500 → 4,500 Rated higher" in lines
    assert "renewables pipelines history ID" in shown.err


@pytest.mark.usefixtures("landed")
@pytest.mark.parametrize("span", [("--from", "2026-03-31"), ("--from", "2026-04-30"), ("--from", "2020-01-01")])
def test_the_json_of_a_comparison_fits_its_schema(renewables: Renewables, span: tuple[str, ...]) -> None:
    document = check_document("pipelines compare", renewables("pipelines", "compare", *span, "--json").out)
    assert document["after_position"] == len(OPENING) + len(LATER)


@pytest.mark.usefixtures("landed")
def test_the_command_runs_in_a_process_of_its_own_in_a_home_without_data_of_elexon() -> None:
    code = "import sys; from renewables.cli.main import main; sys.argv[1:] = ['pipelines', 'compare', '--json']; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    check_document("pipelines compare", done.stdout)


@pytest.mark.usefixtures("landed")
def test_without_changes_between_the_moments_the_command_suggests_an_earlier_one(renewables: Renewables) -> None:
    shown = renewables("pipelines", "compare", "--from", "2026-05-01", "--to", "2026-05-02")
    assert "Nothing changed from the end of 2026-05-01 to the end of 2026-05-02" in shown.out
    assert "earlier --from" in shown.out


@pytest.mark.usefixtures("landed")
@pytest.mark.parametrize(
    ("span", "message"),
    [
        (("--from", "2026-05-02", "--to", "2026-05-01"), "is after the end"),
        (("--from", "soon"), "not a day or a time"),
        (("--to", "2026-05-01T12:00"), "no time zone"),
    ],
)
def test_moments_that_cannot_be_compared_are_refused(
    renewables: Renewables, span: tuple[str, ...], message: str
) -> None:
    shown = renewables("pipelines", "compare", *span)
    assert shown.code != 0
    assert message in shown.err


@pytest.mark.usefixtures("home")
def test_without_a_warehouse_the_command_says_what_to_do(renewables: Renewables) -> None:
    shown = renewables("pipelines", "compare")
    assert shown.code != 0
    assert "renewables" in shown.err


@pytest.mark.usefixtures("landed")
def test_the_bridge_of_a_part_of_the_portfolio_adds_up() -> None:
    bridge = portfolio_changes("2026-03-31", "2026-04-10").bridge
    assert bridge_steps(bridge).rows() == [("Opening", 40.5), ("Resized", 4.5), ("Closing", 45.0)]
    assert bridge_steps(bridge, ["Design"]).rows() == [("Opening", 40.5), ("Advanced", -40.5), ("Closing", 0.0)]
    assert bridge_steps(bridge, technologies=["BESS"]).rows() == [("Opening", 0.0), ("Closing", 0.0)]
    table = bridge_table(bridge)
    assert table.select(pl.sum_horizontal(table.columns[2:-1])).to_series().to_list() == table["Closing"].to_list()


@pytest.mark.usefixtures("landed")
def test_invalid_moments_raise_an_error_in_python_too() -> None:
    with pytest.raises(UnusableInput, match="after the end"):
        portfolio_changes(date(2026, 5, 2), date(2026, 5, 1))


@pytest.mark.usefixtures("landed")
def test_headline_figures_of_an_earlier_day_are_those_of_that_day_under_the_same_filter() -> None:
    today = date(2026, 11, 27)
    present = headline_figures(Filter(today))
    assert past_headline_figures(Filter(today), date(2026, 3, 30)) is None
    first = past_headline_figures(Filter(today), date(2026, 4, 1))
    assert first is not None
    assert {name: first[name] for name in ("projects", "gross_mwp", "green", "amber", "stale", "open_points")} == {
        **{"projects": 1, "gross_mwp": 40.5, "green": 1, "amber": 0, "stale": 0, "open_points": 1}
    }
    assert past_headline_figures(Filter(today), date(2026, 4, 10)) == {**present, "stale": 0}
    assert present["stale"] == 1
    late = past_headline_figures(Filter(today), date(2027, 5, 1))
    assert late is not None
    assert late["overdue"] == 1
    design = Filter(today, stages=("Design",))
    assert [(past_headline_figures(design, day) or {})["projects"] for day in (date(2026, 4, 1), today)] == [1, 0]


@pytest.mark.parametrize(
    ("period", "day"),
    [
        (Period.WEEK, date(2026, 11, 22)),
        (Period.MONTH_END, date(2026, 10, 31)),
        (Period.MONTH, date(2026, 10, 27)),
        (Period.QUARTER, date(2026, 8, 27)),
    ],
)
def test_a_period_begins_with_the_end_of_the_day_before_it(period: Period, day: date) -> None:
    start = period_start(period, datetime(2026, 11, 27, 9, tzinfo=UTC))
    assert start == datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1, microseconds=-1)


def test_some_months_before_the_end_of_a_month_is_the_end_of_a_shorter_month() -> None:
    assert months_before(date(2026, 5, 31), 3) == date(2026, 2, 28)
    assert months_before(date(2026, 1, 15), 1) == date(2025, 12, 15)
