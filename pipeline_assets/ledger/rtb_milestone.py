"""The RTB date of a project and the forecast of its RTB milestone are one date: a batch that sets one sets the other.

Both are stored, so that every form, list, file and table reads either as any other field. Nothing but `align_dates`
keeps them equal: it runs in the transaction of each batch, also of imports and reverts, after all its changes. A
project whose RTB milestone nobody has recorded has its RTB date alone. Not here: applying a change (`draft.py`).
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from pipeline_assets.errors import Problem
from pipeline_assets.ledger.changes import Change, Record, Recorded
from pipeline_assets.ledger.draft import Draft
from pipeline_assets.models import Milestone, Project
from pipeline_assets.vocabulary import MilestoneName


def align_dates(draft: Draft, today: date) -> tuple[Recorded, ...]:
    """Return the further changes that make both dates of each project of the batch agree.

    A batch that sets them to different dates has a problem.
    """
    pairs = [pair for id in _projects_concerned(draft) if (pair := _project_with_milestone(draft, id))]
    changes = [change for project, milestone in pairs for change in _aligning_changes(draft, project, milestone)]
    return draft.apply(changes, today)


def _projects_concerned(draft: Draft) -> list[str]:
    """Return the ids of the projects whose dates may differ after the batch."""
    ids: dict[str, None] = {}
    for record in draft.touched.values():
        if record.kind == Project.kind and (_is_set(draft, record, "rtb_date") or _is_restored(draft, record)):
            ids[record.id] = None
            draft.stored.namesakes.expect(Milestone.kind, _unique_key(record.id))
        elif record.kind == Milestone.kind and record.fields["name"] == MilestoneName.RTB:
            ids[record.fields["pipeline_id"]] = None
            draft.stored.records.expect(Project.kind, record.fields["pipeline_id"])
    return list(ids)


def _project_with_milestone(draft: Draft, id: str) -> tuple[Record, Record] | None:
    """Return a project and its RTB milestone, or None where one of them is missing or archived."""
    project = draft.live_record(Project.kind, id)
    milestones = draft.with_unique_key(Milestone.kind, _unique_key(id)) if project else []
    live = [milestone for milestone in milestones if not milestone.archived]
    return (project, live[0]) if project and live else None


def _aligning_changes(draft: Draft, project: Record, milestone: Record) -> Iterator[Change]:
    """Yield the change of the date that the batch did not set; of a milestone that only joins, the project's counts."""
    rtb_date, forecast = project.fields["rtb_date"], milestone.fields["forecast_date"]
    if rtb_date == forecast:
        return
    sets_project = _is_set(draft, project, "rtb_date")
    sets_milestone = _is_set(draft, milestone, "forecast_date") or (rtb_date is None and _became_rtb(draft, milestone))
    if sets_project and sets_milestone:
        message = f"is {forecast or 'empty'}, while the RTB date of the project is {rtb_date or 'empty'}: set only one"
        draft.problems.append(Problem(milestone.kind, milestone.id, "forecast_date", message))
    elif sets_milestone:
        change = Change.edit(project.kind, project.id, {"rtb_date": forecast}, base_version=project.version)
        yield replace(change, why="follows the forecast of the RTB milestone")
    else:
        change = Change.edit(milestone.kind, milestone.id, {"forecast_date": rtb_date}, base_version=milestone.version)
        yield replace(change, why="follows the RTB date of the project")


def _is_set(draft: Draft, record: Record, name: str) -> bool:
    """Return whether the batch gives a field another value."""
    earlier = draft.stored.records.get(record.kind, record.id)
    return bool(record.fields[name] != (earlier.fields[name] if earlier else None))


def _is_restored(draft: Draft, record: Record) -> bool:
    """Return whether the batch restores a record, whose counterpart may have changed while it was archived."""
    earlier = draft.stored.records.get(record.kind, record.id)
    return earlier is not None and earlier.archived and not record.archived


def _became_rtb(draft: Draft, milestone: Record) -> bool:
    """Return whether the batch moved the milestone to another project, or made it the RTB milestone."""
    earlier = draft.stored.records.get(milestone.kind, milestone.id)
    return (
        earlier is not None
        and not earlier.archived
        and draft.earlier_unique_key(milestone) != _unique_key(milestone.fields["pipeline_id"])
    )


def _unique_key(project: str) -> str:
    return str(Milestone.unique_key({"pipeline_id": project, "name": MilestoneName.RTB}))
