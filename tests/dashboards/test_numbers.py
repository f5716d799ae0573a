"""Tests that numbers on a page are those of SQL, and that an address restores the choices (scenarios 24 and 25)."""

import re
from datetime import date, timedelta
from itertools import product
from typing import Any
from urllib.parse import parse_qs

import polars as pl
import pytest

from dashboards.components.filters import CUSTOM
from dashboards.components.formatting import change_of
from elexon_assets.simulator.server import Simulator
from renewables.formatting import power
from tests.dashboards.conftest import Open, page_text
from tests.elexon_assets.ingesting import fetch_days
from tests.filled_homes import AUTUMN, Filled
from warehouse.connection import reading

ALMOST_A_DAY = "'23 hours 30 minutes'"
HELD = "start_time_utc >= (SELECT max(start_time_utc) - INTERVAL {} FROM wind_and_solar)"


def test_the_overview_cards_match_the_results_of_sql(warehouse: Filled, open_page: Open) -> None:
    app = open_page("overview")
    newest = warehouse.truth["start_time_utc"].to_list()[-1]
    shown = {metric.label: metric.value for metric in app.metric}
    changes = {metric.label: metric.delta for metric in app.metric}
    with reading() as con:
        for name in ("Wind Onshore", "Solar"):
            (mw,) = con.execute(
                "SELECT generation_mw FROM wind_and_solar WHERE start_time_utc = ? AND psr_type = ?", [newest, name]
            ).fetchall()[0]
            assert shown[name] == (f"{mw:,.0f} MW" if mw < 999.5 else f"{mw / 1000:.3g} GW")
            (before,) = con.execute(
                "SELECT generation_mw FROM wind_and_solar WHERE start_time_utc = ? AND psr_type = ?",
                [newest - timedelta(hours=1), name],
            ).fetchall()[0]
            assert changes[name] == power(abs(mw - before))
        (energy,) = con.execute(
            f"SELECT sum(generation_mw) * 0.5 FROM wind_and_solar WHERE psr_type = 'Solar' "
            f"AND {HELD.format(ALMOST_A_DAY)}"
        ).fetchall()[0]
    (solar,) = re.findall(r"Solar \|(.*)\|", page_text(app))
    assert solar.split("|")[2].strip() == f"{energy / 1000:.3g} GWh"


@pytest.mark.usefixtures("warehouse")
def test_every_column_of_the_figures_on_the_overview_has_a_title(open_page: Open) -> None:
    (titles,) = [line for line in page_text(open_page("overview")).splitlines() if "| Now |" in line]
    assert all(title.strip() for title in titles.strip().split("|")[1:-1])


@pytest.mark.parametrize(
    ("value", "text"), [(112.0, "↑ 12 %"), (88.0, "↓ 12 %"), (3_000.0, "↑ 2,900 %"), (100.2, "±0 %")]
)
def test_a_change_is_an_arrow_and_whole_percent(value: float, text: str) -> None:
    assert change_of(value, before=100) == text


def test_the_overview_begins_with_a_sentence_of_the_same_numbers(warehouse: Filled, open_page: Open) -> None:
    newest = warehouse.truth["start_time_utc"].max()
    with reading() as con:
        wind, solar = con.execute(
            "SELECT sum(generation_mw) FILTER (psr_type <> 'Solar'), sum(generation_mw) FILTER (psr_type = 'Solar') "
            "FROM wind_and_solar WHERE start_time_utc = ?",
            [newest],
        ).fetchall()[0]
    sentence = open_page("overview").subheader[0].value
    assert sentence.startswith(f"Wind {power(wind)}")
    assert f"solar {power(solar)}" in sentence


def test_missing_half_hours_are_counted_beside_the_cards(warehouse: Filled, open_page: Open) -> None:
    newest = warehouse.truth["start_time_utc"].to_list()[-1]
    week = warehouse.truth.filter(pl.col("start_time_utc") > newest - timedelta(days=7))
    whole = week.group_by("start_time_utc").len().filter(pl.col("len") == 3).height
    assert f"**{336 - whole} of 336** half-hours" in page_text(open_page("overview"))


@pytest.mark.usefixtures("warehouse")
def test_the_summary_of_a_period_matches_the_results_of_sql(open_page: Open) -> None:
    app = open_page("analysis", days="Custom", from_to=[str(AUTUMN[0]), str(AUTUMN[1])], technology="Solar")
    table = app.dataframe[0].value
    assert list(table["psr_type"]) == ["Solar"]
    with reading() as con:
        (energy,) = con.execute(
            "SELECT sum(generation_mw) * 0.5 FROM wind_and_solar WHERE psr_type = 'Solar' "
            "AND settlement_date BETWEEN ? AND ?",
            list(AUTUMN),
        ).fetchall()[0]
    assert table["energy_gwh"][0] * 1000 == pytest.approx(energy)


VIEWS = ["Time series", "Distribution", "Correlation", "Seasons", "Duration", "Comparison", "Year on year"]


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize(
    ("data", "view"),
    [*product(["Wind and solar", "Generation by fuel"], VIEWS), ("Wind and solar", "Capacity factor")],
)
def test_every_view_is_drawn_with_its_table_on_request(data: str, view: str, open_page: Open) -> None:
    app = open_page("analysis", view=view, data=data, days="All")
    assert not app.exception
    assert app.selectbox(key="view").value == view
    assert app.selectbox(key="data").value == data.lower().replace(" ", "_")
    assert len(app.get("plotly_chart")) == (2 if view == "Seasons" else 1)
    tables = len(app.dataframe)
    for key in [item.key for item in app.expander if item.key]:
        app.session_state[key] = True
    app.run()
    assert not app.exception
    assert len(app.dataframe) > tables


@pytest.mark.usefixtures("warehouse")
def test_a_resolution_too_fine_for_the_period_is_replaced_with_a_notice(open_page: Open) -> None:
    app = open_page("analysis", days="All", grain="half-hour")
    assert "too many for this period" in page_text(app)
    assert "Mean MW per **day**" in page_text(app)


@pytest.mark.usefixtures("warehouse")
def test_the_explorer_lists_the_rows_that_sql_returns(open_page: Open) -> None:
    app = open_page("explorer", days="All", technology="Wind Offshore", low="5000", by="MW")
    with reading() as con:
        rows = con.execute(
            "SELECT generation_mw FROM wind_and_solar WHERE psr_type = 'Wind Offshore' AND generation_mw >= 5000 "
            "ORDER BY generation_mw DESC"
        ).fetchall()
    assert f"**{len(rows):,}** rows" in page_text(app)
    assert list(app.dataframe[0].value["generation_mw"]) == [mw for (mw,) in rows[:100]]


@pytest.mark.usefixtures("warehouse")
def test_a_point_in_time_hides_later_revisions(open_page: Open) -> None:
    app = open_page("explorer", days="All", as_of="2024-04-01T11:00Z")
    with reading() as con:
        (rows,) = con.execute(
            "SELECT count(*) FROM wind_and_solar_as_of(TIMESTAMPTZ '2024-04-01 11:00:00+00')"
        ).fetchall()[0]
    assert f"**{rows:,}** rows" in page_text(app)
    assert "The flags are today's" in page_text(app)


@pytest.mark.usefixtures("warehouse")
def test_a_day_as_point_in_time_means_the_end_of_that_day(open_page: Open) -> None:
    app = open_page("explorer", days="All", as_of="2024-03-31")
    with reading() as con:
        (rows,) = con.execute("SELECT count(*) FROM wind_and_solar_as_of('2024-03-31')").fetchall()[0]
    assert f"**{rows:,}** rows, as published by the end of 2024-03-31" in page_text(app)
    assert "**1,346** rows" in page_text(open_page("explorer", days="All", as_of="9999-12-31"))


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ({"as_of": "2024-03-31T12:00"}, "has no time zone"),
        ({"as_of": "1899-12-30"}, "is outside the years 1990 to 2100"),
        ({"from_to": ["2024-04-02", "2024-04-01"]}, "is after the end"),
        ({"from_to": ["2010-01-01", "2024-04-01"]}, "is before 2016"),
        ({"from_to": ["2024-04-01", "9999-12-31"]}, "is outside the years 1990 to 2100"),
        ({"from_to": "junk"}, "is not a day"),
        ({"from_to": ["2024-04-01", "2025-04-01"]}, "There is no data for all of"),
    ],
)
@pytest.mark.usefixtures("warehouse")
def test_invalid_times_in_the_address_are_reported(open_page: Open, address: dict[str, Any], sentence: str) -> None:
    app = open_page("explorer", days="Custom", **address)
    assert not app.exception
    assert sentence in page_text(app).replace("\\", "")


@pytest.mark.usefixtures("warehouse")
def test_coverage_counts_the_same_days_as_the_view(open_page: Open) -> None:
    app = open_page("data_management", year="2024")
    with reading() as con:
        (short,) = con.execute(
            "SELECT count(*) FROM wind_and_solar_coverage WHERE half_hours BETWEEN 1 AND 47"
        ).fetchall()[0]
    assert f"**{short}** short" in page_text(app)


def way_from(day: str, open_page: Open) -> dict[str, list[str]]:
    """Return the link from that day in the list of days with gaps."""
    app = open_page("data_management", year="2024")
    app.session_state["gaps"] = True
    app.run()
    row = [f"{item:%F}" for item in app.dataframe[0].value["day_utc"]].index(day)
    app.session_state["rows wind_and_solar-gaps"] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    app.run()
    assert not app.exception
    link = next(link for link in app.get("page_link") if "half-hours" in link.proto.label)
    return {name.replace("-", "_"): values for name, values in parse_qs(link.proto.query_string).items()}


@pytest.mark.usefixtures("warehouse")
def test_an_incomplete_day_links_to_its_half_hours(open_page: Open) -> None:
    explorer = open_page("explorer", **way_from("2024-04-01", open_page))
    with reading() as con:
        (rows,) = con.execute(
            "SELECT count(*) FROM wind_and_solar WHERE settlement_date BETWEEN '2024-04-01' AND '2024-04-02'"
        ).fetchall()[0]
    assert f"**{rows}** rows" in page_text(explorer)


def test_the_last_day_with_data_links_to_its_half_hours_even_if_it_ends_early(
    open_page: Open, simulator: Simulator
) -> None:
    """Its UTC day ends on a settlement date without data."""
    simulator.faults = "hole@2024-07-01T22:30Z/2024-07-02"
    assert not fetch_days(date(2024, 6, 20), date(2024, 7, 1)).failed
    explorer = open_page("explorer", **way_from("2024-07-01", open_page))
    assert explorer.selectbox(key="days").value == CUSTOM
    assert f"**{(48 - 3) * 3}** rows" not in page_text(explorer), "of the settlement date, which began an hour earlier"
    assert f"**{(48 - 1) * 3}** rows" in page_text(explorer)


@pytest.mark.usefixtures("warehouse")
def test_a_day_after_the_last_data_has_no_link_to_half_hours(open_page: Open) -> None:
    app = open_page("data_management")
    app.session_state["gaps"] = True
    app.session_state["rows wind_and_solar-gaps"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    assert not app.exception
    newest = app.dataframe[0].value["day_utc"][0]
    assert f"No data for {newest.day} {newest:%b %Y} yet. Import it first." in page_text(app)
    assert not [link for link in app.get("page_link") if "half-hours" in link.proto.label]
