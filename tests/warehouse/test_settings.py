"""Tests of settings: the environment, then `.env`, then defaults that work on a fresh clone."""

from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from warehouse.errors import SettingsUnreadable
from warehouse.settings import ENV_FILES, Settings, checkout_folder, default_home
from warehouse.snapshots import folder_of


def test_a_fresh_clone_needs_no_settings_and_keeps_its_data_in_the_checkout(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("RENEWABLES_HOME", "SCHEDULES_RUNNING", "ELEXON_BACKOFF_SECONDS"):
        monkeypatch.delenv(name)
    root = checkout_folder()
    assert root == Path(__file__).resolve().parents[2]
    settings = Settings()
    assert settings.renewables_home == default_home() == root / "data"
    assert settings.warehouse == root / "data" / "warehouse.duckdb"
    assert str(settings.elexon_base_url) == "https://data.elexon.co.uk/bmrs/api/v1"
    assert settings.first_day == date(2016, 3, 1)
    assert settings.schedules_running
    assert list(home.iterdir()) == []


def test_all_stored_data_is_inside_the_home(home: Path) -> None:
    settings = Settings()
    assert settings.warehouse == home / "warehouse.duckdb"
    assert folder_of(settings.warehouse) == home / "snapshots"
    assert settings.dagster_home == home / "dagster"
    assert list(home.iterdir()) == []


def test_snapshots_are_beside_a_warehouse_that_is_outside_the_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE", str(home / "elsewhere" / "gb.duckdb"))
    assert folder_of(Settings().warehouse) == home / "elsewhere" / "snapshots"


@pytest.fixture
def working_folder(home: Path, env_files_count: None, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: ARG001 (files are read)
    """Enter a folder with a team's `.env`, such as a checkout's, while the home is elsewhere; return the folder."""
    folder = home / "checkout"
    folder.mkdir()
    (folder / ".env").write_text("LEDGER_URL=postgresql://team/ledger\nELEXON_ATTEMPTS=2\nELEXON_CONCURRENCY=3\n")
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.usefixtures("env_files_count")
def test_the_environment_takes_precedence_over_a_dotenv_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / ".env").write_text("ELEXON_ATTEMPTS=2\nELEXON_CONCURRENCY=3\nSOMETHING_ELSE=1\n# a comment\n")
    monkeypatch.setenv("ELEXON_CONCURRENCY", "7")
    settings = Settings()
    assert (settings.elexon_attempts, settings.elexon_concurrency) == (2, 7)


@pytest.mark.usefixtures("working_folder")
def test_the_dotenv_file_of_the_home_takes_precedence_over_that_of_the_working_folder(home: Path) -> None:
    (home / ".env").write_text("ELEXON_ATTEMPTS=4\n")
    settings = Settings()
    assert (settings.elexon_attempts, settings.elexon_concurrency) == (4, 3)


@pytest.mark.usefixtures("working_folder")
def test_no_dotenv_file_is_read_when_the_environment_says_none(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / ".env").write_text("ELEXON_ATTEMPTS=4\n")
    monkeypatch.setenv(ENV_FILES, "none")
    settings = Settings()
    assert (settings.elexon_attempts, settings.elexon_concurrency, settings.ledger_url) == (5, 4, None)


@pytest.mark.usefixtures("working_folder")
def test_a_home_can_exclude_the_dotenv_file_of_the_working_folder(home: Path) -> None:
    (home / ".env").write_text("RENEWABLES_ENV_FILES=home\nELEXON_ATTEMPTS=4\n")
    settings = Settings()
    assert (settings.elexon_attempts, settings.elexon_concurrency, settings.ledger_url) == (4, 4, None)


def test_the_working_folder_can_name_the_home_but_a_home_cannot_move_itself(
    home: Path, working_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RENEWABLES_HOME")
    (working_folder / ".env").write_text(f"RENEWABLES_HOME={home}\n")
    for own in ("RENEWABLES_HOME=/elsewhere\n", "RENEWABLES_HOME=/elsewhere\nRENEWABLES_ENV_FILES=home\n"):
        (home / ".env").write_text(own)
        assert Settings().warehouse == home / "warehouse.duckdb"


def test_the_tests_read_no_dotenv_file_of_the_person_who_runs_them(home: Path) -> None:
    (home / ".env").write_text("LEDGER_URL=postgresql://team/ledger\n")
    assert Settings().ledger_url is None


def test_a_byte_order_mark_at_the_start_of_a_dotenv_file_is_ignored(home: Path, working_folder: Path) -> None:  # noqa: ARG001 (files are read)
    (home / ".env").write_bytes(b"\xef\xbb\xbfELEXON_ATTEMPTS=3\n")
    assert Settings().elexon_attempts == 3


@pytest.mark.usefixtures("working_folder")
def test_a_dotenv_file_that_is_not_text_is_refused_with_its_line_number(home: Path) -> None:
    (home / ".env").write_bytes(b"ELEXON_ATTEMPTS=3\nSLACK_WEBHOOK_URL=caf\xe9\n")
    with pytest.raises(SettingsUnreadable, match=r"\.env is not UTF-8 text \(line 2\): save it as UTF-8"):
        Settings()


@pytest.mark.usefixtures("home")
def test_an_unknown_choice_of_dotenv_files_is_refused_with_the_known_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENV_FILES, "off")
    with pytest.raises(SettingsUnreadable, match="'off' in the environment; give one of all, home, none"):
        Settings()


@pytest.mark.usefixtures("home")
def test_a_tilde_in_the_home_is_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENEWABLES_HOME", "~/renewables")
    assert Settings().warehouse == Path.home() / "renewables" / "warehouse.duckdb"


@pytest.mark.usefixtures("home")
def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELEXON_ATTEMPTS", "")
    assert Settings().elexon_attempts == 5


@pytest.mark.usefixtures("home")
def test_limits_can_be_overridden_with_json(monkeypatch: pytest.MonkeyPatch) -> None:
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
def test_an_invalid_value_is_refused_with_the_name_of_its_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()
