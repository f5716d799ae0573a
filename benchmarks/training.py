"""Training rows of ten years against the half-hours of the same span.

`training_frame`: one row per day's issue and half-hour, with the label, two lags as known, and the wind forecasts as
known, over the installed capacity, against `generation()` of wind and solar of the same span; target: at most 3.0.
"""

from collections.abc import Sequence
from datetime import date

import duckdb

from benchmarks.harness import arguments, days, in_turn, report, seconds, temporary_home
from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import GENERATION_BY_FUEL, WIND_AND_SOLAR, WIND_AND_SOLAR_FORECAST, WIND_FORECAST
from elexon_assets.schema.warehouse_schema import ensure_schema
from renewables import generation, training_frame
from warehouse.connection import writing
from warehouse.snapshots import publish_snapshot

WINDFOR_ISSUES = (210, 330, 510, 630, 750, 990, 1170, 1410)
"The minutes after midnight of the eight issues of a day."


def fill(con: duckdb.DuckDBPyConnection, first: date, last: date) -> None:
    """Fill the tables with as many rows as Elexon publishes, without going through its API."""
    day = f"SELECT unnest(range(DATE '{first}', DATE '{last}' + 1, INTERVAL 1 DAY)) AT TIME ZONE 'UTC' AS day"
    half_hours = f"SELECT day + k * INTERVAL 30 MINUTE AS start FROM ({day}), range(48) AS numbers(k)"
    types = "SELECT unnest(['Wind Onshore', 'Wind Offshore', 'Solar']) AS name"
    _insert(con, WIND_AND_SOLAR, f"start, start + INTERVAL 148 MINUTE, name AS psr_type FROM ({half_hours}), ({types})")
    _insert(con, GENERATION_BY_FUEL, f"start, start + INTERVAL 30 MINUTE, 'WIND' AS fuel_type FROM ({half_hours})")
    _insert(
        con,
        WIND_AND_SOLAR_FORECAST,
        "start + INTERVAL 1 DAY, date_trunc('day', start) + INTERVAL 1005 MINUTE, "
        f"name AS psr_type, 'Day ahead' AS process_type FROM ({half_hours}), ({types})",
    )
    _insert(
        con,
        WIND_FORECAST,
        "date_trunc('hour', issue) + k * INTERVAL 1 HOUR, issue FROM (SELECT day + minute * INTERVAL 1 MINUTE AS issue "
        f"FROM ({day}), (SELECT unnest({list(WINDFOR_ISSUES)}) AS minute)), range(-27, 46) AS numbers(k)",
    )
    con.execute(
        "INSERT INTO installed_capacity_publications BY NAME SELECT year::SMALLINT AS year, name AS psr_type, "
        "15000.0 AS capacity_mw, make_timestamptz(year - 1, 12, 12, 0, 0, 0) AS publish_time_utc, 1::SMALLINT AS "
        f"document_revision, now() AS ingested_at_utc FROM range(2015, 2031) AS years(year), ({types})"
    )


def _insert(con: duckdb.DuckDBPyConnection, dataset: Dataset, rows: str) -> None:
    """Insert rows; their first two columns are the start and the publish time."""
    con.execute(
        f"INSERT INTO {dataset.table} BY NAME SELECT * RENAME (start_time AS start_time_utc, published AS "
        "publish_time_utc), 5000 + hash(start_time) % 3000 AS generation_mw, start_time::DATE AS settlement_date, "
        f"now() AS ingested_at_utc, 'synthetic' AS source FROM (SELECT {rows}) AS rows(start_time, published)"
    )


def main(given: Sequence[str] | None = None) -> None:
    """Measure both."""
    chosen = arguments(__doc__).parse_args(given)
    first, last = days(chosen.years)
    with temporary_home():
        with writing() as con:
            ensure_schema(con)
            fill(con, first, last)
            publish_snapshot(con)
        ours, bare = in_turn(
            lambda: seconds(lambda: training_frame(first, last, target="fuel_wind_mw", normalise="capacity")),
            lambda: seconds(lambda: generation(first, last)),
            chosen.repeat,
        )
    report("training_frame", ours, bare, about=f"{first} to {last}")


if __name__ == "__main__":
    main()
