"""Every declared dataset is known everywhere: status, Explorer, coverage, Ask. A further one appears by itself."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import COVERED, DATASETS
from elexon_assets.schema.feature_series import feature_series
from elexon_assets.windows import Window
from renewables.assistant.briefing import compose_briefing
from renewables.queries.coverage import days_by_state
from renewables.queries.explorer import BROWSABLE, Filter, columns_of, count_rows, explorer_rows, publication_history
from renewables.queries.quality import quality
from renewables.queries.stored_datasets import stored_datasets
from tests.renewables.publications import Publication, insert_publication, warehouse_in_memory

START = datetime(2024, 3, 31, 10, tzinfo=UTC)
WINDOW = Window(START, START + timedelta(hours=1))
NAMES = [dataset.name for dataset in DATASETS]


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a warehouse in memory with one half-hour of every series, published twice."""
    with warehouse_in_memory() as con:
        for dataset in BROWSABLE:
            named = dataset.categories
            first = [one for one in feature_series((dataset,)) if one.value == dataset.value]
            for series, name in zip(first, named, strict=True):
                for value, hours in ((1.0, -2), (2.0, -1)):
                    published = Publication(series.column, START, START + timedelta(hours=hours), value)
                    extra = {"series": name} if dataset.category == "series" else {}
                    further = dict.fromkeys(dataset.further_values, 3.0)
                    insert_publication(con, published, **extra, **further)
        yield con


def test_the_status_lists_every_dataset_with_its_newest_time(con: duckdb.DuckDBPyConnection) -> None:
    stored = stored_datasets(con)
    assert [each.name for each in stored] == NAMES
    assert {each.newest_start_time_utc for each in stored if each.publications} == {START}
    assert not any(each.is_fresh(datetime.now(UTC)) for each in stored)


@pytest.mark.parametrize("dataset", BROWSABLE, ids=lambda dataset: dataset.name)
def test_the_explorer_shows_the_current_and_earlier_values_of_every_dataset(
    con: duckdb.DuckDBPyConnection, dataset: Dataset
) -> None:
    wanted = Filter(dataset.name, WINDOW, dataset.categories)
    rows = explorer_rows(wanted, columns_of(dataset), 100, 0, con)
    assert set(rows[dataset.value]) == {2.0}
    assert count_rows(wanted, con) == len(dataset.categories)
    earlier = Filter(dataset.name, WINDOW, dataset.categories, as_of=START - timedelta(minutes=90))
    assert set(explorer_rows(earlier, columns_of(dataset), 100, 0, con)[dataset.value]) == {1.0}
    history = publication_history(dataset.name, START, dataset.categories[0], con)
    assert history[dataset.value].to_list() == [1.0, 2.0]


@pytest.mark.parametrize("dataset", COVERED, ids=lambda dataset: dataset.name)
def test_the_coverage_calendar_counts_the_half_hours_of_every_covered_dataset(
    con: duckdb.DuckDBPyConnection, dataset: Dataset
) -> None:
    days = days_by_state(dataset.name, now=START + timedelta(days=1), con=con)
    assert days.filter(day_utc=START.date())["half_hours"].to_list() == [1]


def test_the_gaps_of_a_quality_report_are_of_every_covered_dataset_with_data(con: duckdb.DuckDBPyConnection) -> None:
    gaps = quality("2024-03-31", "2024-03-31", con=con).gaps
    assert set(gaps["dataset"]) == {dataset.name for dataset in COVERED}
    assert set(gaps["half_hours"]) == {47}


def test_the_briefing_of_ask_says_what_there_is_of_every_half_hourly_dataset(con: duckdb.DuckDBPyConnection) -> None:
    text = compose_briefing(con, datetime(2024, 4, 1, tzinfo=UTC))
    assert [dataset.name for dataset in BROWSABLE if f"{dataset.name} has half-hours from 2024-03-31" not in text] == []
    assert [name for name in NAMES if f"- {name}: " not in text] == []
