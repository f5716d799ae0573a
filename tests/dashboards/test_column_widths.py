"""The widths of a table's columns and the height of its rows, so that no word is cut."""

from datetime import date

import polars as pl

from dashboards.components.column_widths import column_widths, fitted_columns, text_pixels
from dashboards.components.row_heights import WRAPS_ABOVE_PIXELS, row_pixels

LONG = "Land north of the Old Rectory and east of the disused railway, Thornsand, Lincolnshire"
ROWS = pl.DataFrame(
    {"name": [LONG, "Fen"], "comment": [f"{LONG}: {LONG}", ""], "day": [date(2029, 9, 30)] * 2, "mwp": [1234.5, None]}
)


def test_columns_share_the_width_of_the_page_and_none_is_narrower_than_its_longest_word() -> None:
    widths = column_widths(ROWS, {}, 600)
    assert sum(widths.values()) <= 600
    assert widths["name"] >= text_pixels(len("Lincolnshire"))
    assert widths["day"] >= text_pixels(len("30 Sep 2029"))
    assert widths["mwp"] >= text_pixels(len("1,234.5"))


def test_a_title_is_never_cut_even_where_the_page_is_too_narrow_for_all_columns() -> None:
    assert column_widths(ROWS, {"mwp": "Capacity before (MWp)"}, 100)["mwp"] >= text_pixels(
        len("Capacity before (MWp)")
    )


def test_a_hidden_column_takes_no_room_and_the_others_keep_what_is_configured() -> None:
    config, _ = fitted_columns(ROWS, {"comment": None, "day": "Due"})
    assert config["comment"] is None
    assert config["day"]["label"] == "Due"


def test_rows_of_more_than_one_line_are_so_high_that_streamlit_wraps_their_text() -> None:
    assert row_pixels(["Two short lines of text"], 130) > WRAPS_ABOVE_PIXELS
    assert row_pixels(["Fen"], 130) < WRAPS_ABOVE_PIXELS
    assert fitted_columns(ROWS, {}, 600)[1] > WRAPS_ABOVE_PIXELS
