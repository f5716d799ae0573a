"""A warehouse of forecasts and actual values for tests, and the scores computed in another way, with Polars.

Belongs here: landing frames without Elexon, and the independent computation. Not here: what is expected of the scores.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import polars as pl

from elexon_assets.dataset_model import SERIES, Dataset
from elexon_assets.datasets import GENERATION_BY_FUEL, INSTALLED_CAPACITY, WIND_FORECAST
from elexon_assets.schema.warehouse_schema import columns_sql, ensure_schema
from elexon_assets.settlement import LONDON, with_settlement

HOUR, HALF_HOUR, DAY = timedelta(hours=1), timedelta(minutes=30), timedelta(days=1)
INGESTED = datetime(2026, 11, 1, tzinfo=UTC)
UTC_TIME = pl.Datetime("us", "UTC")
Connection = duckdb.DuckDBPyConnection
WIND: dict[str, Any] = {"fuel_type": "WIND"}
ISSUE_HOURS = (3.5, 5.5, 8.5, 10.5, 12.5, 16.5, 19.5, 23.5)
FIRST = datetime(2024, 10, 24, tzinfo=UTC)
"Three days before the clocks go back."
SPAN = (date(2024, 10, 25), date(2024, 11, 2))


def empty_warehouse() -> Iterator[Connection]:
    """Yield a connection to a warehouse in memory with all tables; for fixtures."""
    with duckdb.connect() as opened:
        opened.execute("SET TimeZone = 'UTC'")
        ensure_schema(opened)
        yield opened


def land(con: Connection, dataset: Dataset, rows: list[dict[str, Any]], *, at: datetime = INGESTED) -> None:
    """Land rows with our column names; labels, series and source are added as landing does."""
    times = [name for name in rows[0] if name.endswith("_utc")]
    frame = pl.DataFrame(rows, infer_schema_length=None).with_columns(pl.col(times).cast(UTC_TIME))
    if dataset.is_half_hourly:
        frame = with_settlement(frame)
    if dataset.category == SERIES:
        parts = [pl.col(name) for name in dataset.dimensions]
        frame = frame.with_columns(series=pl.concat_str(parts, separator=" | ") if parts else pl.lit(dataset.code))
    frame = frame.with_columns(ingested_at_utc=pl.lit(at).cast(UTC_TIME), source=pl.lit("synthetic"))
    assert set(frame.columns) <= {column.split('"')[1] for column in columns_sql(dataset)}
    con.register("landing_frame", frame)
    con.execute(f"INSERT INTO {dataset.table} BY NAME FROM landing_frame")
    con.unregister("landing_frame")


def flag(con: Connection, dataset: Dataset, start: datetime, category: str) -> None:
    """Mark an actual value as doubtful."""
    con.execute(
        "INSERT INTO flags VALUES (?, ?, ?, 'all_zero', '', ?, NULL)", [dataset.name, start, category, INGESTED]
    )


def issue(published: datetime, values: dict[datetime, float | None], **more: object) -> list[dict[str, Any]]:
    """Return the rows of one issue of a forecast."""
    return [
        {"publish_time_utc": published, "start_time_utc": start, "generation_mw": mw, **more}
        for start, mw in values.items()
    ]


def actual(start: datetime, mw: float, *, lag: timedelta = HOUR, **more: object) -> dict[str, Any]:
    """Return a row of an actual value that was published after a lag."""
    return {"start_time_utc": start, "generation_mw": mw, "publish_time_utc": start + lag, **more}


def capacity(con: Connection, year: int, **mw_by_type: float) -> None:
    """Land the installed capacity of a year, such as `Solar=17_000`."""
    published = datetime(year, 1, 15, tzinfo=UTC)
    rows = [
        {"year": year, "psr_type": name.replace("_", " "), "capacity_mw": mw, "publish_time_utc": published}
        for name, mw in mw_by_type.items()
    ]
    con.register("years", pl.DataFrame(rows))
    con.execute(
        f"INSERT INTO {INSTALLED_CAPACITY.table} BY NAME SELECT year::SMALLINT AS year, psr_type, capacity_mw, "
        f"publish_time_utc, 1::SMALLINT AS document_revision, publish_time_utc AS ingested_at_utc, "
        f"'synthetic' AS source FROM years"
    )
    con.unregister("years")


def dice(seed: int) -> random.Random:
    """Return a repeatable source of numbers."""
    return random.Random(seed)  # noqa: S311 (test data, no secret)


@dataclass(frozen=True)
class Judge:
    """The independent computation for one series: forecasts, publications of its truth, and what is flagged."""

    forecasts: pl.DataFrame
    "publish_time_utc, start_time_utc, generation_mw."
    published: pl.DataFrame
    "The truth's publications: publish_time_utc, start_time_utc, generation_mw."
    flagged: frozenset[datetime] = frozenset()
    half_hours: int = 1
    capacity_mw: float | None = None

    def value_at(self, start: datetime, known: datetime | None = None, *, first: bool = False) -> float | None:
        """Return the mean of the half-hours from a start, as known by a time; None if one is missing."""
        values = []
        for n in range(self.half_hours):
            versions = self._versions().get(start + n * HALF_HOUR, [])
            versions = [(at, mw) for at, mw in versions if known is None or at <= known]
            if not versions:
                return None
            values.append(versions[0 if first else -1][1])
        return sum(values) / len(values)

    def _versions(self) -> dict[datetime, list[tuple[datetime, float]]]:
        cached: dict[datetime, list[tuple[datetime, float]]] = getattr(self, "_cache", {})
        if not cached:
            for at, start, mw in self.published.select(
                "publish_time_utc", "start_time_utc", "generation_mw"
            ).iter_rows():
                cached.setdefault(start, []).append((at, mw))
            for versions in cached.values():
                versions.sort()
            object.__setattr__(self, "_cache", cached)
        return cached

    def is_flagged(self, start: datetime) -> bool:
        return any(start + n * HALF_HOUR in self.flagged for n in range(self.half_hours))

    def persistence(self, issued: datetime) -> float | None:
        """Return the latest half-hour that was published by the issue."""
        known = [
            start
            for start, versions in self._versions().items()
            if versions[0][0] <= issued and start not in self.flagged
        ]
        return [mw for at, mw in self._versions()[max(known)] if at <= issued][-1] if known else None

    def same_time(self, target: datetime, issued: datetime) -> float | None:
        """Return the value of the last of the seven days before with this time that was known."""
        for days in range(1, 8):
            start = target - days * DAY
            if not self.is_flagged(start) and (mw := self.value_at(start, issued)) is not None:
                return mw
        return None

    def pairs(
        self, start: datetime, end: datetime, *, first: bool = False, as_of: datetime | None = None
    ) -> pl.DataFrame:
        """Return one row per scored target of an issue."""
        rows, before = [], {issued: self.persistence(issued) for issued in self.forecasts["publish_time_utc"].unique()}
        for issued, target, mw in self.forecasts.select(
            "publish_time_utc", "start_time_utc", "generation_mw"
        ).iter_rows():
            truth = self.value_at(target, as_of, first=first)
            if not start <= target < end or target <= issued or truth is None or mw is None or self.is_flagged(target):
                continue
            last, same, lead = before[issued], self.same_time(target, issued), target - issued
            rows.append(
                {
                    **{"issued": issued, "error": mw - truth, "lead_hours": lead // HOUR},
                    "band": "under 6 h" if lead < 6 * HOUR else "6 to 36 h" if lead < 36 * HOUR else "36 h and more",
                    "hour": target.astimezone(LONDON).hour,
                    "month": target.astimezone(LONDON).date().replace(day=1),
                    "persistence": None if last is None else abs(last - truth),
                    "same_time": None if same is None else abs(same - truth),
                }
            )
        return pl.DataFrame(rows, infer_schema_length=None)

    def scores(self, pairs: pl.DataFrame, column: str | None) -> pl.DataFrame:
        """Return the scores by a column, per issue and then averaged."""
        size = pl.col("error").abs()
        by_issue = pairs.group_by("issued", *([column] if column else [])).agg(
            forecasts=pl.len(),
            bias_mw=pl.col("error").mean(),
            mae_mw=size.mean(),
            rmse_mw=pl.col("error").pow(2).mean().sqrt(),
            persistence_mae_mw=pl.col("persistence").mean(),
            same_time_yesterday_mae_mw=pl.col("same_time").mean(),
            beside_same_time=size.filter(pl.col("same_time").is_not_null()).mean(),
            beside_persistence=size.filter(pl.col("persistence").is_not_null()).mean(),
        )
        keys = [column] if column else [pl.lit(0).alias("all")]
        frame = by_issue.group_by(keys).agg(
            pl.len().alias("issues"),
            pl.col("forecasts").sum(),
            pl.exclude("issued", "forecasts", "all", column or "").mean(),
        )
        skill = pl.min_horizontal(
            1 - pl.col("beside_persistence") / pl.col("persistence_mae_mw"),
            1 - pl.col("beside_same_time") / pl.col("same_time_yesterday_mae_mw"),
        )
        return frame.with_columns(
            nmae=pl.col("mae_mw") / self.capacity_mw if self.capacity_mw else pl.lit(None, pl.Float64), skill=skill
        ).drop("beside_persistence", "beside_same_time")


def random_wind(con: Connection) -> Judge:
    """Land eleven days with revisions, late publications, holes and flags; return the independent computation."""
    chance = dice(7)
    starts = [FIRST + n * HALF_HOUR for n in range(11 * 48)]
    rows: list[dict[str, Any]] = []
    mw = 9_000.0
    for start in starts:
        mw = min(18_000, max(300, mw + chance.gauss(0, 600)))
        if chance.random() < 0.03:
            continue
        rows.append(actual(start, round(mw), lag=HALF_HOUR * chance.choice([1, 1, 1, 2, 9]), **WIND))
        if chance.random() < 0.1:
            rows.append(actual(start, round(mw * chance.uniform(0.8, 1.2)), lag=chance.choice([20, 90]) * HOUR, **WIND))
    land(con, GENERATION_BY_FUEL, rows)
    flagged = frozenset(chance.sample([row["start_time_utc"] for row in rows], 12))
    for start in flagged:
        flag(con, GENERATION_BY_FUEL, start, "WIND")
    forecasts: list[dict[str, Any]] = []
    for day in range(11):
        for hour in ISSUE_HOURS:
            if chance.random() < 0.1:
                continue
            published = FIRST + day * DAY + hour * HOUR
            first = published.replace(minute=0) - 27 * HOUR
            forecasts += issue(published, {first + n * HOUR: float(chance.randint(300, 18_000)) for n in range(73)})
    land(con, WIND_FORECAST, forecasts)
    capacity(con, 2024, Wind_Onshore=15_000, Wind_Offshore=14_000)
    return Judge(pl.DataFrame(forecasts), pl.DataFrame(rows), flagged, half_hours=2, capacity_mw=29_000)
