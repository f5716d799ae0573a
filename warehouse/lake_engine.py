"""DuckDB for one lake: one instance per process, with its extensions, its keys, and the lake attached by version.

Belongs here: loading, attaching, detaching, and the errors of these. Not here: what a version is and who may write
(`lake.py`). Loading the extensions takes 0.3 s, and attaching a further version a tenth of that: an instance is kept.
"""

import configparser
import importlib.util
import itertools
import os
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from warehouse.errors import LakeUnavailable, SnapshotPruned
from warehouse.interface import PINNED
from warehouse.lake_address import LakeAddress
from warehouse.private_files import private_umask
from warehouse.writer_locks import unreachable_sentence

CATALOGUE = "catalogue"
"The database in which the newest version is looked up."
WRITTEN = "warehouse"
"The database that the writer changes."
PINNED_KEPT = 3
"The versions that stay attached after their last reader has left."
OPTIONS = {"data_inlining_row_limit": 1000, "parquet_compression": "zstd"}
"The options of a new lake: a commit of up to so many rows is kept in the catalogue and leaves no file."
NO_VERSION = "No snapshot found"
NO_LAKE = "creating a new DuckLake is explicitly disabled"


def extension_file(name: str) -> Path | None:
    """Return the file of an extension for this DuckDB from its wheel, or None if no wheel is installed."""
    package = importlib.util.find_spec(f"duckdb_extension_{name}")
    for folder in (package and package.submodule_search_locations) or ():
        file = Path(folder) / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
        if file.is_file():
            return file
    return None


def load_extensions(con: duckdb.DuckDBPyConnection, names: tuple[str, ...]) -> None:
    """Load extensions from their wheels, or those that DuckDB has installed; never fetches. Raises LakeUnavailable."""
    con.execute("SET autoinstall_known_extensions = false")
    con.execute("SET autoload_known_extensions = false")
    for name in names:
        try:
            con.load_extension(str(extension_file(name) or name))
        except duckdb.Error as error:
            raise LakeUnavailable(
                f"DuckDB {duckdb.__version__} has no extension {name}, which a warehouse on DuckLake needs. Install "
                "versions that fit together (DuckDB 1.5.5): pip install -c constraints-lake.txt "
                f"'gb-renewables[lake]'. Or set WAREHOUSE to a DuckDB file. DuckDB says: {_first_line(error)}"
            ) from error


@dataclass
class LakeEngine:
    """The instance of this process for one lake; its methods may be called by several threads."""

    address: LakeAddress
    data: str
    _con: duckdb.DuckDBPyConnection = field(init=False)
    _lock: threading.RLock = field(init=False, default_factory=threading.RLock)
    _pinned: dict[str, str] = field(init=False, default_factory=dict)
    "The databases by the identity of the version that they show, the one that was used last at the end."
    _readers: dict[str, int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        scanner = "postgres_scanner" if self.address.catalogue == "postgres" else "sqlite_scanner"
        on_s3 = self.data.startswith("s3://")
        self._con = duckdb.connect()
        try:
            load_extensions(self._con, ("ducklake", scanner, *(["httpfs"] if on_s3 else [])))
            # The end of a file, which tells where its columns are, is read once: no file of a lake ever changes.
            self._con.execute("SET GLOBAL parquet_metadata_cache = true")
            if on_s3:
                self._con.execute(_s3_secret())
        except BaseException:
            self._con.close()
            raise

    def close(self) -> None:
        """Close the instance with everything that is attached."""
        self._con.close()

    @contextmanager
    def catalogue(self) -> Iterator[duckdb.DuckDBPyConnection | None]:
        """Yield a connection that can read the catalogue, or None if there is no lake yet."""
        with self._lock, _errors_named(self.address):
            try:
                self._attach(CATALOGUE, "READ_ONLY")
            except duckdb.Error as error:
                if NO_LAKE not in str(error) and not self._is_without_file():
                    raise
                con = None
            else:
                con = self._con.cursor()
        if con is None:
            yield None
            return
        with closing(con), _errors_named(self.address):
            con.execute("SET TimeZone = 'UTC'")
            yield con

    @contextmanager
    def written(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a connection that can write, with the lake as its default; creates the lake on first use."""
        with self._lock, _errors_named(self.address), private_umask():
            self._attach(WRITTEN, "READ_WRITE")
            con = self._con.cursor()
        try:
            with closing(con), private_umask(), _errors_named(self.address):
                con.execute("SET TimeZone = 'UTC'")
                con.execute(f"USE {WRITTEN}")
                yield con
        except BaseException:
            with self._lock, suppress(duckdb.Error):  # the next writer attaches again, whatever was left behind
                self._con.execute(f"DETACH {WRITTEN}")
            raise

    @contextmanager
    def pinned(self, identity: str, version: int) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a connection to the lake as of a version, read-only and in UTC, inside a transaction.

        Outside of one, each statement asks the catalogue again which version that is, which takes a third of a query.
        """
        with self._lock, _errors_named(self.address):
            name = self._pinned.pop(identity, None)
            if name is None:
                name = f"{PINNED}{version}_{next(_numbers)}"
                self._attach(name, f"READ_ONLY, SNAPSHOT_VERSION {version}")
            self._readers[name] = self._readers.get(name, 0) + 1
            self._pinned[identity] = name
            con = self._con.cursor()
        try:
            with closing(con):
                con.execute("SET TimeZone = 'UTC'")
                con.execute(f"USE {name}")
                con.begin()
                yield con
        finally:
            with self._lock:
                self._readers[name] -= 1
                self._detach_unused()

    def _attach(self, name: str, options: str) -> None:
        prefix = "" if self.address.connection.startswith("postgresql://") else f"{self.address.catalogue}:"
        source = _quoted(f"ducklake:{prefix}{self.address.connection}")
        self._con.execute(f"ATTACH IF NOT EXISTS {source} AS {name} (DATA_PATH {_quoted(self.data)}, {options})")

    def _detach_unused(self) -> None:
        unused = [identity for identity, name in self._pinned.items() if not self._readers[name]]
        for identity in unused[: max(0, len(self._pinned) - PINNED_KEPT)]:
            name = self._pinned.pop(identity)
            del self._readers[name]
            self._con.execute(f"DETACH {name}")

    def _is_without_file(self) -> bool:
        return self.address.catalogue == "sqlite" and not Path(self.address.connection).exists()


_engines: dict[tuple[int, LakeAddress, str], LakeEngine] = {}
"The instances by process (a fork must not use its parent's), lake and place of the data."
_numbers = itertools.count(1)
_opening = threading.Lock()


def engine_of(address: LakeAddress, data: str) -> LakeEngine:
    """Return the instance of this process for the lake. Raises LakeUnavailable."""
    key = (os.getpid(), address, data)
    with _opening:
        if key not in _engines:
            _engines[key] = LakeEngine(address, data)
        return _engines[key]


def forget_engine(address: LakeAddress, data: str) -> None:
    """Close the instance of this process for the lake, such as one that a fatal error has made unusable."""
    with _opening:
        engine = _engines.pop((os.getpid(), address, data), None)
    if engine:
        engine.close()


@contextmanager
def _errors_named(address: LakeAddress) -> Iterator[None]:
    """Translate the errors of a catalogue or data that cannot be reached. Raises LakeUnavailable and SnapshotPruned."""
    try:
        yield
    except duckdb.Error as error:
        text = str(error)
        if "Unable to connect to Postgres" in text:
            raise LakeUnavailable(
                unreachable_sentence(str(address), text.rpartition("Unable to connect")[2])
            ) from error
        if "DATA_PATH parameter" in text:
            raise LakeUnavailable(
                f"WAREHOUSE_DATA is not the place where {address} keeps its data. {_first_line(error)} Set "
                "WAREHOUSE_DATA to the existing place; docs/scaling.md tells how to move data. Nothing was changed."
            ) from error
        if NO_VERSION in text:
            raise SnapshotPruned(f"{_first_line(error)}: {address} keeps it no longer. Load the page again.") from error
        raise


def _s3_secret() -> str:
    """Return the statement that gives DuckDB the keys of the environment, or of AWS's own credentials file."""
    values = {
        name: os.environ.get(f"AWS_{name}", "") for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")
    }
    if not values["ACCESS_KEY_ID"]:
        file = Path(os.environ.get("AWS_SHARED_CREDENTIALS_FILE") or Path.home() / ".aws" / "credentials")
        parser = configparser.ConfigParser(interpolation=None)
        profile = os.environ.get("AWS_PROFILE") or "default"
        parser.read(file)
        if not parser.has_section(profile):
            raise LakeUnavailable(
                "The data of the lake is in S3, and there are no keys: set AWS_ACCESS_KEY_ID and "
                f"AWS_SECRET_ACCESS_KEY, or write them into {file} (profile {profile})."
            )
        values = {name: parser.get(profile, f"aws_{name.lower()}", fallback="") for name in values}
    parts = {
        "KEY_ID": values["ACCESS_KEY_ID"],
        "SECRET": values["SECRET_ACCESS_KEY"],
        "SESSION_TOKEN": values["SESSION_TOKEN"],
        "REGION": os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1",
    }
    options = [f"{name} {_quoted(value)}" for name, value in parts.items() if value]
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""
    if endpoint:
        scheme, _, host = endpoint.rpartition("://")
        options += [f"ENDPOINT {_quoted(host.rstrip('/'))}", "URL_STYLE 'path'", f"USE_SSL {scheme != 'http'}"]
    return f"CREATE SECRET lake_data (TYPE s3, {', '.join(options)})"


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
