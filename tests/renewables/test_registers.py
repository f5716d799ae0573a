"""Search, sums, neighbours and operators of the registers, on invented issues and on excerpts of real ones."""

import os
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from pipeline_assets.registers.declarations import REGISTERS
from pipeline_assets.registers.vintages import land_issue
from renewables.queries.register_history import register_record
from renewables.queries.register_issues import RegistersMissing, register_issues, register_status
from renewables.queries.register_operators import operator_ranking
from renewables.queries.registers import (
    RegisterFilter,
    neighbours,
    register_choices,
    register_records,
    register_sums,
    squares_of_records,
)
from renewables.user_errors import BadUsage
from tests.register_homes import DAYS, FILES, SEED, RegisterHome
from warehouse.connection import writing
from warehouse.errors import WarehouseMissing

Con = duckdb.DuckDBPyConnection
EXCERPTS = {
    "repd": ("repd_2024_q2.csv", "cp1252"),
    "tec": ("tec_register_2025-09-02.csv", "utf-8-sig"),
}


@pytest.fixture(scope="session")
def excerpts() -> Path:
    """Return the folder with excerpts of real issues, beside the recordings."""
    named = os.environ.get("RECORDINGS")
    if not named:
        pytest.skip("RECORDINGS does not name the folder beside which the excerpts of the registers are")
    return Path(named).parent / "registers"


def published_rows(content: bytes, encoding: str) -> pl.DataFrame:
    """Return the cells of an issue as texts, read without our parser."""
    return pl.read_csv(content.decode(encoding).encode(), infer_schema=False, truncate_ragged_lines=True)


def independent_sums(register: str, frame: pl.DataFrame) -> dict[tuple[str, str], tuple[int, float]]:
    """Return records and MW by published technology and status, computed from the published cells alone."""
    frame = frame.rename({name: " ".join(name.split()) for name in frame.columns})

    def number(name: str) -> pl.Expr:
        return pl.col(name).str.strip_chars().str.replace_all(",", "").cast(pl.Float64, strict=False)

    if register == "repd":
        keys, mw = ("Technology Type", "Development Status (short)"), number("Installed Capacity (MWelec)")
    else:
        keys, mw = ("Plant Type", "Project Status"), number("MW Connected") + number("MW Increase / Decrease")
    sums = frame.group_by(*(pl.col(key).str.strip_chars() for key in keys)).agg(pl.len(), mw=mw.sum())
    return {(technology, status): (count, round(mw, 6)) for technology, status, count, mw in sums.iter_rows()}


def our_sums(con: Con, register: str) -> dict[tuple[str, str], tuple[int, float]]:
    rows = con.execute(
        "SELECT technology_published, status, count(*), coalesce(sum(capacity_mw), 0) FROM register_current "
        "WHERE register = ? GROUP BY ALL",
        [register],
    ).fetchall()
    return {(technology, status): (count, round(mw, 6)) for technology, status, count, mw in rows}


@pytest.mark.parametrize("register", REGISTERS)
def test_the_sums_of_each_technology_and_status_equal_an_independent_computation(
    register: str, excerpts: Path, home: Path
) -> None:
    name, encoding = EXCERPTS[register]
    content = (excerpts / name).read_bytes()
    land_issue(lambda: writing(home / "warehouse.duckdb"), REGISTERS[register], content, name)
    frame = published_rows(content, encoding)
    with writing(home / "warehouse.duckdb") as con:
        assert our_sums(con, register) == independent_sums(register, frame)
        sums = register_sums(RegisterFilter((register,)), con=con)
    assert sums["records"].sum() == len(frame)
    expected = sum(mw for _, mw in independent_sums(register, frame).values())
    assert sums["capacity_mw"].sum() == pytest.approx(expected)


def test_the_tec_excerpt_has_84390_mw_and_not_its_cumulative_sum(excerpts: Path, home: Path) -> None:
    name, _ = EXCERPTS["tec"]
    land_issue(lambda: writing(home / "warehouse.duckdb"), REGISTERS["tec"], (excerpts / name).read_bytes(), name)
    with writing(home / "warehouse.duckdb") as con:
        assert round(register_sums(con=con)["capacity_mw"].sum()) == 84_390


@pytest.mark.parametrize("register", REGISTERS)
def test_the_sums_of_invented_issues_equal_an_independent_computation(register: str, register_con: Con) -> None:
    frame = published_rows(FILES[register](SEED, DAYS[-1]), "cp1252" if register == "repd" else "utf-8-sig")
    assert our_sums(register_con, register) == independent_sums(register, frame)


CONDITIONS: dict[str, tuple[dict[str, Any], Any]] = {
    "technology": ({"technologies": ("solar",)}, lambda row: "Solar" in row["technologies"]),
    "status": ({"statuses": ("OPERATIONAL",)}, lambda row: row["status"] == "Operational"),
    "status group": ({"status_groups": ("consented",)}, lambda row: row["status_group"] == "Consented"),
    "capacity": ({"least_mw": 20, "most_mw": 50}, lambda row: 20 <= (row["capacity_mw"] or 0) <= 50),
    "register": ({"registers": ("TEC",)}, lambda row: row["register"] == "tec"),
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_filter_returns_exactly_the_records_that_match(name: str, register_con: Con) -> None:
    fields, matches = CONDITIONS[name]
    every = register_con.sql("FROM register_current").pl().to_dicts()
    expected = {(row["register"], row["record_id"]) for row in every if matches(row)}
    rows = register_records(RegisterFilter(**fields), con=register_con)
    assert expected
    assert set(rows.select("register", "record_id").iter_rows()) == expected
    assert register_sums(RegisterFilter(**fields), con=register_con)["records"].sum() == len(expected)


def test_words_match_in_any_case_and_without_accents(register_con: Con) -> None:
    name = next(
        name
        for (name,) in register_con.execute("SELECT name FROM register_current WHERE register = 'repd'").fetchall()
        if len(name.split()) > 1
    )
    plain = "".join(f"{word.upper()} " for word in reversed(name.split()))
    assert name in register_records(RegisterFilter(("repd",), text=plain), con=register_con)["name"].to_list()
    assert register_records(RegisterFilter(text="no such word"), con=register_con).is_empty()


def test_pages_of_rows_join_to_the_complete_list(register_con: Con) -> None:
    every = register_records(con=register_con)
    pages = [register_records(limit=40, offset=offset, con=register_con) for offset in range(0, len(every), 40)]
    assert pl.concat(pages).equals(every)


def test_neighbours_are_the_records_within_the_distance_the_nearest_first(register_con: Con) -> None:
    places, km = [(52.0, -1.0), (53.5, -2.0)], 60.0

    def distance(row: dict[str, Any]) -> float:
        return min(great_circle_km(row["latitude"], row["longitude"], *place) for place in places)

    every = register_con.sql("FROM register_current WHERE latitude IS NOT NULL").pl().to_dicts()
    expected = sorted(round(distance(row), 6) for row in every if distance(row) <= km)
    rows = neighbours(places, km, con=register_con)
    assert expected
    assert [round(value, 6) for value in rows["distance_km"]] == expected
    without = rows["reference"].to_list()[:2]
    assert set(neighbours(places, km, without=without, con=register_con)["reference"]).isdisjoint(without)
    assert neighbours([], km, con=register_con).is_empty()


def great_circle_km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    a, b = radians(latitude), radians(other_latitude)
    half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(other_longitude - longitude) / 2) ** 2
    return 2 * 6371.0088 * asin(sqrt(half))


def test_squares_of_the_map_hold_every_placed_record_once(register_con: Con) -> None:
    placed = register_con.sql("FROM register_current WHERE latitude IS NOT NULL").pl()
    squares = squares_of_records(RegisterFilter(), con=register_con)
    assert squares["records"].sum() == len(placed)
    assert squares["capacity_mw"].sum() == pytest.approx(placed["capacity_mw"].sum())


def test_operators_are_ranked_by_mw_and_their_stages_add_up(register_con: Con) -> None:
    ranking = operator_ranking(RegisterFilter(("repd",)), con=register_con)
    every = register_con.sql("FROM register_current WHERE register = 'repd' AND trim(operator) <> ''").pl()
    assert ranking.operators["capacity_mw"].is_sorted(descending=True)
    assert ranking.operators["records"].sum() == len(every) == ranking.stages["records"].sum()
    assert ranking.stages["capacity_mw"].sum() == pytest.approx(every["capacity_mw"].sum())
    few = operator_ranking(RegisterFilter(("repd",)), limit=3, con=register_con)
    assert (len(few.operators), few.total) == (3, len(ranking.operators))


def test_choices_are_the_words_of_the_newest_issue(register_con: Con) -> None:
    choices = register_choices("repd", con=register_con)
    statuses = register_con.execute(
        "SELECT DISTINCT status FROM register_current WHERE register = 'repd' ORDER BY 1"
    ).fetchall()
    assert choices.statuses == tuple(status for (status,) in statuses)
    assert {"Solar", "BESS"} <= set(choices.technologies)


def test_one_record_has_its_published_cells_and_a_row_for_each_issue(
    registers: RegisterHome, register_con: Con
) -> None:
    [(record_id,)] = register_con.execute(
        "SELECT record_id FROM register_records WHERE register = 'tec' GROUP BY ALL HAVING count(*) = 2 "
        "ORDER BY record_id LIMIT 1"
    ).fetchall()
    record = register_record("TEC", record_id, con=register_con)
    assert record is not None
    assert record.history["issue_date"].to_list() == [DAYS[1], DAYS[0]]
    assert record.published["Project ID"] == record_id.partition("/")[0]
    assert record.is_current
    assert register_record("tec", "no such id", con=register_con) is None
    assert registers.issues


def test_the_newest_issue_of_each_register_is_known_by_its_date(registers: RegisterHome, register_con: Con) -> None:
    statuses = {status.register: status for status in register_status(register_con)}
    assert {name: (status.issue_date, status.issue_id) for name, status in statuses.items()} == {
        name: (DAYS[1], later) for name, (_, later) in registers.issues.items()
    }
    assert register_issues("repd", con=register_con)["issue_id"].to_list() == list(reversed(registers.issues["repd"]))
    with pytest.raises(BadUsage, match="choose repd or tec"):
        register_issues("rego", con=register_con)


def test_a_home_without_registers_is_told_how_to_fetch_them(home: Path) -> None:
    with pytest.raises(RegistersMissing, match="`renewables registers fetch`"):
        register_records()
    with pytest.raises(WarehouseMissing):
        register_status()
    assert home
