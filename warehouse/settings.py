"""Every setting, read in one place: the environment, then the home's `.env`, then the working folder's, then a default.

`RENEWABLES_ENV_FILES` says which files count: `all` (the default), `home` (only the home's own) or `none`. A home that
must not pick up a team's settings, such as the demo's, has the line `RENEWABLES_ENV_FILES=home` in its own `.env`.

Belongs here: where things are and how patient or gentle we are. Not here: facts about Elexon's datasets (they stand in
their declarations). Reading settings creates nothing and fails only on a value that cannot be understood.
"""

import os
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

from dotenv import dotenv_values
from platformdirs import user_data_path
from pydantic import Field, HttpUrl, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from warehouse.errors import SettingsUnreadable

ENV_FILES = "RENEWABLES_ENV_FILES"
"The variable that says which `.env` files count; it has no field, because it decides where the fields come from."
ENV_FILE_CHOICES = ("all", "home", "none")
HOME = "RENEWABLES_HOME"
ENCODING = "utf-8-sig"
"Of `.env` files: UTF-8, with or without the mark that Windows puts first."
PACKAGE_PARENT = Path(__file__).resolve().parent.parent


def checkout_folder() -> Path | None:
    """Return the checkout that this package runs from (the folder of `workspace.yaml`), or None when installed."""
    return PACKAGE_PARENT if (PACKAGE_PARENT / "workspace.yaml").is_file() else None


def default_home() -> Path:
    """Return `data/` in a checkout, else the user's data folder."""
    root = checkout_folder()
    return root / "data" if root else user_data_path("gb-renewables", appauthor=False)


def is_text(value: str) -> bool:
    """Return whether a value from the system is UTF-8 text; Python keeps other bytes as halves of characters."""
    return value.isprintable() or not any("\ud800" <= character <= "\udfff" for character in value)


def home_folder(named: str | Path | None = None) -> Path:
    """Return the home: the one that is `named`, else the one in the working folder's `.env`, else the default.

    Raises SettingsUnreadable, as `env_files` does.
    """
    if not named and _env_files_choice(os.environ, "the environment") in (None, "all"):
        named = _values_of(Path(".env")).get(HOME)
    return Path(named or default_home()).expanduser().absolute()


def env_files(home: Path) -> list[Path]:
    """Return the `.env` files that count for a home, the one that decides first.

    Raises SettingsUnreadable for a file that cannot be read, and for an unknown value of RENEWABLES_ENV_FILES.
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
            f"The setting {ENV_FILES} cannot be understood: it is {choice!r} in {origin}; give one of "
            f"{', '.join(ENV_FILE_CHOICES)}."
        )
    return choice


def _values_of(file: Path) -> Mapping[str, str | None]:
    """Return the lines of a `.env` file, or nothing where there is no file. Raises SettingsUnreadable."""
    try:
        return dotenv_values(file, encoding=ENCODING) if file.is_file() else {}
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        raise SettingsUnreadable(
            f"{file.absolute()} is not UTF-8 text (line {line}): save it as UTF-8, or remove what stands there."
        ) from error
    except OSError as error:
        raise SettingsUnreadable(
            f"{file.absolute()} cannot be read ({error.strerror}): mend its permissions, or set {ENV_FILES}=none."
        ) from error


class Settings(BaseSettings):
    """Read anew at each call of `Settings()`; an environment variable has the field's name in capitals."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True)

    renewables_home: Path = Field(default_factory=default_home)
    "Folder of everything that is kept: the warehouse, its snapshots, Dagster's runs. A local disk, never a share."
    warehouse: Path = Field(default_factory=lambda values: values["renewables_home"] / "warehouse.duckdb")
    "The DuckDB file that Dagster writes; its snapshots are in `snapshots/` beside it."
    warehouse_wait_seconds: float = 60.0
    "How long a write waits for another process to let go of the file. Writes take well under a second."
    snapshots_kept: Annotated[int, Field(ge=2)] = 5
    "Newest snapshots kept for readers that have one open."
    backup_days: Annotated[int, Field(ge=0)] = 14
    "The first snapshot of each of so many days is kept besides: the backups."
    run_days: Annotated[int, Field(ge=7)] = 90
    "Days that Dagster's runs are kept with their logs. What is materialized stays known for ever."
    routine_run_days: Annotated[int, Field(ge=1)] = 7
    "The same for the runs of every day's routine, a hundred a day: latest, flagging, checks, landing, pruning."

    ledger_url: str | None = Field(default=None, repr=False)
    "Database of the pipeline's changes: a PostgreSQL URL for a team; else SQLite, `ledger.sqlite` in the home."

    elexon_base_url: HttpUrl = HttpUrl("https://data.elexon.co.uk/bmrs/api/v1")
    "Elexon's Insights API, or a stand-in such as `renewables simulate`."
    elexon_mirrors: Annotated[frozenset[str], NoDecode] = frozenset()
    """Hosts, separated by commas, that pass on Elexon's own answers, such as a cache of yours. Rows of any other host
    are labelled by that host, and never as Elexon's."""
    elexon_concurrency: Annotated[int, Field(ge=1, le=10)] = 4
    "Requests under way at once: far below the limit of 5,000 a minute."
    elexon_timeout_seconds: float = 30.0
    "Answers take 0.05-0.25 s, at times over 1 s."
    elexon_deadline_seconds: Annotated[float, Field(gt=0)] = 120.0
    "For one answer as a whole: a server that sends a byte now and then keeps within every time-out between bytes."
    elexon_answer_megabytes: Annotated[float, Field(gt=0)] = 20.0
    "An answer with more, unpacked, is refused while it comes. The largest, a week of fuels, has 1.2 MB."
    elexon_attempts: Annotated[int, Field(ge=1)] = 5
    "Attempts at one window before it is given up."
    elexon_backoff_seconds: float = 1.0
    "First pause of the jittered exponential back-off; it doubles up to a minute."
    limits_mw: dict[str, dict[str, float]] = {}
    """Moves limits as plants get built: `{"Solar": {"soft_high": 19000}}`; also hard_low, soft_low, hard_high."""
    first_day: date = date(2016, 3, 1)
    "First UTC day that can be asked for: AGWS was first published about then."

    understated_share: Annotated[float, Field(gt=0, lt=1)] = 0.75
    """Wind of AGWS below this share of FUELHH's WIND is flagged as understated. AGWS has embedded wind besides, so a
    healthy half hour is above 1; drop-outs were seen at 0.2 to 0.3."""
    understated_from_mw: float = 1_000
    "FUELHH's WIND above which that share is judged: in a lull the embedded part decides it."
    offshore_dropout_mw: float = 300
    "Where FUELHH is missing: offshore wind below it (drop-outs were seen at 77 to 290 MW) ..."
    offshore_around_mw: float = 1_500
    "... while the median of the three hours either side is above this, is flagged: no lull comes and goes so fast."
    never_zero_together: Annotated[int, Field(ge=1)] = 2
    """So many of NUCLEAR, BIOMASS and CCGT at zero in one half hour are flagged. Outside of fail-overs none of them was
    zero in 2023, 2024 and 2026: the least were 413, 50 and 303 MW."""
    solar_up_degrees: float = 5
    """Solar at zero while the sun is higher than this everywhere over the panels, all half hour, is flagged. Zeros were
    seen up to -4 degrees at the lowest panel and moment of the half hour (3 at the highest)."""
    solar_down_degrees: float = -1
    """Solar above zero while the sun is lower than this everywhere over Great Britain, all half hour, is flagged.
    Values above zero were seen from +2.6 degrees on."""
    late_minutes: float = 60
    "A first publication so much later than the dataset's ordinary lag is flagged; ordinary ones differ by seconds."
    known_gap_days: float = 7
    "A half hour that two answers lack, so long after it, is a known gap: late documents come within the day."

    simulator: bool = False
    "Whether `renewables up` starts a stand-in for Elexon where ELEXON_BASE_URL says, on this machine: the demo's home."
    simulator_faults: str = ""
    "What is wrong with the answers of that stand-in, as `renewables simulate --faults` takes it."
    schedules_running: bool = True
    """Whether the schedules that call Elexon run without a click. Tests and the demo turn them off; landing of changes,
    flags, checks and notices always run."""
    dagster_url: HttpUrl = HttpUrl("http://127.0.0.1:3000")
    "Where the Dagster UI answers: for links, and for launching runs and following them."
    dashboard_url: HttpUrl = HttpUrl("http://127.0.0.1:8501")
    "Where the dashboard answers: for links in notices."
    slack_webhook_url: str | None = Field(default=None, repr=False)
    "Where notices go (failed runs, a project that turns Red, ...); else they go to the log."

    query_memory_mb: Annotated[int, Field(ge=256)] = 1024
    "Memory that one query of a person or a model may take; what needs more is stopped."

    chat_model: str | None = None
    "The language model that answers questions about the data. None: nobody is asked, and nothing leaves the machine."
    chat_base_url: HttpUrl = HttpUrl("https://api.openai.com/v1")
    "Any server with OpenAI's chat completions; Ollama: http://127.0.0.1:11434/v1."
    chat_api_key: SecretStr | None = None
    "OpenAI asks for one, a server of one's own seldom."
    chat_timeout_seconds: Annotated[float, Field(gt=0)] = 120.0
    "Silence after which the model's server is given up; a large model on a small machine thinks for minutes."

    @field_validator("elexon_mirrors", mode="before")
    @classmethod
    def _split_hosts(cls, value: str | frozenset[str]) -> frozenset[str]:
        """Read `mirror.example, cache.example` as two hosts."""
        hosts = value.split(",") if isinstance(value, str) else value
        return frozenset(host.strip().lower() for host in hosts if host.strip())

    @field_validator("renewables_home", "warehouse")
    @classmethod
    def _usable_path(cls, path: Path) -> Path:
        """Return the absolute path. Raises ValueError for a name that DuckDB or Dagster's SQLite takes for another."""
        path = path.expanduser().absolute()
        if not is_text(str(path)):
            raise ValueError("the path is not UTF-8 text: choose another folder")
        if "?" in str(path):
            raise ValueError("DuckDB takes a question mark in a path for the end of the name: choose another folder")
        if re.search(r"%[0-9a-fA-F]{2}", str(path)):
            raise ValueError("SQLite's driver takes % and two digits in a path for a sign: choose another folder")
        return path

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (pydantic-settings names it; ours reads two files)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (no secrets in files)
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the sources in their order; the first that knows a setting decides."""
        field, name = settings_cls.model_fields["renewables_home"], "renewables_home"
        home = home_folder(init_settings().get(name) or env_settings.get_field_value(field, name)[0])
        files = [
            DotEnvSettingsSource(settings_cls, env_file=file, env_file_encoding=ENCODING) for file in env_files(home)
        ]
        # The home goes first: its own `.env` cannot move it, and leaving the working folder's out cannot lose it.
        return (InitSettingsSource(settings_cls, {name: home}), init_settings, env_settings, *files)

    @property
    def dagster_home(self) -> Path:
        """Return the home of the Dagster instance: runs, events, ticks of schedules."""
        return self.renewables_home / "dagster"
