"""Random ledgers: the bridge adds up and equals one computed in plain Python; an earlier table equals a replay."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_assets.comparison import Movement, compare_portfolio
from pipeline_assets.past_tables import past_table
from pipeline_assets.vocabulary import STAGES_IN_ORDER, Rag, Stage, Technology
from tests.pipeline_assets.invented_history import Change, State, created, instant_of, landed, moves_of, project

pytestmark = pytest.mark.slow

SIZES = st.sampled_from([0.0, 0.1, 5.0, 49.9, 300.0])
EDITS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "pipelines": st.fixed_dictionaries(
        {},
        optional={
            "stage": st.sampled_from([str(stage) for stage in Stage]),
            "rag": st.sampled_from([str(rag) for rag in Rag]),
            "rtb_date": st.none() | st.sampled_from(["2027-01-31", "2027-03-01", "2030-12-31"]),
            "archived": st.booleans(),
        },
    ),
    "facilities": st.fixed_dictionaries(
        {},
        optional={
            "technology": st.sampled_from([str(technology) for technology in Technology]),
            "capacity_mwp": SIZES,
            "archived": st.booleans(),
        },
    ),
    "pipeline_facilities": st.fixed_dictionaries({"archived": st.booleans()}),
}


@st.composite
def ledgers(draw: st.DrawFn) -> list[Change]:
    """Draw changes of a few projects and facilities, with links between them, none of them dangling."""
    changes: list[Change] = []
    known: dict[str, list[str]] = {kind: [] for kind in EDITS}
    for number in range(draw(st.integers(1, 30))):
        kind = draw(st.sampled_from(list(EDITS)))
        is_edit = draw(st.sampled_from([True, True, True, False]))
        if is_edit and known[kind]:
            if edit := draw(EDITS[kind]):
                changes.append((kind, draw(st.sampled_from(known[kind])), edit))
            continue
        id = f"{kind[0]}{number}"
        if kind == "pipelines":
            changes.append(project(id, draw(st.sampled_from(list(Stage)))))
        elif kind == "facilities":
            size = draw(SIZES)
            changes.append(
                created(kind, id, name=id, technology=draw(st.sampled_from(list(Technology))), capacity_mwp=size)
            )
        else:
            pairs = [(p, f) for p in known["pipelines"] for f in known["facilities"]]
            taken = {(c[2]["pipeline_id"], c[2]["facility_id"]) for c in changes if "pipeline_id" in c[2]}
            if not (free := [pair for pair in pairs if pair not in taken]):
                continue
            owner, plant = draw(st.sampled_from(free))
            changes.append(created(kind, id, pipeline_id=owner, facility_id=plant))
        known[kind].append(id)
    return changes


def replayed(changes: Sequence[Change]) -> State:
    """Return the records after the changes, computed with dictionaries only."""
    state: State = defaultdict(dict)
    for kind, id, after in changes:
        state[kind, id].update(after)
    return state


def live_parts(state: State) -> dict[tuple[str, str], tuple[str, float]]:
    """Return (technology, MWp) by project and facility, of what counts."""
    return {
        (link["pipeline_id"], link["facility_id"]): (plant["technology"], plant["capacity_mwp"])
        for (kind, _), link in state.items()
        if kind == "pipeline_facilities" and not link.get("archived")
        if not (plant := state["facilities", link["facility_id"]]).get("archived")
        if not state["pipelines", link["pipeline_id"]].get("archived")
    }


def expected_moves(before: State, after: State) -> Iterator[tuple[str, str, str, float]]:
    """Yield (movement, stage, technology, MWp) of each facility of each project, in plain Python."""
    old, new = live_parts(before), live_parts(after)
    for owner, plant in old.keys() | new.keys():
        key = ("pipelines", owner)
        was, now = before.get(key), after[key]
        t0, m0 = old.get((owner, plant), (None, 0.0))
        t1, m1 = new.get((owner, plant), (None, 0.0))
        if t0:
            assert was
            yield Movement.OPENING, was["stage"], t0, m0
        if t1:
            yield Movement.CLOSING, now["stage"], t1, m1
        if was is None or was.get("archived"):
            assert t1
            yield Movement.RESTORED if was else Movement.NEW, now["stage"], t1, m1
            continue
        if now.get("archived"):
            assert t0
            yield Movement.ARCHIVED, was["stage"], t0, -m0
            continue
        if was["stage"] != now["stage"] and t0:
            name = expected_stage_move(was["stage"], now["stage"])
            yield name, was["stage"], t0, -m0
            yield name, now["stage"], t0, m0
        if t0 and t1 and t0 != t1:
            yield Movement.RECLASSIFIED, now["stage"], t0, -m0
            yield Movement.RECLASSIFIED, now["stage"], t1, m0
        yield Movement.RESIZED, now["stage"], str(t1 or t0), m1 - m0


def expected_stage_move(before: str, after: str) -> Movement:
    if after in (Stage.ON_HOLD, Stage.COMPLETED):
        return Movement.ON_HOLD if after == Stage.ON_HOLD else Movement.COMPLETED
    if before == Stage.ON_HOLD:
        return Movement.RESUMED
    steps = STAGES_IN_ORDER.index(Stage(after)) - STAGES_IN_ORDER.index(Stage(before))
    return Movement.ADVANCED if steps > 0 else Movement.MOVED_BACK


@given(ledgers(), st.integers(0, 30), st.integers(0, 30))
@settings(max_examples=60, deadline=None)
def test_opening_and_movements_give_closing_in_every_stage_and_technology(
    changes: list[Change], one: int, other: int
) -> None:
    first, last = sorted((min(one, len(changes)), min(other, len(changes))))
    with landed(changes) as con:
        comparison = compare_portfolio(con, instant_of(first), instant_of(last))
    moves = moves_of(comparison)
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for (movement, *cell), mwp in moves.items():
        sums[cell[0], cell[1]] += -mwp if movement == Movement.CLOSING else mwp
    assert sums == {cell: pytest.approx(0, abs=1e-9) for cell in sums}
    expected: dict[tuple[str, str, str], float] = defaultdict(float)
    for movement, stage, technology, mwp in expected_moves(replayed(changes[:first]), replayed(changes[:last])):
        expected[movement, stage, technology] += mwp
    for key in expected.keys() | moves.keys():
        assert moves.get(key, 0) == pytest.approx(expected.get(key, 0), abs=1e-9), key


@given(ledgers(), st.integers(0, 30))
@settings(max_examples=30, deadline=None)
def test_a_past_table_holds_the_records_that_a_replay_of_the_earlier_changes_gives(
    changes: list[Change], position: int
) -> None:
    with landed(changes) as con, landed(changes[:position]) as then:
        for kind in EDITS:
            past = con.sql(past_table(kind, position)).pl().sort("id")
            assert past.equals(then.sql(f"FROM {kind} ORDER BY id").pl().select(past.columns))
