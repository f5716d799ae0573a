"""The dated history agrees with the present, whatever was backdated, reverted or entered twice on a day."""

import random
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline_assets import landing
from pipeline_assets.access import Actor
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.schema import open_ledger
from pipeline_assets.ledger.submission import revert, submit
from pipeline_assets.vocabulary import Rag, Stage
from renewables.queries import pipeline
from renewables.queries.pipeline import Filter
from warehouse.connection import reading, writing

pytestmark = pytest.mark.slow
AUTHOR = Actor.program("test")


@given(draw=st.randoms(use_true_random=False))
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_last_month_of_the_history_shows_the_present_status(
    tmp_path_factory: pytest.TempPathFactory, draw: random.Random
) -> None:
    home, today = tmp_path_factory.mktemp("home"), datetime.now(UTC).date()
    ledger = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")

    def status() -> dict[str, str]:
        day = today - timedelta(days=draw.randrange(200))
        rag = draw.choice(list(Rag))
        fields = {"stage": draw.choice(list(Stage)), "rag": rag, "status_date": day.isoformat()}
        return {**{name: str(value) for name, value in fields.items()}, "rag_comment": f"{draw.random()}"}

    for number in range(12):
        created = Change.create("pipelines", {"name": f"P{number}", **status()}, id=f"p{number}")
        submit(ledger, [created], actor=AUTHOR, token=f"create {number}")
        version = 1
        for step in range(draw.randrange(6)):
            change = Change.edit("pipelines", created.id, status(), base_version=version)
            batch = submit(ledger, [change], actor=AUTHOR, token=f"{number} {step}").batch
            version += 1
            if draw.random() < 0.4:
                revert(ledger, batch, actor=AUTHOR, token=f"revert {number} {step}")
                version += 1
    landing.land_changes(ledger, lambda: writing(home / "warehouse.duckdb"))
    ledger.dispose()
    with reading(home / "warehouse.duckdb") as con:
        present = con.sql("SELECT id, stage, rag, rag_comment FROM pipelines").pl().sort("id")
        months = pipeline.rag_by_month(Filter(today), con=con)
    newest = months.filter(month=today.replace(day=1)).select(pl.col("pipeline_id").alias("id"), *present.columns[1:])
    assert newest.sort("id").rows() == present.rows()
