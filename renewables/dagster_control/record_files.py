"""The database files of Dagster's records: which ones exist, and what to do if one is damaged.

Not here: the content of the records (`run_history.py`).
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from renewables.user_errors import UserError
from warehouse.errors import HomeNotWritable, WarehouseError
from warehouse.private_files import disk_full, has_no_room

DATABASES = ("history/runs.db", "history/runs/index.db", "schedules/schedules.db")
"The SQLite files in the instance's folder; an instance whose `dagster.yaml` names PostgreSQL has none of them."
REMEDY = (
    "Stop `renewables up`, move that folder to another place and start again: the history of runs begins again, and "
    "the data in the warehouse and the ledger is kept."
)


class DagsterRecordsDamaged(UserError):
    """Raised when a database of the instance cannot be read or written."""

    def __init__(self, home: Path, reason: object) -> None:
        super().__init__(f"Dagster's records in {home} cannot be used ({reason}). {REMEDY}")


def records_error(home: Path, reason: object) -> UserError | WarehouseError:
    """Return the named error for a message of SQLite: no room, no permission, or damage."""
    text = str(reason)
    if "disk is full" in text or has_no_room(home):
        return disk_full(home, text)
    if "readonly database" in text:
        return HomeNotWritable(f"Dagster's records in {home} cannot be written ({text}). Make that folder writable.")
    return DagsterRecordsDamaged(home, reason)


class DagsterConfigurationInvalid(UserError):
    """Raised when the `dagster.yaml` of the instance cannot be read, or names something that does not exist."""

    def __init__(self, home: Path, reason: object) -> None:
        first_line = (str(reason).strip().splitlines() or [type(reason).__name__])[0]
        fix = "Correct it, or remove it: the shipped file is put in its place."
        if "import module dagster_postgres" in first_line:
            fix = "Install what PostgreSQL needs: pip install 'gb-renewables[team]'."
        super().__init__(f"{home / 'dagster.yaml'} cannot be used ({first_line[:300]}). {fix}")


class DagsterDatabaseUnusable(UserError):
    """Raised when the PostgreSQL that the `dagster.yaml` names cannot be used."""

    def __init__(self, home: Path, reason: object) -> None:
        first_line = (str(reason).strip().splitlines() or [type(reason).__name__])[0]
        super().__init__(
            f"The database of Dagster's records cannot be used ({first_line[:300]}). Check `storage` in "
            f"{home / 'dagster.yaml'}, the password (PGPASSWORD, PGPASSFILE or ~/.pgpass), and that PostgreSQL runs."
        )


def damaged_databases(home: Path) -> Iterator[tuple[Path, str]]:
    """Yield the databases that SQLite cannot read, with its reason. Nothing is changed or created."""
    for path in (home / name for name in DATABASES):
        if not path.exists():
            continue
        try:
            with sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True) as con:
                con.execute("SELECT count(*) FROM sqlite_master").fetchone()
            con.close()
        except sqlite3.Error as error:
            yield path, str(error)
