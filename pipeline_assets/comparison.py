"""The portfolio at two moments: a bridge of MWp by stage and technology, and what moved.

Belongs here: which movement a difference is, and the frames of a comparison. Not here: earlier states of tables
(`past_tables.py`), presets of periods, drawing. Opening + movements = closing holds in each stage and technology.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import duckdb
import polars as pl

from pipeline_assets import tables
from pipeline_assets.fields import FieldType, fields_of
from pipeline_assets.models import Milestone
from pipeline_assets.past_tables import past_relations, past_table, position_at
from pipeline_assets.tables import AUDIT
from pipeline_assets.vocabulary import STAGES_IN_ORDER, MilestoneName, PointStatus, Rag, Stage
from warehouse import landing
from warehouse.connection import has_table


class Movement(StrEnum):
    """The steps of the bridge, in its order.

    A facility that joins or leaves a project, or grows or shrinks, is `RESIZED`; `RECLASSIFIED` is a changed
    technology. Both ends of a change of stage are in the bridge, so that it adds up to nothing in the portfolio.
    """

    OPENING = "Opening"
    NEW = "New"
    RESTORED = "Restored"
    ADVANCED = "Advanced"
    MOVED_BACK = "Moved back"
    RESIZED = "Resized"
    RECLASSIFIED = "Reclassified"
    ON_HOLD = "Put on hold"
    RESUMED = "Resumed"
    COMPLETED = "Completed"
    ARCHIVED = "Archived"
    CLOSING = "Closing"


ENDS = (Movement.OPENING, Movement.CLOSING)


class RiskMove(StrEnum):
    """What happened to an information point."""

    OPENED = "Opened"
    CLOSED = "Closed"
    REOPENED = "Reopened"
    RATED_HIGHER = "Rated higher"
    RATED_LOWER = "Rated lower"
    ARCHIVED = "Archived"


@dataclass(frozen=True)
class Comparison:
    """What changed between two moments, of which the later one counts as `after`.

    bridge: stage, technology, movement, mwp (signed), projects; rows only where MWp moved.
    lines: movement, pipeline_id, project, facility_id, facility, technology, stage_before, stage_after, mwp_before,
    mwp_after; one per movement of a facility, and of a project without facilities (with null).
    dates: pipeline_id, project, name (RTB, or the milestone and its date), before, after, days (positive: later).
    rags: pipeline_id, project, before, after, is_worse, comment.
    risks: information_point_id, information_point, pipeline_id, project, move, rating_before, rating_after.
    """

    before_utc: datetime
    after_utc: datetime
    before_position: int
    after_position: int
    bridge: pl.DataFrame
    lines: pl.DataFrame
    dates: pl.DataFrame
    rags: pl.DataFrame
    risks: pl.DataFrame

    @property
    def is_empty(self) -> bool:
        """Return whether nothing that this comparison lists changed."""
        return all(frame.is_empty() for frame in (self.lines, self.dates, self.rags, self.risks))


def compare_portfolio(con: duckdb.DuckDBPyConnection, before_utc: datetime, after_utc: datetime) -> Comparison:
    """Compare the landed portfolio at two moments; before the first landing it is empty at both."""
    if not has_table(con, AUDIT):
        with duckdb.connect() as empty:
            landing.replace_rows(empty, AUDIT, tables.table_frames(pl.DataFrame(schema=tables.CHANGES))[AUDIT])
            return compare_portfolio(empty, before_utc, after_utc)
    first, last = position_at(con, before_utc), position_at(con, after_utc)
    state = f"{_state('opening', first, before_utc)}, {_state('closing', last, after_utc)}"

    def rows(sql: str) -> pl.DataFrame:
        return pl.DataFrame(con.sql(f"WITH {state}, {_STEPS} {sql}"))

    steps = rows("SELECT * FROM steps ORDER BY movement_order, lower(project), pipeline_id, lower(facility), side")
    bridge = (
        steps.filter(pl.col("mwp") != 0)
        .group_by("stage_order", "stage", "technology", "movement_order", "movement")
        .agg(pl.col("mwp").sum(), pl.col("pipeline_id").n_unique().cast(pl.Int64).alias("projects"))
        .sort("stage_order", "technology", "movement_order")
        .drop("stage_order", "movement_order")
    )
    lines = steps.filter(~pl.col("movement").is_in(ENDS) & (pl.col("side") == 1)).select(
        *("movement", "pipeline_id", "project", "facility_id", "facility", "technology"),
        *("stage_before", "stage_after", "mwp_before", "mwp_after"),
    )
    return Comparison(
        *(before_utc, after_utc, first, last, bridge, lines),
        dates=rows(_date_moves(first, last)), rags=rows(_RAG_MOVES), risks=rows(_RISK_MOVES),
    )  # fmt: skip


def _state(name: str, position: int, moment: datetime) -> str:
    """Return SQL of the projects, their facilities and information points after a change, with `name` as prefix."""
    relations = past_relations(["project_capacity"], position, moment.date())
    return (
        f"{name}_projects AS MATERIALIZED ({past_table('pipelines', position)}), "
        f"{name}_facilities AS MATERIALIZED ({past_table('facilities', position)}), "
        f"{name}_parts AS MATERIALIZED (WITH {relations} SELECT pipeline_id, facility_id, any_value(technology) AS "
        "technology, any_value(capacity_mwp) AS mwp FROM project_capacity GROUP BY ALL), "
        f"{name}_points AS MATERIALIZED (SELECT point.*, impact * likelihood AS rating, project.name AS project, "
        "NOT (point.archived OR coalesce(project.archived, false)) AS is_live "
        f"FROM ({past_table('information_points', position)}) AS point "
        f"LEFT JOIN {name}_projects AS project ON project.id = point.pipeline_id)"
    )


def _ranks(words: tuple[str, ...]) -> str:
    return "(VALUES " + ", ".join(f"('{word}', {n})" for n, word in enumerate(words, 1)) + ")"


_STAGE_MOVE = f"""CASE WHEN stage_after = '{Stage.ON_HOLD}' THEN '{Movement.ON_HOLD}'
    WHEN stage_after = '{Stage.COMPLETED}' THEN '{Movement.COMPLETED}'
    WHEN stage_before = '{Stage.ON_HOLD}' THEN '{Movement.RESUMED}'
    WHEN (SELECT rank FROM stage_ranks WHERE stage = stage_after)
        > (SELECT rank FROM stage_ranks WHERE stage = stage_before) THEN '{Movement.ADVANCED}'
    ELSE '{Movement.MOVED_BACK}' END"""

_BOTH = "was_live AND is_live"
_COLUMNS = "pipeline_id, project, facility_id, facility, stage_before, stage_after, mwp_before, mwp_after"

_STEPS = f"""stage_ranks AS (SELECT * FROM {_ranks(STAGES_IN_ORDER)} AS ranks(stage, rank)),
both_projects AS (
    SELECT coalesce(after.id, before.id) AS pipeline_id, coalesce(after.name, before.name) AS project,
        before.id IS NOT NULL AS existed, coalesce(NOT before.archived, false) AS was_live,
        coalesce(NOT after.archived, false) AS is_live, before.stage AS stage_before, after.stage AS stage_after,
        before.rag AS rag_before, after.rag AS rag_after, after.rag_comment AS comment,
        before.rtb_date AS rtb_before, after.rtb_date AS rtb_after
    FROM opening_projects AS before FULL JOIN closing_projects AS after ON after.id = before.id
    WHERE was_live OR is_live
), both_parts AS (
    SELECT coalesce(after.pipeline_id, before.pipeline_id) AS pipeline_id,
        coalesce(after.facility_id, before.facility_id) AS facility_id,
        before.technology AS technology_before, after.technology AS technology_after,
        before.mwp AS mwp_before, after.mwp AS mwp_after
    FROM opening_parts AS before FULL JOIN closing_parts AS after
        ON after.pipeline_id = before.pipeline_id AND after.facility_id = before.facility_id
), pairs AS (
    SELECT projects.*, parts.* EXCLUDE pipeline_id, coalesce(closing.name, opening.name) AS facility
    FROM both_projects AS projects LEFT JOIN both_parts AS parts USING (pipeline_id)
    LEFT JOIN opening_facilities AS opening ON opening.id = facility_id
    LEFT JOIN closing_facilities AS closing ON closing.id = facility_id
), moves AS (
    SELECT {_COLUMNS}, '{Movement.OPENING}' AS movement, 1 AS side, stage_before AS stage,
        technology_before AS technology, mwp_before AS mwp FROM pairs WHERE mwp_before IS NOT NULL
    UNION ALL SELECT {_COLUMNS}, CASE WHEN existed THEN '{Movement.RESTORED}' ELSE '{Movement.NEW}' END, 1,
        stage_after, technology_after, mwp_after FROM pairs WHERE NOT was_live
    UNION ALL SELECT {_COLUMNS}, '{Movement.ARCHIVED}', 1, stage_before, technology_before, -mwp_before
        FROM pairs WHERE NOT is_live
    UNION ALL SELECT {_COLUMNS}, {_STAGE_MOVE}, sides.side,
        CASE WHEN sides.side = 1 THEN stage_after ELSE stage_before END,
        coalesce(technology_before, technology_after), coalesce(mwp_before, 0) * sides.side
        FROM pairs CROSS JOIN (VALUES (1), (-1)) AS sides(side) WHERE {_BOTH} AND stage_before <> stage_after
    UNION ALL SELECT {_COLUMNS}, '{Movement.RECLASSIFIED}', sides.side, stage_after,
        CASE WHEN sides.side = 1 THEN technology_after ELSE technology_before END, mwp_before * sides.side
        FROM pairs CROSS JOIN (VALUES (1), (-1)) AS sides(side) WHERE {_BOTH} AND technology_before <> technology_after
    UNION ALL SELECT {_COLUMNS}, '{Movement.RESIZED}', 1, stage_after, coalesce(technology_after, technology_before),
        coalesce(mwp_after, 0) - coalesce(mwp_before, 0)
        FROM pairs WHERE {_BOTH} AND facility_id IS NOT NULL AND mwp_before IS DISTINCT FROM mwp_after
    UNION ALL SELECT {_COLUMNS}, '{Movement.CLOSING}', 1, stage_after, technology_after, mwp_after
        FROM pairs WHERE mwp_after IS NOT NULL
), steps AS (
    SELECT moves.* REPLACE (coalesce(mwp, 0)::DOUBLE AS mwp), movements.place AS movement_order,
        stages.place AS stage_order
    FROM moves JOIN {_ranks(tuple(Movement))} AS movements(movement, place) USING (movement)
    JOIN {_ranks(tuple(Stage))} AS stages(stage, place) USING (stage)
)"""

_RAGS = str([str(rag) for rag in Rag])
_RAG_MOVES = f"""SELECT pipeline_id, project, rag_before AS before, rag_after AS after,
    list_position({_RAGS}, rag_after) > list_position({_RAGS}, rag_before) AS is_worse, comment
    FROM both_projects WHERE {_BOTH} AND rag_before <> rag_after
    ORDER BY list_position({_RAGS}, rag_after) DESC, lower(project), pipeline_id"""

_RISK_MOVES = f"""SELECT information_point_id, information_point, pipeline_id, project, CASE
        WHEN NOT was_live OR before_status IS NULL THEN '{RiskMove.OPENED}' WHEN NOT is_live THEN '{RiskMove.ARCHIVED}'
        WHEN before_status <> after_status AND after_status = '{PointStatus.CLOSED}' THEN '{RiskMove.CLOSED}'
        WHEN before_status <> after_status THEN '{RiskMove.REOPENED}'
        WHEN rating_after > rating_before THEN '{RiskMove.RATED_HIGHER}' ELSE '{RiskMove.RATED_LOWER}' END AS move,
    CASE WHEN was_live THEN rating_before END AS rating_before, CASE WHEN is_live THEN rating_after END AS rating_after
    FROM (
        SELECT coalesce(after.id, before.id) AS information_point_id,
            coalesce(after.name, before.name) AS information_point,
            coalesce(after.pipeline_id, before.pipeline_id) AS pipeline_id,
            coalesce(after.project, before.project) AS project, before.status AS before_status,
            after.status AS after_status, before.rating AS rating_before, after.rating AS rating_after,
            coalesce(before.is_live, false) AS was_live, coalesce(after.is_live, false) AS is_live
        FROM opening_points AS before FULL JOIN closing_points AS after ON after.id = before.id
    ) WHERE (was_live AND before_status = '{PointStatus.OPEN}' OR is_live AND after_status = '{PointStatus.OPEN}')
        AND (was_live <> is_live OR before_status <> after_status OR rating_before <> rating_after)
    ORDER BY coalesce(rating_after, rating_before) DESC, information_point, information_point_id"""


def _date_moves(first: int, last: int) -> str:
    """Return SQL of the moved dates: RTB of projects, and every date of their milestones.

    The forecast of the milestone RTB is left out: it is the project's own RTB date.
    """
    moves = [
        f"SELECT pipeline_id, project, 'RTB' AS name, rtb_before AS before, rtb_after AS after FROM both_projects "
        f"WHERE {_BOTH} AND rtb_before IS DISTINCT FROM rtb_after"
    ]
    moves += [
        f"SELECT projects.pipeline_id, project, after.name || ', {field.title.lower()}' AS name, before.{field.name}, "
        f"after.{field.name} FROM ({past_table(Milestone.kind, first)}) AS before "
        f"JOIN ({past_table(Milestone.kind, last)}) AS after ON after.id = before.id JOIN both_projects AS projects "
        f"ON projects.pipeline_id = after.pipeline_id WHERE {_BOTH} AND NOT (before.archived OR after.archived) "
        f"AND before.{field.name} IS DISTINCT FROM after.{field.name} "
        f"AND NOT (after.name = '{MilestoneName.RTB}' AND '{field.name}' = 'forecast_date')"
        for field in fields_of(Milestone.kind)
        if field.value_type is FieldType.DATE
    ]
    return (
        f"SELECT *, (after - before)::BIGINT AS days FROM ({' UNION ALL '.join(moves)}) "
        "ORDER BY abs(days) DESC NULLS LAST, lower(project), pipeline_id, name"
    )
