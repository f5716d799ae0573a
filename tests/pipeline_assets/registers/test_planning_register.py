"""REPD: every trap of the real issues, read back from the table (three vintages of 2021, 2022 and 2024)."""

from datetime import date

import polars as pl
import pytest

from tests.pipeline_assets.registers.excerpts import (
    REPD,
    REPD_2021,
    REPD_2022,
    REPD_2024,
    Excerpts,
    read,
    value,
)

pytestmark = pytest.mark.usefixtures("home")


@pytest.mark.parametrize(
    ("name", "records", "columns"), [(REPD_2021, 181, 53), (REPD_2022, 287, 50), (REPD_2024, 287, 53)]
)
def test_issues_with_other_columns_in_another_order_land_completely(
    excerpts: Excerpts, name: str, records: int, columns: int
) -> None:
    headers, _ = excerpts.rows(name)
    landed = excerpts.land(name)
    assert len(headers) == columns
    assert (landed.rows_landed, landed.rows_quarantined) == (records, 0)
    assert (landed.unknown_columns, landed.unknown_words) == ([], [])


def test_blank_headers_are_ignored_and_a_trailing_blank_in_a_header_does_not_count(excerpts: Excerpts) -> None:
    headers, _ = excerpts.rows(REPD_2024)
    assert "Are they re-applying (Old REPD Ref) " in headers
    excerpts.land(REPD_2021)
    excerpts.land(REPD_2024)
    assert value("SELECT count(*) FROM repd_records WHERE other_columns IS NOT NULL") == 0
    assert value("SELECT count(old_ref_ids) FROM repd_records") == 19


def test_35_and_35_00_are_one_value(excerpts: Excerpts) -> None:
    before, after = (
        {row["Ref ID"]: row["Installed Capacity (MWelec)"] for row in excerpts.rows(name)[1]}
        for name in (REPD_2022, REPD_2024)
    )
    differing_texts = [ref for ref in before.keys() & after.keys() if before[ref] != after[ref]]
    excerpts.land(REPD_2022)
    excerpts.land(REPD_2024)
    assert len(differing_texts) > 171
    assert value("SELECT count(*) FROM register_changes WHERE field = 'capacity_mw'") == 41


def test_a_blank_capacity_is_null_and_not_zero(excerpts: Excerpts) -> None:
    _, rows = excerpts.rows(REPD_2024)
    blank = sum(not row["Installed Capacity (MWelec)"].strip() for row in rows)
    excerpts.land(REPD_2024)
    assert value("SELECT count(*) FROM register_current WHERE capacity_mw IS NULL") == blank > 0
    assert value("SELECT count(*) FROM register_current WHERE capacity_mw = 0") == 0


def test_line_breaks_inside_cells_and_letters_beyond_ascii_are_kept(excerpts: Excerpts) -> None:
    _, rows = excerpts.rows(REPD_2024)
    broken = sum(any("\n" in cell.strip() for cell in row.values()) for row in rows)
    names = [row["Site Name"].strip() for row in rows if not row["Site Name"].isascii()]
    excerpts.land(REPD_2024)
    texts = " || '|' || ".join(f"coalesce({column.name}, '')" for column in REPD.columns if column.kind == "text")
    assert value(f"SELECT count(*) FROM repd_records WHERE contains({texts}, chr(10))") == broken > 0
    assert read("SELECT site_name FROM repd_records WHERE list_contains(?, site_name)", names)[
        "site_name"
    ].len() == len(names)


def test_na_and_blanks_are_null_without_a_note(excerpts: Excerpts) -> None:
    excerpts.land(REPD_2024)
    rows = read("SELECT ref_id, operational_date, notes FROM repd_records WHERE ref_id IN ('8101', '11509')")
    assert rows["operational_date"].null_count() == 2
    assert value("SELECT count(*) FROM repd_records WHERE notes IS NOT NULL") == 0
    assert (
        value("SELECT count(*) FROM repd_records WHERE trim(old_ref_ids) = '' OR trim(judicial_review::VARCHAR) = ''")
        == 0
    )


def test_dates_from_1938_to_2049_are_dates(excerpts: Excerpts) -> None:
    content = excerpts.changed(
        REPD_2024,
        lambda row: (
            {"Operational": "01/01/1906", "Planning Permission Expired": "31/12/2049"} if row["Ref ID"] == "387" else {}
        ),
    )
    excerpts.land(REPD_2024, content)
    [row] = read("SELECT operational_date, permission_expiry_date FROM repd_records WHERE ref_id = '387'").rows()
    assert row == (date(1906, 1, 1), date(2049, 12, 31))
    assert value("SELECT count(*) FROM repd_records WHERE operational_date < DATE '1963-01-01'") > 5
    assert value("SELECT count(*) FROM repd_records WHERE notes IS NOT NULL") == 0


@pytest.mark.parametrize(
    "text", ["07/22/2026", "31/02/2024", "01/01/1899", "01/01/9999", "22/07/26", "soon", "2026", "0000-00-00"]
)
def test_a_cell_that_is_no_date_is_null_with_a_note_and_the_record_lands(excerpts: Excerpts, text: str) -> None:
    content = excerpts.changed(REPD_2024, lambda row: {"Operational": text} if row["Ref ID"] == "387" else {})
    excerpts.land(REPD_2024, content)
    [(day, notes)] = read("SELECT operational_date, notes FROM repd_records WHERE ref_id = '387'").rows()
    assert day is None
    assert len(notes) == 1
    assert notes[0].startswith("Operational: ")
    assert text in notes[0]


def test_a_day_is_read_before_its_month(excerpts: Excerpts) -> None:
    content = excerpts.changed(REPD_2024, lambda _: {"Operational": "03/04/2026"}, rows=1)
    excerpts.land(REPD_2024, content)
    assert value("SELECT operational_date FROM repd_records") == date(2026, 4, 3)


def test_the_numbers_of_days_that_a_spreadsheet_writes_are_the_same_dates(excerpts: Excerpts) -> None:
    """The judicial review is 42570 in 2021 and 19/07/2016 in 2022."""
    excerpts.land(REPD_2021)
    excerpts.land(REPD_2022)
    assert value("SELECT count(*) FROM repd_records WHERE judicial_review = DATE '2016-07-19'") == 2
    assert value("SELECT count(*) FROM register_changes WHERE field = 'judicial_review'") == 0


def test_the_offshore_wind_round_is_no_date(excerpts: Excerpts) -> None:
    excerpts.land(REPD_2021)
    excerpts.land(REPD_2024)
    rounds = read("SELECT DISTINCT offshore_wind_round FROM repd_records WHERE offshore_wind_round IS NOT NULL")
    assert set(rounds["offshore_wind_round"]) == {"1", "2", "STW"}
    assert value("SELECT count(*) FROM register_changes WHERE field = 'offshore_wind_round'") == 0


def test_a_revised_record_is_not_dead_and_names_its_successors(excerpts: Excerpts) -> None:
    excerpts.land(REPD_2024)
    rows = read("SELECT record_id, status_group, successors FROM register_current WHERE status = 'Revised'")
    assert len(rows) == 41
    assert set(rows["status_group"]) == {"Revised"}
    assert rows["successors"].list.len().min() == 1
    successors = dict(rows.select("record_id", "successors").rows())
    assert successors["4561"] == ["6790"]
    assert successors["3926"] == ["10713", "10714"]


def test_co_located_storage_is_a_record_of_its_own(excerpts: Excerpts) -> None:
    excerpts.land(REPD_2024)
    pairs = read(
        "SELECT r.storage_colocation_ref_id, c.technology FROM repd_records AS r "
        "JOIN register_current AS c ON c.record_id = r.ref_id WHERE r.storage_type = 'Co-located with RE'"
    )
    assert len(pairs) > 20
    assert set(pairs["technology"]) == {"BESS"}


def test_a_permission_that_has_lapsed_keeps_its_published_status_and_date(excerpts: Excerpts) -> None:
    excerpts.land(REPD_2024)
    lapsed = value(
        "SELECT count(*) FROM register_current WHERE status = 'Awaiting Construction' "
        "AND permission_expiry_date < issue_date"
    )
    assert lapsed > 0


def test_four_sites_of_one_name_are_four_records(excerpts: Excerpts) -> None:
    excerpts.land(REPD_2024)
    assert value("SELECT count(DISTINCT record_id) FROM register_current WHERE name = 'Home Farm'") == 4


def test_what_changed_between_two_issues_is_what_the_excerpts_say(excerpts: Excerpts) -> None:
    excerpts.land(REPD_2022)
    excerpts.land(REPD_2024)
    counts = dict(
        read("SELECT coalesce(field, change) AS what, count(*) AS n FROM register_changes GROUP BY ALL").rows()
    )
    assert (counts["appeared"], counts["left"]) == (25, 25)
    assert counts["status"] == 164
    assert counts["capacity_mw"] == 41
    assert counts["operator"] == 23
    assert counts["technology_published"] == 5
    assert counts["permission_expiry_date"] == 47
    assert "solar_site_area_sqm" not in counts, "a column that one issue lacks is no change"


def test_sums_by_technology_and_status_equal_an_independent_sum(excerpts: Excerpts) -> None:
    for name in (REPD_2021, REPD_2022, REPD_2024):
        landed = excerpts.land(name)
        _, rows = excerpts.rows(name)
        independent = (
            pl.DataFrame(rows, infer_schema_length=None)
            .select(
                technology_published=pl.col("Technology Type").str.strip_chars(),
                status=pl.col("Development Status (short)").str.strip_chars(),
                capacity_mw=pl.col("Installed Capacity (MWelec)").str.strip_chars().cast(pl.Float64, strict=False),
            )
            .group_by("technology_published", "status")
            .agg(pl.col("capacity_mw").sum().round(6), records=pl.len().cast(pl.Int64))
            .sort("technology_published", "status")
        )
        ours = read(
            "SELECT technology_published, status, round(coalesce(sum(capacity_mw), 0), 6) AS capacity_mw, "
            "count(*) AS records FROM register_records WHERE issue_id = ? GROUP BY ALL ORDER BY ALL",
            landed.issue_id,
        )
        assert ours.equals(independent), name
