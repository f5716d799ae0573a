"""The milestones of projects as they are in the ledger now: of one project, as a list, and from a template.

Not here: the timeline of landed data (`milestone_timeline.py`), what is to be done soon (`todo.py`).
"""

from datetime import date

import polars as pl

from pipeline_assets.ledger.changes import Change, Record
from pipeline_assets.milestone_templates import template_changes
from pipeline_assets.models import Milestone
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from pipeline_assets.vocabulary import MilestoneName
from renewables.queries.record_lists import records_frame
from renewables.queries.records import facilities_of

ORDER = {str(name): n for n, name in enumerate(MilestoneName)}


def milestones_of(portfolio: Portfolio, project: str, *, archived: bool = False) -> list[Record]:
    """Return the milestones of a project in their usual order."""
    records = portfolio.referencing(Milestone.kind, "pipeline_id", project, archived=archived)
    return sorted(records, key=lambda record: ORDER[record.fields["name"]])


def slip_days(milestone: Record) -> int | None:
    """Return the actual or forecast date minus the planned date, in days, or None where one is not known."""
    fields = milestone.fields
    expected = fields["actual_date"] or fields["forecast_date"]
    if not (expected and fields["planned_date"]):
        return None
    return (date.fromisoformat(expected) - date.fromisoformat(fields["planned_date"])).days


def missing_milestones(portfolio: Portfolio, project: Record) -> list[Change]:
    """Return the changes that add the milestones of the template of the project's technologies that it lacks."""
    existing = [each for state in (False, True) for each in milestones_of(portfolio, project.id, archived=state)]
    technologies = {plant.fields["technology"] for _, plant in facilities_of(portfolio, project.id)}
    return template_changes(project, technologies, existing)


def milestone_list(portfolio: Portfolio, *, archived: bool = False) -> pl.DataFrame:
    """Return one row per milestone, those ahead first by date, then those that were reached.

    Columns: id, every field of the model, the name and stage of its project, slip_days (actual or forecast date minus
    planned date), and the position of its newest change.
    """
    projects = pl.concat([records_frame(portfolio, "pipelines", archived=state) for state in (False, True)]).select(
        pl.col("id").alias("pipeline_id"), pl.col("name").alias("project"), "stage"
    )
    rows = records_frame(portfolio, Milestone.kind, archived=archived).join(
        projects, on="pipeline_id", how="left", maintain_order="left"
    )
    slip = (pl.coalesce("actual_date", "forecast_date") - pl.col("planned_date")).dt.total_days().alias("slip_days")
    date = pl.coalesce("actual_date", "forecast_date", "planned_date")
    order = pl.col("name").replace_strict(ORDER, return_dtype=pl.Int64)
    return rows.with_columns(slip).sort(
        pl.col("actual_date").is_not_null(), date, "project", order, nulls_last=True, maintain_order=True
    )
