"""`renewables quality`, and the options for flags, as-of and known-at of the other commands."""

import json
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import polars as pl
import pytest

from elexon_assets.datasets import WIND_AND_SOLAR
from elexon_assets.quality.flagging import update_flags
from elexon_assets.simulator.server import Simulator, running_simulator
from elexon_assets.time_inputs import shown
from renewables.queries.analysis import summary
from renewables.queries.generation import generation
from tests.elexon_assets.ingesting import fetch_days, landed_in
from tests.filled_homes import Filled, Renewables

pytestmark = pytest.mark.slow

NEW_YEAR = (date(2024, 1, 1), date(2024, 1, 3))
DAYS = ("--start", "2024-01-01", "--end", "2024-01-03")
DROP_OUTS = [("2024-01-01", "2024-01-01T05:30:00Z"), ("2024-01-03", "2024-01-03T14:00:00Z")]


@pytest.fixture(scope="module")
def recorded_home(recordings: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with the first three days of 2024 as recorded, flagged."""
    home = tmp_path_factory.mktemp("recorded")
    with running_simulator(recordings=recordings) as replay:
        update_flags(landed_in(home, replay.base_url, NEW_YEAR, run_id="recorded"))
    return home


@pytest.fixture
def recorded(recorded_home: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: ARG001 (home comes first)
    monkeypatch.setenv("RENEWABLES_HOME", str(recorded_home))
    return recorded_home


@pytest.mark.usefixtures("recorded")
def test_the_report_on_the_new_year_of_2024_lists_exactly_its_two_drop_outs(renewables: Renewables) -> None:
    told = json.loads(renewables("quality", "--json").out)
    assert [(day["day_utc"], *day["start_times_utc"]) for day in told["worst_days"]] == DROP_OUTS
    assert [(row["reason"], row["half_hours"], row["values"]) for row in told["flags_by_month"]] == [
        ("wind_understated", 2, 4)
    ]
    assert [row["half_hours_flagged"] for row in told["datasets"]] == [2, 0]
    assert told["understated_wind"]["estimated_missing_mwh"] == pytest.approx(4481.5 + 2077.3, abs=0.1)
    assert told["gaps"] == []
    assert {row["values_republished"] for rows in told["revisions"].values() for row in rows} == {0}
    shown = renewables("quality").out
    assert "05:30-06:00" in shown
    assert "14:00-14:30" in shown
    assert shown.count("Wind understated") == 3
    assert "at least 6.6 GWh. This is an ESTIMATE" in shown
    assert "Contains BMRS data" in shown


@pytest.mark.usefixtures("recorded")
def test_analyze_can_exclude_flagged_values_and_never_adds_the_estimate(renewables: Renewables) -> None:
    whole = json.loads(renewables("analyze", *DAYS, "--json").out)
    left = json.loads(renewables("analyze", *DAYS, "--exclude-flagged", "--json").out)
    assert [row["flagged_share"] for row in whole["categories"]] == pytest.approx([2 / 144, 2 / 144, 0, 2 / 144])
    assert [row["half_hours"] for row in whole["categories"]] == [144] * 4
    assert [row["half_hours"] for row in left["categories"]] == [142, 142, 144, 142]
    onshore = float(generation(*NEW_YEAR, categories=["Wind Onshore"])["generation_mw"].sum()) * 0.5
    assert whole["categories"][0]["energy_mwh"] == pytest.approx(onshore)
    assert left["categories"][0]["energy_mwh"] == pytest.approx(onshore - (2813.817 + 1554.042) / 2)
    assert whole["understated_wind"]["half_hours"] == 2
    shown = renewables("analyze", *DAYS, "--exclude-flagged").out
    assert "excluding flagged values" in shown
    assert "98.61 %" in shown
    assert "ESTIMATE" in shown
    assert "ESTIMATE" not in renewables("analyze", *DAYS, "--psr-type", "Solar").out


@pytest.mark.usefixtures("recorded")
def test_export_has_the_reasons_of_flags_and_can_exclude_flagged_values(renewables: Renewables) -> None:
    whole, left = (
        pl.read_csv(StringIO(renewables("export", *DAYS, *more).out)) for more in ([], ["--exclude-flagged"])
    )
    assert whole.filter(flags="wind_understated")["start_time_utc"].unique(maintain_order=True).to_list() == [
        start for _, start in DROP_OUTS
    ]
    assert (len(whole), len(left)) == (432, 428)
    assert "4 of 432 values are flagged" in renewables("export", *DAYS, "--output", "all.csv").err


@pytest.mark.usefixtures("recorded")
def test_plot_accepts_the_same_options_and_shows_them_on_the_page(renewables: Renewables) -> None:
    result = renewables("plot", *DAYS, "--exclude-flagged", "--as-of", "2024-01-02T12:00Z")
    assert "as published by 2024-01-02T12:00Z, excluding flagged values" in result.out
    page = Path("wind_and_solar.html").read_text(encoding="utf-8")
    assert "Shown as published by 2024-01-02T12:00Z, excluding flagged values." in page
    assert "Flagged: Wind understated" in page


@pytest.mark.parametrize("option", ["--as-of", "--known-at"])
def test_analyze_plot_and_export_accept_as_of_and_known_at(
    warehouse: Filled, renewables: Renewables, option: str
) -> None:
    span = ("--start", "2024-03-29", "--end", "2024-04-02")
    instant = {"--as-of": "2024-03-31T12:00:00Z", "--known-at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}[option]
    then = {option.strip("-").replace("-", "_"): datetime.fromisoformat(instant)}
    expected = generation(date(2024, 3, 29), date(2024, 4, 2), **then)  # type: ignore[arg-type]  # as_of or known_at
    assert len(pl.read_csv(StringIO(renewables("export", *span, option, instant).out))) == len(expected) > 0
    told = json.loads(renewables("analyze", *span, option, instant, "--json").out)
    figures = summary(date(2024, 3, 29), date(2024, 4, 2), **then)  # type: ignore[arg-type]  # as above
    assert [row["half_hours"] for row in told["categories"]] == figures["half_hours"].to_list()
    assert told["understated_wind"] is None
    assert f"by {shown(then[option.strip('-').replace('-', '_')])}" in renewables("plot", *span, option, instant).out
    assert warehouse.home


@pytest.mark.parametrize("command", ["analyze", "plot", "export"])
@pytest.mark.usefixtures("warehouse")
def test_as_of_and_known_at_together_are_refused(renewables: Renewables, command: str) -> None:
    result = renewables(command, "--as-of", "2024-04-01", "--known-at", "2024-04-01")
    assert (result.code, result.out) == (2, "")
    assert "not both" in result.err


@pytest.mark.usefixtures("warehouse")
def test_export_all_refuses_options_that_select_values(renewables: Renewables) -> None:
    result = renewables("export", "--all", "out", "--exclude-flagged")
    assert result.code == 2
    assert "--all exports every table as it is" in result.err


def test_values_not_checked_for_flags_yet_are_counted(simulator: Simulator, renewables: Renewables) -> None:
    simulator.faults = "understated@2024-01-08T05:30Z,hole@2024-01-08T09:00Z,republished@2024-01-08T10:00Z"
    fetch_days(date(2024, 1, 8), dataset=WIND_AND_SOLAR)
    before = renewables("quality").out
    assert "have landed since the last check for flags" in before
    assert "No flags." in before
    assert "values not checked yet" in renewables("status").out
    update_flags()
    after = renewables("quality").out
    assert "since the last check for flags" not in after
    assert "values not checked yet" not in renewables("status").out
    assert "2 values" not in after
    assert "missing energy cannot be estimated" in after
    assert "Republished" in after
    [wind] = [row for row in json.loads(renewables("quality", "--json").out)["gaps"] if "wind" in row["dataset"]]
    assert (wind["state"], wind["first_start_time_utc"]) == ("not_published", "2024-01-08T09:00:00Z")


@pytest.mark.usefixtures("home")
def test_the_quality_report_without_a_warehouse_gives_the_fix(renewables: Renewables) -> None:
    result = renewables("quality")
    assert (result.code, result.out) == (1, "")
    assert "renewables fetch-range" in result.err


@pytest.mark.parametrize("form", [(), ("--json",)])
@pytest.mark.usefixtures("empty_home")
def test_the_quality_report_without_rows_gives_the_fix(renewables: Renewables, form: tuple[str, ...]) -> None:
    result = renewables("quality", *form)
    assert (result.code, result.out) == (1, "")
    assert "has no data of wind_and_solar or generation_by_fuel yet" in result.err


@pytest.mark.usefixtures("warehouse")
def test_the_report_on_a_narrow_terminal_keeps_its_titles(renewables: Renewables) -> None:
    shown = renewables("quality", "--start", "2024-03-29", "--end", "2024-04-02", columns=40).out
    assert "Missing half-hours by state" in " ".join(shown.split())
    assert "Not published" in " ".join(shown.split())
