"""Every setting, read in one place: the environment, then a `.env` file, then a default that works.

`.env` is read in the working folder, in the checkout, and in the home: so a home of its own, such as the demo's, brings
its settings along.

Belongs here: where things are and how patient or gentle we are. Not here: facts about Elexon's datasets (they stand in
their declarations). Reading settings creates nothing and fails for nothing but a value that cannot be understood.
"""

from datetime import date
from pathlib import Path
from typing import Annotated

from platformdirs import user_data_path
from pydantic import Field, HttpUrl, SecretStr
from pydantic_settings import BaseSettings, DotEnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

PACKAGE_PARENT = Path(__file__).resolve().parent.parent


def checkout() -> Path | None:
    """The checkout that this package runs from (the folder of `workspace.yaml`), or None when it was installed."""
    return PACKAGE_PARENT if (PACKAGE_PARENT / "workspace.yaml").is_file() else None


def default_home() -> Path:
    """`data/` in a checkout, else the user's data folder."""
    root = checkout()
    return root / "data" if root else user_data_path("gb-renewables", appauthor=False)


class Settings(BaseSettings):
    """Read anew at each call of `Settings()`; an environment variable has the field's name in capitals."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    renewables_home: Path = Field(default_factory=default_home)
    "Folder of everything that is kept: the warehouse, its snapshots, Dagster's runs. A local disk, never a share."
    warehouse: Path = Field(default_factory=lambda values: values["renewables_home"] / "warehouse.duckdb")
    "The DuckDB file that Dagster writes; its snapshots stand in `snapshots/` beside it."
    warehouse_wait_seconds: float = 60.0
    "How long a write waits for another process to let go of the file. Writes take well under a second."
    snapshots_kept: Annotated[int, Field(ge=2)] = 5
    "Newest snapshots kept for readers that have one open."
    backup_days: Annotated[int, Field(ge=0)] = 14
    "The first snapshot of each of so many days is kept besides: the backups."

    ledger_url: str | None = None
    "Database of the pipeline's changes: a PostgreSQL URL for a team; else SQLite, `ledger.sqlite` in the home."

    elexon_base_url: HttpUrl = HttpUrl("https://data.elexon.co.uk/bmrs/api/v1")
    "Elexon's Insights API, or a stand-in such as `renewables simulate`."
    elexon_concurrency: Annotated[int, Field(ge=1, le=10)] = 4
    "Requests under way at once: far below the limit of 5,000 a minute."
    elexon_timeout_seconds: float = 30.0
    "Answers take 0.05-0.25 s, at times over 1 s."
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
    late_minutes: float = 60
    "A first publication so much later than the dataset's ordinary lag is flagged; ordinary ones differ by seconds."
    known_gap_days: float = 7
    "A half hour that two answers lack, so long after it, is a known gap: late documents come within the day."

    schedules_running: bool = True
    """Whether the schedules that call Elexon run without a click. Tests and the demo turn them off; landing of changes,
    flags, checks and notices always run."""
    dagster_url: HttpUrl = HttpUrl("http://127.0.0.1:3000")
    "Where the Dagster UI answers: for links, and for launching runs and following them."
    dashboard_url: HttpUrl = HttpUrl("http://127.0.0.1:8501")
    "Where the dashboard answers: for links in notices."
    slack_webhook_url: str | None = None
    "Where notices go (failed runs, a project that turns Red, ...); else they go to the log."

    chat_model: str | None = None
    "The language model that answers questions about the data. None: nobody is asked, and nothing leaves the machine."
    chat_base_url: HttpUrl = HttpUrl("https://api.openai.com/v1")
    "Any server with OpenAI's chat completions; Ollama: http://127.0.0.1:11434/v1."
    chat_api_key: SecretStr | None = None
    "OpenAI asks for one, a server of one's own seldom."
    chat_timeout_seconds: Annotated[float, Field(gt=0)] = 120.0
    "Silence after which the model's server is given up; a large model on a small machine thinks for minutes."

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (pydantic-settings names it; ours reads more files)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (no secrets in files)
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The home's own `.env` yields to all others, which may say where the home is."""
        files = [Path(".env"), *([root / ".env"] if (root := checkout()) else [])]
        nearer = [DotEnvSettingsSource(settings_cls, env_file=file) for file in files if file.is_file()]
        field, name = settings_cls.model_fields["renewables_home"], "renewables_home"
        named = (source.get_field_value(field, name)[0] for source in (env_settings, *nearer))
        home = Path(next(filter(None, (init_settings().get(name), *named)), default_home()))
        own = [DotEnvSettingsSource(settings_cls, env_file=file) for file in [home / ".env"] if file.is_file()]
        return (init_settings, env_settings, *nearer, *own)

    @property
    def dagster_home(self) -> Path:
        """Home of the Dagster instance: runs, events, schedules' ticks."""
        return self.renewables_home / "dagster"
