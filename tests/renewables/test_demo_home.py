"""The demo's home is isolated: no setting of the real home reaches it (scenario 47)."""

from pathlib import Path

import pytest

from renewables.cli.demo_home import only_demo_home, prepare_home
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
