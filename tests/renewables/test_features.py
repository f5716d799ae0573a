"""Point-in-time frames: nothing published after the cut is in them, and every value is the newest before it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from elexon_assets.datasets import BY_NAME, DEMAND, MARKET_INDEX_PRICE, WIND_AND_SOLAR, WIND_FORECAST
from elexon_assets.errors import UnusableInput
from elexon_assets.schema.feature_series import FeatureSeries, feature_series
from elexon_assets.schema.warehouse_schema import ensure_schema
from renewables.queries.features import LATEST, default_series, features, features_dictionary
from renewables.queries.training import training_frame
from renewables.queries.wide_frame import known_at_issue, wide
from tests.filled_homes import Renewables
from warehouse.connection import INFO, writing
from warehouse.snapshots import publish_snapshot

FIRST = datetime(2024, 3, 30, 22, tzinfo=UTC)
"A half-hour shortly before the clock change of 2024-03-31."
HALF_HOUR = timedelta(minutes=30)
HALF_HOURS = 8
LAST = FIRST + HALF_HOURS * HALF_HOUR
CHOSEN = ("solar_mw", "fuel_wind_mw", "wind_forecast_mw", "solar_day_ahead_forecast_mw", "indo_mw")
BY_COLUMN = {one.column: one for one in feature_series()}


@dataclass(frozen=True)
class Publication:
    """A published value of a series, for the half-hour or hour that begins at `start`."""

    column: str
    start: datetime
    published: datetime
    value: float


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield an empty warehouse in memory."""
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute(INFO)
        ensure_schema(con)
        yield con


def insert_publication(con: duckdb.DuckDBPyConnection, published: Publication, **further: object) -> None:
    """Insert a row as landing would."""
    series = BY_COLUMN[published.column]
    row: dict[str, object] = {
        "start_time_utc": published.start,
        "publish_time_utc": published.published,
        "ingested_at_utc": published.published,
        "settlement_date": published.start.date(),
        "source": "synthetic",
        **dict(zip(series.dataset.dimensions, series.labels, strict=True)),
        series.value: published.value,
        **further,
    }
    names = ", ".join(row)
    con.execute(f"INSERT INTO {series.dataset.table} ({names}) VALUES ({', '.join('?' * len(row))})", [*row.values()])


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


def insert_solar(con: duckdb.DuckDBPyConnection, days: int) -> None:
    """Insert solar of whole days from 2024-03-29, each value published two and a half hours after its start."""
    first = datetime(2024, 3, 29, tzinfo=UTC)
    con.execute(
        f"INSERT INTO {WIND_AND_SOLAR.table} BY NAME SELECT s AS start_time_utc, 'Solar' AS psr_type, "
        "1 + epoch_us(s) // 1800000000 % 97 AS generation_mw, s + INTERVAL 150 MINUTE AS publish_time_utc, "
        "s + INTERVAL 150 MINUTE AS ingested_at_utc, s::DATE AS settlement_date, 'synthetic' AS source "
        "FROM (SELECT unnest(range(?::TIMESTAMPTZ, ?::TIMESTAMPTZ, INTERVAL 30 MINUTE)) AS s)",
        [first, first + timedelta(days=days)],
    )
