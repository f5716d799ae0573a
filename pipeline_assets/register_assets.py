"""The assets of the public registers: all issues of REPD and TEC, each kept as a vintage.

Belongs here: the ten lines that call the domain code (`registers/`), and what a run says of it. Not here: the checks
(`register_checks.py`).
"""

from collections.abc import Sequence

import dagster as dg
from pydantic import Field

from pipeline_assets import catalogue
from pipeline_assets.ledger import schema
from pipeline_assets.register_links.link_notices import put_link_notices
from pipeline_assets.registers.declarations import REGISTERS
from pipeline_assets.registers.issue_run import RegisterRun, land_new_issues
from pipeline_assets.registers.register_model import Register
from pipeline_assets.registers.register_tables import describe_register_table
from pipeline_assets.resources import WarehouseResource
from warehouse.settings import Settings


class IssueOptions(dg.Config):
    """Where the issues come from."""

    fetch: bool = Field(
        True, description="Whether the register's address is asked, besides the files in the home's folder registers."
    )


def _register_asset(register: Register) -> dg.AssetsDefinition:
    @dg.asset(
        name=register.table,
        description=describe_register_table(register.table),
        group_name=catalogue.REGISTERS,
        owners=catalogue.OWNERS,
        kinds=catalogue.KINDS,
        tags={"source": register.name, "refresh": "monthly"},
        metadata=catalogue.register_metadata(register),
        freshness_policy=catalogue.EVERY_MONTH,
    )
    def records(
        context: dg.AssetExecutionContext, config: IssueOptions, warehouse: WarehouseResource
    ) -> dg.MaterializeResult[None]:
        """Land every new issue of the register. What landed stays if another issue fails."""
        run = land_new_issues(register, warehouse.get_connection, Settings(), fetch=config.fetch)
        if run.landed or run.known:
            _put_notices(context, register, warehouse)
        if not run.failures:
            return dg.MaterializeResult(metadata=run_metadata(run))
        if run.landed:
            context.log_event(dg.AssetMaterialization(register.table, metadata=run_metadata(run)))
        raise dg.Failure(f"{register.title}: {' '.join(run.failures)}", allow_retries=False)

    return records


def _put_notices(context: dg.AssetExecutionContext, register: Register, warehouse: WarehouseResource) -> None:
    """Write the notices of what the newest issue changed in records that projects refer to.

    Every run does so, because the run in which the issue landed may have met a ledger that was not available.
    """
    with warehouse.snapshot() as con, schema.ledger_for_task() as engine:
        for notice in put_link_notices(engine, con, register.name):
            context.log.info(notice.text)


def run_metadata(run: RegisterRun) -> dict[str, dg.MetadataValue]:
    """Return the metadata of a materialization: what landed, and what was unknown in it."""
    newest = max(run.landed, key=lambda issue: issue.issue_date, default=None)
    return {
        "new issues": dg.MetadataValue.int(len(run.landed)),
        "issues that had landed before": dg.MetadataValue.int(run.known),
        "issue date": dg.MetadataValue.text(newest.issue_date.isoformat() if newest else "no new issue"),
        "rows landed": dg.MetadataValue.int(sum(issue.rows_landed for issue in run.landed)),
        "rows quarantined": dg.MetadataValue.int(sum(issue.rows_quarantined for issue in run.landed)),
        "unknown columns": _listed([column for issue in run.landed for column in issue.unknown_columns]),
        "unknown words": _listed([word for issue in run.landed for word in issue.unknown_words]),
    }


def _listed(words: Sequence[str]) -> dg.MetadataValue:
    return dg.MetadataValue.text(", ".join(dict.fromkeys(words)) or "none")


REGISTER_ASSETS = [_register_asset(register) for register in REGISTERS.values()]
