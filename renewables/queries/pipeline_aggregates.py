"""Sums of the pipeline for views that cannot draw each project: by month, by quarter, by square of the map, by score.

Every query takes the same `Filter` as `pipeline.py`, and its size does not grow with the number of projects. Not here:
single projects (`pipeline.py`).
"""

import polars as pl

from pipeline_assets.vocabulary import Stage
from renewables.queries.pipeline import MONTHS, RISKS, Filter, query_chosen, status_at_month_ends
from renewables.queries.snapshot import Connection, snapshot_connection
from warehouse.date_bounds import EARLIEST_DATE, LATEST_DATE

SQUARE_DEGREES = 0.5
"The side of a square of the map: some 35 km by 55 km."
SCORE_STEP = 10
"The width of a step of impact and of likelihood; the points within it are drawn as one."
LARGEST_NAMED = 3


def rag_counts_by_month(wanted: Filter, months: int = MONTHS, con: Connection | None = None) -> pl.DataFrame:
    """Return the number of projects by RAG status at the end of each of the last months.

    Columns: month (its first day), rag, projects.
    """
    with snapshot_connection(con) as snapshot:
        return query_chosen(
            snapshot,
            wanted,
            f", {status_at_month_ends('chosen')} SELECT month, rag, count(*) AS projects FROM at_month_ends "
            "GROUP BY ALL ORDER BY month, rag",
            today=wanted.today,
            months=months,
        )


def projects_by_stage(wanted: Filter, con: Connection | None = None) -> pl.DataFrame:
    """Return stage and number of projects in the order of the stages; a project without facilities counts too."""
    with snapshot_connection(con) as snapshot:
        return query_chosen(
            snapshot,
            wanted,
            "SELECT stage, count(*) AS projects FROM chosen GROUP BY stage ORDER BY list_position($in_order, stage)",
            in_order=list(map(str, Stage)),
        )


def technology_shares(wanted: Filter, con: Connection | None = None) -> pl.DataFrame:
    """Return technology, projects, gross_mwp, share (of the gross MWp, 0-1), the largest first.

    The share is null as long as no facility has a capacity.
    """
    with snapshot_connection(con) as snapshot:
        return query_chosen(
            snapshot,
            wanted,
            "SELECT technology, count(DISTINCT pipeline_id) AS projects, sum(capacity_mwp) AS gross_mwp, "
            "sum(capacity_mwp) / nullif(sum(sum(capacity_mwp)) OVER (), 0) AS share FROM parts GROUP BY technology "
            "ORDER BY gross_mwp DESC, technology",
        )


def rtb_by_quarter(wanted: Filter, con: Connection | None = None) -> pl.DataFrame:
    """Return quarter (its first day), rag, projects, gross_mwp of the projects with an RTB date within the bounds."""
    with snapshot_connection(con) as snapshot:
        return query_chosen(
            snapshot,
            wanted,
            ", sizes AS (SELECT pipeline_id, sum(capacity_mwp) AS gross_mwp FROM parts GROUP BY ALL) "
            "SELECT date_trunc('quarter', rtb_date)::DATE AS quarter, rag, count(*) AS projects, "
            "coalesce(sum(gross_mwp), 0) AS gross_mwp FROM chosen LEFT JOIN sizes ON sizes.pipeline_id = chosen.id "
            "WHERE rtb_date BETWEEN $earliest AND $latest GROUP BY ALL ORDER BY quarter, rag",
            earliest=EARLIEST_DATE,
            latest=LATEST_DATE,
        )


def places_by_square(wanted: Filter, colour_by: str = "rag", con: Connection | None = None) -> pl.DataFrame:
    """Return one row per square of the map with facilities.

    Columns: category (the value of `colour_by`, one of rag, stage and technology, with the most capacity), facilities,
    projects, capacity_mwp, parts (list of {category, mwp}), longitude and latitude (the middle of the facilities,
    weighted by capacity), largest (names of the largest ones).
    """
    category = {"rag": "chosen.rag", "stage": "chosen.stage", "technology": "parts.technology"}[colour_by]
    with snapshot_connection(con) as snapshot:
        return query_chosen(
            snapshot,
            wanted,
            f""", placed AS (
                SELECT pipeline_id, {category} AS category, facility.name, parts.capacity_mwp AS mwp, longitude,
                    latitude, greatest(parts.capacity_mwp, 1) AS weight,
                    floor(longitude / $side) AS x, floor(latitude / $side) AS y
                FROM parts JOIN chosen ON chosen.id = pipeline_id
                JOIN facilities AS facility ON facility.id = facility_id WHERE longitude IS NOT NULL
            ), categories AS (
                SELECT x, y, category, sum(weight) AS weight, sum(mwp) AS mwp FROM placed GROUP BY ALL
            ), summed AS (
                SELECT x, y, arg_max(category, weight) AS category, list({{'category': category, 'mwp': mwp}}) AS parts
                FROM categories GROUP BY ALL
            ), squares AS (
                SELECT x, y, count(*) AS facilities, count(DISTINCT pipeline_id) AS projects,
                    sum(mwp) AS capacity_mwp, sum(longitude * weight) / sum(weight) AS longitude,
                    sum(latitude * weight) / sum(weight) AS latitude, arg_max(name, mwp, $named) AS largest
                FROM placed GROUP BY ALL
            )
            SELECT category, squares.* EXCLUDE (x, y), parts FROM squares JOIN summed USING (x, y)
            ORDER BY capacity_mwp DESC""",
            side=SQUARE_DEGREES,
            named=LARGEST_NAMED,
        )


def risks_by_score(wanted: Filter, con: Connection | None = None) -> pl.DataFrame:
    """Return likelihood and impact (the middle of a step), points, worst (highest rating), worst_point (its name)."""
    with snapshot_connection(con) as snapshot:
        return query_chosen(
            snapshot,
            wanted,
            "SELECT (likelihood - 1) // $step * $step + $step / 2 AS likelihood, "
            "(impact - 1) // $step * $step + $step / 2 AS impact, count(*) AS points, max(rating) AS worst, "
            f"arg_max(point.name, rating) AS worst_point {RISKS} GROUP BY 1, 2 ORDER BY worst DESC",
            step=SCORE_STEP,
        )


def unlikely_dates(wanted: Filter, con: Connection | None = None) -> pl.DataFrame:
    """Return the projects with a date that no view can draw: pipeline_id, project, field, day.

    Such dates were stored before they were rejected; see `pipeline_assets.dates`.
    """
    with snapshot_connection(con) as snapshot:
        return query_chosen(
            snapshot,
            wanted,
            "SELECT id AS pipeline_id, name AS project, field, day FROM (UNPIVOT (SELECT id, name, rtb_date, "
            "status_date FROM chosen) ON rtb_date, status_date INTO NAME field VALUE day) "
            "WHERE day NOT BETWEEN $earliest AND $latest ORDER BY lower(project), field",
            earliest=EARLIEST_DATE,
            latest=LATEST_DATE,
        )
