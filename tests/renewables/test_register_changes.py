"""What changed between two issues of a register, and how far connection dates moved."""

from datetime import date

import duckdb
import polars as pl
import pytest

from renewables.queries.register_changes import connection_slip, field_titles, register_changes
from renewables.user_errors import BadUsage
from tests.register_homes import DAYS, RegisterHome

Con = duckdb.DuckDBPyConnection


def issue(con: Con, register: str, day: date) -> pl.DataFrame:
    return con.sql(f"FROM register_records WHERE register = '{register}' AND issue_date = DATE '{day}'").pl()


@pytest.mark.parametrize("register", ["repd", "tec"])
def test_records_that_appeared_and_left_are_those_of_one_issue_only(register: str, register_con: Con) -> None:
    before, after = (set(issue(register_con, register, day)["record_id"]) for day in DAYS)
    result = register_changes(register, con=register_con)
    assert result is not None
    by_kind = {kind: set(result.changes.filter(change=kind)["record_id"]) for kind in ("appeared", "left", "changed")}
    assert (by_kind["appeared"], by_kind["left"]) == (after - before, before - after)
    assert by_kind["changed"] <= after & before
    assert (result.from_issue_date, result.to_issue_date) == DAYS
    assert result.records("appeared") == len(after - before)


def test_a_changed_status_is_listed_with_both_words(register_con: Con) -> None:
    before, after = (issue(register_con, "repd", day).select("record_id", "status") for day in DAYS)
    moved = before.join(after, on="record_id").filter(pl.col("status") != pl.col("status_right"))
    result = register_changes("repd", con=register_con)
    assert result is not None
    listed = result.changes.filter(field="status").select("record_id", "before", "after")
    assert sorted(listed.rows()) == sorted(moved.rows())
    assert field_titles("repd")["status"] == "Development Status (short)"


def test_slip_counts_the_mw_years_of_dates_that_moved_in_both_directions(register_con: Con) -> None:
    before, after = (issue(register_con, "tec", day) for day in DAYS)
    both = after.join(before.select("record_id", "connection_date"), on="record_id", suffix="_before")
    days = (pl.col("connection_date") - pl.col("connection_date_before")).dt.total_days()
    expected = both.with_columns(days=days).filter(pl.col("days") != 0)
    result = connection_slip(con=register_con)
    assert result is not None
    assert sorted(result.rows.select("record_id", "slip_days").rows()) == sorted(
        expected.select("record_id", "days").rows()
    )
    mw_years = (expected["days"] / 365.25 * expected["capacity_mw"]).sum()
    assert result.net_mw_years == pytest.approx(mw_years)
    assert result.technologies["net_mw_years"].sum() == pytest.approx(mw_years)
    sides = result.technologies.select(pl.col("later_mw_years").sum(), pl.col("earlier_mw_years").sum()).row(0)
    assert sides[0] >= 0 >= sides[1]


def test_two_issues_are_chosen_by_date_or_by_the_beginning_of_their_ids(
    registers: RegisterHome, register_con: Con
) -> None:
    earlier, later = registers.issues["tec"]
    by_date = register_changes("tec", str(DAYS[0]), str(DAYS[1]), con=register_con)
    by_id = register_changes("tec", earlier[:6], later[:6], con=register_con)
    assert by_date is not None
    assert by_id is not None
    assert by_date.changes.equals(by_id.changes)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("2020-01-01", None, "has no issue '2020-01-01'"),
        (str(DAYS[1]), str(DAYS[0]), "the earlier one first"),
        (None, str(DAYS[0]), "no earlier issue"),
    ],
)
def test_issues_that_cannot_be_compared_are_refused_with_those_there_are(
    before: str | None, after: str | None, message: str, register_con: Con
) -> None:
    with pytest.raises(BadUsage, match=message) as refused:
        register_changes("repd", before, after, con=register_con)
    assert str(DAYS[0]) in str(refused.value)
