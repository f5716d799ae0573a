"""Fixtures: the dashboard's app in this process, on the home in force; it reaches neither Elexon nor Dagster."""

import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from shutil import copytree

import pytest
import sqlalchemy as sa
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

import dashboards
from pipeline_assets.landing import land_changes
from pipeline_assets.ledger.schema import open_ledger
from pipeline_assets.seed_loader import load_seeds
from tests.filled_homes import Filled
from warehouse.connection import writing

APP = Path(dashboards.__path__[0]) / "app.py"
PAGES = sorted(path.stem for path in (APP.parent / "app_pages").glob("[!_]*.py"))
ADDRESSES = {
    "project": {"id": "pr-harrowfen"},
    "counterparty": {"id": "cp-tarnfell"},
    "information_point": {"id": "ip-harrowfen-inverters"},
    "milestone": {"id": "mi-kettlewick-decision"},
    "search": {"q": "harrowfen"},
}
"The address parameters of pages that show a part of the sample portfolio only on request."
WAITING = "Dagster to answer"
"What a page says of a request that is not answered yet."
NOWHERE = "http://127.0.0.1:9"
"The address of the port `discard`, on which no server listens."

Open = Callable[..., AppTest]


@pytest.fixture(scope="session", autouse=True)
def _components_are_found_once() -> Iterator[None]:
    """Cache the components: before each run AppTest reads every package's metadata, four fifths of its time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(autouse=True)
def _main_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Restore `__main__`, which AppTest replaces by the app: processes spawned later would run the app."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture
def open_page(home: Path, monkeypatch: pytest.MonkeyPatch) -> Open:  # noqa: ARG001 (the home comes first)
    """Return the function `open_page("analysis", days="All")`, which runs a page with those parameters."""
    monkeypatch.setenv("ELEXON_BASE_URL", NOWHERE)
    monkeypatch.setenv("DAGSTER_URL", NOWHERE)

    def opened(name: str, **address: str | list[str]) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=60)
        app.switch_page(f"app_pages/{name}.py")
        for key, value in address.items():
            app.query_params[key.replace("_", "-")] = value
        return app.run()

    return opened


def page_text(app: AppTest) -> str:
    """Return all words of the page, including the sidebar."""
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.metric, app.warning, app.error, app.info)
    texts = [f"{getattr(element, 'label', '')} {element.value}" for elements in kinds for element in elements]
    return "\n".join(texts + [element.value for element in app.sidebar.caption])


def answered(app: AppTest, seconds: float = 30.0) -> AppTest:
    """Draw the page again until Dagster has answered, or refused, what was requested in the background."""
    until = time.monotonic() + seconds
    while WAITING in page_text(app):
        assert time.monotonic() < until, "Dagster did not answer"
        app.run()
    assert not app.exception
    return app


@pytest.fixture
def engine(home: Path) -> Iterator[sa.Engine]:
    """Open the empty ledger of the home."""
    ledger = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    yield ledger
    ledger.dispose()


@pytest.fixture
def seeded(engine: sa.Engine) -> sa.Engine:
    """Fill the ledger with the sample portfolio: 483 changes."""
    load_seeds(engine)
    return engine


@pytest.fixture(scope="session")
def _home_with_data(filled: Filled, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home_with_data") / "home"
    copytree(filled.home, home)
    ledger = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    load_seeds(ledger)
    land_changes(ledger, lambda: writing(home / "warehouse.duckdb"))
    ledger.dispose()
    return home


@pytest.fixture
def home_with_data(_home_with_data: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: ARG001 (the home comes first)
    """Set the home with the shared warehouse and the landed sample portfolio; only for reading."""
    monkeypatch.setenv("RENEWABLES_HOME", str(_home_with_data))
    return _home_with_data
