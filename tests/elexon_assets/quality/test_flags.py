"""Tests that flags are raised by their rules and closed when the cause is gone, however often flagging runs."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import GENERATION_BY_FUEL, OBSERVED, WIND_AND_SOLAR
from elexon_assets.flag_vocabulary import DOUBTING, REASONS
from elexon_assets.quality.flagging import flag_new, update_flags
from elexon_assets.simulator.server import Simulator
from tests.elexon_assets.ingesting import fetch_days, published
from warehouse import snapshots
from warehouse.connection import writing
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

DAY = date(2024, 1, 8)
START = datetime(2024, 1, 8, 5, 30, tzinfo=UTC)
HALF_HOUR = "2024-01-08T05:30Z"
WINDS = {"Wind Onshore", "Wind Offshore"}
ALL_PSR_TYPES = {*WINDS, "Solar"}
OFTEN_ZERO = {"OCGT", "OIL"}
OPEN = "SELECT dataset, start_time_utc, category, reason, detail FROM open_flags ORDER BY ALL"


def fetch(simulator: Simulator, faults: str = "", *datasets: Dataset) -> None:
    simulator.faults = faults
    for dataset in datasets or OBSERVED:
        fetch_days(DAY, dataset=dataset)


def open_flags() -> dict[tuple[str, datetime], set[str]]:
    """Return the categories of each open flag by reason and start."""
    by_key: dict[tuple[str, datetime], set[str]] = {}
    for start, category, reason in published("SELECT start_time_utc, category, reason FROM open_flags").rows():
        by_key.setdefault((reason, start), set()).add(category)
    return by_key


@pytest.mark.parametrize(
    ("fault", "dataset", "reason", "categories"),
    [
        ("understated", WIND_AND_SOLAR, "wind_understated", WINDS),
        ("stuck", WIND_AND_SOLAR, "stuck", WINDS),
        ("slightly-negative", WIND_AND_SOLAR, "outside_soft_limits", {"Wind Onshore"}),
        ("wrong-label", WIND_AND_SOLAR, "label_disagrees", ALL_PSR_TYPES),
        ("late", WIND_AND_SOLAR, "published_late", ALL_PSR_TYPES),
        ("zero", GENERATION_BY_FUEL, "all_zero", set(GENERATION_BY_FUEL.always_published)),
        (
            "late",
            GENERATION_BY_FUEL,
            "published_late",
            set(GENERATION_BY_FUEL.categories) - {"INTGRNL"},
        ),  # Greenlink had not begun
        ("some-zero", GENERATION_BY_FUEL, "some_at_zero", {"BIOMASS", "CCGT", "NUCLEAR"} | OFTEN_ZERO),
        ("unknown-psr", GENERATION_BY_FUEL, "unknown_series", {"HYDROGEN"}),
        ("unknown-psr", WIND_AND_SOLAR, "unknown_series", {"Wind Floating"}),
        ("solar-shines", WIND_AND_SOLAR, "solar_by_night", {"Solar"}),
    ],
)
def test_each_fault_raises_its_own_flag_and_no_other(
    simulator: Simulator, fault: str, dataset: Dataset, reason: str, categories: set[str]
) -> None:
    fetch(simulator, f"{fault}@{HALF_HOUR}", dataset)
    simulator.faults = ""
    [other] = [other for other in OBSERVED if other is not dataset]
    fetch(simulator, "", other)
    update_flags()
    assert open_flags() == {(reason, START): categories}
    flagged = published(f"FROM {dataset.name}_flagged").rows()
    doubted = categories if reason in DOUBTING else set()
    assert {(start, category, tuple(reasons)) for start, category, reasons in flagged} == {
        (START, category, (reason,)) for category in doubted
    }


def test_every_reason_declares_whether_the_value_is_in_doubt() -> None:
    assert {reason.name for reason in REASONS if not reason.value_in_doubt} == {
        *("label_disagrees", "published_late", "unknown_series")
    }


def test_a_day_without_faults_has_no_flags(simulator: Simulator) -> None:
    fetch(simulator)
    update_flags()
    assert open_flags() == {}
    assert published("FROM flags").is_empty()


def test_a_healthy_republication_closes_the_flag_and_keeps_the_row(simulator: Simulator) -> None:
    fetch(simulator, f"understated@{HALF_HOUR}")
    assert update_flags().raised == 2
    fetch(simulator, f"late=1@{HALF_HOUR}", WIND_AND_SOLAR)  # the correct value, published an hour later
    done = update_flags()
    assert (done.raised, done.closed) == (0, 2)
    assert open_flags() == {}
    closed = published("SELECT category, reason, found_at_utc < closed_at_utc AS later FROM flags")
    assert set(closed.rows()) == {(wind, "wind_understated", True) for wind in WINDS}


def test_a_cause_that_returns_opens_a_new_flag(simulator: Simulator) -> None:
    fetch(simulator, f"understated@{HALF_HOUR}")
    update_flags()
    fetch(simulator, f"late=1@{HALF_HOUR}", WIND_AND_SOLAR)
    update_flags()
    fetch(simulator, f"understated@{HALF_HOUR},late=2@{HALF_HOUR}", WIND_AND_SOLAR)
    update_flags()
    history = published(
        "SELECT category, count(*) AS flags, count(closed_at_utc) AS closed FROM flags "
        "WHERE reason = 'wind_understated' GROUP BY category"
    )
    assert set(history.rows()) == {(wind, 2, 1) for wind in WINDS}


def test_a_flag_stays_open_and_shows_the_new_value_when_the_republished_value_is_no_better(
    simulator: Simulator,
) -> None:
    fetch(simulator, f"slightly-negative@{HALF_HOUR}")
    update_flags()
    before = published("FROM flags")
    fetch(simulator, f"slightly-negative@{HALF_HOUR},republished@{HALF_HOUR}", WIND_AND_SOLAR)
    done = update_flags()
    assert (done.raised, done.closed, done.restated) == (0, 0, 1)
    after = published("FROM flags")
    assert after.drop("detail").equals(before.drop("detail"))
    assert before["detail"].to_list() != after["detail"].to_list() == ["-19.0 MW, outside 0 to 11000 MW"]


@pytest.mark.usefixtures("simulator")
def test_flagging_again_changes_nothing_and_publishes_no_snapshot(simulator: Simulator) -> None:
    fetch(simulator, "understated%0.1,stuck%0.1,wrong-label%0.1,late%0.1")
    update_flags()
    before, folder = published("FROM flags ORDER BY ALL"), snapshots.folder_of(Settings().warehouse_file)
    newest = snapshots.newest_snapshot(folder)
    done = update_flags()
    assert (done.spans, done.raised, done.closed) == ([], 0, 0)
    assert snapshots.newest_snapshot(folder) == newest
    fetch(simulator, "understated%0.1,stuck%0.1,wrong-label%0.1,late%0.1")  # no new row lands
    assert update_flags().spans == []
    assert published("FROM flags ORDER BY ALL").equals(before)


def test_flagging_examines_the_new_rows_and_three_hours_on_each_side(simulator: Simulator) -> None:
    fetch_days(date(2024, 1, 1), date(2024, 1, 31))
    update_flags()
    fetch(simulator, f"republished@{HALF_HOUR}", WIND_AND_SOLAR)
    [span] = update_flags().spans
    three_hours = timedelta(hours=3)
    assert (span.start_utc, span.end_utc) == (START - three_hours, START + timedelta(minutes=30) + three_hours)


def test_changing_a_threshold_evaluates_all_values_again(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch(simulator)
    update_flags()
    assert open_flags() == {}
    monkeypatch.setenv("LIMITS_MW", '{"Solar": {"soft_high": 1}}')
    moved = update_flags()
    assert moved.half_hours > 48
    assert moved.raised == moved.open["outside_soft_limits"] > 0
    monkeypatch.delenv("LIMITS_MW")
    assert update_flags().closed == moved.raised


def test_a_sum_above_its_soft_limit_flags_every_part_of_it(simulator: Simulator) -> None:
    fetch(simulator)
    update_flags()
    with writing() as con:
        sums = (
            "SELECT start_time_utc, sum(generation_mw) AS mw FROM wind_and_solar GROUP BY ALL ORDER BY mw DESC LIMIT 1"
        )
        [(start, mw)] = con.sql(sums).pl().rows()
        con.execute("UPDATE soft_limits SET high_mw = ? WHERE category = 'Total'", [mw - 0.001])
        flag_new(con, datetime.now(UTC))
        result = con.sql("SELECT start_time_utc, category, reason FROM open_flags").pl().rows()
    assert set(result) == {(start, psr_type, "outside_soft_limits") for psr_type in ALL_PSR_TYPES}


def test_wind_is_evaluated_again_when_the_fuels_arrive_later(simulator: Simulator) -> None:
    fetch(simulator, "understated@2024-01-08", WIND_AND_SOLAR)
    alone = update_flags().open.get("wind_understated", 0)
    fetch(simulator, "", GENERATION_BY_FUEL)
    update_flags()
    beside = published("SELECT count(*) FILTER (starts_with(detail, 'AGWS')) AS n, count(*) AS flags FROM open_flags")
    assert alone == 0  # a day that is understated throughout has no healthy neighbours
    assert beside.rows() == [(96, 96)]


def test_wind_is_flagged_without_the_fuels_when_the_fuels_failed_over(simulator: Simulator) -> None:
    fetch(simulator, f"understated@{HALF_HOUR},zero@{HALF_HOUR}")
    update_flags()
    details = published("SELECT DISTINCT detail FROM open_flags WHERE reason = 'wind_understated'")["detail"].to_list()
    assert len(details) == 1
    assert details[0].endswith("no FUELHH")


Shares = dict[tuple[Any, str], tuple[int, int]]
"The number of flagged half-hours of each period and category, and the share in billionths, which compares exactly."


def shares(view: str, period: str, dataset: Dataset) -> Shares:
    rows = published(f"SELECT {period}, {dataset.category}, half_hours_flagged, flagged_share FROM {view}").rows()
    return {(at, category): (flagged, round(share * 1e9)) for at, category, flagged, share in rows if share is not None}


@pytest.mark.parametrize("dataset", OBSERVED, ids=lambda dataset: dataset.code)
def test_flagged_shares_of_days_and_months_equal_an_independent_computation(
    simulator: Simulator, dataset: Dataset
) -> None:
    """The computation applies the rule to the published values in Polars, without flags and views."""
    simulator.faults = "understated%0.05,stuck%0.03,zero%0.02,hole%0.05,slightly-negative%0.02,late%0.1,wrong-label%0.1"
    for item in OBSERVED:
        fetch_days(date(2024, 3, 28), date(2024, 4, 3), dataset=item)
    update_flags()
    doubted = _doubted_wind() if dataset is WIND_AND_SOLAR else _doubted_fuels()
    values = published(f"SELECT start_time_utc, settlement_date, {dataset.category}, generation_mw FROM {dataset.name}")
    marked = values.join(doubted.with_columns(doubted=True), on=["start_time_utc", dataset.category], how="left")

    def computed(period: pl.Expr) -> Shares:
        grouped = marked.group_by(period.alias("at"), dataset.category).agg(n=pl.len(), bad=pl.col("doubted").sum())
        return {(at, category): (bad, round(bad / n * 1e9)) for at, category, n, bad in grouped.iter_rows()}

    day = pl.col("settlement_date")
    by_day, by_month = computed(day), computed(day.dt.truncate("1mo"))
    assert sum(bad for bad, _ in by_day.values()) > 10
    assert shares(f"{dataset.name}_daily", "settlement_date", dataset) == by_day
    assert shares(f"{dataset.name}_monthly", "month", dataset) == by_month


def _wide(dataset: Dataset) -> pl.DataFrame:
    values = published(f"SELECT start_time_utc, {dataset.category}, generation_mw FROM {dataset.name}")
    return values.pivot(on=dataset.category, index="start_time_utc", values="generation_mw").sort("start_time_utc")


def _doubted_fuels() -> pl.DataFrame:
    wide = _wide(GENERATION_BY_FUEL)
    always = list(GENERATION_BY_FUEL.always_published)
    zero = wide.filter(pl.all_horizontal(pl.col(always) == 0)).select("start_time_utc")
    return zero.join(pl.DataFrame({"fuel_type": always}), how="cross")


def _doubted_wind() -> pl.DataFrame:
    fuels = _wide(GENERATION_BY_FUEL).select("start_time_utc", "WIND")
    wide = _wide(WIND_AND_SOLAR).join(fuels, on="start_time_utc", how="left")
    earlier = wide.select(
        pl.col("start_time_utc") + timedelta(minutes=30), before_on="Wind Onshore", before_off="Wind Offshore"
    )
    rows = wide.join(earlier, on="start_time_utc", how="left")
    pairs = set()
    for row in rows.iter_rows(named=True):
        start, on, off, wind = (row[name] for name in ("start_time_utc", "Wind Onshore", "Wind Offshore", "WIND"))
        if wind:
            understated = wind > 1000 and on + off < 0.75 * wind
        else:
            near = rows.filter((pl.col("start_time_utc") - start).abs() <= timedelta(hours=3))
            around = near.filter(pl.col("start_time_utc") != start)["Wind Offshore"].median()
            understated = off < 300 and around is not None and float(str(around)) > 1500
        if understated or (on, off) == (row["before_on"], row["before_off"]):
            pairs |= {(start, "Wind Onshore"), (start, "Wind Offshore")}
        pairs |= {(start, "Wind Onshore")} if on < 0 else set()
    return pl.DataFrame(sorted(pairs), schema=["start_time_utc", "psr_type"], orient="row").cast(
        {"start_time_utc": pl.Datetime("us", "UTC")}
    )
