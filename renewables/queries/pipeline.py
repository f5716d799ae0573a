"""The landed development pipeline, filtered: capacity, places, dated statuses, RTB dates, risks, lists.

Every query takes the same `Filter`, so that the parts of a page agree. MWp is defined in
`pipeline_assets.models.Facility`. Not here: the outlook (`pipeline_outlook.py`), single records (`records.py`), which
are read from the ledger.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from pipeline_assets import tables
from pipeline_assets.vocabulary import Rag, Stage
from renewables.queries.snapshot import Connection, query_frame, snapshot_connection
from warehouse.date_bounds import EARLIEST_DATE, LATEST_DATE

STALE_DAYS = 30
"The days without an update after which a project is listed as stale."
TOP = 10
MONTHS = 12
"The number of months that charts of statuses over time show."


@dataclass(frozen=True)
class Filter:
    """The filter of projects; an empty one includes all. A project must match every field.

    Only facilities of `technologies` count. `today` (UTC) determines the months, and which projects are overdue or
    stale.
    """

    today: date
    markets: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    technologies: tuple[str, ...] = ()
    rags: tuple[str, ...] = ()
    counterparties: tuple[str, ...] = ()
    "The names of counterparties."


def landed_position(con: Connection | None = None) -> int:
    """Return the position of the newest change in charts and metrics, or 0 before the first landing."""
    with snapshot_connection(con) as snapshot:
        return tables.landed_position(snapshot)


def headline_figures(wanted: Filter, con: Connection | None = None, *, past: str = "") -> dict[str, float]:
    """Return the headline figures, or those of an earlier state (`past`, SQL of `HEADLINE_RELATIONS` as they were).

    Columns: projects, facilities, gross_mwp, weighted_mwp, green, amber, red (projects), overdue, stale, open_points.
    """
    with snapshot_connection(con) as snapshot:
        return query_chosen(
            snapshot,
            wanted,
            "SELECT (SELECT count(*) FROM chosen) AS projects, count(DISTINCT facility_id) AS facilities, "
            "coalesce(sum(capacity_mwp), 0) AS gross_mwp, coalesce(sum(weighted_mwp), 0) AS weighted_mwp, "
            + "".join(f"(SELECT count(*) FROM chosen WHERE rag = '{rag}') AS {rag.lower()}, " for rag in Rag)
            + f"(SELECT count(*) {_OVERDUE}) AS overdue, (SELECT count(*) {_STALE}) AS stale, "
            f"(SELECT count(*) {RISKS}) AS open_points FROM parts",
            past,
            **_stale_limits(),
        ).row(0, named=True)


HEADLINE_RELATIONS = (
    *("pipelines", "pipeline_counterparties", "counterparties", "information_point_counterparties"),
    *("project_capacity", "overdue_rtb", "days_since_update", "open_risks"),
)
"The tables and views that the headline figures read."


def by_stage_and_technology(wanted: Filter, con: Connection | None = None) -> pl.DataFrame:
    """Return one row per stage and technology, in the order of the stages.

    Columns: stage, technology, projects, facilities, gross_mwp, weight, weight_is_default, weighted_mwp.
    """
    with snapshot_connection(con) as snapshot:
        return query_chosen(
            snapshot,
            wanted,
            "SELECT stage, technology, count(DISTINCT pipeline_id) AS projects, count(DISTINCT facility_id) AS "
            "facilities, sum(capacity_mwp) AS gross_mwp, weight, weight_is_default, sum(weighted_mwp) AS weighted_mwp "
            "FROM parts GROUP BY ALL ORDER BY any_value(stage_order), technology",
        )


def facility_places(wanted: Filter, con: Connection | None = None) -> pl.DataFrame:
    """Return one row per facility, the largest first.

    Columns: pipeline_id, project, facility, technology, capacity_mwp, longitude, latitude (both null if unknown),
    stage, rag, rag_comment, rtb_date, market, repd_ref_id.
    """
    with snapshot_connection(con) as snapshot:
        return query_chosen(
            snapshot,
            wanted,
            "SELECT pipeline_id, chosen.name AS project, facility.name AS facility, parts.technology, "
            "parts.capacity_mwp, longitude, latitude, chosen.stage, chosen.rag, rag_comment, chosen.rtb_date, "
            "chosen.market, repd_ref_id FROM parts JOIN chosen ON chosen.id = pipeline_id "
            "JOIN facilities AS facility ON facility.id = facility_id "
            "ORDER BY parts.capacity_mwp DESC, project, facility",
        )


def rag_by_month(
    wanted: Filter,
    months: int = MONTHS,
    con: Connection | None = None,
    *,
    limit: int | None = None,
    offset: int = 0,
) -> pl.DataFrame:
    """Return the status at the end of each of the last months (today's status for the present one).

    Columns: pipeline_id, project, market, month (its first day), rag, rag_comment, stage. Projects with the worst
    present status come first; `limit` and `offset` select some of them. Months before a project's first status have no
    row.
    """
    with snapshot_connection(con) as snapshot:
        return query_chosen(
            snapshot,
            wanted,
            f""", ranked AS (
                SELECT id, name, market,
                    row_number() OVER (ORDER BY list_position($worst, rag), lower(name), id) AS place
                FROM chosen QUALIFY place > $offset AND ($limit IS NULL OR place <= $offset + $limit)
            ), {status_at_month_ends("ranked")}
            SELECT at_month_ends.* FROM at_month_ends JOIN ranked ON ranked.id = pipeline_id ORDER BY place, month""",
            today=wanted.today,
            months=months,
            worst=[*reversed(Rag)],
            limit=limit,
            offset=offset,
        )


def rtb_dates(wanted: Filter, con: Connection | None = None) -> pl.DataFrame:
    """Return one row per project with an RTB date within the bounds of dates, the earliest first.

    Columns: pipeline_id, project, stage, rag, first_rtb_date, rtb_date, slippage_days, gross_mwp, is_overdue.
    """
    with snapshot_connection(con) as snapshot:
        return query_chosen(
            snapshot,
            wanted,
            "SELECT slipped.pipeline_id, chosen.name AS project, chosen.stage, chosen.rag, first_rtb_date, "
            "slipped.rtb_date, slippage_days, coalesce(gross_mwp, 0) AS gross_mwp, late.pipeline_id IS NOT NULL AS "
            "is_overdue FROM rtb_slippage AS slipped JOIN chosen ON chosen.id = slipped.pipeline_id "
            "LEFT JOIN overdue_rtb AS late ON late.pipeline_id = chosen.id "
            "LEFT JOIN (SELECT pipeline_id, sum(capacity_mwp) AS gross_mwp FROM parts GROUP BY ALL) AS size "
            "ON size.pipeline_id = chosen.id WHERE slipped.rtb_date BETWEEN $earliest AND $latest "
            "ORDER BY slipped.rtb_date, lower(project)",
            earliest=EARLIEST_DATE,
            latest=LATEST_DATE,
        )


def overdue_projects(wanted: Filter, con: Connection | None = None) -> pl.DataFrame:
    """Return the projects past their RTB date that are not in Construction yet, the most overdue first.

    Columns: pipeline_id, project, stage, rag, rtb_date, days_overdue.
    """
    with snapshot_connection(con) as snapshot:
        return query_chosen(
            snapshot,
            wanted,
            "SELECT pipeline_id, chosen.name AS project, chosen.stage, chosen.rag, late.rtb_date, days_overdue "
            f"{_OVERDUE} ORDER BY days_overdue DESC, project",
        )


def stale_projects(wanted: Filter, con: Connection | None = None) -> pl.DataFrame:
    """Return the projects, except Completed ones, without a change for `STALE_DAYS`, the longest unchanged first.

    Columns: pipeline_id, project, stage, rag, status_date, updated_at_utc, days.
    """
    with snapshot_connection(con) as snapshot:
        return query_chosen(
            snapshot,
            wanted,
            "SELECT pipeline_id, chosen.name AS project, chosen.stage, chosen.rag, status_date, touched.updated_at_utc,"
            f" days {_STALE} ORDER BY days DESC, project",
            **_stale_limits(),
        )


def open_risks(wanted: Filter, con: Connection | None = None) -> pl.DataFrame:
    """Return the open information points that match the filter, the highest rating first.

    Market and technology are the point's own, otherwise those of its project; stage and RAG are the project's; its
    counterparties are those that it names and those of its project. Columns: rank, information_point_id,
    information_point, pipeline_id, project, rag, market, technology (its own), impact, likelihood, rating, owner,
    due_date, updated_at_utc.
    """
    with snapshot_connection(con) as snapshot:
        return query_chosen(
            snapshot,
            wanted,
            "SELECT row_number() OVER (ORDER BY rating DESC, impact DESC, point.name, information_point_id) AS rank, "
            "information_point_id, point.name AS information_point, pipeline_id, pipeline_name AS project, rag, "
            f"point.market, technology, impact, likelihood, rating, owner, due_date, point.updated_at_utc {RISKS} "
            "ORDER BY rank",
        )


_OVERDUE = "FROM overdue_rtb AS late JOIN chosen ON chosen.id = late.pipeline_id"
_STALE = (
    "FROM days_since_update AS touched JOIN chosen ON chosen.id = touched.pipeline_id "
    "WHERE days >= $days AND chosen.stage <> $completed"
)


def _stale_limits() -> dict[str, object]:
    return {"days": STALE_DAYS, "completed": Stage.COMPLETED}


def query_chosen(con: Connection, wanted: Filter, sql: str, past: str = "", /, **parameters: object) -> pl.DataFrame:
    """Run a query over `chosen` (projects, like the table) and `parts` (of the view project_capacity).

    `past` is SQL of relations that hide the present ones.
    """
    return query_frame(
        con,
        f"WITH {past}{past and ', '}{_SELECTION} {sql}",
        {
            **{"markets": list(wanted.markets), "stages": list(wanted.stages), "rags": list(wanted.rags)},
            **{"technologies": list(wanted.technologies), "counterparties": list(wanted.counterparties)},
            **parameters,
        },
    )


def matches_choice(column: str, name: str) -> str:
    """Return SQL that is true if the list parameter `name` is empty or contains the column."""
    return f"(len(${name}::VARCHAR[]) = 0 OR list_contains(${name}::VARCHAR[], {column}))"


RISKS = f"""FROM open_risks AS point LEFT JOIN pipelines AS project ON project.id = point.pipeline_id
    WHERE {matches_choice("point.market", "markets")} AND {matches_choice("project.stage", "stages")}
        AND {matches_choice("project.rag", "rags")}
    AND (len($technologies::VARCHAR[]) = 0 OR list_contains($technologies::VARCHAR[], point.technology) OR (
        point.technology IS NULL AND point.pipeline_id IN (
            SELECT pipeline_id FROM project_capacity WHERE list_contains($technologies::VARCHAR[], technology)
        )
    ))
    AND (len($counterparties::VARCHAR[]) = 0 OR EXISTS (
        FROM (
            SELECT information_point_id, NULL AS pipeline_id, counterparty_id FROM information_point_counterparties
            WHERE NOT archived UNION ALL
            SELECT NULL AS information_point_id, pipeline_id, counterparty_id FROM pipeline_counterparties
            WHERE NOT archived
        ) AS link JOIN counterparties AS company ON company.id = link.counterparty_id
        WHERE (link.information_point_id = point.information_point_id OR link.pipeline_id = point.pipeline_id)
        AND NOT company.archived AND list_contains($counterparties::VARCHAR[], company.name)
    ))"""
"The open information points that match the filter, as `point`, with their `project`."


def status_at_month_ends(projects: str) -> str:
    """Return SQL of `at_month_ends`, the status of some projects at the end of each of the last `$months`.

    A status holds from its date on, and at the latest from the day on which it was entered, when it becomes the present
    one. A status that was entered later replaces those that it is dated before, so the last month shows the present.
    """
    return f"""at_month_ends AS (
    SELECT pipeline_id, any_value(project.name) AS project, any_value(project.market) AS market, month,
        arg_max(history.rag, (since, history.position)) AS rag,
        arg_max(history.rag_comment, (since, history.position)) AS rag_comment,
        arg_max(history.stage, (since, history.position)) AS stage
    FROM (SELECT month::DATE AS month, least(last_day(month::DATE), $today) AS until FROM generate_series(
        date_trunc('month', $today) - to_months($months - 1), date_trunc('month', $today), INTERVAL 1 MONTH
    ) AS calendar(month)) AS months
    JOIN (
        SELECT *, least(status_date, (submitted_at_utc AT TIME ZONE 'UTC')::DATE) AS since, min(since) OVER (
            PARTITION BY pipeline_id ORDER BY position ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ) AS replaced_from FROM status_history QUALIFY replaced_from IS NULL OR since < replaced_from
    ) AS history ON since <= until
    JOIN {projects} AS project ON project.id = pipeline_id
    GROUP BY pipeline_id, month
)"""


_SELECTION = f"""chosen AS (
    SELECT project.* FROM pipelines AS project WHERE NOT archived
    AND {matches_choice("market", "markets")} AND {matches_choice("stage", "stages")}
    AND {matches_choice("rag", "rags")}
    AND (len($technologies::VARCHAR[]) = 0 OR id IN (
        SELECT pipeline_id FROM project_capacity WHERE list_contains($technologies::VARCHAR[], technology)
    ))
    AND (len($counterparties::VARCHAR[]) = 0 OR id IN (
        SELECT pipeline_id FROM pipeline_counterparties AS link JOIN counterparties AS company
        ON company.id = link.counterparty_id
        WHERE NOT (link.archived OR company.archived) AND list_contains($counterparties::VARCHAR[], company.name)
    ))
), parts AS (
    SELECT capacity.* FROM project_capacity AS capacity SEMI JOIN chosen ON chosen.id = capacity.pipeline_id
    WHERE {matches_choice("technology", "technologies")}
)"""
