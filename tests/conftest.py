"""Fixtures of all tests: a temporary home, the recorded answers, a simulator of Elexon."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from elexon_assets.simulator.server import Simulator, running_simulator
from warehouse.settings import ENV_FILES, Settings

pytest_plugins = ["tests.filled_homes", "tests.market_homes", "tests.register_homes", "tests.yield_homes"]
"The warehouses that the read layer, the commands and the pages share."

SLOW_FOLDERS = {"benchmarks", "dashboards", "orchestration"}
"""Tests of servers, browsers and pages. Other slow tests are marked in their files: those that kill processes, run
many sequences, or use several seconds for another reason."""

hypothesis_settings.register_profile("project", deadline=None)  # a busy machine must not fail a test
hypothesis_settings.load_profile("project")


def pytest_configure() -> None:
    """Keep this machine's settings from the tests: its environment and the `.env` of the person who runs them."""
    for name in Settings.model_fields:
        os.environ.pop(name.upper(), None)
    os.environ[ENV_FILES] = "none"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--photographs", type=Path, help="Folder for tests/orchestration/test_photographs.py.")
    parser.addoption("--pictures", type=Path, help="Folder for all pictures of tests/orchestration/test_pictures.py.")


def pytest_collection_finish() -> None:
    """Keep Python's collector from what was imported: looking through it took a tenth of the suite's time."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Send the tests of a file to one worker, which creates their fixtures once.

    The tests that share the one server take longest, so they form one group and run first. Photographs are taken only
    for somebody who names a folder for them.
    """
    if config.getoption("--photographs") is None:
        items[:] = [item for item in items if item.path.name != "test_photographs.py"]

    def of_the_server(item: pytest.Item) -> bool:
        return "server" in getattr(item, "fixturenames", ())

    items.sort(key=of_the_server, reverse=True)
    for item in items:
        if item.path.parent.name in SLOW_FOLDERS:
            item.add_marker(pytest.mark.slow)
        item.add_marker(pytest.mark.xdist_group("server" if of_the_server(item) else item.nodeid.partition("::")[0]))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make RENEWABLES_HOME an empty folder and the working directory; no other setting of this machine is in force."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RENEWABLES_HOME", str(tmp_path))
    monkeypatch.setenv("SCHEDULES_RUNNING", "false")
    monkeypatch.setenv("ELEXON_BACKOFF_SECONDS", "0.01")
    return tmp_path


@pytest.fixture
def env_files_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `.env` files count, as for users, in tests of those files with their own working folder."""
    monkeypatch.delenv(ENV_FILES)


@pytest.fixture(scope="session")
def _simulator() -> Iterator[Simulator]:
    with running_simulator() as simulator:
        yield simulator


@pytest.fixture
def simulator(_simulator: Simulator, home: Path, monkeypatch: pytest.MonkeyPatch) -> Simulator:  # noqa: ARG001 (sets the home first)
    """Set ELEXON_BASE_URL to the simulator without faults; `simulator.faults = "..."` gives it faults."""
    _simulator.faults = ""
    _simulator.service.requests.clear()
    monkeypatch.setenv("ELEXON_BASE_URL", _simulator.base_url)
    return _simulator


@pytest.fixture(scope="session")
def recordings() -> Path:
    """Return the folder of Elexon's recorded answers; RECORDINGS names it, outside the checkout."""
    named = os.environ.get("RECORDINGS")
    if not named:
        pytest.skip("RECORDINGS does not name the folder of recorded answers")
    folder = Path(named)
    if not folder.is_dir():
        pytest.fail(f"RECORDINGS names {folder}, which does not exist")
    return folder
