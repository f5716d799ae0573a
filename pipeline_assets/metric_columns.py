"""The columns of each metric view: type, meaning, and the columns that they are computed from.

Belongs here: descriptions for the catalogue. Not here: the SQL (`metrics.py`); a test compares both.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ViewColumn:
    """A column of a view; `sources` lists what it is computed from as `table.column`, and nothing for a constant."""

    type: str
    description: str
    sources: tuple[str, ...] = ()


def _column_note(type_: str, description: str, sources: str = "") -> ViewColumn:
    return ViewColumn(type_, description, tuple(sources.split()))


def _project(description: str = "Name of the project.") -> dict[str, ViewColumn]:
    return {
        "pipeline_id": _column_note("VARCHAR", "Id of the project.", "pipelines.id"),
        "name": _column_note("VARCHAR", description, "pipelines.name"),
    }


_STAGE = _column_note("VARCHAR", "Stage of the project.", "pipelines.stage")
_ORDER = "Position of the stage, 1 for the first."
_RTB_DATE = _column_note("DATE", "When the project becomes ready to build.", "pipelines.rtb_date")
_CAPACITY = "project_capacity.capacity_mwp"
_WEIGHTED = "project_capacity.weighted_mwp"

VIEW_COLUMNS: dict[str, dict[str, ViewColumn]] = {
    "stage_weights_in_force": {
        "stage": _column_note("VARCHAR", "Stage of a project."),
        "stage_order": _column_note("INTEGER", _ORDER),
        "weight": _column_note(
            "DOUBLE", "Probability that a project of the stage is built, 0-1.", "stage_weights.weight"
        ),
        "is_default": _column_note("BOOLEAN", "Whether nobody has entered a weight.", "stage_weights.weight"),
    },
    "project_capacity": {
        **_project(),
        "stage": _STAGE,
        "stage_order": _column_note(
            "INTEGER", "Position of the stage, 1 for the first.", "stage_weights_in_force.stage_order"
        ),
        "rag": _column_note("VARCHAR", "RAG status of the project.", "pipelines.rag"),
        "rtb_date": _RTB_DATE,
        "facility_id": _column_note("VARCHAR", "Id of the facility.", "facilities.id"),
        "technology": _column_note("VARCHAR", "Technology of the facility.", "facilities.technology"),
        "capacity_mwp": _column_note("DOUBLE", "Capacity of the facility, MWp.", "facilities.capacity_mwp"),
        "weight": _column_note("DOUBLE", "Probability of the stage, 0-1.", "stage_weights_in_force.weight"),
        "weight_is_default": _column_note("BOOLEAN", "Whether that is a default.", "stage_weights_in_force.is_default"),
        "weighted_mwp": _column_note(
            "DOUBLE", "Capacity x probability, MWp.", "facilities.capacity_mwp stage_weights_in_force.weight"
        ),
    },
    "capacity_by_technology_and_stage": {
        "technology": _column_note("VARCHAR", "Technology of the facilities.", "project_capacity.technology"),
        "stage": _column_note("VARCHAR", "Stage of the projects.", "project_capacity.stage"),
        "stage_order": _column_note("INTEGER", _ORDER, "project_capacity.stage_order"),
        "projects": _column_note("BIGINT", "Number of projects.", "project_capacity.pipeline_id"),
        "facilities": _column_note("BIGINT", "Number of facilities.", "project_capacity.facility_id"),
        "gross_mwp": _column_note("DOUBLE", "Capacity, MWp.", _CAPACITY),
        "weight": _column_note("DOUBLE", "Probability of the stage, 0-1.", "project_capacity.weight"),
        "weight_is_default": _column_note(
            "BOOLEAN", "Whether that is a default.", "project_capacity.weight_is_default"
        ),
        "weighted_mwp": _column_note("DOUBLE", "Capacity x probability, MWp.", _WEIGHTED),
    },
    "cumulative_capacity_by_rtb_date": {
        "technology": _column_note("VARCHAR", "Technology of the facilities, or Total.", "project_capacity.technology"),
        "rtb_date": _column_note("DATE", "When it becomes ready to build.", "project_capacity.rtb_date"),
        "gross_mwp": _column_note("DOUBLE", "Capacity of that date, MWp.", _CAPACITY),
        "weighted_mwp": _column_note("DOUBLE", "Capacity x probability of that date, MWp.", _WEIGHTED),
        "cumulative_gross_mwp": _column_note("DOUBLE", "Capacity up to that date, MWp.", _CAPACITY),
        "cumulative_weighted_mwp": _column_note("DOUBLE", "Capacity x probability up to that date, MWp.", _WEIGHTED),
    },
    "rtb_slippage": {
        **_project(),
        "stage": _STAGE,
        "first_rtb_date": _column_note("DATE", "The first RTB date that the project had.", "status_history.rtb_date"),
        "rtb_date": _RTB_DATE,
        "slippage_days": _column_note(
            "BIGINT", "Days from the first RTB date to the present one.", "pipelines.rtb_date status_history.rtb_date"
        ),
    },
    "project_milestones": {
        "milestone_id": _column_note("VARCHAR", "Id of the milestone, if it was recorded.", "milestones.id"),
        "pipeline_id": _column_note("VARCHAR", "Id of the project.", "milestones.pipeline_id pipelines.id"),
        "project": _column_note("VARCHAR", "Name of the project.", "pipelines.name"),
        "stage": _STAGE,
        "milestone": _column_note("VARCHAR", "The milestone.", "milestones.name"),
        "milestone_order": _column_note("INTEGER", "Its place in the usual order, from 1."),
        "planned_date": _column_note(
            "DATE",
            "The baseline; of RTB without one, the first RTB date.",
            "milestones.planned_date rtb_slippage.first_rtb_date",
        ),
        "forecast_date": _column_note(
            "DATE", "When it is expected; of RTB, the RTB date.", "milestones.forecast_date pipelines.rtb_date"
        ),
        "actual_date": _column_note("DATE", "When it was reached.", "milestones.actual_date"),
        "slip_days": _column_note(
            "BIGINT",
            "Actual or forecast date minus planned date, days.",
            "milestones.planned_date milestones.forecast_date milestones.actual_date rtb_slippage.first_rtb_date",
        ),
        "owner": _column_note("VARCHAR", "Who looks after it.", "milestones.owner"),
        "note": _column_note("VARCHAR", "What is to be known of it.", "milestones.note"),
    },
    "overdue_rtb": {
        **_project(),
        "stage": _STAGE,
        "rtb_date": _RTB_DATE,
        "days_overdue": _column_note("BIGINT", "Days since the RTB date.", "pipelines.rtb_date"),
    },
    "days_since_update": {
        **_project(),
        "updated_at_utc": _column_note(
            "TIMESTAMPTZ",
            "The newest change of the project, its parts or its facilities, UTC.",
            "pipelines.updated_at_utc pipeline_facilities.updated_at_utc pipeline_counterparties.updated_at_utc "
            "information_points.updated_at_utc milestones.updated_at_utc comments.updated_at_utc "
            "facilities.updated_at_utc",
        ),
        "days": _column_note("BIGINT", "Days since then.", "pipelines.updated_at_utc"),
    },
    "open_risks": {
        "information_point_id": _column_note("VARCHAR", "Id of the information point.", "information_points.id"),
        "name": _column_note("VARCHAR", "Title of the information point.", "information_points.name"),
        "pipeline_id": _column_note("VARCHAR", "Id of its project, if it has one.", "information_points.pipeline_id"),
        "pipeline_name": _column_note("VARCHAR", "Name of that project.", "pipelines.name"),
        "market": _column_note(
            "VARCHAR", "Its own market, or that of its project.", "information_points.market pipelines.market"
        ),
        "technology": _column_note("VARCHAR", "Its own technology, if it has one.", "information_points.technology"),
        "impact": _column_note("BIGINT", "1 (negligible) to 100 (stops the project).", "information_points.impact"),
        "likelihood": _column_note(
            "BIGINT", "1 (very unlikely) to 100 (has happened).", "information_points.likelihood"
        ),
        "rating": _column_note(
            "BIGINT", "Impact x likelihood, 1-10,000.", "information_points.impact information_points.likelihood"
        ),
        "owner": _column_note("VARCHAR", "Who looks after it.", "information_points.owner"),
        "due_date": _column_note("DATE", "When it is due.", "information_points.due_date"),
        "updated_at_utc": _column_note(
            "TIMESTAMPTZ", "When it was last changed, UTC.", "information_points.updated_at_utc"
        ),
    },
}
"The columns by the name of the view, in the view's order."
