"""The checks of `renewables doctor`: versions, settings, the disk, Elexon's API, the warehouse and its snapshots.

Belongs here: checks that change nothing; each yields findings and handles every expected error. Not here: servers and
pending work (`doctor_services.py`), printing.
"""

import os
import platform
import shutil
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from dotenv import dotenv_values

from pipeline_assets.access import roles_are_on
from renewables.cli.doctor_services import services, switched_off, waiting
from renewables.cli.findings import BROKEN, OK, WARNING, Finding
from renewables.dagster_control.service_status import elexon
from renewables.formatting import byte_size, how_long
from renewables.queries.health import tables_health
from renewables.queries.register_issues import register_status
from warehouse.connection import configured_warehouse
from warehouse.errors import WarehouseError, WarehouseMissing
from warehouse.home_sizes import home_sizes
from warehouse.redaction import SECRET_SETTINGS
from warehouse.settings import ENCODING, Settings, env_files

PACKAGES = ("gb-renewables", "dagster", "duckdb", "polars", "pandera", "plotly", "streamlit")
ROOM_BYTES = 1_000_000_000
"""The free space below which there is a warning: ten years of both datasets, their snapshots and backups take a few
hundred MB.
"""
SHARES = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs"}


def run_checks() -> list[Finding]:
    """Return the findings of all checks, in order."""
    parts: list[Callable[[Settings], Iterable[Finding]]] = [
        *(
            _check_versions,
            _check_settings,
            _check_roles,
            _check_disk,
            _sizes,
            _check_api,
            _check_warehouse,
            _check_data,
        ),
        *(_check_registers, services, switched_off, waiting),
    ]
    settings = Settings()
    return [finding for part in parts for finding in part(settings)]


def _check_versions(_settings: Settings) -> Iterable[Finding]:
    yield Finding(OK, "python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    for name in PACKAGES:
        try:
            yield Finding(OK, name, version(name))
        except PackageNotFoundError:
            yield Finding(BROKEN, name, "is not installed.", "Reinstall the package: pip install gb-renewables.")


def _check_settings(settings: Settings) -> Iterable[Finding]:
    """Yield every setting that differs from its default, and always the home and the warehouse."""
    files = [(file, dotenv_values(file, encoding=ENCODING)) for file in env_files(settings.renewables_home)]
    in_files = [(file, {name.lower() for name, value in values.items() if value}) for file, values in files]
    in_environment = {name.lower() for name, value in os.environ.items() if value}
    for name in type(settings).model_fields:
        origin = "the environment" if name in in_environment else ""
        origin = origin or next((str(file) for file, names in in_files if name in names), "")
        if origin or name in ("renewables_home", "warehouse", "elexon_base_url"):
            value = "(set)" if name in SECRET_SETTINGS else getattr(settings, name)
            yield Finding(OK, name.upper(), f"{value} (from {origin or 'the default'})")


def _check_roles(settings: Settings) -> Iterable[Finding]:
    """Yield whether roles are on."""
    if roles_are_on(settings):
        people = {"admins": settings.role_admins, "editors": settings.role_editors}
        sources = [f"{len(named)} {what}" for what, named in people.items()]
        sources += [f"the claim {settings.role_claim}"] if settings.role_claim else []
        yield Finding(OK, "roles", f"on: {', '.join(sources)}; commands that write need a token")
    else:
        sentence = "off: anyone who can reach the dashboard's port can edit; for a team see docs/access.md"
        yield Finding(OK, "roles", sentence)


def _check_disk(_settings: Settings) -> Iterable[Finding]:
    folder = configured_warehouse().folder
    existing = next(parent for parent in (folder, *folder.resolve().parents) if parent.exists())
    free = shutil.disk_usage(existing).free
    enough = free >= ROOM_BYTES
    yield Finding(
        OK if enough else WARNING,
        "disk",
        f"{free / 1e9:,.1f} GB free at {existing}.",
        "" if enough else "Free some space: a write needs twice the warehouse's size.",
    )
    if not os.access(existing, os.W_OK):
        yield Finding(
            BROKEN, "disk", f"{existing} is not writable.", "Set RENEWABLES_HOME to a folder that you can write to."
        )
    if (kind := _file_system(existing)) in SHARES:
        yield Finding(
            WARNING,
            "disk",
            f"{existing} is on a network share ({kind}).",
            "DuckDB's locks need a local disk: move RENEWABLES_HOME to one.",
        )


def _sizes(settings: Settings) -> Iterable[Finding]:
    for part in home_sizes(settings):
        if part.files:
            files = "1 file" if part.files == 1 else f"{part.files:,} files"
            yield Finding(OK, f"size: {part.part}", f"{byte_size(part.size_bytes)} in {files}, {part.path}")


def _file_system(folder: Path) -> str | None:
    """Return the file system of a folder by its longest mount point; Linux only."""
    try:
        mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    except OSError:
        return None
    resolved = folder.resolve()
    holding = [(len(fields[1]), fields[2]) for fields in mounts if resolved.is_relative_to(fields[1])]
    return max(holding, default=(0, None))[1]


def _check_api(settings: Settings) -> Iterable[Finding]:
    answer = elexon(settings)
    fix = "Check the network and ELEXON_BASE_URL. `renewables simulate` starts a simulator instead."
    yield Finding(OK, "API", answer.sentence) if answer.is_there else Finding(BROKEN, "API", answer.sentence, fix)


def _check_warehouse(_settings: Settings) -> Iterable[Finding]:
    condition = configured_warehouse().condition()
    yield Finding(OK if condition.is_sound else BROKEN, "warehouse", condition.sentence, condition.fix)


def _check_data(_settings: Settings) -> Iterable[Finding]:
    warehouse = configured_warehouse()
    try:
        newest = warehouse.newest()
        with warehouse.reading() as con:
            tables = tables_health(con)
    except WarehouseMissing as missing:
        yield Finding(WARNING, "snapshot", str(missing))
        return
    except WarehouseError as error:
        yield Finding(BROKEN, "snapshot", str(error))
        return
    if newest:
        yield Finding(
            OK, "snapshot", f"version {newest.version} of {newest.published_at_utc:%Y-%m-%d %H:%M} UTC can be opened."
        )
    for table in tables:
        sentence = f"{table.rows:,} rows, {table.rows_by_filter:,} by filter, {table.doubled_keys:,} duplicate keys."
        fix = "" if table.is_healthy else "Restore an earlier snapshot: `renewables restore --version N`."
        yield Finding(OK if table.is_healthy else BROKEN, table.table, sentence, fix)


def _check_registers(_settings: Settings) -> Iterable[Finding]:
    """Yield the newest issue of each public register with its age; nothing before the first issue."""
    today = datetime.now(UTC).date()
    try:
        statuses = register_status()
    except WarehouseError:
        return  # the check of the data says so
    for register in statuses:
        age = register.age(today)
        if age is None:
            continue
        sentence = f"issue of {register.issue_date}, {how_long(age)} old, {register.records:,} records."
        is_fresh = register.is_fresh(today)
        fix = "" if is_fresh else "Fetch a newer one: `renewables registers fetch`."
        yield Finding(OK if is_fresh else WARNING, f"register: {register.register}", sentence, fix)
