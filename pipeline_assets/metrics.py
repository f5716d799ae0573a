"""The metrics of the pipeline: views on its tables, so that a snapshot contains them and no run is needed.

Belongs here: SQL, and the default probabilities of stages. Not here: the tables (`tables.py`). Views never name the
catalogue. Archived projects, records and parts are not counted. MWp is defined in the model `Facility`; days are UTC
days.
"""

from dataclasses import dataclass

from pipeline_assets.models import ENTITIES, Project
from pipeline_assets.vocabulary import STAGES_IN_ORDER, MilestoneName, PointStatus, Stage
from warehouse.date_bounds import EARLIEST_DATE, LATEST_DATE

DEFAULT_WEIGHTS = {
    Stage.DISCOVERY: 0.1,
    Stage.DESIGN: 0.25,
    Stage.PROCUREMENT: 0.5,
    Stage.CONSTRUCTION: 0.9,
    Stage.COMMISSIONING: 0.95,
    Stage.COMPLETED: 1.0,
    Stage.ON_HOLD: 0.05,
}
"The probability that a project at a stage is built, until somebody enters a weight (`stage_weights`)."

TODAY = "(now() AT TIME ZONE 'UTC')::DATE"
"SQL for the current UTC day. `current_date` would be the day in the time zone of the reader's machine."

BEFORE_CONSTRUCTION = STAGES_IN_ORDER[: STAGES_IN_ORDER.index(Stage.CONSTRUCTION)]


@dataclass(frozen=True)
class View:
    """A view; `reads` names the tables and views that it reads."""

    description: str
    reads: tuple[str, ...]
    sql: str


def _sql_words(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _parts_of_projects() -> str:
    """Return SQL for (pipeline_id, updated_at_utc) of every part of a project."""
    parts = [entity.kind for entity in ENTITIES.values() if "pipeline_id" in entity.owners]
    return " UNION ALL ".join(f"SELECT pipeline_id, updated_at_utc FROM {kind}" for kind in parts)


VIEWS: dict[str, View] = {
    "stage_weights_in_force": View(
        "Probability of each stage: the one entered, else a default (`is_default`).",
        ("stage_weights",),
        "SELECT stage, stage_order, coalesce(entered.weight, known.weight) AS weight, "
        "entered.weight IS NULL AS is_default FROM (VALUES "
        + ", ".join(f"('{stage}', {n}, {DEFAULT_WEIGHTS[stage]}::DOUBLE)" for n, stage in enumerate(Stage, 1))
        + ") AS known(stage, stage_order, weight) "
        "LEFT JOIN (SELECT stage, weight FROM stage_weights WHERE NOT archived) AS entered USING (stage)",
    ),
    "project_capacity": View(
        "Each facility of each project with its stage, RTB date, MWp, and MWp x probability of the stage. A facility "
        "that two projects name stands in both.",
        ("pipelines", "pipeline_facilities", "facilities", "stage_weights_in_force"),
        "SELECT project.id AS pipeline_id, project.name, project.stage, stage_order, project.rag, project.rtb_date, "
        "facility.id AS facility_id, facility.technology, facility.capacity_mwp, weight, "
        "is_default AS weight_is_default, capacity_mwp * weight AS weighted_mwp "
        "FROM pipelines AS project JOIN pipeline_facilities AS link ON link.pipeline_id = project.id "
        "JOIN facilities AS facility ON facility.id = link.facility_id JOIN stage_weights_in_force USING (stage) "
        "WHERE NOT (project.archived OR link.archived OR facility.archived)",
    ),
    "capacity_by_technology_and_stage": View(
        "Gross and probability-weighted MWp, projects and facilities of each technology in each stage.",
        ("project_capacity",),
        "SELECT technology, stage, stage_order, count(DISTINCT pipeline_id) AS projects, "
        "count(DISTINCT facility_id) AS facilities, sum(capacity_mwp) AS gross_mwp, weight, weight_is_default, "
        "sum(weighted_mwp) AS weighted_mwp FROM project_capacity GROUP BY ALL",
    ),
    "cumulative_capacity_by_rtb_date": View(
        "MWp that become ready to build on a date, and all up to then, of each technology and of the 'Total'. "
        "Projects without an RTB date are not in it.",
        ("project_capacity",),
        "SELECT technology, rtb_date, gross_mwp, weighted_mwp, "
        "sum(gross_mwp) OVER up_to AS cumulative_gross_mwp, sum(weighted_mwp) OVER up_to AS cumulative_weighted_mwp "
        "FROM (SELECT coalesce(technology, 'Total') AS technology, rtb_date, sum(capacity_mwp) AS gross_mwp, "
        "sum(weighted_mwp) AS weighted_mwp FROM project_capacity WHERE rtb_date IS NOT NULL "
        "GROUP BY GROUPING SETS ((technology, rtb_date), (rtb_date))) "
        "WINDOW up_to AS (PARTITION BY technology ORDER BY rtb_date)",
    ),
    "rtb_slippage": View(
        "Days from the first RTB date that a project had to the one it has; negative where it came nearer. A status "
        "counts from its date on, and at the latest from the day on which it was entered; an RTB date outside of "
        f"{EARLIEST_DATE.year} to {LATEST_DATE.year} is no first one.",
        ("pipelines", "status_history"),
        "SELECT project.id AS pipeline_id, project.name, project.stage, first_rtb_date, project.rtb_date, "
        "project.rtb_date - first_rtb_date AS slippage_days FROM pipelines AS project "
        "JOIN (SELECT pipeline_id, arg_min(rtb_date, (least(status_date, (submitted_at_utc AT TIME ZONE 'UTC')::DATE), "
        "position)) AS first_rtb_date FROM status_history "
        f"WHERE rtb_date BETWEEN DATE '{EARLIEST_DATE}' AND DATE '{LATEST_DATE}' GROUP BY pipeline_id) AS earliest "
        "ON earliest.pipeline_id = project.id "
        "WHERE NOT project.archived AND project.rtb_date IS NOT NULL",
    ),
    "project_milestones": View(
        "Milestones of live projects with slip in days: actual or forecast date minus planned date. Every project with "
        "an RTB date has its RTB milestone, also where nobody recorded one (milestone_id is null then). RTB without a "
        "planned date has the first RTB date in its place.",
        ("pipelines", "milestones", "rtb_slippage"),
        "SELECT milestone_id, project.id AS pipeline_id, project.name AS project, stage, milestone, milestone_order, "
        "planned_date, forecast_date, actual_date, coalesce(actual_date, forecast_date) - planned_date AS slip_days, "
        "owner, note FROM (SELECT milestone.id AS milestone_id, coalesce(milestone.pipeline_id, rtb.pipeline_id) AS "
        f"pipeline_id, coalesce(milestone.name, '{MilestoneName.RTB}') AS milestone, "
        "coalesce(milestone.planned_date, first_rtb_date) AS planned_date, "
        "coalesce(milestone.forecast_date, rtb.rtb_date) AS forecast_date, actual_date, "
        "coalesce(owner, '') AS owner, coalesce(note, '') AS note "
        "FROM (FROM milestones WHERE NOT archived) AS milestone FULL JOIN rtb_slippage AS rtb "
        f"ON rtb.pipeline_id = milestone.pipeline_id AND milestone.name = '{MilestoneName.RTB}') "
        "JOIN pipelines AS project ON project.id = pipeline_id JOIN (VALUES "
        + ", ".join(f"('{milestone}', {n})" for n, milestone in enumerate(MilestoneName, 1))
        + ") AS known(milestone, milestone_order) USING (milestone) WHERE NOT project.archived",
    ),
    "overdue_rtb": View(
        "Projects whose RTB date is before today, and which are in a stage before Construction.",
        ("pipelines",),
        f"SELECT id AS pipeline_id, name, stage, rtb_date, {TODAY} - rtb_date AS days_overdue FROM pipelines "
        f"WHERE NOT archived AND rtb_date < {TODAY} AND stage IN ({_sql_words(BEFORE_CONSTRUCTION)})",
    ),
    "days_since_update": View(
        "Days since anything of a project was changed: itself, its parts (links, information points, comments), one of "
        "its facilities, or a comment on one.",
        ("pipelines", *(entity.kind for entity in ENTITIES.values() if "pipeline_id" in entity.owners), "facilities"),
        "SELECT project.id AS pipeline_id, project.name, max(touched.updated_at_utc) AS updated_at_utc, "
        f"{TODAY} - (max(touched.updated_at_utc) AT TIME ZONE 'UTC')::DATE AS days FROM pipelines AS project JOIN ("
        f"SELECT id AS pipeline_id, updated_at_utc FROM {Project.kind} UNION ALL {_parts_of_projects()} "
        "UNION ALL SELECT pipeline_id, facilities.updated_at_utc FROM pipeline_facilities JOIN facilities "
        "ON facilities.id = facility_id "
        "UNION ALL SELECT link.pipeline_id, comments.updated_at_utc FROM pipeline_facilities AS link JOIN comments "
        "ON comments.facility_id = link.facility_id) AS touched ON touched.pipeline_id = project.id "
        "WHERE NOT project.archived GROUP BY ALL",
    ),
    "open_risks": View(
        "Open information points with their rating, impact x likelihood (1-10,000), of live projects and of none; "
        "market: its own or that of its project, technology: its own.",
        ("information_points", "pipelines"),
        "SELECT point.id AS information_point_id, point.name, point.pipeline_id, project.name AS pipeline_name, "
        "coalesce(point.market, project.market) AS market, point.technology, point.impact, point.likelihood, "
        "point.impact * point.likelihood AS rating, point.owner, point.due_date, point.updated_at_utc "
        "FROM information_points AS point LEFT JOIN pipelines AS project "
        f"ON project.id = point.pipeline_id WHERE point.status = '{PointStatus.OPEN}' "
        "AND NOT point.archived AND NOT coalesce(project.archived, false)",
    ),
}
"The views by name, each after those that it reads."


def view_statements() -> list[str]:
    """Return the DDL of the views."""
    return [f"CREATE OR REPLACE VIEW {name} AS {view.sql}" for name, view in VIEWS.items()]
