"""Fixtures of all tests: a home of their own, the recorded answers, a simulator of Elexon."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from elexon_assets.simulator.server import Simulator, running_simulator
from warehouse.settings import ENV_FILES, Settings

pytest_plugins = ["tests.filled_homes"]
"Warehouses that the read layer, the commands and the pages share."

hypothesis_settings.register_profile("project", deadline=None)  # a busy machine is no failure
hypothesis_settings.load_profile("project")


def pytest_configure() -> None:
    """No setting of this machine reaches a test: neither its environment nor the `.env` of whoever runs the tests."""
    for name in Settings.model_fields:
        os.environ.pop(name.upper(), None)
    os.environ[ENV_FILES] = "none"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", type=Path, help="Folder into which tests/orchestration/test_pictures.py draws all.")


@pytest.hookimpl(tryfirst=True)  # before the distribution reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of a file go to one worker, which makes their fixtures once; those of the one server, which take
    longest, go together and begin."""

    def of_the_server(item: pytest.Item) -> bool:
        return "server" in getattr(item, "fixturenames", ())

    items.sort(key=of_the_server, reverse=True)
    for item in items:
        item.add_marker(pytest.mark.xdist_group("server" if of_the_server(item) else item.nodeid.partition("::")[0]))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """RENEWABLES_HOME is an empty folder and the working directory; no other setting of this machine is in force."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RENEWABLES_HOME", str(tmp_path))
    monkeypatch.setenv("SCHEDULES_RUNNING", "false")
    monkeypatch.setenv("ELEXON_BACKOFF_SECONDS", "0.01")
    return tmp_path


@pytest.fixture
def env_files_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """`.env` files are read, as for users: for tests of those files, in a working folder of their own."""
    monkeypatch.delenv(ENV_FILES)


@pytest.fixture(scope="session")
def _simulator() -> Iterator[Simulator]:
    with running_simulator() as simulator:
        yield simulator


@pytest.fixture
def simulator(_simulator: Simulator, home: Path, monkeypatch: pytest.MonkeyPatch) -> Simulator:  # noqa: ARG001 (sets the home first)
    """The simulator that ELEXON_BASE_URL names, asked for nothing yet; `simulator.faults = "..."` gives it faults."""
    _simulator.faults = ""
    _simulator.service.requests.clear()
    monkeypatch.setenv("ELEXON_BASE_URL", _simulator.base_url)
    return _simulator


@pytest.fixture(scope="session")
def recordings() -> Path:
    """The folder of recorded answers of Elexon, which stay outside of the checkout: RECORDINGS names it."""
    named = os.environ.get("RECORDINGS")
    if not named:
        pytest.skip("RECORDINGS does not name the folder of recorded answers")
    folder = Path(named)
    if not folder.is_dir():
        pytest.fail(f"RECORDINGS names {folder}, and there is no such folder")
    return folder
