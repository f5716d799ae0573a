"""The demo's home is isolated: no setting of the real home reaches it (scenario 47)."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from elexon_assets.simulator.server import running_simulator
from pipeline_assets.registers.declarations import REGISTERS
from pipeline_assets.registers.issue_run import land_new_issues
from pipeline_assets.registers.sources import dropped_issues, fetch_issue
from renewables.cli.demo_home import keep_older_issues, only_demo_home, prepare_home
from warehouse.connection import writing
from warehouse.settings import Settings


@pytest.mark.usefixtures("env_files_count")
def test_neither_a_teams_env_file_nor_its_environment_reaches_the_demo(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / ".env").write_text("LEDGER_URL=postgresql://team/ledger\nSLACK_WEBHOOK_URL=https://hooks.example/team\n")
    monkeypatch.setenv("WAREHOUSE", str(home / "team.duckdb"))
    demo = home / "demo"
    prepare_home(demo, faults="")
    with only_demo_home(demo, "http://127.0.0.1:1/bmrs/api/v1"):
        during = Settings()
    assert (during.ledger_url, during.slack_webhook_url) == (None, None)
    assert during.warehouse == demo / "warehouse.duckdb"
    assert Settings().ledger_url == "postgresql://team/ledger"


@pytest.mark.usefixtures("env_files_count")
def test_the_demo_home_ignores_the_env_file_of_the_checkout(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / ".env").write_text("LEDGER_URL=postgresql://team/ledger\nSLACK_WEBHOOK_URL=https://hooks.example/team\n")
    prepare_home(home / "demo", faults="")
    monkeypatch.setenv("RENEWABLES_HOME", str(home / "demo"))
    assert (Settings().ledger_url, Settings().slack_webhook_url) == (None, None)
    assert str(Settings().elexon_base_url).startswith("http://127.0.0.1")


@pytest.mark.parametrize("register", ["repd", "tec"])
def test_the_demo_has_two_older_issues_of_each_register_and_fetches_the_newest(home: Path, register: str) -> None:
    now = datetime(2026, 11, 27, 12, tzinfo=UTC)
    demo = home / "demo"
    prepare_home(demo, faults="")
    keep_older_issues(demo, now)
    with running_simulator(now=lambda: now) as simulator, only_demo_home(demo, simulator.base_url):
        older, newest = list(dropped_issues(register)), fetch_issue(register)
    days = [issue.issue_date for issue in (*older, newest) if issue.issue_date]
    assert days == sorted(set(days))
    assert len(days) == 3
    assert all("SYNTHETIC" in issue.source for issue in (*older, newest))


@pytest.mark.parametrize("register", ["repd", "tec"])
def test_the_issues_of_the_demo_land_beside_each_other(home: Path, register: str) -> None:
    now = datetime(2026, 11, 27, 12, tzinfo=UTC)
    demo = home / "demo"
    prepare_home(demo, faults="")
    keep_older_issues(demo, now)
    with running_simulator(now=lambda: now) as simulator, only_demo_home(demo, simulator.base_url):
        run = land_new_issues(REGISTERS[register], writing, Settings())
    assert (len(run.landed), run.failures) == (3, [])


def test_another_run_of_the_demo_adds_no_older_issues(home: Path) -> None:
    keep_older_issues(home, datetime(2026, 11, 27, 12, tzinfo=UTC))
    files = sorted((home / "registers").iterdir())
    keep_older_issues(home, datetime(2027, 3, 1, 12, tzinfo=UTC))
    assert sorted((home / "registers").iterdir()) == files


@pytest.mark.usefixtures("env_files_count")
def test_the_demo_keeps_its_own_registers_when_it_is_started_later(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare_home(home / "demo", faults="")
    monkeypatch.setenv("RENEWABLES_HOME", str(home / "demo"))
    addresses = Settings().repd_url, Settings().tec_url
    assert all(str(address).startswith("http://127.0.0.1:8899/api/") for address in addresses)
