"""When the simulator's registers are issued, and what their files are called.

A new REPD comes on the fifth of February, May, August and November at 09:30 UTC; a new TEC on Tuesdays and Fridays at
10:00 UTC.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b

from elexon_assets.simulator.registers.connection_file import connection_file
from elexon_assets.simulator.registers.planning_file import planning_file

FIRST_DAY = date(2018, 1, 1)
"No issue is older."
QUARTERS = {2: 4, 5: 1, 8: 2, 11: 3}
"The quarter that the issue of a month is about."
_TUESDAY, _FRIDAY = 1, 4


@dataclass(frozen=True)
class SimulatedRegister:
    """A register of the simulator."""

    name: str
    at: time
    is_issue_day: Callable[[date], bool]
    file: Callable[[int, date], bytes]
    file_name: Callable[[date], str]

    def issue_days(self, now: datetime, count: int) -> list[date]:
        """Return the days of the newest issues at a moment, newest first."""
        days, day = list[date](), now.astimezone(UTC).date()
        while day >= FIRST_DAY and len(days) < count:
            if self.is_issue_day(day) and datetime.combine(day, self.at, UTC) <= now:
                days.append(day)
            day -= timedelta(days=1)
        return days

    def day_of(self, file_name: str, now: datetime) -> date | None:
        """Return the day of the issue with that file name, or None if there is none yet."""
        days = self.issue_days(now, 1_000)
        return next((day for day in days if self.file_name(day) == file_name), None)

    def token(self, day: date) -> str:
        """Return the part of an address that differs for each file."""
        return blake2b(f"{self.name} {day}".encode(), digest_size=12).hexdigest()


def _planning_file_name(day: date) -> str:
    """Return the name of a file of REPD, which is spelled in two ways."""
    quarter = QUARTERS[day.month]
    if quarter % 2:
        return f"REPD_Publication_Q{quarter}_{day.year - (quarter == 4)}.csv"
    return f"repd-q{quarter}-{day:%b-%Y}.csv".lower()


REPD = SimulatedRegister(
    "repd", time(9, 30), lambda day: day.day == 5 and day.month in QUARTERS, planning_file, _planning_file_name
)
TEC = SimulatedRegister(
    *("tec", time(10), lambda day: day.weekday() in (_TUESDAY, _FRIDAY), connection_file),
    lambda day: f"tec-register-{day:%d-%B-%Y}.csv".lower(),
)
REGISTERS = (REPD, TEC)
