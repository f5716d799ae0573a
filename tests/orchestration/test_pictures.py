"""Pictures of the dashboard for the documents.

This command draws all of them:

    python -m pytest -n 0 tests/orchestration/test_pictures.py --pictures docs/images

Without the option only one is drawn and checked, so that the command keeps working.
"""

import struct
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser

from elexon_assets.datasets import DATASETS
from pipeline_assets.access import Actor
from pipeline_assets.registers.declarations import REGISTERS
from pipeline_assets.registers.vintages import land_issue
from renewables.dagster_control.in_process import run_job
from renewables.dagster_control.run_history import recent_runs
from tests.browsing import Tab
from tests.elexon_assets.ingesting import landed_in
from tests.orchestration.conftest import Server, until
from tests.register_homes import FILES, SEED
from warehouse.connection import writing

DESK, PHONE = 1440, 390
LEAST = 600
BLANK_BYTES = 12_000
"The size above which a page has content."
YEARS = timedelta(days=3 * 365)


class Shot(NamedTuple):
    """A page at a width, as high as its content but at most `most`."""

    name: str
    path: str
    width: int = DESK
    dark: bool = False
    most: int = 1_000


WINDOW = attrgetter("width", "dark")
"The properties by which shots share a browser window."
SHOTS = [
    Shot("overview", ""),
    Shot("overview-dark", "", dark=True),
    Shot("overview-phone", "", PHONE, most=1_200),
    Shot("analysis", "analysis?days=28+days"),
    Shot("analysis-seasons", "analysis?days=12+months&view=Seasons", most=900),
    Shot("analysis-years", "analysis?days=All&view=Year+on+year", most=860),
    Shot("analysis-capacity-factor", "analysis?days=All&view=Capacity+factor", most=860),
    Shot("analysis-shares", "analysis?days=28+days&view=Share+of+demand", most=1_100),
    Shot("value", "value?days=12+months", most=1_200),
    Shot("forecast", "forecast", most=1_200),
    Shot("explorer", "explorer", most=960),
    Shot("data-management", "data_management", most=1_200),
    Shot("pipeline", "pipeline_dashboard"),
    Shot("pipeline-phone", "pipeline_dashboard", PHONE, most=1_200),
    Shot("pipeline-outlook", "pipeline_dashboard?view=Outlook"),
    Shot("pipeline-map", "pipeline_dashboard?view=Map&colour=Technology", most=1_100),
    Shot("pipeline-milestones", "pipeline_dashboard?view=Milestones"),
    Shot("changes", "changes"),
    Shot("todo", "todo", most=900),
    Shot("pipeline-rag", "pipeline_dashboard?view=RAG"),
    Shot("project", "project?id=pr-kettlewick", most=1_100),
    Shot("project-dark-phone", "project?id=pr-kettlewick", PHONE, dark=True, most=1_200),
    Shot("new-project", "projects?edit=new", most=1_100),
    Shot("bulk-edit", "bulk_edit", most=760),
    Shot("registers", "registers?near=Harrowfen+Solar&km=80", most=1_100),
    Shot("registers-slip", "registers?register=TEC&view=Connection+dates", most=900),
    Shot("import-and-export", "transfer", most=900),
    Shot("health", "health", most=800),
]


@pytest.mark.timeout(1_800)
def test_the_pictures_of_the_documents(
    server: Server, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen: Path | None = request.config.getoption("--pictures")
    if chosen:
        monkeypatch.setenv("RENEWABLES_HOME", str(server.home))
        furnish(server)
    folder, shots = (request.config.invocation_params.dir / chosen, SHOTS) if chosen else (tmp_path, SHOTS[:1])
    browser = request.getfixturevalue("browser")  # last, because no Dagster run in this process may run beside its loop
    draw(browser, f"http://127.0.0.1:{server.dashboard_port}", shots, folder)
    for shot in shots:
        file = (folder / f"{shot.name}.png").read_bytes()
        width, height = struct.unpack(">II", file[16:24])
        assert width == shot.width
        assert LEAST <= height <= shot.most
        assert len(file) > BLANK_BYTES, f"{shot.name} is blank"


def draw(browser: Browser, address: str, shots: Sequence[Shot], folder: Path) -> None:
    """Write a PNG of each page once it is still."""
    for (width, dark), alike in groupby(sorted(shots, key=WINDOW), WINDOW):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
        )
        context.set_default_timeout(60_000)
        tab = Tab(context.new_page(), address)
        for shot in alike:
            tab.page.set_viewport_size({"width": width, "height": shot.most})
            tab.open(shot.path)
            assert tab.page.get_by_test_id("stException").count() == 0, f"{shot.name} shows an error"
            tab.page.wait_for_load_state("networkidle")
            content = tab.page.get_by_test_id("stMainBlockContainer").evaluate("e => Math.ceil(e.scrollHeight)")
            tab.page.set_viewport_size({"width": width, "height": min(max(content, LEAST), shot.most)})
            tab.page.wait_for_timeout(1_000)  # charts follow the window with a delay
            tab.page.locator("[data-stale=true]").first.wait_for(state="detached")
            tab.page.screenshot(path=folder / f"{shot.name}.png", animations="disabled")
        context.close()


def furnish(server: Server) -> None:
    """Fill the home in force with three years of SYNTHETIC data with gaps and flags, and the invented portfolio.

    It also has an import that was started on the dashboard, today's half-hours, and completed checks.
    """
    last = datetime.now(UTC).date() - timedelta(days=1)
    server.simulator.faults = faults(last)
    landed_in(server.home, server.simulator.base_url, (last - YEARS, last), DATASETS)
    assert run_job(
        "pipeline_assets", "seeding", requested_by="pictures", actor=Actor.typed("pictures"), settings=server.settings
    ).succeeded
    for name, register in REGISTERS.items():
        for age in (100, 10):
            day = last - timedelta(days=age)
            land_issue(
                lambda: writing(server.settings.warehouse_file),
                register,
                FILES[name](SEED, day),
                f"SYNTHETIC {day}",
                day,
            )
    dagster = server.orchestrator

    def ended() -> bool:
        return all(run.is_over for run in recent_runs(dagster))

    dagster.launch(
        DATASETS[:2], last - timedelta(days=6), last, requested_by="dashboard", actor=Actor.typed("dashboard")
    )
    until(ended, "the import ended", 300)
    for job in ("latest", "flagging", "checks"):
        dagster.launch_job(job, requested_by="pictures", actor=Actor.typed("pictures"))
        until(ended, f"{job} ended", 300)


def faults(last: date) -> str:
    """Return faults: some half-hours missing or late over the complete span, some days understated, one day missing."""
    lost, low = last - timedelta(days=74), last - timedelta(days=31)
    return ",".join(
        [
            "hole%0.0006",
            f"hole@{lost}/{lost + timedelta(days=1)}",
            f"understated@{low}T09:00Z/{low}T15:00Z",
            "understated%0.002",
            "stuck%0.001",
            "late%0.001",
            f"republished@{last - timedelta(days=1)}/{last}",
        ]
    )
