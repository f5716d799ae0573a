"""A home with four years of generation and prices and a landed portfolio, by SQL, as fetching takes minutes."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from elexon_assets.schema.warehouse_schema import ensure_schema
from pipeline_assets import landing
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.schema import open_ledger
from tests.pipeline_assets.ledger.sample_portfolio import submit_batch
from warehouse import snapshots
from warehouse.connection import writing

YEARS = (2020, 2021, 2022, 2023)
"The complete years; of 2024 a part has data."
_HALF_HOURS = """(
    SELECT settlement_date, (n + 1)::SMALLINT AS settlement_period,
        first_start_time_utc + n * INTERVAL 30 MINUTE AS start_time_utc
    FROM (SELECT *, unnest(range(half_hours)) AS n FROM settlement_days)
    WHERE settlement_date BETWEEN DATE '2020-01-01' AND DATE '2024-02-10'
)"""
_STATEMENTS = (
    # One value in forty is missing, and most of February 2021 of solar.
    f"""INSERT INTO wind_and_solar_publications BY NAME
    SELECT start_time_utc, psr_type, settlement_date, settlement_period, 'synthetic' AS source,
        start_time_utc + INTERVAL 3 HOUR AS publish_time_utc, now() AS ingested_at_utc,
        1000 * position * (1 + sin(epoch(start_time_utc) / (90_000 * position) + year(settlement_date)))
            AS generation_mw
    FROM {_HALF_HOURS} AS half_hours,
        (VALUES ('Wind Onshore', 3), ('Wind Offshore', 4), ('Solar', 1)) AS types(psr_type, position)
    WHERE hash(start_time_utc, psr_type) % 40 <> 0
        AND NOT (psr_type = 'Solar' AND settlement_date BETWEEN DATE '2021-02-03' AND DATE '2021-02-28')""",
    """INSERT INTO installed_capacity_publications BY NAME
    SELECT year, psr_type, 2500 * position + 300 * (year - 2020) AS capacity_mw, 1 AS document_revision,
        'synthetic' AS source, make_timestamptz(year, 1, 1, 0, 0, 0) AS publish_time_utc, now() AS ingested_at_utc
    FROM range(2020, 2025) AS years(year),
        (VALUES ('Wind Onshore', 3), ('Wind Offshore', 4), ('Solar', 2)) AS types(psr_type, position)""",
    f"""INSERT INTO market_index_price_publications BY NAME
    SELECT start_time_utc, 'APXMIDP' AS data_provider, settlement_date, settlement_period, 'synthetic' AS source,
        start_time_utc + INTERVAL 1 HOUR AS publish_time_utc, now() AS ingested_at_utc,
        60 + 40 * cos(epoch(start_time_utc) / 50_000) AS price_gbp_per_mwh, 100 AS volume_mwh FROM {_HALF_HOURS}""",
    # System prices of 2021 and a part of 2022, which is not enough.
    f"""INSERT INTO system_price_publications BY NAME
    SELECT start_time_utc, settlement_date, settlement_period, 'synthetic' AS source,
        start_time_utc + INTERVAL 1 HOUR AS publish_time_utc, now() AS ingested_at_utc,
        50 + 30 * cos(epoch(start_time_utc) / 40_000) AS system_sell_price_gbp_per_mwh,
        system_sell_price_gbp_per_mwh AS system_buy_price_gbp_per_mwh
    FROM {_HALF_HOURS} WHERE settlement_date BETWEEN DATE '2021-01-01' AND DATE '2022-08-31'""",
    """INSERT INTO flags BY NAME
    SELECT 'wind_and_solar' AS dataset, start_time_utc, psr_type AS category, 'wind_understated' AS reason,
        '' AS detail, now() AS found_at_utc, NULL AS closed_at_utc FROM wind_and_solar_publications
    WHERE psr_type = 'Wind Onshore' AND hash(settlement_period, start_time_utc) % 25 = 0""",
)


def facility(id: str, technology: str, mwp: float) -> Change:
    return Change.create("facilities", {"name": id.title(), "technology": technology, "capacity_mwp": mwp}, id=id)


def portfolio_changes() -> list[Change]:
    """Return a hybrid with a COD date, one project with a mix of wind, one with storage alone, and one in Spain."""
    projects = {
        "fen": ("Fen Farm", "Great Britain", "Design", {"sun": ("Solar", 40.0), "sea": ("Wind Offshore", 200.0)}),
        "moor": ("Moor", "Great Britain", "Construction", {"gale": ("Wind", 30.0), "hill": ("Wind Onshore", 20.0)}),
        "store": ("Store", "Great Britain", "Design", {"battery": ("BESS", 50.0)}),
        "sol": ("Sol", "Spain", "Design", {"playa": ("Solar", 10.0)}),
    }
    changes = []
    for id, (name, market, stage, facilities) in projects.items():
        fields = {"name": name, "market": market, "stage": stage, "status_date": "2026-01-05"}
        changes.append(Change.create("pipelines", fields, id=id))
        for key, (technology, mwp) in facilities.items():
            changes.append(facility(key, technology, mwp))
            changes.append(
                Change.create("pipeline_facilities", {"pipeline_id": id, "facility_id": key}, id=f"{id}-{key}")
            )
    cod = {"name": "COD", "pipeline_id": "fen", "planned_date": "2028-05-01", "forecast_date": "2029-02-01"}
    return [*changes, Change.create("milestones", cod, id="fen-cod")]


def land_changes(home: Path) -> None:
    engine: sa.Engine = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    submit_batch(engine, *portfolio_changes())
    landing.land_changes(engine, lambda: writing(home / "warehouse.duckdb"))
    engine.dispose()


@pytest.fixture(scope="session")
def _years_on_record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("yield")
    with writing(home / "warehouse.duckdb") as con:
        ensure_schema(con)
        for statement in _STATEMENTS:
            con.execute(statement)
        snapshots.publish_snapshot(con)
    land_changes(home)
    return home


@pytest.fixture
def years_on_record(_years_on_record: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: ARG001 (the home comes first)
    """Set the home with four complete years and a landed portfolio."""
    monkeypatch.setenv("RENEWABLES_HOME", str(_years_on_record))
    return _years_on_record
