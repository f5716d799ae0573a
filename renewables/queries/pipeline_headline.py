"""The headline of the pipeline: what moved since an earlier day, and how many items are overdue, under one filter.

Not here: the sums of the headline (`pipeline.py`), the lists of what moved (`changes.py`) and of what is due
(`pipeline_assets/todo.py`).
"""

from dataclasses import dataclass
from datetime import date

from elexon_assets.time_inputs import end_of_day
from pipeline_assets.past_tables import past_table, position_at
from pipeline_assets.todo import BUILDING
from pipeline_assets.vocabulary import STAGES_IN_ORDER, MilestoneName, Stage
from renewables.queries.pipeline import RISKS, Filter, query_chosen
from renewables.queries.snapshot import Connection, snapshot_connection


@dataclass(frozen=True)
class Moves:
    """The numbers of projects that moved since an earlier day."""

    advanced: int
    "Those in a later stage than then."
    slipped: int
    "Those with a later RTB date than then."


def moves_since(wanted: Filter, day: date, con: Connection | None = None) -> Moves | None:
    """Return how many of the present projects moved since the end of a UTC day; None if the ledger was empty then."""
    with snapshot_connection(con) as snapshot:
        position = position_at(snapshot, end_of_day(day))
        if not position:
            return None
        [(advanced, slipped)] = query_chosen(
            snapshot,
            wanted,
            "SELECT count(*) FILTER (WHERE list_position($order, chosen.stage) > list_position($order, earlier.stage)),"
            " count(*) FILTER (WHERE chosen.rtb_date > earlier.rtb_date) "
            f"FROM chosen JOIN ({past_table('pipelines', position)}) AS earlier USING (id) WHERE NOT earlier.archived",
            order=[*STAGES_IN_ORDER],
        ).rows()
    return Moves(advanced, slipped)


def overdue_items(wanted: Filter, con: Connection | None = None) -> int:
    """Return how many milestones and information points are overdue, as `pipeline_assets.todo.todo_list` counts them.

    Information points match the filter as in `open_risks`.
    """
    with snapshot_connection(con) as snapshot:
        [(milestones, points)] = query_chosen(
            snapshot,
            wanted,
            f""", due AS (
                SELECT pipeline_id, name, coalesce(forecast_date, planned_date) AS due_date FROM milestones
                WHERE NOT archived AND actual_date IS NULL
                UNION ALL
                SELECT id, $rtb, rtb_date FROM chosen WHERE id NOT IN (
                    SELECT pipeline_id FROM milestones WHERE NOT archived AND name = $rtb
                )
            ) SELECT (
                SELECT count(*) FROM due JOIN chosen ON chosen.id = due.pipeline_id WHERE due_date < $today
                AND chosen.stage <> $completed AND NOT (due.name = $rtb AND list_contains($building, chosen.stage))
            ), (SELECT count(*) {RISKS} AND due_date < $today)""",
            today=wanted.today,
            rtb=str(MilestoneName.RTB),
            completed=str(Stage.COMPLETED),
            building=[*BUILDING],
        ).rows()
    return int(milestones + points)
