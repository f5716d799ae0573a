"""Tests that an answer decoded into typed records gives the same result as one decoded into dictionaries."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from elexon_assets.client import rows_of
from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import BY_NAME, DATASETS, GENERATION_BY_FUEL, WIND_AND_SOLAR
from elexon_assets.errors import ElexonError
from elexon_assets.parsing import Parsed, parse_rows
from elexon_assets.settlement import HALF_HOUR
from elexon_assets.typed_rows import decode_rows
from elexon_assets.windows import window_of_days

WEEK = window_of_days(date(2024, 3, 28), date(2024, 4, 3))
"A week with a change of the clock."

INSTANTS = st.integers(-4, 7 * 48 + 2).map(lambda n: f"{WEEK.start_utc + n * HALF_HOUR:%Y-%m-%dT%H:%M:%SZ}")
ODD_VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, True, False, 0, -0.0, 1.5, -1, 2**63, 2**64, 10**30, 10**400, 1e308, float("nan"), float("inf")),
        *("", " ", "5", "true", "null", '"Solar"', " Solar\t", "Wind \ud800", "é", "\x00", "x" * 300),
        *("2024-03-31T01:30Z", "2024-03-31T02:30:00+01:00", "2024-03-31 01:30:00", "2024-03-31T01:30:00.123Z"),
        *("2024-03-31", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2024-02-30", "24-03-31"),
        *([], [1], {}, {"mw": 1}, [[[]]]),
    ]
)


def good_row(dataset: Dataset) -> st.SearchStrategy[dict[str, Any]]:
    """Return rows of the dataset as Elexon publishes them."""
    fields: dict[str, st.SearchStrategy[Any]] = {
        column.elexon_field: INSTANTS
        if isinstance(column.dtype, pl.Datetime)
        else st.sampled_from(column.values or ("N",))
        if isinstance(column.dtype, pl.String)
        else st.one_of(st.integers(-5_000, 50_000), st.floats(-5_000, 50_000, allow_subnormal=False))
        for column in dataset.columns.values()
    }
    labels = {
        "settlementDate": st.dates(*[date(2024, 3, 28), date(2024, 4, 3)]).map(str),
        "settlementPeriod": st.integers(1, 50),
    }
    return st.fixed_dictionaries(fields, optional=labels | {"dataset": st.just(dataset.code), "other": ODD_VALUES})


@st.composite
def answers(draw: st.DrawFn) -> tuple[Dataset, bytes]:
    """Return a dataset and an answer, in which a few fields are absent or have odd values."""
    dataset = draw(st.sampled_from(DATASETS))
    rows = draw(st.lists(good_row(dataset), max_size=6))
    for row in rows:
        if draw(st.integers(0, 4)) == 0:
            field = draw(st.sampled_from(sorted(row)))
            row[field] = draw(ODD_VALUES)
            if draw(st.booleans()):
                del row[field]
    body = draw(st.sampled_from([rows, {"data": rows}, {"metadata": {"datasets": [dataset.code]}, "data": rows}]))
    return dataset, json.dumps(body, ensure_ascii=draw(st.booleans())).encode(errors="surrogatepass")


def result(dataset: Dataset, rows: Any) -> Parsed | str:
    """Return what parsing makes of the rows, or the name of the error."""
    try:
        return parse_rows(dataset, rows, WEEK)
    except ElexonError as error:
        return type(error).__name__


def decoded(decode: Any, *arguments: Any) -> Any:
    """Return the rows, or the name of the error by which the client recognises an unreadable answer."""
    try:
        return decode(*arguments)
    except (ValueError, TypeError) as error:
        return "TypeError" if isinstance(error, TypeError) else "ValueError"


@given(answers())
@settings(max_examples=400, deadline=None)
def test_typed_records_and_dictionaries_of_any_answer_give_the_same_frame_or_error(
    answer: tuple[Dataset, bytes],
) -> None:
    dataset, content = answer
    typed, plain = decoded(decode_rows, dataset, content), decoded(rows_of, content)
    if isinstance(plain, str):
        assert typed == plain
        return
    assert len(typed) == len(plain)
    ours, theirs = result(dataset, typed), result(dataset, plain)
    if isinstance(ours, str) or isinstance(theirs, str):
        assert ours == theirs
        return
    assert_frame_equal(ours.frame, theirs.frame)
    assert (ours.neighbours, ours.labels_disagreeing) == (theirs.neighbours, theirs.labels_disagreeing)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"5",
        b"null",
        b"{}",
        b'{"data": null}',
        b'{"data": 5}',
        b'{"data": [5]}',
        b'{"data": [[]]}',
        b'{"data": [null]}',
        b'{"data": []} x',
        b'{"data": [],}',
        b'{"data": []}\n{"data": []}',
        b'{"data": [{"other": "\xff"}]}',
        b'{"data": [{"other": 01}]}',
        b'{"data": [{"other": "\x01"}]}',
        b'{"data": [{"other": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]}",
    ],
    ids=range(16),
)
def test_an_answer_without_readable_rows_is_refused_as_before(content: bytes) -> None:
    with pytest.raises((ValueError, TypeError, RecursionError)) as refusal:
        rows_of(content)
    with pytest.raises(refusal.type):
        decode_rows(WIND_AND_SOLAR, content)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("wind_and_solar", "agws_dataset_2026-04-15_2026-04-22.json"),
        ("demand", "demand_outturn_days_of_2024.json"),
        ("market_index_price", "mid_market_index_days_of_2024.json"),
        ("system_price", "system_prices_all_fields_2026-08-14.json"),
        ("wind_and_solar_forecast", "dgws_day_ahead_2026-09-08.json"),
        ("installed_capacity", "igca_elexon_doc_sample_2022.json"),
    ],
)
def test_recorded_answers_are_decoded_into_typed_records(recordings: Path, name: str, file: str) -> None:
    content = (recordings / file).read_bytes()
    assert isinstance(decode_rows(BY_NAME[name], content)[0], msgspec.Struct)


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.code)
def test_one_value_of_another_type_makes_the_rows_dictionaries(dataset: Dataset) -> None:
    good = {
        column.elexon_field: 1 if column.dtype.is_numeric() else "2024-03-31T00:00:00Z"
        for column in dataset.columns.values()
    }
    typed = decode_rows(dataset, json.dumps([good, good]).encode())
    assert all(isinstance(row, msgspec.Struct) for row in typed)
    for field in good:
        rows = decode_rows(dataset, json.dumps([good, good | {field: True}]).encode())
        assert rows == [good, good | {field: True}]


def test_a_stranger_among_typed_records_is_quoted_by_the_declared_fields() -> None:
    row = {
        "startTime": "2024-01-01T00:00:00Z",
        "publishTime": "2024-01-01T00:30:00Z",
        "fuelType": "WIND",
        "generation": 7,
    }
    rows = decode_rows(GENERATION_BY_FUEL, json.dumps([row | {"dataset": "FUELHH"}]).encode())
    with pytest.raises(ElexonError, match=r"1 of 1 rows outside it.*'startTime': '2024-01-01T00:00:00Z'"):
        parse_rows(GENERATION_BY_FUEL, rows, WEEK)
