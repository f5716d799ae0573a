"""Settings: environment, then `.env`, then defaults that work on a fresh clone."""

from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from warehouse.settings import Settings, checkout, default_home
from warehouse.snapshots import folder_of


def test_a_fresh_clone_needs_no_settings_and_keeps_its_data_beside_the_code(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("RENEWABLES_HOME", "SCHEDULES_RUNNING", "ELEXON_BACKOFF_SECONDS"):
        monkeypatch.delenv(name)
    root = checkout()
    assert root == Path(__file__).resolve().parents[2]
    settings = Settings()
    assert settings.renewables_home == default_home() == root / "data"
    assert settings.warehouse == root / "data" / "warehouse.duckdb"
    assert str(settings.elexon_base_url) == "https://data.elexon.co.uk/bmrs/api/v1"
    assert settings.first_day == date(2016, 3, 1)
    assert settings.schedules_running
    assert list(home.iterdir()) == []


def test_everything_that_is_kept_stands_in_the_home(home: Path) -> None:
    settings = Settings()
    assert settings.warehouse == home / "warehouse.duckdb"
    assert folder_of(settings.warehouse) == home / "snapshots"
    assert settings.dagster_home == home / "dagster"
    assert list(home.iterdir()) == []


def test_snapshots_stand_beside_a_warehouse_that_is_elsewhere(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE", str(home / "elsewhere" / "gb.duckdb"))
    assert folder_of(Settings().warehouse) == home / "elsewhere" / "snapshots"


def test_a_dotenv_file_is_read_and_the_environment_goes_before_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / ".env").write_text("ELEXON_ATTEMPTS=2\nELEXON_CONCURRENCY=3\nSOMETHING_ELSE=1\n# a comment\n")
    monkeypatch.setenv("ELEXON_CONCURRENCY", "7")
    settings = Settings()
    assert (settings.elexon_attempts, settings.elexon_concurrency) == (2, 7)


@pytest.mark.usefixtures("home")
def test_an_empty_variable_is_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELEXON_ATTEMPTS", "")
    assert Settings().elexon_attempts == 5


@pytest.mark.usefixtures("home")
def test_limits_are_moved_by_a_line_of_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMITS_MW", '{"Solar": {"soft_high": 19000}}')
    assert Settings().limits_mw == {"Solar": {"soft_high": 19_000}}


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ELEXON_CONCURRENCY", "11"),
        ("ELEXON_CONCURRENCY", "0"),
        ("ELEXON_ATTEMPTS", "none"),
        ("ELEXON_BASE_URL", "not an address"),
        ("SNAPSHOTS_KEPT", "1"),
        ("FIRST_DAY", "1 March 2016"),
        ("LIMITS_MW", '{"Solar": {"soft_high": "much"}}'),
    ],
)
def test_a_value_that_cannot_be_understood_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()
