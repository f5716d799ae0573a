"""How data faults change the rows of an answer.

Belongs here: one function per kind, from a row to the rows that replace it. Not here: choosing half-hours.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from elexon_assets.simulator.faults import Fault
from elexon_assets.simulator.half_hours import instant_of, settlement_labels, text_minutes_later, text_of
from elexon_assets.simulator.rows import AGWS, FUELHH, OFFSHORE, ONSHORE, PSR_TYPES, SOLAR, Dataset, Row
from elexon_assets.simulator.weather import understated_wind

STRANGER_DAYS = 31
STUCK_BLOCK = 48 * 31
"""The block after which a fault without a span restarts, because it would otherwise be stuck at the beginning of time.
"""


@dataclass(frozen=True)
class Scene:
    """The answer's dataset and seed; `wind_of` gives (onshore, offshore) MW of any half-hour that has them."""

    dataset: Dataset
    seed: int
    wind_of: Callable[[int], tuple[float, float] | None]


@dataclass(frozen=True)
class Spoiled:
    """The rows after the faults; `changed` says whether any fault affected a half-hour."""

    rows: list[Row]
    without_value: bool
    changed: bool


def apply_faults(rows: list[Row], faults: Sequence[Fault], scene: Scene) -> Spoiled:
    """Apply every data fault except strangers in order; rows of unaffected half-hours stay unchanged."""
    without_value = changed = False
    for fault in faults:
        chosen = _affected_half_hours(rows, fault, scene)
        if not chosen:
            continue
        changed = True
        if fault.kind == "missing-column":
            without_value = True
        elif fault.kind in ACTIONS:
            act = ACTIONS[fault.kind]
            rows = [new for row in rows for new in (act(row, fault, scene) if row.half_hour in chosen else (row,))]
    return Spoiled(rows, without_value, changed)


def unrequested_rows(rows: list[Row], faults: Sequence[Fault], scene: Scene) -> list[Row]:
    """Return one row per `stranger` fault, from a month before the oldest half-hour that it affects."""
    strangers = []
    for fault in faults:
        if fault.kind != "stranger" or not (chosen := _affected_half_hours(rows, fault, scene)):
            continue
        model = next(row for row in rows if row.half_hour == min(chosen))
        half_hour = min(row.half_hour for row in rows) - 48 * STRANGER_DAYS
        [date], [period] = settlement_labels(half_hour, half_hour)
        start = text_of(instant_of(half_hour))
        publish = text_minutes_later(start, scene.dataset.minutes_to_publication)
        strangers.append(
            model._replace(
                half_hour=half_hour,
                start_time=start,
                publish_time=publish,
                settlement_date=date,
                settlement_period=period,
            )
        )
    return strangers


def latest_publication_minutes(faults: Sequence[Fault]) -> float:
    """Return the longest delay of a publication by a fault: a window of publish times must look back that far."""
    delays = [0.0, *((fault.value or 0) * 60 for fault in faults if fault.kind == "late")]
    return max(delays) + (60 if any(fault.kind == "republished" for fault in faults) else 0)


def _affected_half_hours(rows: list[Row], fault: Fault, scene: Scene) -> set[int]:
    return {n for n in {row.half_hour for row in rows} if fault.hits_half_hour(scene.seed, n)}


def _make_hole(_row: Row, _fault: Fault, _scene: Scene) -> list[Row]:
    return []


def _duplicate_row(row: Row, _fault: Fault, _scene: Scene) -> list[Row]:
    return [row, row]


def _republish_row(row: Row, _fault: Fault, _scene: Scene) -> list[Row]:
    """Return the row and a later one.

    Both have revision 1, because Elexon's revision numbers do not order them. Solar at night stays at zero.
    """
    mw = row.mw
    if mw is not None and not (row.series.startswith(SOLAR) and mw == 0):
        mw = round(mw * 1.02 + 1, 3) if isinstance(mw, float) else round(mw * 1.02) + 1
    return [row, row._replace(mw=mw, publish_time=text_minutes_later(row.publish_time, 60))]


def _understate_row(row: Row, _fault: Fault, scene: Scene) -> list[Row]:
    wind = scene.wind_of(row.half_hour) if scene.dataset is AGWS else None
    if wind is None or row.series not in (ONSHORE, OFFSHORE):
        return [row]
    onshore, offshore = understated_wind(wind[0], row.half_hour, scene.seed)
    return [row._replace(mw=onshore if row.series == ONSHORE else min(offshore, wind[1]))]


def _delay_row(row: Row, fault: Fault, _scene: Scene) -> list[Row]:
    return [row._replace(publish_time=text_minutes_later(row.publish_time, (fault.value or 0) * 60))]


def _add_unknown_series(row: Row, _fault: Fault, scene: Scene) -> list[Row]:
    if row.series != scene.dataset.spoiled_series:
        return [row]
    return [row, row._replace(series=scene.dataset.unknown_series)]


def _replace_value(mw: float | None) -> Callable[[Row, Fault, Scene], list[Row]]:
    def act(row: Row, _fault: Fault, scene: Scene) -> list[Row]:
        """Return the row with the fault applied."""
        return [row._replace(mw=mw) if row.series == scene.dataset.spoiled_series else row]

    return act


def _wrong_label(row: Row, _fault: Fault, _scene: Scene) -> list[Row]:
    """Return the row with the label of the day before; a row without a label stays as it is."""
    if not row.settlement_date:
        return [row]
    date = datetime.fromisoformat(row.settlement_date).date() - timedelta(days=1)
    return [row._replace(settlement_date=date.isoformat(), settlement_period=row.settlement_period % 46 + 1)]


def _zero_row(row: Row, _fault: Fault, scene: Scene) -> list[Row]:
    return [row._replace(mw=0) if scene.dataset is FUELHH else row]


def _repeat_value(row: Row, fault: Fault, scene: Scene) -> list[Row]:
    """Repeat the previous value; a stuck half-hour after a stuck one repeats the last value before both."""
    if scene.dataset is not AGWS or row.series not in (ONSHORE, OFFSHORE):
        return [row]
    source = row.half_hour
    while source % STUCK_BLOCK and fault.hits_half_hour(scene.seed, source):
        source -= 1
    wind = scene.wind_of(source)
    return [row if wind is None else row._replace(mw=wind[PSR_TYPES.index(row.series)])]


def _of_series(names: Sequence[str], mw: float) -> Callable[[Row, Fault, Scene], list[Row]]:
    """Return the action that sets the MW of these series, in whichever dataset has them."""

    def act(row: Row, _fault: Fault, _scene: Scene) -> list[Row]:
        """Return the row with the MW set."""
        return [row._replace(mw=mw) if row.series in names else row]

    return act


def _year_one(row: Row, _fault: Fault, _scene: Scene) -> list[Row]:
    return [row._replace(publish_time="0001-01-01T00:00:00+14:00")]


def _half_character(row: Row, _fault: Fault, scene: Scene) -> list[Row]:
    is_spoiled = row.series == scene.dataset.spoiled_series
    return [row._replace(series=f"{row.series}\\ud800") if is_spoiled else row]


ACTIONS: dict[str, Callable[[Row, Fault, Scene], list[Row]]] = {
    "hole": _make_hole,
    "duplicate": _duplicate_row,
    "republished": _republish_row,
    "understated": _understate_row,
    "late": _delay_row,
    "unknown-psr": _add_unknown_series,
    "null": _replace_value(None),
    "nan": _replace_value(math.nan),
    "negative": _replace_value(-500),
    "slightly-negative": _replace_value(-20),
    "absurd": _replace_value(99_999),
    "wrong-label": _wrong_label,
    "zero": _zero_row,
    "stuck": _repeat_value,
    "some-zero": _of_series(("NUCLEAR", "BIOMASS", "CCGT"), 0),
    "solar-zero": _of_series((SOLAR,), 0),
    "solar-shines": _of_series((SOLAR,), 300),
    "year-one": _year_one,
    "half-character": _half_character,
}
