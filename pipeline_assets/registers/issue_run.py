"""One run for a register: the files that a person put into the home, then the newest issue of its address.

A file or an answer that fails does not stop the others. Belongs here: what is read in which order. Not here: reading
files and addresses (`sources.py`), landing one issue (`vintages.py`), Dagster.
"""

import hashlib
from dataclasses import dataclass, field

from pipeline_assets.errors import PipelineError, RegisterNotFetched
from pipeline_assets.registers import sources
from pipeline_assets.registers.register_model import Register
from pipeline_assets.registers.sources import FetchedIssue
from pipeline_assets.registers.vintages import LandedIssue, OpenWarehouse, land_issue, landed_hashes, record_failure
from warehouse.errors import MixedSources
from warehouse.settings import Settings


@dataclass
class RegisterRun:
    """What a run for a register landed, and the reasons of what failed."""

    landed: list[LandedIssue] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    known: int = 0
    "The number of files and answers that had landed before."


def land_new_issues(
    register: Register, open_warehouse: OpenWarehouse, settings: Settings, *, fetch: bool = True
) -> RegisterRun:
    """Land the new issues of a register. Raises WarehouseError; what cannot be read is a failure of the run.

    Args:
        register: The register.
        open_warehouse: Opens the warehouse for writing; it is closed while files and addresses are read.
        settings: The folder and the addresses.
        fetch: Whether the register's address is asked too.
    """
    run = RegisterRun()
    hashes = landed_hashes(open_warehouse, register)
    for path in sources.dropped_files(register.name, settings):
        try:
            issue = sources.read_issue_file(path, settings)
        except (RegisterNotFetched, OSError) as error:
            run.failures.append(f"{path.name}: {error}")
            record_failure(open_warehouse, register, path.name, str(error))
            continue
        _land_unless_known(run, register, open_warehouse, issue, hashes)
    if fetch:
        try:
            issue = sources.fetch_issue(register.name, settings)
        except RegisterNotFetched as error:
            run.failures.append(str(error))
            record_failure(open_warehouse, register, sources.address_of(register.name, settings), str(error))
        else:
            _land_unless_known(run, register, open_warehouse, issue, hashes)
    return run


def _land_unless_known(
    run: RegisterRun, register: Register, open_warehouse: OpenWarehouse, issue: FetchedIssue, hashes: set[str]
) -> None:
    sha256 = hashlib.sha256(issue.content).hexdigest()
    if sha256 in hashes:
        run.known += 1
        return
    try:
        run.landed.append(land_issue(open_warehouse, register, issue.content, issue.source, issue.issue_date))
        hashes.add(sha256)
    except (PipelineError, MixedSources) as error:
        run.failures.append(f"{issue.source}: {error}")
