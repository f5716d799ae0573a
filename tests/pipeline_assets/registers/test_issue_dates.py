"""Dates inside the names of register files."""

from datetime import date

import pytest

from pipeline_assets.registers.issue_dates import date_in_name, day_in_name

TODAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("tec-register-11-10-2024.csv", date(2024, 10, 11)),
        ("tec-register-02-september-2025.csv", date(2025, 9, 2)),
        ("TEC Register 04 February 2025", date(2025, 2, 4)),
        ("tec_register_2024-10-11.csv", date(2024, 10, 11)),
        ("tec_register_20241011.csv", date(2024, 10, 11)),
        ("tec.register.11.10.2024.csv", date(2024, 10, 11)),
        ("repd 1st Aug 2024.csv", date(2024, 8, 1)),
        ("repd-july-22-2024.csv", date(2024, 7, 22)),
        ("repd-q2-jul-2024.csv", date(2024, 7, 1)),
        ("repd-q2-july-2024.csv", date(2024, 7, 1)),
        ("repd-october-2023.csv", date(2023, 10, 1)),
        ("repd_2024-07.csv", date(2024, 7, 1)),
        ("REPD_Publication_Q4_2025.csv", date(2025, 12, 31)),
        ("repd-2024-q2.csv", date(2024, 6, 30)),
    ],
)
def test_the_date_of_an_issue_is_read_from_the_name_of_its_file(name: str, day: date) -> None:
    assert date_in_name(name, today=TODAY) == day


@pytest.mark.parametrize(
    "name",
    [
        "tec-register.csv",
        "tec-register-09-13-2025.csv",
        "tec-register-11-10-24.csv",
        "tec-register-31-02-2025.csv",
        "tec-register-2025-01-01-to-2025-02-01.csv",
        "tec-register-28-11-2027.csv",
        "repd-1906-07-01.csv",
        "6985c316d3f20250101b9b1f.csv",
        "register-2025.csv",
    ],
)
def test_a_name_without_one_certain_date_gives_none(name: str) -> None:
    assert date_in_name(name, today=TODAY) is None


def test_a_month_alone_is_no_day() -> None:
    assert day_in_name("repd-q2-jul-2024.csv", today=TODAY) is None
