"""The house: imports point down, domain code knows nothing of Dagster, files stay small, nothing names a machine."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

BELOW = {
    "warehouse": set[str](),
    "elexon_assets": {"warehouse"},
    "pipeline_assets": {"warehouse"},
    "renewables": {"warehouse", "elexon_assets", "pipeline_assets"},
    "dashboards": {"warehouse", "elexon_assets", "pipeline_assets", "renewables"},
}
"Package to the ones of ours that it may import besides itself."

OURS = {*BELOW, "benchmarks", "tests"}

ORCHESTRATION = {
    "assets.py",
    "checks.py",
    "definitions.py",
    "jobs.py",
    "metadata.py",
    "run_notices.py",
    "partitions.py",
    "resources.py",
    "schedules.py",
    "sensors.py",
}
"Modules of a code location that are about Dagster; all others there are plain Python."

LONGEST_FILE = 300


def modules(*packages: str) -> list[Path]:
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(path: Path) -> Iterator[str]:
    """First parts of the names that the module imports, also inside functions; its own package for relative ones."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0] if not node.level else path.relative_to(ROOT).parts[0]


@pytest.mark.parametrize("path", modules(*BELOW), ids=name_of)
def test_imports_point_down(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    assert set(imported(path)) & OURS <= BELOW[package] | {package}


@pytest.mark.parametrize("path", modules("warehouse"), ids=name_of)
def test_the_ground_floor_needs_few_libraries(path: Path) -> None:
    heavy = {"dagster", "dagster_duckdb", "pandera", "streamlit", "httpx", "plotly", "starlette", "typer"}
    assert not set(imported(path)) & heavy


@pytest.mark.parametrize(
    "path",
    [path for path in modules("elexon_assets", "pipeline_assets") if path.name not in ORCHESTRATION],
    ids=name_of,
)
def test_domain_code_does_not_import_dagster(path: Path) -> None:
    assert not {name for name in imported(path) if name.startswith("dagster")}


def test_one_module_knows_settlement_days() -> None:
    london = re.compile(r"""["']Europe/London["']""")
    assert [name_of(path) for path in modules("warehouse", "elexon_assets") if london.search(path.read_text())] == [
        "elexon_assets/settlement.py"
    ]


@pytest.mark.parametrize("path", modules(*OURS), ids=name_of)
def test_a_module_is_short_and_says_what_it_is_for(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= LONGEST_FILE
    assert ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("path", [path for path in modules(*OURS) if path.name == "__init__.py"], ids=name_of)
def test_a_package_holds_a_docstring_and_nothing_else(path: Path) -> None:
    body = ast.parse(path.read_text()).body
    assert [type(node) for node in body] == [ast.Expr]


@pytest.mark.parametrize("name", ["constraints.txt", "pyproject.toml"])
def test_dependencies_name_no_host_to_get_them_from(name: str) -> None:
    text = (ROOT / name).read_text()
    assert not re.search(r"index-url|find-links|trusted-host|\[\[tool\.uv\.index|pypi\.|file:|git\+| @ ", text)
    if name == "constraints.txt":
        for line in text.splitlines():
            assert re.fullmatch(r"(#.*|[A-Za-z0-9._\[\]-]+==[A-Za-z0-9.+!]+( *;.*)?|)", line), line
