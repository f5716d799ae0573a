"""Times and spans are read alike by the Python API, the command line and SQL (scenario 55)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import pytest
from polars.testing import assert_frame_equal

from elexon_assets.errors import UnusableInput
from elexon_assets.time_inputs import read_as_of, read_span
from renewables.api import fetch
from renewables.queries.analysis import daily, summary
from renewables.queries.generation import generation
from renewables.queries.quality import quality
from renewables.queries.revisions import revisions
from tests.elexon_assets.ingesting import published
from tests.filled_homes import SPRING, Renewables

pytestmark = pytest.mark.slow

UNUSABLE_SPANS = [
    ("2024-04-02", "2024-04-01", "The start 2024-04-02 is after the end 2024-04-01: give the earlier one first."),
    (
        "2024-04-02T00:00Z",
        "2024-04-01T00:00Z",
        "The start 2024-04-02T00:00Z is after the end 2024-04-01T00:00Z: give the earlier one first.",
    ),
    (
        "2024-04-01T06:00Z",
        "2024-04-01T06:00Z",
        "The span from 2024-04-01T06:00Z to 2024-04-01T06:00Z is empty: give an end after the start.",
    ),
    ("2024-04-01T06:00", "2024-04-01T07:00", "2024-04-01T06:00 has no time zone: write 2024-04-01T06:00Z for UTC."),
    (
        "2024-04-01T06:10Z",
        "2024-04-01T07:00Z",
        "2024-04-01T06:10Z is not on the grid of half-hours: give a time at minute 00 or 30.",
    ),
    ("1899-12-30", "2024-04-01", "1899-12-30 is outside the years 1990 to 2100."),
    ("2024-04-01", "9999-12-31", "9999-12-31 is outside the years 1990 to 2100."),
    ("2010-01-01", "2024-04-01", "2010-01-01 is before 2016-03-01, the first day with data: begin there."),
    (
        "2024-04-01",
        "2024-04-01T12:00Z",
        "Give two days or two times, not one of each: 2024-04-01 to 2024-04-01T12:00Z.",
    ),
    ("spring", "2024-04-01", "'spring' is not a day or a time: write 2026-01-31 or 2026-01-31T12:00Z."),
    ("2024-02-30", "2024-04-01", "'2024-02-30' is not a day or a time: write 2026-01-31 or 2026-01-31T12:00Z."),
]
UNUSABLE_TIMES = [
    ("2024-04-01T06:00", "2024-04-01T06:00 has no time zone: write 2024-04-01T06:00Z for UTC."),
    ("1980-01-01", "1980-01-01 is outside the years 1990 to 2100."),
    ("2150-01-01", "2150-01-01 is outside the years 1990 to 2100."),
    ("spring", "'spring' is not a day or a time: write 2026-01-31 or 2026-01-31T12:00Z."),
]
SPELLINGS: list[Any] = [
    *("wind offshore", "WIND OFFSHORE", " Wind Offshore ", "wind-offshore"),
    *(["wind_offshore"], ("Wind Offshore",)),
]
OPEN_ENDS = ["9999-12-31", "9999-12-31T23:59:59Z", "2999-12-31", "infinity"]


@pytest.mark.parametrize(("start", "end", "sentence"), UNUSABLE_SPANS)
@pytest.mark.usefixtures("warehouse")
def test_an_invalid_span_gets_the_same_message_from_api_command_line_and_sql(
    renewables: Renewables, start: str, end: str, sentence: str
) -> None:
    for question in (generation, summary, revisions, quality, fetch):
        with pytest.raises(UnusableInput) as refused:
            question(start, end)
        assert str(refused.value) == sentence
    for command in ("analyze", "export", "plot", "quality"):
        outcome = renewables(command, "--start", start, "--end", end)
        assert (outcome.code, outcome.out, outcome.err) == (2, "", sentence + "\n")
    with pytest.raises(duckdb.Error) as error:
        published(f"FROM wind_and_solar_capacity_factors('{start}', '{end}')")
    assert str(error.value).partition("\n")[0].endswith(sentence)


@pytest.mark.parametrize(("time", "sentence"), UNUSABLE_TIMES)
@pytest.mark.parametrize("option", ["as_of", "known_at"])
@pytest.mark.usefixtures("warehouse")
def test_an_invalid_time_gets_the_same_message_from_api_command_line_and_sql(
    renewables: Renewables, option: str, time: str, sentence: str
) -> None:
    point: dict[str, Any] = {option: time}
    with pytest.raises(UnusableInput) as refused:
        generation(*SPRING, **point)
    assert str(refused.value) == sentence
    assert renewables("analyze", f"--{option.replace('_', '-')}", time).err == sentence + "\n"
    with pytest.raises(duckdb.Error) as error:
        published(f"FROM wind_and_solar_{option}('{time}')")
    assert str(error.value).partition("\n")[0].endswith(sentence)
    assert renewables("query", f"FROM wind_and_solar_{option}('{time}')").err == sentence + "\n"


@pytest.mark.usefixtures("warehouse")
def test_a_datetime_without_a_zone_is_refused_wherever_it_is_given() -> None:
    naive = datetime(2024, 4, 1, 6)  # noqa: DTZ001 (the point of the test)
    sentence = "2024-04-01T06:00 has no time zone: write 2024-04-01T06:00Z for UTC."
    points: list[tuple[Callable[..., object], tuple[Any, ...], dict[str, Any]]] = [
        (generation, (naive, naive), {}),
        (generation, SPRING, {"as_of": naive}),
        (fetch, (naive, naive), {}),
    ]
    for question, span, more in points:
        with pytest.raises(UnusableInput) as refused:
            question(*span, **more)
        assert str(refused.value) == sentence
    with pytest.raises(duckdb.Error, match=sentence):
        published("FROM wind_and_solar_as_of(TIMESTAMP '2024-04-01 06:00:00')")


@pytest.mark.parametrize("zone", ["UTC", "Europe/London", "America/New_York"])
def test_a_day_as_of_means_its_end_in_python_on_the_command_line_and_in_sql(
    warehouse: object, renewables: Renewables, zone: str
) -> None:
    day = date(2024, 3, 31)
    end = datetime(2024, 4, 1, tzinfo=UTC) - timedelta(microseconds=1)
    expected = len(generation(*SPRING, as_of=end))
    assert len(generation(*SPRING, as_of=day)) == len(generation(*SPRING, as_of=str(day))) == expected
    assert expected > len(generation(*SPRING, as_of="2024-03-31T00:00Z"))
    told = renewables("export", "--start", str(SPRING[0]), "--end", str(SPRING[1]), "--as-of", str(day)).out
    assert len(told.splitlines()) - 1 == expected
    for argument in (f"'{day}'", f"DATE '{day}'"):
        sql = f"SET TimeZone = '{zone}'; SELECT count(*) AS n FROM wind_and_solar_as_of({argument})"
        assert published(sql)["n"].to_list() == [expected]
    assert warehouse


@pytest.mark.parametrize("time", OPEN_ENDS)
@pytest.mark.usefixtures("warehouse")
def test_an_open_end_means_all_data(renewables: Renewables, time: str) -> None:
    everything = generation(*SPRING)
    assert generation(*SPRING, as_of=time).equals(everything)
    assert generation(*SPRING, known_at=time).equals(everything)
    span = ("--start", str(SPRING[0]), "--end", str(SPRING[1]))
    assert renewables("export", *span, "--as-of", time).out == renewables("export", *span).out
    count = "SELECT count(*) AS n FROM wind_and_solar"
    assert published(f"{count}_as_of('{time}')").equals(published(count))


def test_the_latest_python_datetime_is_an_open_end() -> None:
    assert read_as_of(datetime.max) is None  # noqa: DTZ901 (what people write for an open end)
    assert read_as_of(date.max) is None


@pytest.mark.usefixtures("warehouse")
def test_in_sql_a_span_of_days_includes_both_and_a_span_of_times_excludes_its_end() -> None:
    days = published("FROM wind_and_solar_capacity_factors('2024-03-29', '2024-03-30') ORDER BY ALL")
    times = published("FROM wind_and_solar_capacity_factors('2024-03-29T00:00Z', '2024-03-31T00:00Z') ORDER BY ALL")
    assert_frame_equal(days, times)
    assert days.sort("psr_type")["half_hours"].to_list() == [
        summary("2024-03-29", "2024-03-30", categories=name)["half_hours"].item() for name in days["psr_type"].sort()
    ]


@pytest.mark.usefixtures("warehouse")
def test_the_command_line_accepts_the_same_times_as_python(renewables: Renewables) -> None:
    told = renewables("export", "--start", "2024-03-30T00:00Z", "--end", "2024-03-30T06:00Z").out
    expected = generation(datetime(2024, 3, 30, tzinfo=UTC), datetime(2024, 3, 30, 6, tzinfo=UTC))
    assert len(told.splitlines()) - 1 == len(expected) > 0


@pytest.mark.usefixtures("warehouse")
def test_a_span_in_another_time_zone_means_the_same_instants() -> None:
    assert read_span("2024-04-01T01:00+01:00", "2024-04-01T02:00+01:00") == read_span(
        "2024-04-01T00:00Z", "2024-04-01T01:00Z"
    )


@pytest.mark.usefixtures("warehouse")
def test_settlement_days_are_given_as_days_and_not_as_times() -> None:
    with pytest.raises(UnusableInput, match="is not a day: write YYYY-MM-DD"):
        daily("2024-04-01T00:00Z", "2024-04-02T00:00Z")
    with pytest.raises(UnusableInput, match="after the end"):
        daily(date(2024, 4, 2), date(2024, 4, 1))


@pytest.mark.parametrize("name", SPELLINGS)
@pytest.mark.usefixtures("warehouse")
def test_a_category_is_read_alike_as_text_or_list_and_in_any_case(renewables: Renewables, name: Any) -> None:
    assert generation(*SPRING, categories=name).equals(generation(*SPRING, categories=["Wind Offshore"]))
    text = name if isinstance(name, str) else name[0]
    assert renewables("export", "--psr-type", text).out == renewables("export", "--psr-type", "Wind Offshore").out


@pytest.mark.usefixtures("warehouse")
def test_an_unknown_category_or_dataset_gets_the_same_message_from_api_and_command_line(renewables: Renewables) -> None:
    for words, options in (
        ({"categories": "Tidal"}, ["--psr-type", "Tidal"]),
        ({"dataset": "wind"}, ["--dataset", "wind"]),
    ):
        arguments: dict[str, Any] = words
        with pytest.raises(UnusableInput) as refused:
            summary(*SPRING, **arguments)
        assert renewables("analyze", *options).err == f"{refused.value}\n"


@pytest.mark.usefixtures("simulator")
@pytest.mark.parametrize("dataset", ["wind_and_solar", "generation_by_fuel"])
def test_a_fetch_of_instants_returns_exactly_these_half_hours(dataset: str) -> None:
    start, end = datetime(2024, 4, 1, 6, tzinfo=UTC), datetime(2024, 4, 1, 9, 30, tzinfo=UTC)
    starts = fetch(start, end, dataset=dataset)["start_time_utc"]
    assert (starts.min(), starts.max()) == (start, end - timedelta(minutes=30))
    assert starts.n_unique() == 7
