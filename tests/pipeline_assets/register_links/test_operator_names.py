"""Which spellings of an operator count as one company."""

import pytest

from pipeline_assets.register_links.operator_names import operator_key, spellings_by_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("FEN POWER LIMITED", "Fen Power Ltd"),
        ("Fen Power Ltd.", "Fen  Power"),
        ("Menter Môn Morlais Limited", "Menter Mon Morlais Ltd"),
        ("Marks & Spencer plc", "Marks and Spencer PLC"),
        ("O'Brien Wind (Ltd)", "OBrien Wind"),
    ],
)
def test_spellings_of_one_company_share_a_key(one: str, other: str) -> None:
    assert operator_key(one) == operator_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lightsource SPV 214 Limited", "Lightsource SPV 215 Limited"),
        ("Fen Power Limited", "Fen Power Holdings Limited"),
        ("Fen Solar 1 Ltd", "Fen Solar 11 Ltd"),
    ],
)
def test_companies_for_one_project_stay_apart(one: str, other: str) -> None:
    assert operator_key(one) != operator_key(other)


def test_a_name_that_is_only_a_legal_form_keeps_it() -> None:
    assert operator_key("Limited")
    assert spellings_by_key(["Limited", "", "LIMITED"]) == {operator_key("Limited"): ["Limited", "LIMITED"], "": [""]}
