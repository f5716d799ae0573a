"""Training rows: labels, lags and capacities as they were known at the issue."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import duckdb
import polars as pl
import pytest

from elexon_assets.datasets import WIND_AND_SOLAR
from elexon_assets.errors import UnusableInput
from renewables.queries.training import training_frame
from tests.renewables.publications import insert_solar, warehouse_in_memory

HALF_HOUR = timedelta(minutes=30)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield an empty warehouse in memory."""
    with warehouse_in_memory() as con:
        yield con


def test_training_rows_have_the_label_and_only_lags_that_were_known(con: duckdb.DuckDBPyConnection) -> None:
    insert_solar(con, days=4)
    frame = training_frame(
        "2024-03-31", "2024-03-31", target="solar_mw", lags=("24h", "2 days"), horizon="24h", con=con
    )
    issue = datetime(2024, 3, 31, 8, tzinfo=UTC)  # 09:00 in London, which is in summer time since 01:00
    assert frame["issue_time_utc"].unique().to_list() == [issue]
    assert frame["start_time_utc"].to_list() == [issue + n * HALF_HOUR for n in range(48)]
    lag = {row["start_time_utc"]: row for row in frame.iter_rows(named=True)}
    # 2.5 hours after its start a value is published: at 08:00 that of 05:30 is known, and that of 06:00 is not.
    assert lag[datetime(2024, 4, 1, 5, 30, tzinfo=UTC)]["solar_lag_1_day_mw"] is not None
    assert lag[datetime(2024, 4, 1, 6, tzinfo=UTC)]["solar_lag_1_day_mw"] is None
    assert frame["solar_lag_2_days_mw"].null_count() == 0
    assert frame["solar_mw"].null_count() == 0


def test_a_flagged_half_hour_has_no_label_unless_it_is_asked_for(con: duckdb.DuckDBPyConnection) -> None:
    insert_solar(con, days=4)
    flagged = datetime(2024, 3, 31, 12, tzinfo=UTC)
    con.execute(
        "INSERT INTO flags (dataset, start_time_utc, category, reason) VALUES (?, ?, 'Solar', 'solar_zero_by_day')",
        [WIND_AND_SOLAR.name, flagged],
    )
    for exclude, expected in ((True, [flagged]), (False, [])):
        frame = training_frame("2024-03-31", "2024-03-31", target="solar_mw", exclude_flagged=exclude, con=con)
        assert frame.filter(pl.col("solar_mw").is_null())["start_time_utc"].to_list() == expected


def test_a_capacity_published_after_the_issue_normalises_nothing(con: duckdb.DuckDBPyConnection) -> None:
    insert_solar(con, days=5)
    for year, capacity, published in (
        (2023, 100.0, datetime(2023, 1, 1, tzinfo=UTC)),
        (2024, 200.0, datetime(2024, 3, 31, 9, tzinfo=UTC)),
    ):
        con.execute(
            "INSERT INTO installed_capacity_publications (year, psr_type, capacity_mw, publish_time_utc, "
            "document_revision, ingested_at_utc) VALUES (?, 'Solar', ?, ?, 1, ?)",
            [year, capacity, published, published],
        )
    plain = training_frame("2024-03-31", "2024-04-01", target="solar_mw", con=con)
    frame = training_frame("2024-03-31", "2024-04-01", target="solar_mw", normalise="capacity", con=con)
    pairs = zip(plain["solar_mw"], frame["solar_per_capacity"], strict=True)
    assert [round(mw / share, 6) for mw, share in pairs] == [100.0] * 48 + [200.0] * 48
    assert "solar_lag_2_days_per_capacity" in frame.columns


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"target": "wind_forecast_mw"}, "is a forecast"),
        ({"target": "indo_mw", "normalise": "capacity"}, "No installed capacity"),
        ({"target": "solar_mw", "issue": "nine o'clock"}, "is not a time of day with a zone"),
        ({"target": "solar_mw", "horizon": "0h"}, "The horizon is empty"),
    ],
)
def test_training_rows_that_make_no_sense_are_refused(
    con: duckdb.DuckDBPyConnection, arguments: dict[str, str], sentence: str
) -> None:
    with pytest.raises(UnusableInput, match=sentence):
        training_frame("2024-03-31", "2024-03-31", con=con, **arguments)  # type: ignore[arg-type]  # texts of a user
