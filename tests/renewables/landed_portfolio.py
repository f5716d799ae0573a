"""A landed portfolio for the tests of the pipeline's figures and charts, created once per module."""

from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from pipeline_assets import landing, seed_loader
from pipeline_assets.access import Actor
from pipeline_assets.ledger import reader as ledger_reading
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.schema import open_ledger
from pipeline_assets.ledger.submission import submit
from renewables.queries.pipeline import Filter
from warehouse.connection import writing

TODAY = datetime.now(UTC).date()
NARROW = [
    Filter(TODAY),
    Filter(TODAY, technologies=("Solar",)),
    Filter(TODAY, markets=("Great Britain",), stages=("Design", "Procurement"), rags=("Amber", "Red")),
    Filter(TODAY, technologies=("BESS", "Wind Onshore"), counterparties=("Dunmarrow Wind & Storage",)),
    Filter(TODAY, markets=("Spain",), technologies=("Wind Offshore",)),
]
HOSTILE = "<b>bold</b> <a href='x'>link</a>"


def land_portfolio(home: Path) -> sa.Engine:
    """Land the seeds with additions in `home / "warehouse.duckdb"`, and return the ledger.

    The additions are an archived project, a name with markup, and a stage without a weight.
    """
    engine = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    seed_loader.load_seeds(engine)
    by_key = {record.id: record for record in ledger_reading.records_of_kind(engine, "pipelines")}
    weight = next(
        result
        for result in ledger_reading.records_of_kind(engine, "stage_weights")
        if result.fields["stage"] == "Design"
    )
    submit(
        engine,
        [
            Change.archive("pipelines", "pr-sorrel-bank", base_version=by_key["pr-sorrel-bank"].version),
            Change.archive("stage_weights", weight.id, base_version=weight.version),
            Change.edit("pipelines", "pr-kettlewick", {"name": HOSTILE}, base_version=by_key["pr-kettlewick"].version),
        ],
        actor=Actor.typed("tester"),
        token="what the seeds lack",
    )
    landing.land_changes(engine, lambda: writing(home / "warehouse.duckdb"))
    return engine
