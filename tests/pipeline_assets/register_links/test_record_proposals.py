"""Records that may be a facility: what is proposed and why, and that nothing is linked by itself."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_assets.register_links.name_likeness import distinctive_words, name_likeness
from pipeline_assets.register_links.record_links import dismissal_change
from pipeline_assets.register_links.record_proposals import MOST_PROPOSED, propose_records
from tests.pipeline_assets.register_links.our_projects import facility, records


def test_a_record_with_another_spelling_nearby_is_proposed_with_its_reasons() -> None:
    [proposal] = propose_records(facility(), records({}))
    assert (proposal.register, proposal.reference) == ("repd", "8263")
    assert proposal.score > 0.95
    assert proposal.reasons == (
        "names are 100 % alike",
        "technology Solar Photovoltaics",
        "49.9 MW AC, ours 60 MWp DC (1.20 MWp per MW)",
        "0.2 km apart",
    )


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"technologies": ["BESS"], "technology": "BESS"}, "the battery beside it is another record"),
        ({"latitude": 56.0, "longitude": -4.0}, "a site of the same name elsewhere"),
        ({"name": "Coldharbour", "latitude": 52.6}, "neither name nor place"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_another_site_is_not_proposed(row: dict[str, Any], why: str) -> None:
    assert not propose_records(facility(), records(row)), why


def test_a_renamed_site_at_the_same_place_is_proposed() -> None:
    [proposal] = propose_records(facility(), records({"name": "Bicker Fen (previously Manor Farm)"}))
    assert proposal.score < 0.95


def test_a_renamed_site_needs_the_same_capacity() -> None:
    row = {"name": "Coldharbour"}
    assert propose_records(facility(), records(row))
    assert not propose_records(facility(export_capacity_mw=20), records(row))


def test_another_phase_of_a_site_is_less_alike() -> None:
    same, other = propose_records(facility(name="Harrow Fen 2"), records({"name": "Harrow Fen 2"}, {"reference": "1"}))
    assert (same.reference, other.reference) == ("8263", "1")
    assert same.score > other.score


def test_the_same_planning_reference_is_enough() -> None:
    row = {"name": "Coldharbour", "latitude": None, "longitude": None, "planning_reference": "22/01234/FUL"}
    [proposal] = propose_records(facility(planning_reference="22/01234/ful"), records(row))
    assert proposal.score == 1
    assert proposal.reasons[0] == "planning reference 22/01234/FUL is the same"


def test_a_hybrid_is_proposed_for_each_of_its_technologies() -> None:
    row = {"register": "tec", "technologies": ["Solar", "BESS"], "latitude": None, "longitude": None}
    for technology in ("Solar", "BESS"):
        [proposal] = propose_records(facility(technology=technology, capacity_mwp=50), records(row))
        assert "no coordinates to compare" in proposal.reasons


def test_wind_that_may_be_onshore_or_offshore_gets_records_of_both() -> None:
    rows = [
        {"reference": "1", "technologies": ["Wind Onshore"]},
        {"reference": "2", "technologies": ["Wind Offshore"]},
    ]
    plant = facility(technology="Wind", capacity_mwp=49.9)
    assert {proposal.reference for proposal in propose_records(plant, records(*rows))} == {"1", "2"}


def test_only_registers_without_a_reference_get_proposals() -> None:
    rows = records({}, {"register": "tec", "reference": "a0l4"})
    assert [proposal.register for proposal in propose_records(facility(repd_ref_id="8263"), rows)] == ["tec"]


def test_records_of_other_facilities_and_dismissed_ones_are_not_proposed_again() -> None:
    rows = records({}, {"reference": "8264"})
    assert [proposal.reference for proposal in propose_records(facility(), rows, taken={("repd", "8263")})] == ["8264"]
    plant = facility()
    dismissed = dict(dismissal_change(plant, "repd", "8264").fields)
    assert [each.reference for each in propose_records(facility(**dismissed), rows)] == ["8263"]
    both = dict(dismissal_change(facility(**dismissed), "repd", "8263").fields)
    assert not propose_records(facility(**both), rows)


def test_a_blank_capacity_is_no_reason_against_a_record() -> None:
    [proposal] = propose_records(facility(), records({"capacity_mw": None}))
    assert proposal.capacity_mw is None
    assert "the register publishes no capacity" in proposal.reasons


def test_words_that_most_sites_share_say_nothing() -> None:
    assert distinctive_words("Land at Môn Farm, Battery Energy Storage System") == "mon"
    assert distinctive_words("Solar Farm") == "solar farm"
    [same, other] = name_likeness("Harrow Fen Solar Farm", [distinctive_words("Harrow Fen"), distinctive_words("Oak")])
    assert same == 1
    assert other < 0.5


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "reference": st.integers(1, 50).map(str),
                "register": st.sampled_from(["repd", "tec"]),
                "name": st.sampled_from(["Harrow Fen", "Harrow", "Fen Solar", "Oak", ""]) | st.none(),
                "capacity_mw": st.floats(0, 1_000) | st.none(),
                "latitude": st.floats(52, 53) | st.none(),
            }
        ),
        max_size=12,
        unique_by=lambda row: (row["register"], row["reference"]),
    )
)
def test_whatever_a_register_has_scores_are_ordered_and_few(rows: list[dict[str, Any]]) -> None:
    found = propose_records(facility(), records(*rows)) if rows else []
    for register in ("repd", "tec"):
        scores = [proposal.score for proposal in found if proposal.register == register]
        assert scores == sorted(scores, reverse=True)
        assert len(scores) <= MOST_PROPOSED
        assert all(0 <= score <= 1 for score in scores)
