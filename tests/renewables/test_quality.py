"""Flags in every figure: flagged shares, exclusion, revisions and the report, compared with Polars."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import OBSERVED
from elexon_assets.flag_vocabulary import DOUBTING
from elexon_assets.quality.flagging import update_flags
from elexon_assets.simulator.server import running_simulator
from renewables.charts.flagged_shading import NAME
from renewables.charts.generation import generation_figure
from renewables.queries.analysis import daily, monthly, summary
from renewables.queries.generation import GRAINS, generation, series_by_grain
from renewables.queries.quality import quality
from renewables.queries.revisions import revisions
from renewables.queries.status import warehouse_status
from tests.elexon_assets.ingesting import landed_in
from warehouse.connection import reading

pytestmark = pytest.mark.slow

SPAN = (date(2024, 3, 29), date(2024, 4, 3))
"UTC days around the end of a month and the settlement day with 46 half-hours."
SETTLED = (date(2024, 3, 30), date(2024, 4, 2))
"The settlement days that lie completely within them."
FAULTS = "understated%0.05,stuck%0.03,hole%0.06,republished%0.08,late%0.03"
WIND = ["Wind Onshore", "Wind Offshore"]


@pytest.fixture(scope="module")
def doubtful_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with drop-outs, stuck pairs, gaps, republished and late values, flagged."""
    home = tmp_path_factory.mktemp("doubtful")
    with running_simulator(faults=FAULTS) as simulator:
        update_flags(landed_in(home, simulator.base_url, SPAN, run_id="spring"))
    return home


@pytest.fixture
def doubtful(doubtful_home: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: ARG001 (home comes first)
    monkeypatch.setenv("RENEWABLES_HOME", str(doubtful_home))
    return doubtful_home


def read_table(table: str) -> pl.DataFrame:
    with reading() as con:
        return con.sql(f"FROM {table}").pl()


def values_with_flags() -> pl.DataFrame:
    """Return start_time_utc, settlement_date, psr_type, mw, doubted, computed with Polars from the tables alone."""
    keys = ["start_time_utc", "psr_type"]
    values = read_table("wind_and_solar_publications").sort("publish_time_utc", "ingested_at_utc", "generation_mw")
    doubting = pl.col("reason").is_in(DOUBTING) & pl.col("closed_at_utc").is_null()
    flags = read_table("flags").filter(doubting, dataset="wind_and_solar").rename({"category": "psr_type"})
    return (
        values.unique(keys, keep="last")
        .select(*keys, "settlement_date", mw="generation_mw")
        .join(flags.select(keys).unique().with_columns(doubted=True), on=keys, how="left")
        .with_columns(pl.col("doubted").fill_null(value=False))
    )


def with_total(values: pl.DataFrame) -> pl.DataFrame:
    whole = values.group_by("start_time_utc", "settlement_date").agg(
        pl.col("mw").sum(), pl.col("doubted").any(), pl.len()
    )
    total = whole.filter(len=3).with_columns(psr_type=pl.lit("Total")).select(values.columns)
    return pl.concat([values, total])


@pytest.mark.parametrize("exclude", [False, True])
@pytest.mark.usefixtures("doubtful")
def test_a_summary_has_the_flagged_share_and_can_exclude_flagged_values(exclude: bool) -> None:
    values = with_total(values_with_flags())
    by_key = {row["psr_type"]: row for row in summary(*SPAN, exclude_flagged=exclude).to_dicts()}
    assert by_key["Wind Onshore"]["half_hours_flagged"] > 10
    for name, row in by_key.items():
        mine = values.filter(psr_type=name)
        counted = mine.filter(~pl.col("doubted")) if exclude else mine
        assert row["half_hours_flagged"] == mine["doubted"].sum()
        assert row["flagged_share"] == pytest.approx(mine["doubted"].mean())
        assert (row["half_hours"], row["coverage"]) == (len(counted), pytest.approx(len(counted) / (6 * 48)))
        assert row["energy_mwh"] == pytest.approx(float(counted["mw"].sum()) * 0.5)
        assert row["mean_mw"] == pytest.approx(counted["mw"].mean())
        assert row["p5_mw"] == pytest.approx(counted["mw"].quantile(0.05, interpolation="linear"))
        assert row["peak_start_time_utc"] == counted.sort("mw", descending=True)["start_time_utc"].to_list()[0]


@pytest.mark.parametrize("exclude", [False, True])
@pytest.mark.parametrize(("ask", "period"), [(daily, "1d"), (monthly, "1mo")])
@pytest.mark.usefixtures("doubtful")
def test_days_and_months_have_their_flagged_share(ask: Callable[..., pl.DataFrame], period: str, exclude: bool) -> None:
    rows = ask(*SETTLED, exclude_flagged=exclude)
    mine = values_with_flags().filter(pl.col("settlement_date").is_between(*SETTLED))
    counted = pl.col("mw").filter(~pl.col("doubted")) if exclude else pl.col("mw")
    expected = mine.group_by(pl.col("settlement_date").dt.truncate(period), "psr_type").agg(
        energy_mwh=counted.sum() * 0.5,
        mean_mw=counted.mean(),
        peak_mw=counted.max(),
        half_hours=counted.len().cast(pl.Int64),
        half_hours_flagged=pl.col("doubted").sum().cast(pl.Int64),
        flagged_share=pl.col("doubted").mean(),
    )
    columns = [rows.columns[0], "psr_type", *expected.columns[2:]]
    assert_frame_equal(
        rows.select(columns), expected.rename({"settlement_date": rows.columns[0]}).select(columns),
        check_row_order=False,
    )  # fmt: skip
    hours = {date(2024, 3, 1): 48 + 46, date(2024, 4, 1): 96} if ask is monthly else {date(2024, 3, 31): 46}
    for row in rows.to_dicts():
        assert row["half_hours_expected"] == hours.get(row[rows.columns[0]], 48)
        assert row["coverage"] == pytest.approx(row["half_hours"] / row["half_hours_expected"])


@pytest.mark.parametrize(("ask", "view"), [(daily, "daily"), (monthly, "monthly")])
@pytest.mark.parametrize("dataset", OBSERVED, ids=lambda dataset: dataset.code)
@pytest.mark.usefixtures("doubtful")
def test_daily_and_monthly_figures_equal_those_of_the_views(
    ask: Callable[..., pl.DataFrame], view: str, dataset: Dataset
) -> None:
    rows = ask(date(2024, 3, 1), date(2024, 4, 30), dataset=dataset.name)
    stands = read_table(f"{dataset.name}_{view}")
    shared = [name for name in rows.columns if name in stands.columns]
    assert len(shared) > 8
    assert_frame_equal(rows.select(shared), stands.select(shared), check_row_order=False, check_dtypes=False)


@pytest.mark.usefixtures("doubtful")
def test_flagged_half_hours_have_reasons_and_can_be_left_out() -> None:
    doubted = values_with_flags().filter("doubted").select("start_time_utc", "psr_type")
    rows = generation(*SPAN)
    marked = rows.filter(pl.col("flags").is_not_null())
    assert_frame_equal(marked.select(doubted.columns), doubted, check_row_order=False)
    assert set(marked["flags"]) == {"wind_understated", "stuck"}
    assert_frame_equal(generation(*SPAN, exclude_flagged=True), rows.filter(pl.col("flags").is_null()))


@pytest.mark.parametrize("grain", ["half-hour", "day"])
@pytest.mark.usefixtures("doubtful")
def test_a_series_counts_flagged_values_and_has_gaps_without_them(grain: str) -> None:
    width = {"half-hour": "30m", "day": "1d"}[grain]
    bucket = pl.col("start_time_utc").dt.truncate(width)
    expected = (
        values_with_flags()
        .group_by(bucket, "psr_type")
        .agg(
            generation_mw=pl.col("mw").filter(~pl.col("doubted")).mean(),
            half_hours_flagged=pl.col("doubted").sum().cast(pl.Int64),
        )
    )
    drawn = series_by_grain(*SPAN, grain=GRAINS[grain], exclude_flagged=True)
    existing = drawn.frame.filter(pl.col("half_hours") + pl.col("half_hours_flagged") > 0)
    assert_frame_equal(existing.select(expected.columns), expected, check_row_order=False)
    by_bucket = (
        values_with_flags().filter("doubted").group_by(bucket).agg(pl.col("start_time_utc").n_unique().alias("n"))
    )
    assert dict(drawn.flagged.select("start_time_utc", "half_hours_flagged").iter_rows()) == dict(by_bucket.iter_rows())
    assert series_by_grain(*SPAN, grain=GRAINS[grain]).flagged.equals(drawn.flagged)


@pytest.mark.usefixtures("doubtful")
def test_a_chart_shades_flagged_values_and_shows_the_reasons() -> None:
    drawn = series_by_grain(*SPAN, exclude_flagged=True)
    *lines, shade = generation_figure(drawn, stacked=False).data
    assert (shade.name, shade.type, shade.offset) == (NAME, "bar", 0)
    assert list(shade.x[:-1]) == drawn.flagged["start_time_utc"].to_list()
    assert set(shade.y[:-1]) == {1.0}
    assert set(shade.customdata) == {"Flagged: Wind understated", "Flagged: Stuck values"}
    assert shade.showlegend is None
    onshore = next(trace for trace in lines if trace.name == "Wind Onshore")
    at_flagged = [mw for start, mw in zip(onshore.x, onshore.y, strict=True) if start in set(shade.x[:-1])]
    assert set(at_flagged) == {None}
    assert onshore.connectgaps is False


@pytest.mark.usefixtures("doubtful")
def test_the_shading_of_a_coarse_chart_is_as_high_as_the_flagged_share() -> None:
    *_, shade = generation_figure(series_by_grain(*SPAN, grain=GRAINS["day"])).data
    assert all(0 < share < 1 for share in shade.y[:-1])
    assert all("of 48 half-hours" in message for message in shade.customdata)


@pytest.mark.usefixtures("doubtful")
def test_with_known_at_the_flags_are_those_of_that_time() -> None:
    """Values land first; their flags are found a moment later."""
    landed = read_table("wind_and_solar_publications")["ingested_at_utc"].max()
    assert isinstance(landed, datetime)
    before = summary(*SPAN, known_at=landed)
    assert before["half_hours"].to_list() == summary(*SPAN)["half_hours"].to_list()
    assert before["half_hours_flagged"].sum() == 0
    now = summary(*SPAN, known_at=datetime.now(UTC), exclude_flagged=True)
    assert_frame_equal(now, summary(*SPAN, exclude_flagged=True))


@pytest.mark.usefixtures("doubtful")
def test_with_as_of_values_published_later_are_not_shaded() -> None:
    then = datetime(2024, 4, 1, 12, tzinfo=UTC)
    marked = generation(*SPAN, as_of=then).filter(pl.col("flags").is_not_null())
    drawn = series_by_grain(*SPAN, as_of=then)
    assert drawn.flagged["start_time_utc"].to_list() == marked["start_time_utc"].unique().sort().to_list()
    assert 0 < len(drawn.flagged) < len(series_by_grain(*SPAN).flagged)


@pytest.mark.usefixtures("doubtful")
def test_revisions_are_the_changes_since_the_first_publication() -> None:
    order = ["publish_time_utc", "ingested_at_utc", "generation_mw"]
    mw = pl.col("generation_mw")
    versions = read_table("wind_and_solar_publications").sort(order).group_by("start_time_utc", "psr_type").agg(
        first_mw=mw.first(), first_publish_time_utc=pl.col("publish_time_utc").first(),
        current_mw=mw.last(), current_publish_time_utc=pl.col("publish_time_utc").last(),
        difference_mw=mw.last() - mw.first(), versions=pl.len().cast(pl.Int64), is_changed=mw.n_unique() > 1,
    )  # fmt: skip
    changed = versions.filter("is_changed").drop("is_changed")
    assert len(changed) > 5
    assert_frame_equal(revisions(*SPAN), changed, check_row_order=False)
    for row in quality(*SPAN).revisions["wind_and_solar"].to_dicts():
        mine = changed.filter(psr_type=row["psr_type"])
        republished = versions.filter(pl.col("versions") > 1, psr_type=row["psr_type"])
        assert row["values"] == len(versions.filter(psr_type=row["psr_type"]))
        assert (row["values_republished"], row["values_changed"]) == (len(republished), len(mine))
        assert row["mean_absolute_mw"] == pytest.approx(mine["difference_mw"].abs().mean())
        assert row["energy_difference_mwh"] == pytest.approx(float(mine["difference_mw"].sum()) * 0.5)
        largest = mine.sort(pl.col("difference_mw").abs(), descending=True).row(0, named=True)
        assert (row["largest_mw"], row["largest_start_time_utc"]) == (
            largest["difference_mw"],
            largest["start_time_utc"],
        )


@pytest.mark.usefixtures("doubtful")
def test_the_status_and_the_report_count_the_same_half_hours() -> None:
    whole = with_total(values_with_flags()).filter(psr_type="Total")
    [of_wind, of_fuels] = warehouse_status().datasets
    assert (of_wind.half_hours, of_wind.half_hours_flagged) == (len(whole), whole["doubted"].sum())
    assert of_wind.flagged_share == pytest.approx(whole["doubted"].mean())
    assert (of_wind.values_unjudged, of_fuels.half_hours_flagged) == (0, 0)
    [wind, fuels] = quality(*SPAN).trust
    assert (wind.half_hours, wind.half_hours_flagged) == (of_wind.half_hours, of_wind.half_hours_flagged)
    assert (wind.half_hours_expected, fuels.half_hours) == (6 * 48, of_fuels.half_hours)
