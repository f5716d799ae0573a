"""Every setting, from the environment, the home's `.env`, the working folder's `.env`, or a default, in that order.

`RENEWABLES_ENV_FILES` says which files count: `all` (the default), `home` (only the home's own) or `none`. A home that
must not pick up a team's settings, such as the demo's, has the line `RENEWABLES_ENV_FILES=home` in its own `.env`.

Belongs here: paths, timeouts, limits and rates. Not here: facts about Elexon's datasets (they are in their
declarations). Reading settings creates nothing and fails only on a value that cannot be understood.
"""

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

from dotenv import dotenv_values
from platformdirs import user_data_path
from pydantic import Field, HttpUrl, PlainValidator, SecretStr
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from warehouse.errors import SettingsUnreadable
from warehouse.lake_address import DataPlace, LakeAddress, file_of, read_warehouse
from warehouse.setting_types import (
    EVERYONE,
    Address,
    Claims,
    Days,
    Degrees,
    FirstDay,
    Folder,
    Hosts,
    Limits,
    Megawatts,
    Minutes,
    Pause,
    People,
    Readers,
    Seconds,
    usable_path,
)
from warehouse.settings_cache import ReadOnce, note_reading

ENV_FILES = "RENEWABLES_ENV_FILES"
"The variable that says which `.env` files count. It has no field, because it decides where the fields come from."
ENV_FILE_CHOICES = ("all", "home", "none")
HOME = "RENEWABLES_HOME"
ENCODING = "utf-8-sig"
"The encoding of `.env` files: UTF-8, with or without the byte-order mark that Windows adds."
PACKAGE_PARENT = Path(__file__).resolve().parent.parent


def checkout_folder() -> Path | None:
    """Return the checkout that this package runs from (the folder of `workspace.yaml`), or None when installed."""
    return PACKAGE_PARENT if (PACKAGE_PARENT / "workspace.yaml").is_file() else None


def default_home() -> Path:
    """Return `data/` in a checkout, otherwise the user's data folder."""
    root = checkout_folder()
    return root / "data" if root else user_data_path("gb-renewables", appauthor=False)


def home_folder(named: str | Path | None = None) -> Path:
    """Return the home: `named` if given, otherwise the one in the working folder's `.env`, otherwise the default.

    Raises SettingsUnreadable, as `env_files` does.
    """
    if not named and _env_files_choice(os.environ, "the environment") in (None, "all"):
        named = _values_of(Path(".env")).get(HOME)
    try:
        return usable_path(Path(named or default_home()))
    except ValueError as error:
        raise SettingsUnreadable(f"The setting {HOME} is not valid: {error} (it is {str(named)!r}).") from error


def env_files(home: Path) -> list[Path]:
    """Return the `.env` files that count for a home, in order of precedence.

    Raises SettingsUnreadable for a file that cannot be read and for an unknown value of RENEWABLES_ENV_FILES.
    """
    of_home, of_working_folder = home / ".env", Path(".env")
    choice = _env_files_choice(os.environ, "the environment")
    if choice == "none":
        return []
    if (choice or _env_files_choice(_values_of(of_home), str(of_home))) == "home":
        files = [of_home]
    else:
        files = [of_home] if of_home == of_working_folder.absolute() else [of_home, of_working_folder]
    return [file for file in files if _values_of(file)]


def _env_files_choice(values: Mapping[str, str | None], origin: str) -> str | None:
    choice = values.get(ENV_FILES) or None
    if choice not in (None, *ENV_FILE_CHOICES):
        raise SettingsUnreadable(
            f"The setting {ENV_FILES} is not valid: it is {choice!r} in {origin}; give one of "
            f"{', '.join(ENV_FILE_CHOICES)}."
        )
    return choice


def _values_of(file: Path) -> Mapping[str, str | None]:
    """Return the lines of a `.env` file, or nothing if the file does not exist. Raises SettingsUnreadable."""
    try:
        return dotenv_values(file, encoding=ENCODING) if file.is_file() else {}
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        raise SettingsUnreadable(
            f"{file.absolute()} is not UTF-8 text (line {line}): save it as UTF-8, or remove that line."
        ) from error
    except OSError as error:
        raise SettingsUnreadable(
            f"{file.absolute()} cannot be read ({error.strerror}): correct its permissions, or set {ENV_FILES}=none."
        ) from error


class Settings(BaseSettings, metaclass=ReadOnce):
    """The settings as of each call of `Settings()`; an environment variable is the field's name in capitals."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True)

    renewables_home: Folder = Field(default_factory=default_home)
    "The folder of all stored data: warehouse, snapshots, Dagster's runs. A local disk, never a network share."
    warehouse: Annotated[Path | LakeAddress, NoDecode, PlainValidator(read_warehouse)] = Field(
        default_factory=lambda values: values["renewables_home"] / "warehouse.duckdb"
    )
    "The DuckDB file, with `snapshots/` beside it, or a lake: `ducklake:postgres:...` or `ducklake:sqlite:...`."
    warehouse_data: DataPlace = Field(default_factory=lambda values: str(values["renewables_home"] / "lake"))
    "The folder or `s3://bucket/prefix` of a lake's data. A warehouse in a file ignores it."
    warehouse_wait_seconds: Pause = 60.0
    "The time that a write waits for another writer to finish. Writes take well under a second."
    snapshots_kept: Annotated[int, Field(ge=2, le=10_000)] = 5
    "The number of newest snapshots kept for readers that have one open."
    backup_days: Annotated[int, Field(ge=0, le=36_500)] = 14
    "The number of days whose first snapshot is also kept, as a backup."
    run_days: Annotated[int, Field(ge=7, le=36_500)] = 90
    "The days that Dagster's runs and their logs are kept. The record of materialized partitions is kept for ever."
    routine_run_days: Annotated[int, Field(ge=1, le=36_500)] = 7
    "The same for routine runs, about a hundred per day: latest, flagging, checks, landing, pruning."

    ledger_url: str | None = Field(default=None, repr=False)
    "The database of the pipeline's changes: a PostgreSQL URL for a team, otherwise `ledger.sqlite` in the home."

    elexon_base_url: Address = HttpUrl("https://data.elexon.co.uk/bmrs/api/v1")
    "The address of Elexon's Insights API, or of a stand-in such as `renewables simulate`."
    elexon_mirrors: Hosts = frozenset()
    """The hosts, separated by commas, that pass on Elexon's own answers, such as your own cache. Rows from any other
    host are labelled with that host, and never as Elexon's.
    """
    elexon_concurrency: Annotated[int, Field(ge=1, le=10)] = 4
    "The number of concurrent requests, far below the limit of 5,000 per minute."
    elexon_timeout_seconds: Seconds = 30.0
    "The time-out of one read. Answers take 0.05-0.25 s, at times over 1 s."
    elexon_deadline_seconds: Seconds = 120.0
    """The limit for one complete answer: a server that sends a byte now and then never exceeds the time-out between
    bytes.
    """
    elexon_answer_megabytes: Annotated[float, Field(gt=0, le=100_000)] = 20.0
    "The limit of an unpacked answer, refused while it arrives. The largest real one, a week of fuels, has 1.2 MB."
    elexon_attempts: Annotated[int, Field(ge=1, le=100)] = 5
    "The number of attempts at one window before it fails."
    elexon_backoff_seconds: Pause = 1.0
    "The first pause of the jittered exponential back-off; it doubles up to a minute."
    limits_mw: Limits = {}
    """Overrides of limits as plants get built: `{"Solar": {"soft_high": 19000}}`; also hard_low, soft_low, hard_high.
    """
    first_day: FirstDay = date(2016, 3, 1)
    "The first UTC day that can be requested: AGWS was first published about then."

    repd_url: Address = HttpUrl(
        "https://www.gov.uk/api/content/government/publications/renewable-energy-planning-database-monthly-extract"
    )
    "The address of a CSV of the planning register (REPD), or a GOV.UK or CKAN answer in JSON that leads to one."
    tec_url: Address = HttpUrl(
        "https://api.neso.energy/api/3/action/package_show?id=transmission-entry-capacity-tec-register"
    )
    "The same for the register of grid connections (TEC)."
    register_deadline_seconds: Seconds = 300.0
    "The limit for one complete answer of a register's server."
    register_megabytes: Annotated[float, Field(gt=0, le=100_000)] = 50.0
    "The limit of a register's unpacked file, refused while it arrives. The REPD of 2024 has 5 MB."
    register_attempts: Annotated[int, Field(ge=1, le=100)] = 3
    "The number of attempts at one answer of a register's server."
    register_backoff_seconds: Pause = 5.0
    "The first pause between these attempts; it doubles."

    understated_share: Annotated[float, Field(gt=0, lt=1)] = 0.75
    """The share of FUELHH's WIND below which AGWS wind is flagged as understated. AGWS also includes embedded wind, so
    a healthy half-hour is above 1; drop-outs were observed at 0.2 to 0.3.
    """
    understated_from_mw: Megawatts = 1_000
    "The FUELHH WIND above which that share is tested: in a lull the embedded part dominates it."
    offshore_dropout_mw: Megawatts = 300
    "Where FUELHH is missing, offshore wind below this value (drop-outs were observed at 77 to 290 MW) ..."
    offshore_around_mw: Megawatts = 1_500
    "... is flagged while the median of the three hours on each side is above this one: no lull is that short."
    never_zero_together: Annotated[int, Field(ge=1, le=100)] = 2
    """The number of NUCLEAR, BIOMASS and CCGT at zero in one half-hour that is flagged. Outside fail-overs none of them
    was zero in 2023, 2024 and 2026: the minima were 413, 50 and 303 MW.
    """
    solar_up_degrees: Degrees = 5
    """The sun's elevation above which zero solar is flagged, if all panels are above it for all of the half-hour. Zeros
    were observed up to -4 degrees at the lowest panel and moment of the half-hour (3 at the highest).
    """
    solar_down_degrees: Degrees = -1
    """The sun's elevation below which solar above zero is flagged, if all of Great Britain is below it for all of the
    half-hour. Values above zero were observed from +2.6 degrees.
    """
    late_minutes: Minutes = 60
    """The delay beyond the dataset's usual lag at which a first publication is flagged; usual delays differ by seconds.
    """
    known_gap_days: Days = 7
    """The age at which a half-hour missing from two answers becomes a known gap: late documents arrive within the day.
    """

    simulator: bool = False
    "Whether `renewables up` starts a stand-in for Elexon at ELEXON_BASE_URL, as the demo's home does."
    simulator_faults: str = ""
    "The faults in the answers of that stand-in, in the notation of `renewables simulate --faults`."
    schedules_running: bool = True
    """Whether the schedules that call Elexon run without a click. Tests and the demo turn them off; the landing of
    changes, flags, checks and notices always runs.
    """
    dagster_url: Address = HttpUrl("http://127.0.0.1:3000")
    "The address of the Dagster UI, for links and for launching and following runs."
    dashboard_url: Address = HttpUrl("http://127.0.0.1:8501")
    "The address of the dashboard, for links in notices."
    slack_webhook_url: str | None = Field(default=None, repr=False)
    "The webhook for notices (failed runs, a project that turns Red, ...); without one they go to the log."

    role_admins: People = frozenset()
    """The people with the role admin, separated by commas: e-mail addresses, or domains such as @example.com. With
    admins, editors or a claim, roles are on; see docs/access.md.
    """
    role_editors: People = frozenset()
    "The people with the role editor, in the same notation."
    role_viewers: Readers = frozenset({EVERYONE})
    "The people with the role viewer, in the same notation; * is everyone who signs in."
    role_claim: str | None = None
    """The claim of the identity provider that holds a person's role: admin, editor or viewer, or a list with one of
    them; a name such as realm_access.roles reaches into a claim.
    """
    email_verified_claims: Claims = frozenset({"email_verified"})
    "The claims of which one has to confirm the e-mail address: with `true`, or with the same address."
    sign_in_hours: Annotated[float, Field(gt=0, le=720)] = 12.0
    "The hours after which a person has to sign in again."

    query_memory_mb: Annotated[int, Field(ge=256, le=1_000_000)] = 1024
    "The memory that one query of a user or a model may use; a query that needs more is stopped."

    chat_model: str | None = None
    "The language model that answers questions. With None no model is called and no data leaves the machine."
    chat_base_url: Address = HttpUrl("https://api.openai.com/v1")
    "The address of any server with OpenAI's chat completions; for Ollama http://127.0.0.1:11434/v1."
    chat_api_key: SecretStr | None = None
    "The API key. OpenAI requires one; a self-hosted server seldom does."
    chat_timeout_seconds: Seconds = 120.0
    "The silence after which a call of the model fails; a large model on a small machine thinks for minutes."

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (passed by name; two files are read)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (secrets are never read from files)
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the sources in order of precedence."""
        field, name = settings_cls.model_fields["renewables_home"], "renewables_home"
        home = home_folder(init_settings().get(name) or env_settings.get_field_value(field, name)[0])
        note_reading([home / ".env", Path(".env")])
        files = [
            DotEnvSettingsSource(settings_cls, env_file=file, env_file_encoding=ENCODING) for file in env_files(home)
        ]
        # The home comes first: its own `.env` cannot move it, and excluding the working folder's file cannot lose it.
        return (InitSettingsSource(settings_cls, {name: home}), init_settings, env_settings, *files)

    @property
    def registers_folder(self) -> Path:
        """Return the folder for register files that a person puts there: names that begin with repd or tec."""
        return self.renewables_home / "registers"

    @property
    def warehouse_file(self) -> Path:
        """Return the DuckDB file. Raises SettingsUnreadable if WAREHOUSE names a lake."""
        return file_of(self.warehouse)

    @property
    def dagster_home(self) -> Path:
        """Return the home of the Dagster instance: runs, events and schedule ticks."""
        return self.renewables_home / "dagster"
