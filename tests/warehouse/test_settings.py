"""Tests of settings: the environment, then `.env`, then defaults that work on a fresh clone."""

from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from renewables.user_errors import user_message
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
    assert folder_of(settings.warehouse_file) == home / "snapshots"
    assert settings.dagster_home == home / "dagster"
    assert list(home.iterdir()) == []


def test_snapshots_are_beside_a_warehouse_that_is_outside_the_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE", str(home / "elsewhere" / "gb.duckdb"))
    assert folder_of(Settings().warehouse_file) == home / "elsewhere" / "snapshots"


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


REFUSED = {
    "ELEXON_CONCURRENCY": ["11", "0", "nan", "1.5"],
    "ELEXON_ATTEMPTS": ["none", "0", "99999999999999999999"],
    "ELEXON_BASE_URL": ["not an address", "ftp://elexon.example", "http://", "http://elexon.example:99999", " "],
    "ELEXON_MIRRORS": ["http://mirror.example/", "two words"],
    "ELEXON_TIMEOUT_SECONDS": ["0", "-1", "nan", "inf", "1e308", "half a minute"],
    "ELEXON_BACKOFF_SECONDS": ["-1", "nan", "inf", "1e308"],
    "ELEXON_DEADLINE_SECONDS": ["0", "nan", "inf"],
    "ELEXON_ANSWER_MEGABYTES": ["0", "nan", "inf"],
    "REPD_URL": ["gov.uk", "ftp://gov.uk/repd.csv", "http://127.0.0.1:0/repd.csv"],
    "TEC_URL": ["not an address", "file:///etc/passwd"],
    "REGISTER_ATTEMPTS": ["0", "99999999999999999999"],
    "REGISTER_BACKOFF_SECONDS": ["-1", "nan", "inf", "1e308"],
    "REGISTER_DEADLINE_SECONDS": ["0", "nan", "inf"],
    "REGISTER_MEGABYTES": ["0", "nan", "inf"],
    "WAREHOUSE_WAIT_SECONDS": ["-1", "nan", "inf"],
    "CHAT_TIMEOUT_SECONDS": ["0", "nan", "inf"],
    "CHAT_BASE_URL": ["localhost"],
    "DAGSTER_URL": ["localhost:3000", "http://127.0.0.1:0", "http://127.0.0.1:-1"],
    "DASHBOARD_URL": ["localhost:8501", "http://127.0.0.1:0", "http://127.0.0.1:70000", "file:///etc"],
    "SNAPSHOTS_KEPT": ["1", "99999999999999999999"],
    "BACKUP_DAYS": ["-1", "99999999999999999999"],
    "RUN_DAYS": ["6", "99999999999999999999"],
    "ROUTINE_RUN_DAYS": ["0", "99999999999999999999"],
    "QUERY_MEMORY_MB": ["255", "99999999999999999999"],
    "FIRST_DAY": ["1 March 2016", "0", "20160301", "0001-01-01", "9999-12-31", "2099-01-01", "2016-02-30"],
    "LIMITS_MW": [
        *("{", "3", "nan", '{"Solar": 3}', '{"Solar": {"soft_high": "much"}}', '{"Solar": {"soft_high": NaN}}'),
        *('{"Solar": {"soft_high": Infinity}}', '{"Solar": {"highest": 3}}'),
    ],
    "UNDERSTATED_SHARE": ["0", "1", "nan"],
    "UNDERSTATED_FROM_MW": ["-1", "nan", "inf"],
    "OFFSHORE_DROPOUT_MW": ["-1", "nan", "inf"],
    "OFFSHORE_AROUND_MW": ["-1", "nan", "inf"],
    "NEVER_ZERO_TOGETHER": ["0", "none"],
    "SOLAR_UP_DEGREES": ["91", "nan", "-inf"],
    "SOLAR_DOWN_DEGREES": ["-91", "nan", "inf"],
    "LATE_MINUTES": ["-1", "nan", "inf"],
    "KNOWN_GAP_DAYS": ["-1", "nan", "inf"],
    "SIMULATOR": ["perhaps"],
    "SCHEDULES_RUNNING": ["2"],
    "WAREHOUSE": ["/", "/dev/null", "~nobody-of-that-name/warehouse.duckdb", "a?b.duckdb", "a\nb.duckdb", "%41.duckdb"],
    "RENEWABLES_HOME": ["/dev/null", "~nobody-of-that-name", "/srv/a?b", "/srv/a\nb", "/srv/%41"],
}


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in REFUSED.items() for value in values])
def test_an_invalid_value_is_refused_in_one_sentence_with_the_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises((ValidationError, SettingsUnreadable)) as error:
        Settings()
    outcome = user_message(error.value)
    assert outcome is not None
    assert outcome[0].startswith(f"The setting {name} ")
    assert "\n" not in outcome[0]


@pytest.mark.usefixtures("env_files_count")
@pytest.mark.parametrize("name", ["LIMITS_MW", "FIRST_DAY", "ELEXON_TIMEOUT_SECONDS", "DASHBOARD_URL"])
def test_an_invalid_line_of_a_dotenv_file_is_refused_like_a_variable(home: Path, name: str) -> None:
    (home / ".env").write_text(f"{name}={REFUSED[name][0]}\n")
    with pytest.raises(ValidationError) as error:
        Settings()
    assert (user_message(error.value) or ("", 0))[0].startswith(f"The setting {name} is not valid")


@pytest.mark.parametrize("name", ["a#b", "two words", "a;b&c", "it's", '"quoted"', "{x}:y", "50% wind", "Größe"])
def test_a_home_may_have_any_name_that_databases_accept(home: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("RENEWABLES_HOME", str(home / name))
    assert Settings().warehouse == home / name / "warehouse.duckdb"


def test_a_password_in_an_address_that_is_refused_is_not_shown(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 (sets the home)
    monkeypatch.setenv("ELEXON_BASE_URL", f"http://anna:geheimnis@{'a' * 300}:99999/")
    with pytest.raises(ValidationError) as error:
        Settings()
    assert "geheimnis" not in (user_message(error.value) or ("geheimnis", 0))[0]


def test_settings_are_read_once_until_a_source_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENEWABLES_ENV_FILES", "all")
    monkeypatch.setenv("RENEWABLES_HOME", str(tmp_path))
    first = Settings()
    assert Settings() is first
    monkeypatch.setenv("RUN_DAYS", "91")
    assert Settings().run_days == 91
    monkeypatch.delenv("RUN_DAYS")
    file = tmp_path / ".env"
    for days in (92, 93):
        file.write_text(f"RUN_DAYS={days}\n")
        assert Settings().run_days == days
    file.unlink()
    assert Settings().run_days == first.run_days


def test_settings_of_another_working_folder_are_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENEWABLES_ENV_FILES", "all")
    monkeypatch.setenv("RENEWABLES_HOME", str(tmp_path / "home"))
    assert Settings().run_days == 90
    (tmp_path / ".env").write_text("RUN_DAYS=94\n")
    monkeypatch.chdir(tmp_path)
    assert Settings().run_days == 94


def test_settings_with_arguments_are_not_those_of_the_next_call(tmp_path: Path) -> None:
    assert Settings(renewables_home=tmp_path).renewables_home == tmp_path
    assert Settings().renewables_home != tmp_path
