"""Every setting, read in one place: environment, then `.env`, then a default that works.

Belongs here: where things are and how patient or gentle we are. Not here: facts about Elexon's datasets (they stand in
their declarations). Reading settings creates nothing and fails for nothing but a value that cannot be understood.
"""

from datetime import date
from pathlib import Path
from typing import Annotated

from platformdirs import user_data_path
from pydantic import Field, HttpUrl
from pydantic_settings import BaseSettings, SettingsConfigDict

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

    model_config = SettingsConfigDict(
        env_file=(str((checkout() or Path()) / ".env"), ".env"), env_ignore_empty=True, extra="ignore", frozen=True
    )

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

    schedules_running: bool = True
    "Whether schedules and sensors run without a click. Tests and the demo turn it off."
    dagster_url: HttpUrl = HttpUrl("http://127.0.0.1:3000")
    "Where the Dagster UI answers: for links, and for launching runs and following them."
    slack_webhook_url: str | None = None
    "Where notices of failed runs go; else they go to the log."

    @property
    def snapshots(self) -> Path:
        """Folder of the published snapshots and the pointer to the newest."""
        return self.warehouse.parent / "snapshots"

    @property
    def dagster_home(self) -> Path:
        """Home of the Dagster instance: runs, events, schedules' ticks."""
        return self.renewables_home / "dagster"
