"""Export, then import of the same file: no change is announced or made, whatever the texts (scenarios 20, 21)."""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipeline_assets.access import Actor
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.schema import ledger_for_task
from pipeline_assets.ledger.submission import submit
from pipeline_assets.names import clean_name
from pipeline_assets.spreadsheets.exporter import export_csv
from pipeline_assets.spreadsheets.import_plan import confirm_import, plan_import
from pipeline_assets.spreadsheets.sheet_columns import SHEETS
from pipeline_assets.vocabulary import ContactRole, Market, ProjectRole, Technology

pytestmark = pytest.mark.slow

HOSTILE = [
    "<script>alert(1)</script>",
    '=HYPERLINK("http://example.org","x")',
    "'; DROP TABLE changes; --",
    "x" * 10_000,
    "\u05d0\u05d1\u05d2 \u202eright to left",
    "\U0001f50b\U0001f1ec\U0001f1e7",
    "'=1+1",
    "''quoted'",
    "+44 20 7946 0000",
    "-1",
    "@SUM(A1)",
    "007",
    "1e5",
    "2026-07-22",
    "two\r\nlines; 'and', \"quotes\"",
    "\t=1",
    "EMPTY",
]
"The texts of scenario 21, and those that a spreadsheet changes."

printable = st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t\r")
texts = st.one_of(st.sampled_from(HOSTILE), st.text(printable, max_size=40))
names = texts.map(lambda text: clean_name(clean_name(text)[:90])).filter(bool)
degrees = st.floats(-80, 80)
numbers = st.floats(0.001, 10_000)


@contextmanager
def _ledger() -> Iterator[sa.Engine]:
    with TemporaryDirectory() as folder, ledger_for_task(f"sqlite:///{folder}/ledger.sqlite") as engine:
        yield engine


def _changes(name: str, other: str, text: str, number: float, place: tuple[float, float] | None) -> list[Change]:
    line = " ".join(text.split())
    spot: dict[str, Any] = {"longitude": place[0], "latitude": place[1]} if place else {}
    spot |= {"export_capacity_mw": number, "storage_mwh": number, "permission_expiry": "2031-01-31"}
    spot |= {"connection_point": line[:99], "tec_project_id": line[:50], "planning_reference": line[:99]}
    status = {
        "stage": "Design",
        "rag": "Red",
        "rag_comment": text.strip() or "why",
        "rtb_date": "2030-01-31",
        "notes": text,
    }
    return [
        Change.create("counterparties", {"name": name, "notes": text}, id="12e34"),
        Change.create("counterparties", {"name": f"{other[:90]} two"}, id="c2"),
        Change.create("contacts", {"name": other, "phone": line[:50]}, id="007"),
        Change.create(
            "counterparty_contacts", {"counterparty_id": "12e34", "contact_id": "007", "role": ContactRole.CEO}
        ),
        Change.create(
            "counterparty_contacts", {"counterparty_id": "12e34", "contact_id": "007", "role": ContactRole.CONTACT}
        ),
        Change.create("counterparty_contacts", {"counterparty_id": "c2", "contact_id": "007", "role": ContactRole.CEO}),
        Change.create(
            "pipelines", {"name": name, "status_date": "2025-02-01", "market": Market.SPAIN, **status}, id="p1"
        ),
        Change.create("pipelines", {"name": name, "status_date": "2025-02-01"}, id="p2"),
        *(
            Change.create("pipeline_counterparties", {"pipeline_id": "p1", "counterparty_id": id, "role": role})
            for id, role in (("12e34", ProjectRole.OWNER), ("c2", ProjectRole.OWNER), ("c2", ProjectRole.EPC))
        ),
        Change.create(
            "facilities", {"name": other, "technology": Technology.SOLAR, "capacity_mwp": number, **spot}, id="f1"
        ),
        Change.create("facilities", {"name": other, "technology": Technology.SOLAR, "capacity_mwp": number}, id="f2"),
        *(Change.create("pipeline_facilities", {"pipeline_id": "p1", "facility_id": id}) for id in ("f1", "f2")),
        *(
            Change.create(
                "information_points",
                {"name": name, "pipeline_id": whole, "description": text, "owner": line[:99]} | scores,
            )
            for whole in ("p1", "p2", None)
            for scores in ({"impact": 7, "likelihood": 100},) * 2
        ),
        *(
            Change.create("milestones", {"name": word, "pipeline_id": "p1", "owner": line[:99], "note": text})
            for word in ("RTB", "COD")
        ),
    ]


def _assert_round_trip(engine: sa.Engine) -> None:
    before = reader.newest_position(engine)
    for sheet in SHEETS:
        plan = plan_import(engine, sheet, export_csv(engine, sheet).encode("utf-8-sig"))
        assert plan.errors == plan.warnings == []
        assert [row.differences for row in plan.rows if row.differences] == []
        assert plan.counts == {"create": 0, "update": 0, "unchanged": len(plan.rows), "error": 0}
        assert plan.rows
        assert confirm_import(engine, plan, actor=Actor.typed("me")).changes == ()
    assert reader.newest_position(engine) == before


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])  # one ledger per example
@given(names, names, texts, numbers, st.none() | st.tuples(degrees, degrees))
@example("=1", "'=1", "=1", 0.1, (-0.1, 1e-05))
@example("a; b", "[c]", "\r\n", 1.0, None)
def test_an_export_imports_back_as_no_change(
    name: str, other: str, text: str, number: float, place: tuple[float, float] | None
) -> None:
    with _ledger() as engine:
        submit(engine, _changes(name, other, text, number, place), actor=Actor.typed("me"), token="t")
        _assert_round_trip(engine)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_exported_harmlessly_and_import_back_unchanged(text: str) -> None:
    name = " ".join(text.split())[:100]
    with _ledger() as engine:
        submit(engine, _changes(name, name, text, 1.5, None), actor=Actor.typed("me"), token="t")
        for sheet in SHEETS:
            for line in export_csv(engine, sheet).splitlines():
                assert not line.startswith(("=", "+", "@", "\t"))
                assert not any(f",{mark}" in line for mark in ('"=', "=", "@", "+", '"@', '"+'))
        _assert_round_trip(engine)
