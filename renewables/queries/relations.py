"""Values and the flags beside them: what every figure and every series of the read layer is made of.

Belongs here: which value of a half hour is meant, and whether it is in doubt. Not here: figures and series of them.
"""

from datetime import datetime

from elexon_assets.datasets import Dataset
from elexon_assets.flag_vocabulary import DOUBTING
from renewables.queries.snapshot import Connection
from warehouse.connection import has_table


def current(
    dataset: Dataset, as_of: datetime | None = None, known_at: datetime | None = None
) -> tuple[str, dict[str, datetime]]:
    """What to select from, and its bound parameter: the view of what is current, or a macro of what was."""
    if as_of and known_at:
        raise ValueError("Give as_of (published by then) or known_at (landed here by then), not both.")
    if as_of:
        return f"{dataset.name}_as_of($instant)", {"instant": as_of}
    if known_at:
        return f"{dataset.name}_known_at($instant)", {"instant": known_at}
    return dataset.name, {}


def judged(
    con: Connection,
    dataset: Dataset,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    *,
    exclude_flagged: bool = False,
) -> tuple[str, dict[str, datetime]]:
    """As `current`, its rows with two columns more: `reasons`, a list, null where nothing doubts the value; and `mw`,
    the value, null where it is in doubt and such values are left out.

    With `known_at` the flags are those that stood then. Flags are about current values, also beside those `as_of`.
    """
    relation, instant = current(dataset, as_of, known_at)
    category = dataset.category
    mw = f"CASE WHEN reasons IS NULL THEN {dataset.value} END" if exclude_flagged else dataset.value
    return (
        f"(SELECT shown.*, reasons, {mw} AS mw FROM {relation} AS shown "
        f"LEFT JOIN {doubted(con, dataset, known_at)} AS doubted USING (start_time_utc, {category}))",
        instant,
    )


def doubted(con: Connection, dataset: Dataset, known_at: datetime | None = None) -> str:
    """A relation of the half hours and categories in doubt, one row each with the list of `reasons`; `$instant` is
    bound where `known_at` is given. Without rows in a snapshot that is older than flags."""
    if not has_table(con, "flags"):
        return (
            f"(SELECT NULL::TIMESTAMPTZ AS start_time_utc, NULL::VARCHAR AS {dataset.category}, "
            "NULL::VARCHAR[] AS reasons WHERE false)"
        )
    if known_at is None:
        return f"{dataset.name}_flagged"
    return (
        f"(SELECT start_time_utc, category AS {dataset.category}, list(DISTINCT reason ORDER BY reason) AS reasons "
        f"FROM flags WHERE dataset = '{dataset.name}' AND list_contains({list(DOUBTING)}, reason) "
        "AND found_at_utc <= $instant AND (closed_at_utc IS NULL OR closed_at_utc > $instant) GROUP BY ALL)"
    )
