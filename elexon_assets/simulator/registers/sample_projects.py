"""Records of the invented portfolio that `renewables demo` loads: each is near one of its sites, and named alike.

They match by name, technology, capacity and distance, never exactly: a link is proposed, and a person decides.
"""

from datetime import date

from elexon_assets.simulator.registers.invented_projects import (
    APPEAL_REFUSED,
    APPEALED,
    BATTERY,
    BUILDING,
    GRANTED,
    OFFSHORE,
    ONSHORE,
    OPERATING,
    REFUSED,
    SOLAR,
    SUBMITTED,
    Event,
    Project,
)
from elexon_assets.simulator.registers.places import AT_SEA, ON_LAND, Place

FIRST_NUMBER = 5_000


def _place(county: str) -> Place:
    return next(place for place in (*ON_LAND, *AT_SEA) if place.county == county)


def _went_well(
    submitted: date, granted: date, building: date | None = None, operating: date | None = None
) -> tuple[Event, ...]:
    events = [Event(submitted, *SUBMITTED), Event(granted, *GRANTED)]
    events += [Event(building, *BUILDING)] if building else []
    return (*events, *([Event(operating, *OPERATING)] if operating else []))


_REFUSED_TWICE = (
    Event(date(2023, 11, 6), *SUBMITTED),
    Event(date(2025, 5, 12), *REFUSED),
    Event(date(2025, 7, 30), *APPEALED),
    Event(date(2026, 10, 12), *APPEAL_REFUSED),
)
_SAXFEN = _went_well(date(2023, 9, 18), date(2025, 4, 24), date(2026, 6, 8))

SAMPLE_PROJECTS = (
    Project(
        *(FIRST_NUMBER, "Harrowfen Solar Farm", "Brackenholt Renewables Ltd", SOLAR, 38.0, _place("Cambridgeshire")),
        *(538_240, 283_190, _went_well(date(2023, 3, 27), date(2024, 2, 28), date(2025, 6, 16), date(2026, 7, 20))),
        planning_reference="INVENTED/2023/0417",
    ),
    Project(
        *(FIRST_NUMBER + 1, "Quillmarsh Solar", "Brackenholt Renewables Limited", SOLAR, 49.9, _place("Lincolnshire")),
        *(505_900, 348_400, _went_well(date(2024, 4, 15), date(2025, 12, 3), date(2026, 5, 11))),
    ),
    Project(
        *(FIRST_NUMBER + 2, "Saxfen Energy Park", "Brackenholt Renewables Ltd", SOLAR, 80.0, _place("Norfolk")),
        *(582_700, 307_100, _SAXFEN),
        partner=FIRST_NUMBER + 3,
    ),
    Project(
        *(FIRST_NUMBER + 3, "Saxfen Energy Park BESS", "Brackenholt Renewables Ltd", BATTERY, 50.0, _place("Norfolk")),
        *(583_800, 306_800, _SAXFEN),
        partner=FIRST_NUMBER + 2,
    ),
    Project(
        *(FIRST_NUMBER + 4, "Lammerlaw Edge", "TARNFELL WIND LIMITED", ONSHORE, 50.4, _place("Scottish Borders")),
        *(361_600, 659_500, _went_well(date(2022, 5, 9), date(2025, 1, 20))),
        renamed=(date(2026, 3, 2), "Lammerlaw Edge Wind Farm Ltd"),
    ),
    Project(
        *(FIRST_NUMBER + 5, "Braes of Kello", "Dunmarrow Wind & Storage", ONSHORE, 58.8, _place("Dumfries & Galloway")),
        *(270_200, 606_700, _went_well(date(2019, 2, 4), date(2021, 6, 28), date(2024, 9, 30), date(2026, 1, 12))),
    ),
    Project(
        *(FIRST_NUMBER + 6, "Sorrel Bank Offshore Wind Farm", "Saltmere Offshore Ltd", OFFSHORE, 480.0, AT_SEA[0]),
        *(589_610.4, 444_020.7, _went_well(date(2020, 8, 17), date(2022, 12, 5), date(2026, 3, 23))),
    ),
    Project(
        *(FIRST_NUMBER + 7, "Carnbank BESS", "Penhallick Storage", BATTERY, 100.0, _place("Aberdeenshire")),
        *(340_900, 849_100, _went_well(date(2021, 10, 11), date(2022, 9, 19), date(2025, 6, 9))),
    ),
    Project(
        *(FIRST_NUMBER + 8, "Cherwick Lock Solar & Storage", "Larkhollow Solar", SOLAR, 40.0, _place("Oxfordshire")),
        *(452_200, 226_300, _REFUSED_TWICE),
    ),
    Project(
        *(FIRST_NUMBER + 9, "Seamer Gate Battery Energy Storage System", "Penhallick Storage", BATTERY, 49.5),
        *(_place("North Yorkshire"), 444_300, 513_900, (Event(date(2026, 2, 16), *SUBMITTED),)),
    ),
)
"The records; their order never changes, since it gives the Ref IDs."
