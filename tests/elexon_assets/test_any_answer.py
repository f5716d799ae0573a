"""Tests that an answer of any shape lands, is quarantined or fails its window with a named error. Scenario 36."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import DATASETS
from tests.elexon_assets.test_typed_rows import answers
from tests.fuzzing import as_bytes, damaged, examples, json_values
from tools.fuzz_targets import check_answer


@st.composite
def answers_of_any_shape(draw: st.DrawFn) -> tuple[Dataset, bytes]:
    dataset = draw(st.sampled_from(DATASETS))
    names = [column.elexon_field for column in dataset.columns.values()]
    return dataset, as_bytes(draw(json_values([*names, "settlementDate", "settlementPeriod"])))


@st.composite
def rows_of_any_values(draw: st.DrawFn) -> tuple[Dataset, bytes]:
    dataset = draw(st.sampled_from(DATASETS))
    names = [column.elexon_field for column in dataset.columns.values()]
    rows: list[dict[str, Any]] = draw(
        st.lists(st.fixed_dictionaries({}, optional={name: json_values(names) for name in names}), max_size=4)
    )
    return dataset, as_bytes({"data": rows})


@given(answers_of_any_shape() | rows_of_any_values())
@examples(20)
def test_json_of_any_shape_lands_is_quarantined_or_fails_with_a_name(answer: tuple[Dataset, bytes]) -> None:
    dataset, content = answer
    check_answer(content, dataset)


@given(answers())
@examples(20)
def test_rows_with_odd_values_land_are_quarantined_or_fail_with_a_name(answer: tuple[Dataset, bytes]) -> None:
    dataset, content = answer
    check_answer(content, dataset)


@given(answers().flatmap(lambda answer: damaged(answer[1]).map(lambda content: (answer[0], content))))
@examples(30)
def test_damaged_bytes_land_are_quarantined_or_fail_with_a_name(answer: tuple[Dataset, bytes]) -> None:
    dataset, content = answer
    check_answer(content, dataset)


@given(st.sampled_from(DATASETS), st.binary(max_size=200))
@examples(20)
def test_any_bytes_fail_with_a_name(dataset: Dataset, content: bytes) -> None:
    check_answer(content, dataset)
