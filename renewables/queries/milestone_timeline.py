"""The landed milestones over time: of the projects that match a filter, or of one project.

Not here: milestones as they are in the ledger now (`milestones.py`), the chart (`renewables/charts/milestones.py`).
"""

import polars as pl

from pipeline_assets.todo import BUILDING
from pipeline_assets.vocabulary import MilestoneName
from renewables.queries.pipeline import Filter, query_chosen
from renewables.queries.snapshot import Connection, query_frame, snapshot_connection

_SHOWN = (
    "SELECT pipeline_id, project, project_milestones.stage, milestone, planned_date, forecast_date, actual_date, "
    "slip_days, owner, milestone_id FROM project_milestones"
)
_DATED = "coalesce(planned_date, forecast_date, actual_date) IS NOT NULL"


def portfolio_timeline(wanted: Filter, con: Connection | None = None) -> pl.DataFrame:
    """Return the dated milestones of the projects that match, the project with the next one first.

    Columns: pipeline_id, project, stage, milestone, planned_date, forecast_date, actual_date, slip_days, owner,
    milestone_id (null for an RTB date without a recorded milestone).
    """
    is_past = "actual_date IS NOT NULL OR (milestone = $rtb AND list_contains($building, chosen.stage))"
    due = f"CASE WHEN NOT ({is_past}) THEN coalesce(forecast_date, planned_date) END"
    with snapshot_connection(con) as snapshot:
        return query_chosen(
            snapshot,
            wanted,
            f"{_SHOWN} JOIN chosen ON chosen.id = pipeline_id WHERE {_DATED} ORDER BY "
            f"min({due}) OVER (PARTITION BY pipeline_id) NULLS LAST, project, pipeline_id, milestone_order",
            rtb=str(MilestoneName.RTB),
            building=list(map(str, BUILDING)),
        )


def project_timeline(project: str, con: Connection | None = None) -> pl.DataFrame:
    """Return the dated milestones of one project in their usual order; columns as of `portfolio_timeline`."""
    with snapshot_connection(con) as snapshot:
        return query_frame(
            snapshot,
            f"{_SHOWN} WHERE pipeline_id = $project AND {_DATED} ORDER BY milestone_order",
            {"project": project},
        )
