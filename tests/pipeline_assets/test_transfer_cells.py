"""One cell both ways: days and numbers as people write them, words, lists, and texts that a spreadsheet would run."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline_assets.spreadsheets import cells
from pipeline_assets.vocabulary import Stage, Technology

DANGEROUS = [
    "=HYPERLINK(1)",
    "+44 20",
    "-1+2",
    "@SUM(A1)",
    "\tx",
    "\rx",
    " =1",
    "\uff1d1",
    "007",
    "12e5",
    "1/2",
    "%0|calc",
]


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_text_that_a_spreadsheet_would_run_or_change_gets_an_apostrophe(text: str) -> None:
    assert cells.guarded(text) == "'" + text


@pytest.mark.parametrize("text", ["'s-Hertogenbosch", "'quoted'", "", "plain", "3 sites"])
def test_other_texts_stand_as_they_are(text: str) -> None:
    assert cells.guarded(text) == cells.bare(text) == text


@given(
    st.one_of(
        st.text(), st.builds("".join, st.lists(st.sampled_from(["'", "=", "x", "1", " ", "\t", "-"]), max_size=6))
    )
)
@example("'=1")
@example("''=1")
def test_the_guard_comes_off_exactly(text: str) -> None:
    assert cells.bare(cells.guarded(text)) == text


@pytest.mark.parametrize(
    "cell",
    [
        *("2026-07-22", "2026-07-22 00:00:00", "2026-07-22T10:00:00+00:00", "2026/07/22", "22/07/2026", "22.07.2026"),
        *("22-07-2026", "22 Jul 2026", "22 July 2026", "22-Jul-2026", "22nd July 2026", "July 22, 2026", " 2026-7-22 "),
        "'2026-07-22",
    ],
)
def test_a_day_is_read_however_it_is_written(cell: str) -> None:
    assert cells.day(cell) == date(2026, 7, 22)


@pytest.mark.parametrize(
    ("cell", "hint"),
    [
        ("07/22/2026", "month first.*2026-07-22"),
        ("31/02/2026", "no day of the calendar"),
        ("22/07/26", "YYYY-MM-DD"),
        ("46225", "YYYY-MM-DD"),
        ("22 Zul 2026", "no month"),
        ("soon", "not a day"),
    ],
)
def test_what_is_no_day_is_refused_with_a_way_out(cell: str, hint: str) -> None:
    with pytest.raises(cells.CellError, match=hint):
        cells.day(cell)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12.5", 12.5),
        (" -0.878 ", -0.878),
        ("1,250.5", 1250.5),
        ("1,234,567", 1234567),
        ("1 250", 1250),
        ("1e-05", 1e-5),
        ("\u22122.6", -2.6),
        (".5", 0.5),
        ("'12", 12),
    ],
)
def test_a_number_may_have_separators_that_can_mean_one_thing_only(cell: str, value: float) -> None:
    assert cells.number(cell) == value


@pytest.mark.parametrize(
    ("cell", "hint"),
    [
        *(("12,5", "write 12.5"), ("1.234,5", "write 1234.5"), ("49,765", "write 49.765"), ("50 MW", "without a unit")),
        *(("nan", "not a number"), ("1_000", "not a number"), ("", "not a number")),
    ],
)
def test_a_decimal_comma_is_refused_with_what_to_write(cell: str, hint: str) -> None:
    with pytest.raises(cells.CellError, match=hint):
        cells.number(cell)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_come_back_exactly(value: float) -> None:
    assert cells.number(cells.plain(value)) == value


def test_words_are_known_whatever_their_capitals_and_hyphens() -> None:
    assert [cells.word(Stage, cell) for cell in ("on hold", "ON-HOLD", "design")] == ["On hold", "On hold", "Design"]
    assert [cells.word(Technology, cell) for cell in ("bess", "Onshore wind", "PV")] == [
        "BESS",
        "Wind Onshore",
        "Solar",
    ]
    with pytest.raises(cells.CellError, match="'Tidal' is none of Solar, "):
        cells.word(Technology, "Tidal")


@given(st.lists(st.text(min_size=1).map(str.strip).filter(bool), unique=True))
@example(["[a]", "b; c", 'd "e"', "'f", "=g", "h\r\ni"])
def test_lists_come_back_exactly(names: list[str]) -> None:
    assert cells.listed(cells.joined(names)) == names


def test_the_older_tools_lists_are_read() -> None:
    assert cells.listed("""['Hazel Ltd', "O'Neil & Co"]""") == ["Hazel Ltd", "O'Neil & Co"]
    with pytest.raises(cells.CellError, match="not a list"):
        cells.listed("['a'")
