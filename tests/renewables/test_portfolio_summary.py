"""The summary for a board: a page that prints, and a workbook that holds every row and no formula."""

from io import BytesIO

import fastexcel
import pytest

from pipeline_assets.comparison import Comparison
from renewables.portfolio_summary import summary_html, summary_workbook
from tests.pipeline_assets.invented_history import Change, compare_around, created, facility, project

HOSTILE = "=1+1<script>alert(1)</script>"


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    ids = [f"p{n}" for n in range(10)]
    opening = [change for id in ids for change in (project(id, rtb_date="2027-03-01"), *facility(f"{id}f", id))]
    later: list[Change] = [("pipelines", id, {"rtb_date": "2027-04-15"}) for id in ids]
    later += [("pipelines", "p0", {"rag": "Red", "rag_comment": HOSTILE, "name": HOSTILE})]
    later += [("facilities", "p1f", {"capacity_mwp": 12.5}), ("pipelines", "p2", {"stage": "On hold"})]
    later += [created("information_points", "i", name="Grid", impact=90, likelihood=90)]
    return compare_around(opening, later)


def test_the_page_prints_and_has_the_bridge_the_sentences_and_the_first_rows(comparison: Comparison) -> None:
    page = summary_html(comparison)
    assert "@page { size: A4" in page
    assert "@media print" in page
    assert "Opening 100.0 MWp, Resized 2.5 MWp, Put on hold -10.0 MWp, Closing 92.5 MWp" in page
    assert "<li>102.5 MWp in all stages (+2.5).</li>" in page
    assert "4 more in the workbook." in page


def test_a_name_with_markup_is_text_on_the_page_and_no_formula_in_the_workbook(comparison: Comparison) -> None:
    assert "<script" not in summary_html(comparison)
    book = fastexcel.read_excel(summary_workbook(comparison))
    assert HOSTILE in book.load_sheet("RAG").to_polars()["comment"].to_list()
    assert b"<f>" not in _sheet_xml(summary_workbook(comparison))


def test_the_workbook_has_every_row_of_every_list(comparison: Comparison) -> None:
    book = fastexcel.read_excel(summary_workbook(comparison))
    rows = {name: book.load_sheet(name).height for name in book.sheet_names}
    assert rows == {"Summary": 7, "Bridge (MWp)": 2, "Movements": 2, "Moved dates": 10, "RAG": 1, "Risks": 1}


def test_a_summary_of_a_quiet_period_says_so() -> None:
    quiet = compare_around([project("p")], [])
    assert "Nothing changed in the portfolio." in summary_html(quiet)
    assert fastexcel.read_excel(summary_workbook(quiet)).load_sheet("RAG").height == 0


def _sheet_xml(workbook: bytes) -> bytes:
    from zipfile import ZipFile

    with ZipFile(BytesIO(workbook)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist() if "worksheets/" in name)
