"""Tests of the structure of the code: imports point down, domain code does not know Dagster, files stay small.

Each rule is one test that lists all offenders.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]

PACKAGES_BELOW = {
    "warehouse": set[str](),
    "elexon_assets": {"warehouse"},
    "pipeline_assets": {"warehouse"},
    "renewables": {"warehouse", "elexon_assets", "pipeline_assets"},
    "dashboards": {"warehouse", "elexon_assets", "pipeline_assets", "renewables"},
}
"The packages of ours that each package may import besides itself."

FLOORS: dict[str, list[set[str]]] = {
    "warehouse": [
        {
            *("errors", "date_bounds", "setting_types", "lake_address", "settings_cache"),
            *("settings", "addresses", "redaction", "private_files"),
        },
        {"snapshots", "landing", "interface", "writer_locks"},
        {"file_errors", "lake_engine"},
        {"file", "lake_tables"},
        {"lake"},
        {"connection"},
        {"backups", "home_sizes"},
    ],
    "elexon_assets": [
        {
            *("errors", "settlement", "windows", "certificates", "deadline", "flag_vocabulary", "solar_geometry"),
            "time_inputs",
        },
        {"dataset_model", "request_parameters"},
        {"declarations"},
        {"datasets"},
        {"client", "descriptions", "backfill_plan", "ingest_report", "missing_days", "simulator"},
        {"typed_rows"},
        {"parsing"},
        {"contract", "fetch_windows", "progress"},
        {"validation"},
        {"schema"},
        {"ingest"},
        {"accepted_gaps"},
        {"quality", "quarantine"},
        {"resources", "partitions", "catalogue", "run_pruning", "partition_history"},
        {"metadata", "ops"},
        {"assets"},
        {"flag_assets", "checks"},
        {"jobs"},
        {"schedules", "sensors"},
        {"definitions"},
    ],
    "pipeline_assets": [
        {
            "errors",
            "access",
            "sign_in_claims",
            "collection_pause",
            "failure_texts",
            "vocabulary",
            "dates",
            "names",
            "field_types",
        },
        {"entity"},
        {"models"},
        {"fields"},
        {"rules", "coordinates", "metrics", "metric_columns", "upgrades"},
        {"ledger"},
        {"registers"},
        {"milestone_templates", "tables", "seed_loader", "spreadsheets", "delivery", "run_notices"},
        {"register_links", "todo"},
        {"check_notices", "tick_notices"},
        {"contract", "fingerprint", "table_columns"},
        {"past_tables", "comparison"},
        {"digest"},
        {"landing"},
        {"landing_proof"},
        {"resources"},
        {"catalogue"},
        {"assets", "checks", "register_assets", "register_checks"},
        {"ops"},
        {"jobs"},
        {"schedules", "sensors"},
        {"definitions"},
    ],
    "renewables": [
        {"csv_files", "attribution", "user_errors", "formatting", "request_guard"},
        {"queries", "dagster_control"},
        {"charts", "api", "portfolio_summary", "register_files"},
        {"assistant"},
        {"cli"},
    ],
    "dashboards": [
        {"components"},
        {"app_pages"},
        {"app", "first_paint", "guarded_app"},
    ],
}
"""The rooms (modules and folders) of each package from the ground up. A room may import the rooms below it and the
rooms on its own floor; imports within one floor must not form a cycle."""

OURS = {*PACKAGES_BELOW, "benchmarks", "tests"}

ORCHESTRATION = {
    "assets.py",
    "catalogue.py",
    "checks.py",
    "definitions.py",
    "flag_assets.py",
    "jobs.py",
    "metadata.py",
    "ops.py",
    "partition_history.py",
    "partitions.py",
    "register_assets.py",
    "register_checks.py",
    "resources.py",
    "check_notices.py",
    "run_notices.py",
    "run_pruning.py",
    "tick_notices.py",
    "schedules.py",
    "sensors.py",
}
"The modules of a code location that are about Dagster; all others are plain Python."

HEAVY_LIBRARIES = {"dagster", "dagster_duckdb", "pandera", "streamlit", "httpx", "plotly", "starlette", "typer"}

LONGEST_FILE = 300


def module_paths(*packages: str) -> list[Path]:
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


def path_name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported_names(path: Path) -> Iterator[str]:
    """Yield the dotted names that a module imports, also inside functions; `from a import b` yields `a.b`."""
    package = ".".join(path.relative_to(ROOT).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = package if node.level else node.module or ""
            yield from (f"{module}.{alias.name}" for alias in node.names)


def top_level_names(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imported_names(path)}


def module_graph() -> dict[str, set[str]]:
    """Return the modules of ours that each module imports."""
    paths = {path_name(p).removesuffix(".py").replace("/", "."): p for p in module_paths(*PACKAGES_BELOW)}
    names = {name.removesuffix(".__init__") for name in paths}
    graph: dict[str, set[str]] = {}
    for name, path in paths.items():
        imports = set()
        for target in imported_names(path):
            module = target if target in names else target.rpartition(".")[0]
            if module in names:
                imports.add(module)
        graph[name.removesuffix(".__init__")] = imports
    return graph


def room_of(module: str) -> tuple[str, str]:
    package, _, rest = module.partition(".")
    return package, rest.partition(".")[0]


def test_imports_between_packages_point_down() -> None:
    offenders = {
        path_name(path): sorted(wrong)
        for package, below in PACKAGES_BELOW.items()
        for path in module_paths(package)
        if (wrong := (top_level_names(path) & OURS) - below - {package})
    }
    assert not offenders


def test_imports_inside_a_package_point_down() -> None:
    floors = {
        (package, room): n for package, rooms in FLOORS.items() for n, floor in enumerate(rooms) for room in floor
    }
    graph = module_graph()
    unknown = {room_of(module) for module in graph if room_of(module)[1]} - floors.keys()
    assert not unknown, f"rooms without a floor in FLOORS: {unknown}"
    upwards = [
        f"{module} imports {target}"
        for module, targets in graph.items()
        for target in targets
        if room_of(module)[1] and room_of(target)[1] and room_of(module)[0] == room_of(target)[0]
        if floors[room_of(target)] > floors[room_of(module)]
    ]
    assert not upwards


def test_rooms_and_modules_have_no_import_cycles() -> None:
    modules = module_graph()
    rooms: dict[str, set[str]] = {}
    for module, targets in modules.items():
        room = ".".join(room_of(module))
        others = {".".join(room_of(target)) for target in targets if room_of(target)[1]} - {room}
        if room_of(module)[1]:
            rooms.setdefault(room, set()).update(others)
    for graph in (modules, rooms):
        waiting = {name: set(targets) for name, targets in graph.items()}
        while leaves := {name for name, targets in waiting.items() if not targets & waiting.keys()}:
            waiting = {name: targets for name, targets in waiting.items() if name not in leaves}
        assert not waiting, f"in or above a cycle: {sorted(waiting)}"


def test_the_warehouse_package_imports_few_libraries() -> None:
    offenders = [path_name(path) for path in module_paths("warehouse") if top_level_names(path) & HEAVY_LIBRARIES]
    assert not offenders


def test_domain_code_does_not_import_dagster() -> None:
    offenders = [
        path_name(path)
        for path in module_paths("elexon_assets", "pipeline_assets")
        if path.name not in ORCHESTRATION
        if any(name.startswith("dagster") for name in top_level_names(path))
    ]
    assert not offenders


def test_only_the_settlement_module_names_the_london_time_zone() -> None:
    london = re.compile(r"""["']Europe/London["']""")
    assert [path_name(path) for path in module_paths(*PACKAGES_BELOW) if london.search(path.read_text())] == [
        "elexon_assets/settlement.py"
    ]


def test_modules_are_short_and_state_their_purpose() -> None:
    too_long = {
        path_name(path): lines
        for path in module_paths(*OURS)
        if (lines := len(path.read_text().splitlines())) > LONGEST_FILE
    }
    undocumented = [path_name(p) for p in module_paths(*OURS) if not ast.get_docstring(ast.parse(p.read_text()))]
    assert not too_long
    assert not undocumented


def test_package_files_hold_only_a_docstring() -> None:
    """`renewables/__init__.py` is the exception: it re-exports the public API."""
    offenders = [
        path_name(path)
        for path in module_paths(*OURS)
        if path.name == "__init__.py" and path.parent != ROOT / "renewables"
        if [type(node) for node in ast.parse(path.read_text()).body] != [ast.Expr]
    ]
    assert not offenders


def test_the_lake_is_installed_with_the_same_versions_apart_from_duckdb() -> None:
    """A lake needs the DuckDB that its extensions were built for, and the two lists must not drift apart."""
    pins, pins_of_lake = (
        {line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith("#")}
        for name in ("constraints.txt", "constraints-lake.txt")
    )
    assert [line.partition("==")[0] for line in pins - pins_of_lake] == ["duckdb"]
    assert "duckdb==1.5.5" in pins_of_lake


def test_dependencies_are_named_without_an_address() -> None:
    """A name and a version say what is installed; where it comes from is the installing machine's choice."""
    names = ("constraints.txt", "constraints-lake.txt", "pyproject.toml")
    pins, pins_of_lake, text = ((ROOT / name).read_text() for name in names)
    assert "://" not in pins + pins_of_lake + text
    for line in (pins + pins_of_lake).splitlines():
        assert re.fullmatch(r"(#.*|[A-Za-z0-9._\[\]-]+==[A-Za-z0-9.+!]+( *;.*)?|)", line), line
    project = tomllib.loads(text)
    assert set(project) == {"build-system", "project", "tool"}
    assert set(project["tool"]) == {"hatch", "mypy", "pytest", "ruff"}  # no tool that could name a source of packages
    assert set(project["tool"]["hatch"]) == {"build"}
    requirements = [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *chain.from_iterable(project["project"]["optional-dependencies"].values()),
    ]
    assert [text for text in requirements if Requirement(text).url] == []
