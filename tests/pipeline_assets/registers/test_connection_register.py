"""TEC: every trap of the real issues, read back from the table (issues of 2024, 2025 and 2026)."""

from datetime import date, timedelta

import polars as pl
import pytest

from pipeline_assets.errors import RegisterUnreadable
from tests.pipeline_assets.registers.excerpts import TEC_2024, TEC_2025, TEC_2026, Excerpts, read, value

pytestmark = pytest.mark.usefixtures("home")

TWO_ISSUES = "SELECT issue_id FROM register_issues ORDER BY issue_date"


def test_the_mw_of_a_project_are_connected_and_increase_and_not_the_cumulative_ones(excerpts: Excerpts) -> None:
    excerpts.land(TEC_2025)
    total, cumulative = read(
        "SELECT round(sum(capacity_mw)), (SELECT round(sum(cumulative_mw)) FROM tec_records) FROM register_current"
    ).row(0)
    assert (total, cumulative) == (84_390, 105_312)


def test_a_row_is_known_by_its_project_and_stage(excerpts: Excerpts) -> None:
    excerpts.land(TEC_2024)
    excerpts.land(TEC_2025)
    counts = read(
        "SELECT count(*), count(DISTINCT record_id), count(DISTINCT reference), count(*) FILTER (stage IS NULL) "
        "FROM register_records GROUP BY issue_date ORDER BY issue_date"
    ).rows()
    assert counts == [(193, 193, 168, 147), (217, 217, 174, 144)]
    staged = read("SELECT record_id, reference, stage FROM register_current WHERE stage IS NOT NULL LIMIT 1").row(0)
    assert staged[0] == f"{staged[1]}/{staged[2]}"


def test_stage_1_00_is_stage_1(excerpts: Excerpts) -> None:
    excerpts.land(TEC_2025)
    content = excerpts.changed(TEC_2025, lambda row: {"Stage": f"{row['Stage']}.00" if row["Stage"] else ""})
    excerpts.land(TEC_2025, content, date(2025, 9, 9))
    assert value("SELECT count(*) FROM register_issues") == 2
    assert value("SELECT count(*) FROM register_changes") == 0


def test_projects_that_came_and_left_are_counted_by_project_and_others_by_stage(excerpts: Excerpts) -> None:
    excerpts.land(TEC_2024)
    excerpts.land(TEC_2025)
    of_issue = [
        set(read("SELECT reference FROM register_records WHERE issue_id = ?", issue_id)["reference"])
        for issue_id in read(TWO_ISSUES)["issue_id"]
    ]
    before, after = of_issue
    assert (len(before & after), len(before - after), len(after - before)) == (153, 15, 21)
    left = set(read("SELECT reference FROM register_changes WHERE change = 'left'")["reference"])
    assert before - after <= left


@pytest.mark.parametrize("spelling", ["%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y"])
def test_dates_in_three_spellings_are_the_same_dates(excerpts: Excerpts, spelling: str) -> None:
    excerpts.land(TEC_2025)

    def respelled(row: dict[str, str]) -> dict[str, str]:
        text = row["MW Effective From"]
        return {"MW Effective From": date.fromisoformat(text.replace("/", "-")).strftime(spelling) if text else ""}

    excerpts.land(TEC_2025, excerpts.changed(TEC_2025, respelled), date(2025, 9, 9))
    assert value("SELECT count(connection_date) FROM register_current") == 181
    assert value("SELECT count(*) FROM register_changes") == 0
    assert value("SELECT count(*) FROM tec_records WHERE notes IS NOT NULL") == 0


def test_an_issue_with_the_month_first_fails_and_the_earlier_one_stays(excerpts: Excerpts) -> None:
    excerpts.land(TEC_2024)

    def month_first(row: dict[str, str]) -> dict[str, str]:
        text = row["MW Effective From"]
        return {"MW Effective From": f"{text[5:7]}/{text[8:]}/{text[:4]}" if text else ""}

    content = excerpts.changed(TEC_2025, month_first)
    with pytest.raises(RegisterUnreadable, match="month first"):
        excerpts.land(TEC_2025, content)
    assert value("SELECT max(issue_date) FROM register_current") == date(2024, 10, 11)
    assert "month first" in value("SELECT reason FROM register_failures")


def test_the_slip_of_connection_dates_goes_both_ways_and_leaves_out_blanks(excerpts: Excerpts) -> None:
    excerpts.land(TEC_2024)
    excerpts.land(TEC_2025)
    frames = [
        pl.DataFrame(excerpts.rows(name)[1]).select(
            "Project ID",
            "Stage",
            day=pl.col("MW Effective From").str.replace_all("/", "-").str.to_date("%Y-%m-%d", strict=False),
            mw=pl.col("MW Connected").cast(pl.Float64) + pl.col("MW Increase / Decrease").cast(pl.Float64),
        )
        for name in (TEC_2024, TEC_2025)
    ]
    moved = (
        frames[0]
        .join(frames[1], on=["Project ID", "Stage"], suffix="_later")
        .filter(pl.col("day") != pl.col("day_later"))
    )
    years = ((moved["day_later"] - moved["day"]).dt.total_days() / 365.25 * moved["mw_later"]).sum()
    slips = read("SELECT * FROM tec_connection_slip")
    assert len(slips) == len(moved) > 40
    assert slips["slip_mw_years"].sum() == pytest.approx(years)
    assert (slips["slip_days"] < 0).any()
    assert (slips["slip_days"] > 0).any()


def test_a_slip_of_one_year_is_one_mw_year_for_each_mw(excerpts: Excerpts) -> None:
    excerpts.land(TEC_2025)

    def later(row: dict[str, str]) -> dict[str, str]:
        text = row["MW Effective From"].replace("/", "-")
        return {"MW Effective From": str(date.fromisoformat(text) + timedelta(days=1461)) if text else ""}

    excerpts.land(TEC_2025, excerpts.changed(TEC_2025, later), date(2026, 9, 2))
    assert value("SELECT bool_and(abs(slip_mw_years - 4 * capacity_mw) < 1e-6) FROM tec_connection_slip")
    issues = read(TWO_ISSUES)["issue_id"].to_list()
    forth, back = (
        value("SELECT sum(slip_mw_years) FROM tec_slip_between(?, ?)", *pair) for pair in (issues, issues[::-1])
    )
    assert forth == pytest.approx(-back)


def test_a_date_that_became_blank_is_a_change_and_no_slip(excerpts: Excerpts) -> None:
    excerpts.land(TEC_2024)
    excerpts.land(TEC_2025)
    assert value("SELECT count(*) FROM register_current WHERE connection_date IS NULL") == 36
    blank = "SELECT record_id FROM register_changes WHERE field = 'connection_date' AND after IS NULL"
    assert value(f"SELECT count(*) FROM ({blank})") > 10
    assert value(f"SELECT count(*) FROM tec_connection_slip SEMI JOIN ({blank}) USING (record_id)") == 0


def test_hybrids_have_all_technologies_and_are_counted_once(excerpts: Excerpts) -> None:
    excerpts.land(TEC_2025)
    hybrids = read(
        "SELECT technology, technologies, technology_published FROM register_current WHERE len(technologies) > 1"
    )
    assert len(hybrids) == 89
    by_published = {row["technology_published"]: row for row in hybrids.to_dicts()}
    solar = by_published["Energy Storage System;PV Array (Photo Voltaic/solar)"]
    assert (solar["technology"], solar["technologies"]) == ("Solar", ["BESS", "Solar"])
    assert by_published["Demand;Energy Storage System"]["technology"] == "BESS"
    assert by_published["Energy Storage System;Reactive Compensation"]["technology"] == "BESS"
    assert by_published["Energy Storage System;Wind Onshore"]["technology"] == "Wind Onshore"


def test_customers_renamed_in_spelling_only_did_not_change(excerpts: Excerpts) -> None:
    before, after = (
        {(row["Project ID"], row["Stage"]): row["Customer Name"] for row in excerpts.rows(name)[1]}
        for name in (TEC_2024, TEC_2025)
    )
    renamed = {key for key in before.keys() & after.keys() if before[key] != after[key]}
    only_case = {key for key in renamed if before[key].casefold() == after[key].casefold()}
    excerpts.land(TEC_2024)
    excerpts.land(TEC_2025)
    changes = read("SELECT before, after FROM register_changes WHERE field = 'operator'")
    assert len(only_case) >= 12
    assert len(changes) <= len(renamed) - len(only_case)
    assert not changes.filter(pl.col("before").str.to_lowercase() == pl.col("after").str.to_lowercase()).height
    assert not changes.filter(pl.col("before").str.contains("(?i)menter")).height, "Mon and Môn are one"


def test_letters_beyond_latin_1_are_kept(excerpts: Excerpts) -> None:
    excerpts.land(TEC_2025)
    names = [row["Project Name"] for row in excerpts.rows(TEC_2025)[1] if "ŷ" in row["Project Name"]]
    assert names
    assert value("SELECT count(*) FROM register_current WHERE list_contains(?, name)", names) == len(names)


def test_built_rows_without_a_date_land(excerpts: Excerpts) -> None:
    excerpts.land(TEC_2024)
    rows = read("SELECT status_group, connection_date FROM register_current WHERE status = 'Built'")
    assert len(rows) == 23
    assert set(rows["status_group"]) == {"Operational"}
    assert rows["connection_date"].null_count() > 0


def test_the_gate_column_of_2026_is_known_and_earlier_issues_lack_it(excerpts: Excerpts) -> None:
    assert excerpts.land(TEC_2025).unknown_columns == []
    assert excerpts.land(TEC_2026).unknown_columns == []
    assert read("SELECT name, gate FROM register_current WHERE gate IS NOT NULL").rows() == [("17 Acres and BESS", "1")]
    assert value("SELECT count(gate) FROM register_records WHERE issue_date < DATE '2026-01-01'") == 0


def test_sums_by_technology_and_status_equal_an_independent_sum_of_connections(excerpts: Excerpts) -> None:
    for name in (TEC_2024, TEC_2025):
        landed = excerpts.land(name)
        independent = (
            pl.DataFrame(excerpts.rows(name)[1])
            .group_by(technology_published="Plant Type", status="Project Status")
            .agg(
                capacity_mw=(
                    pl.col("MW Connected").cast(pl.Float64) + pl.col("MW Increase / Decrease").cast(pl.Float64)
                )
                .sum()
                .round(6)
            )
            .sort("technology_published", "status")
        )
        ours = read(
            "SELECT technology_published, status, round(sum(capacity_mw), 6) AS capacity_mw FROM register_records "
            "WHERE issue_id = ? GROUP BY ALL ORDER BY ALL",
            landed.issue_id,
        )
        assert ours.equals(independent), name
