"""What is to be done soon: milestones and information points that are overdue or due in the next days, by owner.

Everything is as it is in the ledger now. Belongs here: the list, and its summary in sentences. Not here: the dates over
a longer time (`renewables/queries/milestone_timeline.py`).
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import polars as pl

from pipeline_assets.ledger.changes import Record
from pipeline_assets.ledger.notices import shorten_text
from pipeline_assets.models import InformationPoint, Milestone, Project
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from pipeline_assets.vocabulary import STAGES_IN_ORDER, MilestoneName, PointStatus, Stage

HORIZONS = (14, 30, 90)
"The days ahead within which something is due, each a heading."
OVERDUE, LATER = "Overdue", "Later"
WHEN = (OVERDUE, *(f"In {days} days" for days in HORIZONS), LATER)
BUILDING = STAGES_IN_ORDER[STAGES_IN_ORDER.index(Stage.CONSTRUCTION) :]
"The stages in which a project has been ready to build, whether somebody entered the day or not."
MOST_NAMES = 3
"The most entries, and the most owners, that a sentence names; it says how many there are besides."
LONGEST_NAME = 32
"The most characters of a name in a sentence."
_COLUMNS = {
    **{"when": pl.String, "due_date": pl.Date, "days": pl.Int64, "what": pl.String, "name": pl.String},
    **{"project": pl.String, "owner": pl.String, "record_kind": pl.String, "id": pl.String, "position": pl.Int64},
}


def todo_list(portfolio: Portfolio, today: date, *, days: int = HORIZONS[-1]) -> pl.DataFrame:
    """Return what is overdue or due within `days`, the earliest first.

    A milestone is due on its forecast date, or on the planned one without a forecast, until it has an actual date or
    its project is completed; RTB until construction. An information point is due until it is closed. A project with an
    RTB date and no recorded RTB milestone stands for it.

    Columns: when (one of `WHEN`), due_date, days (until then, negative if overdue), what (Milestone or Information
    point), name, project, owner, record_kind and id of the record to edit, position of its newest change.
    """
    rows = [*_due_milestones(portfolio), *_due_points(portfolio)]
    frame = pl.DataFrame(rows, schema={name: _COLUMNS[name] for name in _COLUMNS if name not in ("when", "days")})
    ahead = (pl.col("due_date") - pl.lit(today)).dt.total_days().alias("days")
    when = pl.lit(LATER)
    for horizon in reversed(HORIZONS):
        when = pl.when(pl.col("days") <= horizon).then(pl.lit(f"In {horizon} days")).otherwise(when)
    when = pl.when(pl.col("days") < 0).then(pl.lit(OVERDUE)).otherwise(when)
    due = frame.with_columns(ahead).filter(pl.col("days") <= days)
    return due.with_columns(when.alias("when")).select(*_COLUMNS).sort("due_date", "project", "name", nulls_last=True)


def todo_sentences(due: pl.DataFrame, today: date) -> list[str]:
    """Return a list of `todo_list` in sentences: how many are due and when, the most overdue, and the owners of all."""
    counts = dict(due.group_by("when").len().iter_rows())
    soon = [f"{counts[when]:,} {_when_text(when)}" for when in WHEN if when in counts]
    day = f"{today.day} {today:%b %Y}"
    if not soon:
        return [f"To do on {day}: nothing is overdue or due in {HORIZONS[-1]} days."]
    sentences = [f"To do on {day}: {', '.join(soon)}."]
    rows = due.filter(when=OVERDUE).sort("days", maintain_order=True).iter_rows(named=True)
    if overdue := [_overdue_text(row) for row in rows]:
        sentences.append(f"Most overdue: {_first_names(overdue)}.")
    owners = due.group_by("owner").len().sort(pl.col("owner") == "", -pl.col("len").cast(pl.Int64), "owner")
    texts = [f"{_short(owner) or 'no owner'} {count:,}" for owner, count in owners.iter_rows()]
    return [*sentences, f"By owner: {_first_names(texts)}."]


def _overdue_text(row: dict[str, Any]) -> str:
    """Return an entry as `Fen (RTB, Ann, 3 days)`; one without a project by its own name."""
    first, *names = [_short(name) for name in (row["project"], row["name"]) if name]
    days = "1 day" if row["days"] == -1 else f"{-row['days']:,} days"
    return f"{first} ({', '.join([*names, _short(row['owner']) or 'no owner', days])})"


def _when_text(when: str) -> str:
    return "overdue" if when == OVERDUE else f"due {when.lower()}"


def _short(name: str) -> str:
    return shorten_text(name, LONGEST_NAME)


def _first_names(texts: Sequence[str]) -> str:
    more = len(texts) - MOST_NAMES
    return ", ".join(texts[:MOST_NAMES]) + (f" and {more:,} more" if more > 0 else "")


def _due_milestones(portfolio: Portfolio) -> Iterator[dict[str, Any]]:
    projects = {project.id: project for project in portfolio.of_kind(Project.kind)}
    with_rtb = set()
    for milestone in portfolio.of_kind(Milestone.kind):
        fields, project = milestone.fields, projects.get(milestone.fields["pipeline_id"])
        if fields["name"] == MilestoneName.RTB:
            with_rtb.add(fields["pipeline_id"])
        due = fields["forecast_date"] or fields["planned_date"]
        if project and due and not fields["actual_date"] and not _is_past(fields["name"], project):
            yield _row(milestone, "Milestone", fields["name"], project, due)
    for project in projects.values():
        due = project.fields["rtb_date"]
        if due and project.id not in with_rtb and not _is_past(MilestoneName.RTB, project):
            yield _row(project, "Milestone", str(MilestoneName.RTB), project, due)


def _due_points(portfolio: Portfolio) -> Iterator[dict[str, Any]]:
    for point in portfolio.of_kind(InformationPoint.kind):
        fields = point.fields
        project = portfolio.get(Project.kind, fields["pipeline_id"]) if fields["pipeline_id"] else None
        if fields["due_date"] and fields["status"] == PointStatus.OPEN and not (project and project.archived):
            yield _row(point, "Information point", fields["name"], project, fields["due_date"])


def _is_past(milestone: str, project: Record) -> bool:
    """Return whether the stage of a project says that the milestone was reached."""
    stage = project.fields["stage"]
    return stage == Stage.COMPLETED or (milestone == MilestoneName.RTB and stage in BUILDING)


def _row(record: Record, what: str, name: str, project: Record | None, due: str) -> dict[str, Any]:
    return {
        **{"due_date": date.fromisoformat(due), "what": what, "name": name},
        **{"project": project.fields["name"] if project else None, "owner": record.fields.get("owner", "")},
        **{"record_kind": record.kind, "id": record.id, "position": record.position},
    }
