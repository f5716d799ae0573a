"""One cell in both directions: dates and numbers as people write them, words, lists, and texts that could be run."""

from datetime import date
from enum import StrEnum

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline_assets.errors import UnreadableValue
from pipeline_assets.spreadsheets import cells
from pipeline_assets.vocabulary import Market, Rag, Stage, Technology

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
    assert cells.guard_text(text) == "'" + text


@pytest.mark.parametrize("text", ["'s-Hertogenbosch", "'quoted'", "", "plain", "3 sites"])
def test_harmless_texts_are_not_guarded(text: str) -> None:
    assert cells.guard_text(text) == cells.unguard_text(text) == text


@given(
    st.one_of(
        st.text(), st.builds("".join, st.lists(st.sampled_from(["'", "=", "x", "1", " ", "\t", "-"]), max_size=6))
    )
)
@example("'=1")
@example("''=1")
def test_unguarding_restores_the_exact_text(text: str) -> None:
    assert cells.unguard_text(cells.guard_text(text)) == text


@pytest.mark.parametrize(
    "cell",
    [
        *("2026-07-22", "2026-07-22 00:00:00", "2026-07-22T10:00:00+00:00", "2026/07/22", "22/07/2026", "22.07.2026"),
        *("22-07-2026", "22 Jul 2026", "22 July 2026", "22-Jul-2026", "22nd July 2026", "July 22, 2026", " 2026-7-22 "),
        "'2026-07-22",
    ],
)
def test_a_day_is_read_however_it_is_written(cell: str) -> None:
    assert cells.parse_date(cell) == date(2026, 7, 22)


@pytest.mark.parametrize(
    ("cell", "hint"),
    [
        ("07/22/2026", "month first.*2026-07-22"),
        ("31/02/2026", "not a valid date"),
        ("22/07/26", "YYYY-MM-DD"),
        ("46225", "YYYY-MM-DD"),
        ("22 Zul 2026", "not a month"),
        ("soon", "not a date"),
    ],
)
def test_a_text_that_is_not_a_date_is_refused_with_the_fix(cell: str, hint: str) -> None:
    with pytest.raises(UnreadableValue, match=hint):
        cells.parse_date(cell)


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
def test_a_number_may_have_unambiguous_separators(cell: str, value: float) -> None:
    assert cells.parse_number(cell) == value


@pytest.mark.parametrize(
    ("cell", "hint"),
    [
        *(("12,5", "write 12.5"), ("1.234,5", "write 1234.5"), ("49,765", "write 49.765"), ("50 MW", "without a unit")),
        *(("nan", "not a number"), ("1_000", "not a number"), ("", "not a number")),
    ],
)
def test_a_decimal_comma_is_refused_with_what_to_write(cell: str, hint: str) -> None:
    with pytest.raises(UnreadableValue, match=hint):
        cells.parse_number(cell)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_survive_a_round_trip_exactly(value: float) -> None:
    assert cells.parse_number(cells.format_number(value)) == value


def test_words_are_recognised_regardless_of_capitals_and_hyphens() -> None:
    assert [cells.parse_word(Stage, cell) for cell in ("on hold", "ON-HOLD", "design")] == [
        "On hold",
        "On hold",
        "Design",
    ]
    assert [cells.parse_word(Technology, cell) for cell in ("bess", "Onshore wind", "PV")] == [
        "BESS",
        "Wind Onshore",
        "Solar",
    ]
    with pytest.raises(UnreadableValue, match="'Tidal' is not one of Solar, "):
        cells.parse_word(Technology, "Tidal")


@given(st.lists(st.text(min_size=1).map(str.strip).filter(bool), unique=True))
@example(["[a]", "b; c", 'd "e"', "'f", "=g", "h\r\ni"])
@example(["0\x0c0"])
def test_lists_survive_a_round_trip_exactly(names: list[str]) -> None:
    assert cells.parse_names(cells.join_names(names)) == names


def test_the_older_tools_lists_are_read() -> None:
    assert cells.parse_names("""['Hazel Ltd', "O'Neil & Co"]""") == ["Hazel Ltd", "O'Neil & Co"]
    with pytest.raises(UnreadableValue, match="not a list"):
        cells.parse_names("['a'")


@pytest.mark.parametrize(
    "text",
    [
        *("Sep-26", "3 Mar", "Jan 24", "MAR1", "Dec 2027", "1 May", "3rd March", "Sept 26", "Mon 3 Mar 2027"),
        *("TRUE", " false ", "50%", "5 %", "(5)", "£5", "1E5", "00123", "1-2", "3/4", "1 1/2", "5 pm", "12:30"),
        *("2026-07-22T10:00Z", "#N/A", "#REF!", "Err:502", "(clear)"),
    ],
)
def test_a_text_that_a_spreadsheet_takes_for_something_else_is_guarded(text: str) -> None:
    assert cells.guard_text(text) == "'" + text
    assert cells.unguard_text("'" + text) == text


@pytest.mark.parametrize(
    "text", ["1" * 20_000 + "x", "-" * 20_000 + "x", " " * 20_000 + "x", "1 " * 10_000 + "march x"]
)
@pytest.mark.timeout(5)
def test_guarding_a_long_text_is_fast(text: str) -> None:
    assert cells.unguard_text(cells.guard_text(text)) == text


@pytest.mark.parametrize("cell", ["9999-12-31", "0001-01-01", "31/12/1989", "1 Jan 2101", "1899-12-31"])
def test_a_date_outside_the_bounds_is_refused_with_the_bounds(cell: str) -> None:
    with pytest.raises(UnreadableValue, match="outside 1990 to 2100"):
        cells.parse_date(cell)


@pytest.mark.parametrize("cell", ["1990-01-01", "2100-12-31"])
def test_the_bounds_of_a_date_are_accepted(cell: str) -> None:
    assert cells.parse_date(cell).isoformat() == cell


@pytest.mark.parametrize(
    ("cell", "hint"),
    [
        ("Q3 2027", "a quarter is not a day"),
        ("Sep-26", "the day is missing"),
        ("46477", "bare number"),
        ("TBC", "not a"),
    ],
)
def test_a_text_that_resembles_a_date_is_refused_with_the_reason(cell: str, hint: str) -> None:
    with pytest.raises(UnreadableValue, match=hint):
        cells.parse_date(cell)


@pytest.mark.parametrize(
    ("vocabulary", "cell", "word"),
    [
        *(
            (Technology, "Battery Storage", "BESS"),
            (Technology, "Solar PV", "Solar"),
            (Stage, "Operational", "Completed"),
        ),
        *((Stage, "Under construction", "Construction"), (Rag, "a", "Amber"), (Market, "UK", "Great Britain")),
    ],
)
def test_synonyms_of_vocabulary_words_are_recognised(vocabulary: type[StrEnum], cell: str, word: str) -> None:
    assert cells.parse_word(vocabulary, cell) == word


def test_a_misspelt_word_is_refused_with_a_suggestion() -> None:
    with pytest.raises(UnreadableValue, match="did you mean Construction"):
        cells.parse_word(Stage, "Constuction")
