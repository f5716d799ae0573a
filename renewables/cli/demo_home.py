"""The home of `renewables demo`: its settings, separate from all others, and the deliberate faults of its data.

Belongs here: what makes the demo's home a home of its own. Not here: filling it (`demo.py`).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

from warehouse.private_files import make_private_folder, open_private, write_private
from warehouse.settings import ENV_FILES, Settings

SIMULATOR_PORT = 8899
"The default port of `renewables simulate`: the demo's home fetches from it once `renewables up` runs on it."
REGISTER_AGES = {"repd": (90, 365), "tec": (120, 420)}
"The ages in days of the issues that the demo has beside the newest one: one of TEC is from before its column Gate."


def lasting_faults(last: date) -> str:
    """Return the faults of the demo's data that stay, however often it is fetched again.

    Wind is understated for some hours, all fuels are zero for an hour, values are published again or late, one value is
    absurd, and Elexon never had two half-hours. All are older than the week that the nightly run fetches again.
    """

    def day(number: int) -> date:
        return last - timedelta(days=number)

    return ",".join(
        [
            f"understated@{day(12)}T07:00Z/{day(12)}T13:00Z",
            f"understated@{day(20)}T18:00Z/{day(20)}T21:00Z",
            f"zero@{day(16)}T02:00Z/{day(16)}T03:00Z",
            f"republished%0.02@{day(27)}/{day(7)}",
            f"late=5@{day(9)}T11:00Z/{day(9)}T12:00Z",
            f"absurd@{day(14)}T06:00Z",
            f"hole@{day(18)}T03:00Z/{day(18)}T04:00Z",
        ]
    )


def passing_faults(last: date) -> str:
    """Return the faults that only affect the first fetch, so that fetching again repairs them: a day and some hours."""
    whole, short = last - timedelta(days=10), last - timedelta(days=22)
    return f"hole@{whole}/{whole + timedelta(days=1)},hole@{short}T09:00Z/{short}T14:00Z"


def prepare_home(home: Path, *, faults: str | None) -> None:
    """Write the settings of the home; no other `.env` file counts for it.

    With `faults`, `renewables up` starts a simulator with them, and schedules fetch from it as they would from Elexon.
    Without, as for recorded data, nothing is fetched automatically.
    """
    from elexon_assets.simulator.registers.register_routes import register_addresses

    base_url = f"http://127.0.0.1:{SIMULATOR_PORT}/bmrs/api/v1"
    source = ["SCHEDULES_RUNNING=false"] if faults is None else ["SIMULATOR=true", f"SIMULATOR_FAULTS='{faults}'"]
    addresses = {"ELEXON_BASE_URL": base_url, **register_addresses(base_url)}
    lines = [f"{name}={address}" for name, address in addresses.items()]
    make_private_folder(home)
    write_private(home / ".env", "\n".join([f"{ENV_FILES}=home", *lines, *source, ""]))


def keep_older_issues(home: Path, now: datetime) -> None:
    """Put older issues of both invented registers into the home, as if somebody had kept the files.

    Issues that another run of the demo has put there stay alone: each register gets its older issues once.
    """
    from elexon_assets.simulator.registers.issue_calendar import REGISTERS

    folder = make_private_folder(home / "registers")
    for register in REGISTERS:
        if not any(folder.glob(f"{register.name}-SYNTHETIC-*.csv")):
            for age in REGISTER_AGES[register.name]:
                (day,) = register.issue_days(now - timedelta(days=age), 1)
                with open_private(folder / f"{register.name}-SYNTHETIC-{day}.csv", "wb") as file:
                    file.write(register.file(0, day))


@contextmanager
def only_demo_home(home: Path, base_url: str) -> Iterator[None]:
    """Keep only the settings of the demo's home in force, whatever is set for the real one."""
    from elexon_assets.simulator.registers.register_routes import register_addresses

    before = dict(os.environ)
    for name in Settings.model_fields:
        os.environ.pop(name.upper(), None)
    os.environ |= {"RENEWABLES_HOME": str(home), ENV_FILES: "home", "ELEXON_BASE_URL": base_url}
    os.environ |= register_addresses(base_url)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ |= before
