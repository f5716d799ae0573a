"""The records of the public registers REPD and TEC: search, sums, and what lies near a place.

Belongs here: which records match a filter, and their sums, all computed in SQL. Not here: the issues
(`register_issues.py`), what changed between them (`register_changes.py`), one record (`register_records.py`).

A project may be in both registers, so MW of two registers are never added up. REPD's MW are AC at the plant; MW of TEC
are those of the connection: MW connected plus its increase or decrease.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl

from pipeline_assets.registers.register_model import StatusGroup
from renewables.queries.register_issues import read_register, register_connection
from renewables.queries.snapshot import Connection, query_frame

EARTH_RADIUS_KM = 6_371.0088
SQUARE_DEGREES = 0.25
"The side of a square of the map that combines its records."
NOWHERE = (-90.0, 0.0)
"A place that no record is near."
Sort = Literal["capacity", "name", "connection_date", "distance"]
ORDERS: dict[str, str] = {
    "capacity": "capacity_mw DESC NULLS LAST",
    "name": "lower(name)",
    "connection_date": "connection_date NULLS LAST",
    "distance": "distance_km NULLS LAST",
}
COLUMNS = (
    *("register", "record_id", "reference", "stage", "name", "operator", "technology", "technology_published"),
    *("status", "status_group", "capacity_mw", "county", "region", "country", "connection_site", "latitude"),
    *("longitude", "connection_date", "permission_granted_date", "permission_expiry_date", "planning_reference"),
    *("host", "gate", "issue_date"),
)
"The columns of a record in lists and downloads."


@dataclass(frozen=True)
class RegisterFilter:
    """The filter of records; an empty one includes all. A record must match every field.

    A hybrid matches each of its technologies. `text` and `operator` match records that contain all of their words, in
    any case and with or without accents. `places` are (latitude, longitude); a record is near if it lies within `km` of
    one of them, so records without coordinates, such as all of TEC, are not.
    """

    registers: tuple[str, ...] = ()
    technologies: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    status_groups: tuple[str, ...] = ()
    counties: tuple[str, ...] = ()
    operator: str = ""
    text: str = ""
    least_mw: float | None = None
    most_mw: float | None = None
    places: tuple[tuple[float, float], ...] = ()
    km: float = 25.0


@dataclass(frozen=True)
class Condition:
    """A condition of SQL with its bound values; with `has_places` it reads a distance."""

    where: str
    has_places: bool
    values: dict[str, Any] = field(default_factory=dict)


def register_records(
    wanted: RegisterFilter | None = None,
    *,
    sort: Sort = "capacity",
    limit: int | None = None,
    offset: int = 0,
    con: Connection | None = None,
) -> pl.DataFrame:
    """Return the matching records of the newest issue of each register, with `distance_km` if there are places.

    Args:
        wanted: The filter; all records by default.
        sort: capacity (the largest first), name, connection_date or distance.
        limit: The largest number of rows; all by default.
        offset: The number of rows to skip.
        con: A connection to a snapshot; the newest one by default.

    Raises:
        RegistersMissing: No register has landed yet.
        BadUsage: A register of the filter is unknown.
    """
    wanted = wanted or RegisterFilter()
    sql = condition_of(wanted)
    order = ORDERS["capacity" if sort == "distance" and not wanted.places else sort]
    distance = ", distance_km" if wanted.places else ""
    with register_connection(con) as snapshot:
        return query_frame(
            snapshot,
            f"SELECT {', '.join(COLUMNS)}{distance} FROM {matching_sql(sql)} ORDER BY {order}, lower(name), register, "
            f"record_id {'' if limit is None else f'LIMIT {int(limit)}'} OFFSET {int(offset)}",
            sql.values,
        )


def register_sums(wanted: RegisterFilter | None = None, *, con: Connection | None = None) -> pl.DataFrame:
    """Return the sums of the matching records by register, technology and status.

    Columns: register, technology, status, status_group, records, capacity_mw, records_without_capacity. A hybrid counts
    once, under its first generating technology. Raises as `register_records`.
    """
    sql = condition_of(wanted or RegisterFilter())
    with register_connection(con) as snapshot:
        return query_frame(
            snapshot,
            f"""SELECT register, technology, status, status_group, count(*) AS records,
                coalesce(sum(capacity_mw), 0) AS capacity_mw,
                count(*) FILTER (capacity_mw IS NULL) AS records_without_capacity
            FROM {matching_sql(sql)} GROUP BY ALL ORDER BY register, capacity_mw DESC, technology, status""",
            sql.values,
        )


@dataclass(frozen=True)
class RegisterChoices:
    """The words that the newest issue of a register has: technologies, statuses and counties, in order."""

    technologies: tuple[str, ...]
    statuses: tuple[str, ...]
    status_groups: tuple[str, ...]
    counties: tuple[str, ...]


def register_choices(register: str, *, con: Connection | None = None) -> RegisterChoices:
    """Return what can be chosen in filters; technologies by their MW, the rest by name."""
    with register_connection(con) as snapshot:
        row = query_frame(
            snapshot,
            """WITH own AS MATERIALIZED (
                    SELECT technologies, status, status_group, county, capacity_mw FROM register_current
                    WHERE register = $register
                ), each AS (SELECT unnest(technologies) AS technology, capacity_mw FROM own)
            SELECT (SELECT list(technology ORDER BY mw DESC, technology) FROM
                    (SELECT technology, coalesce(sum(capacity_mw), 0) AS mw FROM each GROUP BY ALL)) AS technologies,
                list_sort(list(DISTINCT status)) AS statuses,
                list_sort(list(DISTINCT status_group)) AS status_groups,
                list_sort(list(DISTINCT county)) AS counties FROM own""",
            {"register": register},
        ).row(0)
    technologies, statuses, groups, counties = (tuple(name for name in names or () if name) for names in row)
    return RegisterChoices(technologies, statuses, tuple(group for group in StatusGroup if group in groups), counties)


def squares_of_records(wanted: RegisterFilter, *, con: Connection | None = None) -> pl.DataFrame:
    """Return the matching records with coordinates by square of the map and technology, the largest first.

    Columns: latitude, longitude (the middle of the records), technology, records, capacity_mw, largest (names of at
    most three).
    """
    sql = condition_of(wanted)
    with register_connection(con) as snapshot:
        return query_frame(
            snapshot,
            f"""SELECT avg(latitude) AS latitude, avg(longitude) AS longitude, technology, count(*) AS records,
                coalesce(sum(capacity_mw), 0) AS capacity_mw,
                (list(name ORDER BY capacity_mw DESC NULLS LAST, name))[:3] AS largest
            FROM {matching_sql(sql)} WHERE latitude IS NOT NULL AND longitude IS NOT NULL
            GROUP BY floor(latitude / {SQUARE_DEGREES}), floor(longitude / {SQUARE_DEGREES}), technology
            ORDER BY capacity_mw DESC, technology, latitude, longitude""",
            sql.values,
        )


def neighbours(
    places: Sequence[tuple[float, float]],
    km: float,
    *,
    without: Sequence[str] = (),
    limit: int | None = None,
    con: Connection | None = None,
) -> pl.DataFrame:
    """Return the records of the newest issues within some km of one of the places, the nearest first.

    `without` are references (REPD Ref ID) to leave out, such as those of our own facilities. Raises RegistersMissing.
    """
    wanted = RegisterFilter(places=tuple(places) or (NOWHERE,), km=km)
    most = None if limit is None else limit + len(without)
    rows = register_records(wanted, sort="distance", limit=most, con=con)
    rows = rows.filter(~pl.col("reference").is_in(list(without)))
    return rows if limit is None else rows.head(limit)


def matching_sql(sql: Condition) -> str:
    """Return the subquery of the matching records of the newest issues."""
    source = "register_current"
    if sql.has_places:
        source = f"(FROM register_current JOIN ({_NEAREST}) AS nearest USING (register, record_id))"
    return f"(FROM {source} WHERE {sql.where})"


def condition_of(wanted: RegisterFilter) -> Condition:
    """Return the filter as SQL over `register_current`. Raises BadUsage for an unknown register."""
    values: dict[str, Any] = {}
    parts = ["true"]
    for column, words in (
        ("register", tuple(map(read_register, wanted.registers))),
        ("status", wanted.statuses),
        ("status_group", wanted.status_groups),
        ("county", wanted.counties),
    ):
        if words:
            values[column] = [word.casefold() for word in words]
            parts.append(f"list_contains(${column}, lower({column}))")
    if wanted.technologies:
        values["technologies"] = [word.casefold() for word in wanted.technologies]
        parts.append("list_has_any($technologies, list_transform(technologies, lambda word: lower(word)))")
    for name, sign, bound in (("least", ">=", wanted.least_mw), ("most", "<=", wanted.most_mw)):
        if bound is not None:
            values[name] = float(bound)
            parts.append(f"capacity_mw {sign} ${name}")
    searched = ("name", "operator", "connection_site", "county", "reference", "record_id", "planning_reference")
    for key, text, columns in (("text", wanted.text, searched), ("operator_text", wanted.operator, ("operator",))):
        cells = f"strip_accents(lower(concat_ws(chr(10), {', '.join(columns)})))"
        for n, word in enumerate(text.split()):
            values[f"{key}_{n}"] = word
            parts.append(f"contains({cells}, strip_accents(lower(${key}_{n})))")
    if wanted.places:
        latitudes, longitudes = zip(*wanted.places, strict=True)
        values |= {"latitudes": list(latitudes), "longitudes": list(longitudes), "km": float(wanted.km)}
    return Condition(" AND ".join(parts), bool(wanted.places), values)


_NEAREST = f"""
    SELECT register, record_id, min(2 * {EARTH_RADIUS_KM} * asin(sqrt(least(1.0,
        sin(radians(records.latitude - place.latitude) / 2) ** 2 + cos(radians(records.latitude))
        * cos(radians(place.latitude)) * sin(radians(records.longitude - place.longitude) / 2) ** 2)))) AS distance_km
    FROM register_current AS records JOIN (
        SELECT unnest($latitudes::DOUBLE[]) AS latitude, unnest($longitudes::DOUBLE[]) AS longitude
    ) AS place ON records.latitude BETWEEN place.latitude - $km / 110.5 AND place.latitude + $km / 110.5
    GROUP BY ALL HAVING distance_km <= $km"""
"The great-circle distance from the nearest place; a degree of latitude is at least 110.5 km."
