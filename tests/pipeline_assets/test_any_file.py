"""Tests that a file of any bytes is planned, with the errors of its rows, or refused in one sentence. Scenario 31."""

import csv
import io
from collections.abc import Iterator

import polars as pl
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from pipeline_assets.ledger.schema import ledger_for_task
from pipeline_assets.seed_loader import load_seeds
from pipeline_assets.spreadsheets.exporter import export_csv, template_csv
from tests.fuzzing import ODD_TEXTS, damaged, examples
from tests.pipeline_assets.workbooks import Sheet, ods, text_cells, workbook
from tools.fuzz_targets import check_csv, check_workbook

pytestmark = pytest.mark.slow

HEADER = template_csv("pipelines").lstrip("\ufeff").splitlines()[0].split(",")


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """Open a ledger with the sample portfolio; planning an import changes nothing in it."""
    with ledger_for_task(f"sqlite:///{tmp_path_factory.mktemp('any_file') / 'ledger.sqlite'}") as engine:
        load_seeds(engine)
        yield engine


def excel_file() -> bytes:
    """Return a workbook as Excel and polars write it."""
    content = io.BytesIO()
    pl.DataFrame({"Project": ["Fen"], "Capacity (MWp)": [12.5], "RTB date": ["2027-01-31"]}).write_excel(content)
    return content.getvalue()


WORKBOOKS = [
    excel_file(),
    workbook(Sheet({1: text_cells(1, "name", "notes"), 2: text_cells(2, "Fen", "1 & 2")})),
    ods(
        '<table:table table:name="A"><table:table-row><table:table-cell office:value-type="string"><text:p>name'
        "</text:p></table:table-cell></table:table-row></table:table>"
    ),
]


@given(
    st.sampled_from(WORKBOOKS).flatmap(damaged) | st.binary(max_size=200).map(lambda content: b"PK\x03\x04" + content)
)
@examples(150)
def test_a_damaged_workbook_is_read_or_refused_in_one_sentence(content: bytes) -> None:
    check_workbook(content)


XML = [
    '<row r="1"><c r="A1" t="s" s="0"><v>0</v></c><c r="B1"><f>1/0</f></c></row>',
    '<mergeCell ref="A1:B2"/>',
    '<c r="ZZZ9999999" t="e"><v>#REF!</v></c>',
    '<c t="d"><v>2026-13-99T99:99</v></c>',
    '<c r="A2" s="999"><v>1e400</v></c>',
    '<c r="A2" t="b"><v>maybe</v></c>',
    '<c r="A2" s="1"><v>-99999999999</v></c>',
    "<is><t>name</t></is>",
    '<cols><col min="0" max="x" hidden="1"/></cols>',
]


@given(st.lists(st.sampled_from(XML) | st.text(max_size=20), max_size=8).map("".join), st.sampled_from(XML))
@examples(60)
def test_a_workbook_of_odd_xml_is_read_or_refused_in_one_sentence(inside: str, after: str) -> None:
    check_workbook(workbook(Sheet({1: text_cells(1, "name", "notes"), 2: inside}, after=after)))


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """Return CSV with known headers and any texts below them."""
    header = draw(st.lists(st.sampled_from(HEADER) | ODD_TEXTS, min_size=1, max_size=8))
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=draw(st.sampled_from(",;\t")))
    writer.writerow(["Project", *header])
    for _ in range(draw(st.integers(0, 3))):
        writer.writerow([draw(st.text(max_size=20) | ODD_TEXTS) for _ in range(draw(st.integers(0, 9)))])
    return text.getvalue().encode(errors="surrogatepass")


@given(tables() | st.binary(max_size=300))
@examples(15)
def test_csv_of_any_texts_is_planned_or_refused_in_one_sentence(ledger: sa.Engine, content: bytes) -> None:
    check_csv(content, ledger)


@given(st.data())
@examples(8)
def test_a_damaged_export_is_planned_or_refused_in_one_sentence(ledger: sa.Engine, data: st.DataObject) -> None:
    lines = export_csv(ledger, "pipelines").splitlines()[:4]
    check_csv(data.draw(damaged("\n".join(lines).encode())), ledger)
