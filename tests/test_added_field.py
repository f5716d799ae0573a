"""Tests that one added line in the models shows a new field everywhere, on a copy of the code."""

import json
import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any

import pytest

from pipeline_assets.ledger.schema import open_ledger
from pipeline_assets.seed_loader import load_seeds

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("warehouse", "elexon_assets", "pipeline_assets", "renewables", "dashboards", "tools", "docs")
BEFORE = "    status_date: Day = "
LINE = '    grid_mw: float | None = Field(None, title="Grid capacity (MW)", ge=0, le=5_000, description="Offered.")\n'
OTHERS = """
    consent_date: Day | None = Field(None, title="Consent")
    grid_stage: Stage | None = Field(None, title="Grid stage")
    jobs: int = Field(0, title="Jobs", ge=0)
    access: Text = Field("", title="Access")
    planning_reference: Line = Field("", title="Planning reference", max_length=50)
"""
"Fields of the other types, each by one line as well."

Shown = dict[str, Any]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """Collect what each interface shows, on a ledger that was written before the field existed."""
    copy, home = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("home")
    for name in COPIED:
        copytree(ROOT / name, copy / name, ignore=ignore_patterns("__pycache__"))
    models = copy / "pipeline_assets" / "models.py"
    text = models.read_text(encoding="utf-8")
    assert text.count(BEFORE) == 1
    models.write_text(text.replace(BEFORE, LINE + OTHERS + BEFORE), encoding="utf-8")
    ledger = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    load_seeds(ledger)
    ledger.dispose()
    nowhere = "http://127.0.0.1:9"
    settings = {"PYTHONPATH": str(copy), "RENEWABLES_HOME": str(home), "RENEWABLES_ENV_FILES": "none"}
    ours = ("LEDGER_URL", "SLACK_WEBHOOK_URL", "COLUMNS")
    inherited = {name: value for name, value in os.environ.items() if name not in ours}
    done = subprocess.run(
        [sys.executable, "-P", str(ROOT / "tests" / "added_field.py")],
        cwd=home,
        env={**inherited, **settings, "DAGSTER_URL": nowhere, "ELEXON_BASE_URL": nowhere},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    faces: Shown = json.loads(done.stdout.splitlines()[-1])
    return faces


def test_records_older_than_the_field_have_its_default(shown: Shown) -> None:
    assert shown["of an older record"] is None


def test_an_added_field_is_in_the_form_which_saves_it(shown: Shown) -> None:
    assert "Grid capacity (MW)" in shown["form"]
    assert shown["saved"] == 123.5


def test_an_added_field_is_on_the_page_of_the_record(shown: Shown) -> None:
    assert shown["page"] == [":gray[Grid capacity (MW)]  \n  123.5"]


def test_an_added_field_is_a_column_of_the_list(shown: Shown) -> None:
    assert shown["list"] == [123.5]
    assert "Grid capacity (MW)" in shown["list's labels"]


def test_an_added_field_is_shown_and_listed_by_the_command_line(shown: Shown) -> None:
    assert (shown["show"], shown["list --json"]) == (123.5, 123.5)
    assert "Grid capacity (MW)" in shown["printed"]
    assert "Grid capacity (MW)" in shown["history"]


def test_an_added_field_is_in_the_template_and_the_export(shown: Shown) -> None:
    assert "grid_mw" in shown["template"]
    assert shown["export"] == "123.5"


def test_an_added_field_is_imported_by_its_label_and_validated_by_its_limits(shown: Shown) -> None:
    assert shown["imported"] == 77.0
    assert "grid_mw" in shown["refused"]


def test_an_added_field_is_in_the_warehouse(shown: Shown) -> None:
    assert shown["warehouse"] == [[77.0]]


def test_fields_of_every_type_are_imported_exported_and_on_the_page(shown: Shown) -> None:
    assert shown["others exported"] == {
        "consent_date": "2027-03-01",
        "grid_stage": "Design",
        "jobs": "12",
        "access": "By the lane",
        "planning_reference": "FEN 0137",
    }
    assert "1 Mar 2027" in shown["others on the page"]
    assert "By the lane" in shown["others on the page"]


def test_an_added_field_is_in_the_documents(shown: Shown) -> None:
    assert "| `grid_mw` | Grid capacity (MW) | number | yes | | 0 to 5,000 | yes | Offered. |" in shown["documents"]
