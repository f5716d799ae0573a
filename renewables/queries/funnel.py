"""How projects went through the stages: conversion, median time in a stage, and realised probability beside the weight.

Everything follows from the dated history of the projects, archived ones included. Not here: the present portfolio
(`pipeline.py`), the portfolio at two moments (`changes.py`).
"""

from typing import Any

import polars as pl

from pipeline_assets.ledger.changes import Action
from pipeline_assets.models import Project
from pipeline_assets.vocabulary import Stage
from renewables.queries.pipeline import Filter, matches_choice
from renewables.queries.snapshot import Connection, query_frame, snapshot_connection
from warehouse.connection import has_table

LEAST_PROJECTS = 10
"The number of projects, or of stays, below which a share or a median is withheld."
WITHHELD = "one project more or less would move such a share by more than ten points."
COUNTS = {"conversion": ("advanced", "dropped"), "median_days": ("stays",), "realised_probability": ("decided",)}
"The columns that add up to the number on which a figure rests."


def stage_funnel(wanted: Filter, con: Connection | None = None) -> pl.DataFrame:
    """Return one row per stage, in the order of the stages, with what became of the projects that were in it.

    A project advanced if it was in a later stage afterwards (from On hold: in any other); it dropped out if it was
    archived without that. Those still on their way count in neither. A project is realised if it is Completed, and
    not if it was archived in another stage. A project archived on the day it was entered was a mistake and is left
    out.

    A stay lasts from one status date to that of the next stage or to the archiving; a project that returns has
    several. A status that was entered later replaces those that it is dated before. The median is of stays that
    ended, so it is too short while the longest ones go on. Figures of fewer than `LEAST_PROJECTS` are null.

    Markets, technologies and counterparties of the filter apply; stages and RAG do not, because they describe where
    projects are now. There is no row before the first landing of a pipeline. Columns: stage, projects (that were in
    it), advanced, dropped, conversion, stays, median_days, decided, completed, realised_probability (completed /
    decided), weight, weight_is_default.
    """
    with snapshot_connection(con) as snapshot:
        if not has_table(snapshot, "stage_weights_in_force"):
            return pl.DataFrame(schema=_COLUMNS)
        return query_frame(
            snapshot,
            _FUNNEL,
            {
                **{"markets": list(wanted.markets), "technologies": list(wanted.technologies)},
                **{"counterparties": list(wanted.counterparties), "least": LEAST_PROJECTS},
                **{"kind": Project.kind, "archive": str(Action.ARCHIVE)},
                **{"completed": str(Stage.COMPLETED), "on_hold": str(Stage.ON_HOLD)},
            },
        )


_COLUMNS = {
    **{"stage": pl.String, "projects": pl.Int64, "advanced": pl.Int64, "dropped": pl.Int64, "conversion": pl.Float64},
    **{"stays": pl.Int64, "median_days": pl.Float64, "decided": pl.Int64, "completed": pl.Int64},
    **{"realised_probability": pl.Float64, "weight": pl.Float64, "weight_is_default": pl.Boolean},
}


def counted_text(row: dict[str, Any], figure: str) -> str:
    """Return a figure of `stage_funnel` with its number, such as "73 % of 11", or that it rests on too few."""
    value, count = row[figure], sum(row[name] for name in COUNTS[figure])
    if value is None:
        return f"too few ({count:,})" if count else ""
    return f"{value:,.0f} days, of {count:,}" if figure == "median_days" else f"{100 * value:.0f} % of {count:,}"


def _enough(value: str, count: str) -> str:
    """Return SQL of a value that is null if it rests on too few."""
    return f"CASE WHEN {count} >= $least THEN {value} END"


_DAY = "(submitted_at_utc AT TIME ZONE 'UTC')::DATE"
_FUNNEL = f"""
WITH entries AS (SELECT pipeline_id, min({_DAY}) AS entered_on FROM status_history GROUP BY pipeline_id),
archivings AS (
    SELECT id AS pipeline_id, max({_DAY}) AS archived_on FROM submitted_changes
    WHERE kind = $kind AND action = $archive GROUP BY id
),
chosen AS (
    SELECT id AS pipeline_id, archived, archived_on FROM pipelines AS project
    JOIN entries ON entries.pipeline_id = id LEFT JOIN archivings ON archivings.pipeline_id = id
    WHERE NOT (archived AND archived_on = entered_on) AND {matches_choice("market", "markets")}
    AND (len($technologies::VARCHAR[]) = 0 OR id IN (
        SELECT link.pipeline_id FROM pipeline_facilities AS link JOIN facilities AS plant ON plant.id = facility_id
        WHERE (project.archived OR NOT (link.archived OR plant.archived))
        AND list_contains($technologies::VARCHAR[], plant.technology)
    ))
    AND (len($counterparties::VARCHAR[]) = 0 OR id IN (
        SELECT link.pipeline_id FROM pipeline_counterparties AS link
        JOIN counterparties AS company ON company.id = counterparty_id
        WHERE (project.archived OR NOT (link.archived OR company.archived))
        AND list_contains($counterparties::VARCHAR[], company.name)
    ))
),
dated AS (
    SELECT pipeline_id, position, stage, least(status_date, {_DAY}) AS since, archived, archived_on,
        min(since) OVER (
            PARTITION BY pipeline_id ORDER BY position ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ) AS replaced_from
    FROM status_history JOIN chosen USING (pipeline_id)
    QUALIFY replaced_from IS NULL OR since < replaced_from
),
moves AS (
    SELECT * EXCLUDE (replaced_from) FROM dated
    QUALIFY stage IS DISTINCT FROM lag(stage) OVER (PARTITION BY pipeline_id ORDER BY position)
),
stays AS (
    SELECT pipeline_id, stage, stage_order, position, archived,
        coalesce(
            lead(since) OVER later, CASE WHEN archived THEN greatest(archived_on, since) END
        ) - since AS days,
        last_value(stage) OVER (later ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS last_stage
    FROM moves JOIN stage_weights_in_force USING (stage)
    WINDOW later AS (PARTITION BY pipeline_id ORDER BY position)
),
passages AS (
    SELECT stay.pipeline_id, stay.stage, stay.archived, stay.last_stage = $completed AS is_completed,
        coalesce(bool_or(next.position > stay.position AND next.stage <> $on_hold AND (
            stay.stage = $on_hold OR next.stage_order > stay.stage_order
        )), false) AS has_advanced
    FROM stays AS stay JOIN stays AS next USING (pipeline_id) GROUP BY ALL
),
outcomes AS (
    SELECT stage, count(*) AS projects, count(*) FILTER (has_advanced) AS advanced,
        count(*) FILTER (archived AND NOT has_advanced AND stage <> $completed) AS dropped,
        count(*) FILTER (is_completed) AS completed, count(*) FILTER (is_completed OR archived) AS decided
    FROM passages GROUP BY stage
),
times AS (SELECT stage, count(days) AS stays, median(days) AS median_days FROM stays GROUP BY stage)
SELECT stage, coalesce(projects, 0) AS projects, coalesce(advanced, 0) AS advanced, coalesce(dropped, 0) AS dropped,
    {_enough("advanced / (advanced + dropped)", "advanced + dropped")} AS conversion,
    coalesce(stays, 0) AS stays, {_enough("median_days", "stays")} AS median_days,
    coalesce(decided, 0) AS decided, coalesce(completed, 0) AS completed,
    {_enough("completed / decided", "decided")} AS realised_probability, weight, is_default AS weight_is_default
FROM stage_weights_in_force LEFT JOIN outcomes USING (stage) LEFT JOIN times USING (stage) ORDER BY stage_order"""
