"""Point-in-time frames: nothing published after the cut is in them, and every value is the newest before it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from elexon_assets.datasets import BY_NAME, DEMAND, MARKET_INDEX_PRICE, WIND_FORECAST
from elexon_assets.errors import UnusableInput
from elexon_assets.schema.feature_series import FeatureSeries, feature_series
from elexon_assets.schema.warehouse_schema import ensure_schema
from renewables.queries.features import LATEST, default_series, features, features_dictionary
from renewables.queries.wide_frame import known_at_issue, wide
from tests.filled_homes import Renewables
from tests.renewables.publications import (
    BY_COLUMN,
    Publication,
    insert_publication,
    insert_solar,
    warehouse_in_memory,
)
from warehouse.connection import writing
from warehouse.snapshots import publish_snapshot

FIRST = datetime(2024, 3, 30, 22, tzinfo=UTC)
"A half-hour shortly before the clock change of 2024-03-31."
HALF_HOUR = timedelta(minutes=30)
HALF_HOURS = 8
LAST = FIRST + HALF_HOURS * HALF_HOUR
CHOSEN = ("solar_mw", "fuel_wind_mw", "wind_forecast_mw", "solar_day_ahead_forecast_mw", "indo_mw")


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield an empty warehouse in memory."""
    with warehouse_in_memory() as con:
        yield con


def newest_known(
    publications: list[Publication], series: FeatureSeries, start: datetime, cut: datetime
) -> float | None:
    """Return the newest value of a half-hour by a cut, computed row by row."""
    target = start.replace(minute=0) if series.dataset.resolution > HALF_HOUR else start
    known = [
        each
        for each in publications
        if (each.column, each.start) == (series.column, target) and each.published <= cut
        if not series.is_forecast or each.published < target
    ]
    return max(known, key=lambda each: (each.published, each.value)).value if known else None


@st.composite
def many_publications(draw: st.DrawFn) -> list[Publication]:
    """Draw publications of all kinds, early, late, revised and tied, each with a value of its own."""
    values = count(1)
    drawn = draw(
        st.lists(
            st.tuples(
                st.sampled_from(CHOSEN), st.integers(0, HALF_HOURS - 1), st.integers(-30 * 60, 6 * 60), st.booleans()
            ),
            max_size=25,
        )
    )
    rows = []
    for column, position, minutes, is_repeated in drawn:
        start = FIRST + position * HALF_HOUR
        if BY_COLUMN[column].dataset is WIND_FORECAST:
            start = start.replace(minute=0)
        published = start + timedelta(minutes=minutes)
        rows += [Publication(column, start, published, float(next(values))) for _ in range(1 + is_repeated)]
    return rows


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(publications=many_publications(), cut_minutes=st.integers(-24 * 60, 12 * 60), lead_hours=st.integers(0, 26))
def test_nothing_published_after_the_cut_is_in_the_features(
    con: duckdb.DuckDBPyConnection, publications: list[Publication], cut_minutes: int, lead_hours: int
) -> None:
    for dataset in {BY_COLUMN[column].dataset.name for column in CHOSEN}:
        con.execute(f"DELETE FROM {BY_NAME[dataset].table}")
    for each in publications:
        insert_publication(con, each)
    cut, lead = FIRST + timedelta(minutes=cut_minutes), timedelta(hours=lead_hours)
    by_time = features(FIRST, LAST, known_at=cut, series=CHOSEN, con=con)
    by_lead = features(FIRST, LAST, lead=lead, series=CHOSEN, con=con)
    both = features(FIRST, LAST, lead=lead, known_at=cut, series=CHOSEN, con=con)
    assert by_time["start_time_utc"].to_list() == [FIRST + n * HALF_HOUR for n in range(HALF_HOURS)]
    for column in CHOSEN:
        series = BY_COLUMN[column]
        rows = zip(by_time["start_time_utc"], by_time[column], by_lead[column], both[column], strict=True)
        for start, known, ahead, either in rows:
            known_ahead = start - lead if series.is_forecast else LAST + timedelta(days=2)
            assert known == newest_known(publications, series, start, cut)
            assert ahead == newest_known(publications, series, start, known_ahead)
            assert either == newest_known(publications, series, start, min(cut, known_ahead))
    _assert_inputs_were_known(publications, by_lead, lead)


def _assert_inputs_were_known(publications: list[Publication], frame: pl.DataFrame, lead: timedelta) -> None:
    """Assert that each input of a frame had been published the lead before its half-hour, and is of the newest one."""
    published = {each.value: each for each in publications}
    for column in CHOSEN:
        name = column if BY_COLUMN[column].is_forecast else LATEST + column
        for start, value in zip(frame["start_time_utc"], frame[name], strict=True):
            known = [each for each in publications if each.column == column and each.published <= start - lead]
            if value is not None:
                assert published[value].published <= start - lead
            if not BY_COLUMN[column].is_forecast:
                assert (value is None) == (not known)
                assert value is None or published[value].start == max(each.start for each in known)


def test_what_was_known_at_each_issue_equals_the_wide_frame_as_of_that_issue(con: duckdb.DuckDBPyConnection) -> None:
    for position in range(HALF_HOURS):
        start = FIRST + position * HALF_HOUR
        for column, minutes in (("solar_mw", 148), ("solar_mw", 400), ("solar_day_ahead_forecast_mw", -600)):
            insert_publication(con, Publication(column, start, start + timedelta(minutes=minutes), position + minutes))
    issues = [FIRST + timedelta(hours=hours) for hours in (1, 3, 9)]
    chosen = ("solar_mw", "solar_day_ahead_forecast_mw")
    frame = known_at_issue(issues, lookback="3h", horizon="2h", series=chosen, con=con)
    for issue in issues:
        span = (issue - timedelta(hours=3), issue + timedelta(hours=2))
        expected = wide(*span, series=chosen, as_of=issue, con=con)
        assert frame.filter(pl.col("issue_time_utc") == issue).drop("issue_time_utc").equals(expected)


def test_the_wide_frame_has_the_complete_grid_and_an_hourly_forecast_fills_both_halves(
    con: duckdb.DuckDBPyConnection,
) -> None:
    insert_publication(con, Publication("wind_forecast_mw", FIRST, FIRST - timedelta(hours=2), 100.0))
    insert_publication(con, Publication("wind_forecast_mw", FIRST, FIRST + timedelta(hours=2), 999.0))  # no forecast
    frame = wide(FIRST, LAST, con=con)
    assert frame["wind_forecast_mw"].to_list() == [100.0, 100.0, *[None] * (HALF_HOURS - 2)]
    assert frame["solar_mw"].null_count() == len(frame) == HALF_HOURS
    assert frame["start_time_utc"].diff().drop_nulls().unique().to_list() == [HALF_HOUR]


def test_a_price_of_zero_without_volume_is_no_price(con: duckdb.DuckDBPyConnection) -> None:
    for price, volume, minutes in ((50.0, 100.0, 30), (0.0, 0.0, 60)):
        published = Publication("apxmidp_price_gbp_per_mwh", FIRST, FIRST + timedelta(minutes=minutes), price)
        insert_publication(con, published, volume_mwh=volume)
    early, late = (
        wide(FIRST, LAST, as_of=FIRST + timedelta(minutes=minutes), series="apxmidp_price_gbp_per_mwh", con=con)
        for minutes in (30, 60)
    )
    assert [early.item(0, 1), late.item(0, 1)] == [50.0, None]
    assert MARKET_INDEX_PRICE.no_value_if


def test_every_series_has_a_column_of_its_own_and_the_features_explain_each() -> None:
    columns = [one.column for one in feature_series()]
    assert len(set(columns)) == len(columns)
    shown = [one.column for one in default_series()]
    text = features_dictionary(["start_time_utc", *shown, *(f"{LATEST}{DEMAND.value}",)], lead="24h")
    assert [name for name in shown if f"| `{name}` |" not in text] == []
    assert "published 1 day or more before each half-hour" in text


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({}, "Say what was known"),
        ({"lead": "soon"}, "is not a length of time"),
        ({"lead": "24h", "series": "sun"}, "Unknown series 'sun'"),
    ],
)
def test_features_without_a_cut_or_with_an_unknown_series_are_refused(
    con: duckdb.DuckDBPyConnection, arguments: dict[str, str], sentence: str
) -> None:
    with pytest.raises(UnusableInput, match=sentence):
        features(FIRST, LAST, con=con, **arguments)  # type: ignore[arg-type]  # texts of a user


SPAN = ("--start", "2024-03-29", "--end", "2024-04-01")


@pytest.mark.usefixtures("warehouse")
def test_the_export_writes_the_frame_and_a_dictionary_beside_it(renewables: Renewables, tmp_path: Path) -> None:
    file = tmp_path / "train.parquet"
    outcome = renewables("export", "features", *SPAN, "--lead", "24h", "--output", str(file))
    assert outcome.code == 0, outcome.err
    frame = pl.read_parquet(file)
    assert len(frame) == 4 * 48
    assert frame.columns[0] == "start_time_utc"
    text = (tmp_path / "features.md").read_text(encoding="utf-8")
    assert [name for name in frame.columns if f"| `{name}` |" not in text] == []
    assert "SYNTHETIC" in text
    renewables("export", "features", *SPAN, "--known-at", "2024-03-30", "--format", "csv", "-o", f"{file}.csv")
    assert len(pl.read_csv(f"{file}.csv")) == 4 * 48


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("export", "features", *SPAN), "Say what was known"),
        (("export", "--psr-type", "solar", "features", *SPAN, "--lead", "24h"), "Write the options after `features`"),
    ],
)
def test_an_export_of_features_without_a_cut_or_with_lost_options_is_refused(
    renewables: Renewables, arguments: tuple[str, ...], sentence: str
) -> None:
    outcome = renewables(*arguments)
    assert outcome.code == 2
    assert sentence in outcome.err


def test_current_parquet_has_every_current_value_and_names_its_snapshot(home: Path, renewables: Renewables) -> None:
    with writing() as con:
        ensure_schema(con)
        insert_solar(con, days=2)
        insert_publication(con, Publication("indo_mw", LAST, LAST + HALF_HOUR, 30_000.0))
        snapshot = publish_snapshot(con)
    assert renewables("export", "current").code == 0
    file = home / "snapshots" / "current.parquet"
    frame = pl.read_parquet(file)
    assert frame["solar_mw"].count() == 2 * 48
    assert frame.filter(pl.col("indo_mw").is_not_null())["start_time_utc"].to_list() == [LAST]
    assert pl.read_parquet_metadata(file)["snapshot_version"] == str(snapshot.version)
    assert file.stat().st_mode & 0o077 == 0
