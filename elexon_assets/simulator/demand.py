"""INDO and ITSDO: the demand outturn, a pure function of (seed, half-hour), consistent with the generation by fuel.

Belongs here: demand and its rows. Not here: the shape of the demand, from which gas follows (`fuels.py`). Both are net
of embedded wind and solar, as in reality, because the generation that they add up is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from elexon_assets.simulator.fuels import FUEL_TYPES, INTERCONNECTORS, fuel_generation
from elexon_assets.simulator.half_hours import settlement_labels, start_texts
from elexon_assets.simulator.noise import Series
from elexon_assets.simulator.rows import Dataset, Row

MINUTES_TO_PUBLICATION = 30
INDO_FIELD, ITSDO_FIELD = "initialDemandOutturn", "initialTransmissionSystemDemandOutturn"
STATION_LOAD_MW = 500.0
LARGEST_USE_MW = 2500.0
"The limit that pumping and exports approach in ITSDO."


@dataclass(frozen=True)
class Demand:
    """Whole MW of consecutive half-hours."""

    indo_mw: Series
    itsdo_mw: Series


def demand_outturn(seed: int, first: int, last: int) -> Demand:
    """Return the demand of every half-hour from first to last, both included."""
    mw = fuel_generation(seed, first, last).mw
    indo = mw.sum(axis=0)
    signed = [FUEL_TYPES.index(fuel_type) for fuel_type in ("PS", *INTERCONNECTORS)]
    pumping_and_exports = -np.minimum(mw[signed], 0).sum(axis=0)
    use = STATION_LOAD_MW + LARGEST_USE_MW * np.tanh(pumping_and_exports / LARGEST_USE_MW)
    return Demand(indo, np.round(indo + use))


def demand_rows(seed: int, first: int, last: int) -> list[Row]:
    """Return INDO, with ITSDO beside it, of every half-hour from last down to first."""
    values = demand_outturn(seed, first, last)
    itsdo = values.itsdo_mw.astype(int).tolist()
    return _rows_of_series(first, last, "INDO", values.indo_mw, lambda n: {ITSDO_FIELD: itsdo[n]})


def single_rows(name: str, seed: int, first: int, last: int) -> list[Row]:
    """Return one of INDO and ITSDO of every half-hour from last down to first."""
    values = demand_outturn(seed, first, last)
    return _rows_of_series(first, last, name, values.indo_mw if name == "INDO" else values.itsdo_mw, lambda _: {})


def _rows_of_series(
    first: int, last: int, name: str, mw: Series, fields: Callable[[int], dict[str, object]]
) -> list[Row]:
    starts, (dates, periods) = start_texts(first, last), settlement_labels(first, last)
    publishes = start_texts(first, last, minutes_later=MINUTES_TO_PUBLICATION)
    values = mw.astype(int).tolist()
    return [
        Row(first + n, name, values[n], publishes[n], starts[n], dates[n], periods[n], fields=fields(n))
        for n in range(last - first, -1, -1)
    ]


DEMAND_OUTTURN = Dataset("INDO", MINUTES_TO_PUBLICATION, demand_rows, "INDO", "INDO")
INDO = Dataset("INDO", MINUTES_TO_PUBLICATION, partial(single_rows, "INDO"), "INDO", "INDO")
ITSDO = Dataset("ITSDO", MINUTES_TO_PUBLICATION, partial(single_rows, "ITSDO"), "ITSDO", "ITSDO")
