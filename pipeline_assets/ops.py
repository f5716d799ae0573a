"""The ops: work of a job that materializes no asset. Not here: the jobs (`jobs.py`), how the work is done."""

from datetime import UTC, datetime

import dagster as dg

from pipeline_assets.digest import weekly_digest
from pipeline_assets.ledger import outbox, schema
from pipeline_assets.resources import WarehouseResource
from pipeline_assets.spreadsheets.portfolio_index import read_portfolio
from pipeline_assets.todo import todo_list, todo_sentences


@dg.op
def write_weekly_digest(context: dg.OpExecutionContext, warehouse: WarehouseResource) -> None:
    """Write the notice of last week and of what is due; the sensor `deliver_notices` sends it, once per week."""
    now = datetime.now(UTC)
    with schema.ledger_for_task() as engine:
        to_do = todo_sentences(todo_list(read_portfolio(engine), now.date()), now.date())
        with warehouse.snapshot() as con:
            notice = weekly_digest(con, now, to_do)
        outbox.put_notices(engine, [notice])
    context.log.info(notice.text)
