"""Tests of the notation of faults and of what they affect."""

import re
from datetime import UTC, datetime

import pytest

from elexon_assets.simulator.app import create_app
from elexon_assets.simulator.faults import KINDS, Fault, parse_faults
from elexon_assets.simulator.half_hours import index_of
from tests.elexon_assets.simulator.conftest import Elexon

DAY = index_of(datetime(2024, 1, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("hole", Fault("hole")),
        ("status=503", Fault("status", 503)),
        ("htmlx2", Fault("html", attempts=2)),
        ("late", Fault("late", 6)),
        ("late=2.5%0.1", Fault("late", 2.5, share=0.1)),
        ("hole@2024-01-08", Fault("hole", first=DAY, end=DAY + 48)),
        ("hole@2024-01-08T05:30Z", Fault("hole", first=DAY + 11, end=DAY + 12)),
        ("hole@2024-01-08/2024-01-10", Fault("hole", first=DAY, end=DAY + 96)),
        ("retry-after=1x2%0.5@2024-01-08T01:00Z/2024-01-09", Fault("retry-after", 1, 2, 0.5, DAY + 2, DAY + 48)),
    ],
)
def test_parsing_and_printing_a_fault_gives_the_same_text(text: str, fault: Fault) -> None:
    assert parse_faults(text) == (fault,)


def test_several_faults_are_separated_by_commas() -> None:
    assert [fault.kind for fault in parse_faults(" hole, nan@2024-01-08 ,status=500 ")] == ["hole", "nan", "status"]
    assert parse_faults("") == ()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("holes", "unknown kind 'holes'; the kinds are absurd,"),
        ("status", "status needs a value, as in status=503"),
        ("status=200", "from 400 to 599"),
        ("slow=soon", "'soon' is not a number"),
        ("hole=3", "hole takes no value"),
        ("hole%2", "at most 1"),
        ("hole%x", "'x' is not a number"),
        ("hole@monday", "'monday' is not a date"),
        ("hole@2024-01-09/2024-01-08", "ends before it begins"),
        ("HOLE!", "expected kind[=value][xN][%share][@span]"),
    ],
)
def test_an_invalid_fault_text_is_refused_with_the_reason(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        parse_faults(text)
    with pytest.raises(ValueError, match=re.escape(complaint)):
        create_app(faults=text)


def test_an_invalid_fault_text_in_a_header_is_a_400(elexon: Elexon) -> None:
    response = elexon.get("/datasets/metadata/latest", "holes")
    assert response.status_code == 400
    assert "unknown kind 'holes'" in response.json()["errors"]["X-Simulator-Faults"][0]


def test_every_kind_of_fault_has_an_example_in_the_notation() -> None:
    for kind in KINDS:
        [fault] = parse_faults(f"{kind}=500" if KINDS[kind] == "required" else kind)
        assert fault.kind == kind


def test_a_share_is_seeded_and_about_as_large_as_requested() -> None:
    [fault] = parse_faults("hole%0.1")
    hits = [fault.hits_half_hour(0, n) for n in range(10_000)]
    assert 900 < sum(hits) < 1100
    assert hits == [fault.hits_half_hour(0, n) for n in range(10_000)]
    assert hits != [fault.hits_half_hour(1, n) for n in range(10_000)]
    [fault] = parse_faults("status=503%0.1")
    assert 60 < sum(fault.hits_request(0, f"/datasets/AGWS?{n}", (n, n)) for n in range(1000)) < 140


def test_a_transport_fault_with_a_span_affects_ranges_that_overlap_it() -> None:
    [fault] = parse_faults("status=503@2024-01-08")
    assert fault.hits_request(0, "", (DAY - 10, DAY))
    assert fault.hits_request(0, "", (DAY + 47, DAY + 90))
    assert not fault.hits_request(0, "", (DAY - 10, DAY - 1))
    assert not fault.hits_request(0, "", (DAY + 48, DAY + 90))
    assert not fault.hits_request(0, "", None)
