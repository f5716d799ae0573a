"""The ops: work of a job that materializes no asset. Not here: the jobs (`jobs.py`), how the work is done."""

from datetime import UTC, datetime

import dagster as dg

from pipeline_assets.digest import weekly_digest
from pipeline_assets.ledger import outbox, schema
from pipeline_assets.resources import WarehouseResource


@dg.op
def write_weekly_digest(context: dg.OpExecutionContext, warehouse: WarehouseResource) -> None:
    """Write the notice of last week; the sensor `deliver_notices` sends it. A week has one notice."""
    with warehouse.snapshot() as con:
        notice = weekly_digest(con, datetime.now(UTC))
    with schema.ledger_for_task() as engine:
        outbox.put_notices(engine, [notice])
    context.log.info(notice.text)
