"""Tests that the README is true: its commands and its Python run, its files exist, CI runs its targets."""

import re
import shlex
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from elexon_assets.simulator.server import Simulator
from renewables.cli.main import app

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)
LINES = [line.split(" #")[0].strip() for kind, block in BLOCKS if kind == "bash" for line in block.splitlines()]
RUN_ELSEWHERE = {
    "renewables up": "tests/orchestration/test_up.py",
    'renewables ask "How much wind did we have last week?"': "tests/renewables/test_assistant.py, stand-in model",
    'renewables add-milestones "Harrowfen Solar"': "a project of the demo; tests/renewables/test_milestones.py",
    'renewables registers list --near "Harrowfen Solar"': "landed registers: test_register_commands.py",
    "renewables registers slip": "the same",
    "renewables yield --price-year 2025": "a landed portfolio; tests/renewables/test_project_yield.py",
    "renewables fetch-year 2023": "the same way as fetch-range; tests/orchestration/test_fetch_commands.py",
}


@pytest.mark.timeout(300)
def test_the_commands_of_the_readme_run_in_sequence(simulator: Simulator) -> None:
    commands = [line for line in LINES if line.startswith("renewables ") and line not in RUN_ELSEWHERE]
    assert len(commands) > 6
    for command in commands:
        if "repair" in command:
            command += " --days 2"  # 30 days of a simulated outage show no more than two
        result = CliRunner().invoke(app, shlex.split(command)[1:])
        assert result.exit_code == 0, f"{command}: {result.output} {result.exception}"
    assert simulator.requests


@pytest.mark.usefixtures("simulator")
def test_the_python_of_the_readme_runs() -> None:
    fetched = CliRunner().invoke(app, ["fetch-range", "2026-04-01", "2026-04-07", "--dataset", "wind_and_solar"])
    assert fetched.exit_code == 0, fetched.output
    (block,) = [block for kind, block in BLOCKS if kind == "python"]
    names: dict[str, Any] = {}
    exec(block, names)  # noqa: S102 (our own README)
    assert [len(names[name]) for name in ("live", "stored")] == [7 * 48 * 3] * 2


@pytest.mark.usefixtures("home")
def test_the_python_of_the_pipeline_page_runs() -> None:
    (block,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "pipeline.md").read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(block, names)  # noqa: S102 (our own page)
    names["ledger"].dispose()
    assert [record.fields["name"] for record in names["between"].values()] == ["Octavia Energy"]


def test_ci_runs_every_other_command_of_the_readme() -> None:
    """CI runs a target with `make`, or repeats word by word what the target does."""
    makefile = (ROOT / "Makefile").read_text().replace("$(PYTHON)", "python3").replace("$(BIN)", ".venv/bin")
    run = (ROOT / ".ci" / "run").read_text() + makefile.replace(" --quiet --disable-pip-version-check", "")
    for line in LINES:
        if line and not line.startswith("renewables "):
            assert re.search(rf"^\s*{re.escape(line)}$", run, re.MULTILINE), f"nobody runs: {line}"


def test_every_command_and_file_that_the_documents_name_exists() -> None:
    known = {command.name for command in app.registered_commands} | {group.name for group in app.registered_groups}
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        text = document.read_text()
        named = set(re.findall(r"`renewables ([a-z][a-z-]+)", text))
        assert named <= known, f"{document.name} names {named - known}"
        for link in re.findall(r"\]\(([^):#]+)\)", text):
            if "//" not in link:
                assert (document.parent / link).exists(), f"{document.name} links to {link}"


def test_every_setting_is_documented() -> None:
    from warehouse.settings import Settings

    text = (ROOT / "docs" / "operations.md").read_text()
    assert [name for name in Settings.model_fields if f"`{name.upper()}`" not in text] == []


def test_every_test_and_benchmark_that_the_page_on_reliability_names_exists() -> None:
    text = (ROOT / "docs" / "reliability.md").read_text()
    tests = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text)
    assert len(tests) > 20
    for file, name in tests:
        assert re.search(rf"^def {name or 'test_'}", (ROOT / file).read_text(), re.MULTILINE), f"{file}::{name}"
    for benchmark in set(re.findall(r"python -m (benchmarks\.\w+)", text)):
        assert find_spec(benchmark), benchmark
