"""The settings of a warehouse on DuckLake: the address of its catalogue and the place of its data, without secrets.

Belongs here: reading and refusing the two values. Not here: connecting (`lake_engine.py`), the other settings
(`settings.py`).
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from warehouse.errors import SECRET_IN_VALUE, SettingsUnreadable
from warehouse.setting_types import not_a_folder, usable_path

FORMS = "write a path, ducklake:postgres:dbname=… host=… user=…, or ducklake:sqlite:PATH"
_CREDENTIALS = re.compile(r"\b(?:ssl)?password\s*=|://[^/?\s]*:[^/?\s]*@|://[^\s]*:[^\s]*@", re.IGNORECASE)
_OTHER_ENGINE = re.compile(r"(?:md|motherduck|postgres(?:ql)?|mysql|sqlite|quack|s3|gs|az|https?):", re.IGNORECASE)
_BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/[\w.=/-]*)?")


@dataclass(frozen=True)
class LakeAddress:
    """The catalogue of a lake: a PostgreSQL database, or an SQLite file for one machine."""

    catalogue: Literal["postgres", "sqlite"]
    connection: str
    "The connection string of libpq, which contains no password, or the absolute path of the SQLite file."

    def __str__(self) -> str:
        return f"ducklake:{self.catalogue}:{self.connection}"


def read_warehouse(value: Any) -> Path | LakeAddress:
    """Return the address of a lake for a text that begins with `ducklake:`, otherwise the absolute path of a file.

    Raises ValueError, and PydanticCustomError for a text that contains a password.
    """
    if isinstance(value, LakeAddress):
        return value
    if isinstance(value, Path):
        return not_a_folder(usable_path(value))
    if not isinstance(value, str):
        raise ValueError(FORMS)  # noqa: TRY004 (pydantic reports a ValueError by the setting's name)
    if value.lower().startswith("ducklake:"):
        return _lake_address(value)
    if _OTHER_ENGINE.match(value):
        raise ValueError(f"the warehouse is a DuckDB file or a DuckLake: {FORMS}")
    return not_a_folder(usable_path(Path(value)))


def _lake_address(text: str) -> LakeAddress:
    if _CREDENTIALS.search(text):
        raise PydanticCustomError(
            SECRET_IN_VALUE,
            "it contains a password: remove that, and give the password in PGPASSWORD or in a password file "
            "(~/.pgpass, or the file that PGPASSFILE names)",
        )
    _, kind, connection = [*text.split(":", 2), "", ""][:3]
    kind, connection = kind.lower(), connection.strip()
    if kind in ("postgresql", "postgres") and connection.startswith("//"):
        kind, connection = "postgres", f"postgresql:{connection}"
    if kind not in ("postgres", "sqlite") or not connection:
        untested = "; MotherDuck as a catalogue is untested" if kind == "md" else ""
        raise ValueError(f"the catalogue of a lake is PostgreSQL or SQLite: {FORMS}{untested}")
    if any(ord(character) < ord(" ") or character == "\x7f" for character in connection):
        raise ValueError("it has a line break or another control character: write it on one line")
    if kind == "sqlite":
        connection = str(usable_path(Path(connection)))
    return LakeAddress(cast(Literal["postgres", "sqlite"], kind), connection)


def file_of(warehouse: Path | LakeAddress) -> Path:
    """Return the DuckDB file. Raises SettingsUnreadable if the setting names a lake."""
    if isinstance(warehouse, Path):
        return warehouse
    raise SettingsUnreadable(f"This needs a warehouse in a DuckDB file, and WAREHOUSE is {warehouse}.")


def read_data_place(value: str) -> str:
    """Return the absolute folder or the `s3://` address of a lake's data. Raises ValueError, as `read_warehouse`."""
    if "://" not in value:
        return str(usable_path(Path(value)))
    if _CREDENTIALS.search(value) or "@" in value or "?" in value:
        raise PydanticCustomError(
            SECRET_IN_VALUE,
            "it contains more than a bucket and a prefix: give the keys in AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, or in AWS's own credentials file",
        )
    if not _BUCKET.fullmatch(value):
        raise ValueError("the data of a lake is in a folder or in an S3 bucket: write a path or s3://bucket/prefix")
    return value.rstrip("/")


DataPlace = Annotated[str, AfterValidator(read_data_place)]
