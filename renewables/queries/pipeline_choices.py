"""The choices that the filters of the landed pipeline offer.

Not here: the filter and what it selects (`pipeline.py`).
"""

from dataclasses import dataclass

from pipeline_assets import tables
from pipeline_assets.vocabulary import Market, Rag, Stage, Technology
from renewables.queries.snapshot import Connection, snapshot_connection
from warehouse.connection import has_table


@dataclass(frozen=True)
class Choices:
    """The values of live projects and open information points, in the order of the vocabularies.

    Counterparties are ordered by name; `projects` is the number of projects.
    """

    projects: int
    markets: list[str]
    stages: list[str]
    technologies: list[str]
    rags: list[str]
    counterparties: list[str]


def choices(con: Connection | None = None) -> Choices | None:
    """Return the values of projects and open information points, or None before anything of a pipeline has landed.

    After an update with new fields it is also None, until the tables are rebuilt.
    """
    with snapshot_connection(con) as snapshot:
        if not has_table(snapshot, "project_capacity") or not tables.is_current(snapshot):
            return None
        projects = snapshot.execute("SELECT market, stage, rag FROM pipelines WHERE NOT archived").fetchall()
        technologies = snapshot.execute(
            "SELECT technology FROM project_capacity UNION SELECT technology FROM open_risks"
        ).fetchall()
        point_markets = snapshot.execute("SELECT DISTINCT market FROM open_risks").fetchall()
        counterparties = snapshot.execute(
            "SELECT DISTINCT name FROM counterparties AS company JOIN ("
            "SELECT counterparty_id FROM pipeline_counterparties WHERE NOT archived UNION ALL "
            "SELECT counterparty_id FROM information_point_counterparties WHERE NOT archived"
            ") AS link ON link.counterparty_id = company.id WHERE NOT company.archived ORDER BY lower(name)"
        ).fetchall()
    columns = [set(column) for column in zip(*projects, strict=True)] or [set(), set(), set()]
    return Choices(
        len(projects),
        [market.value for market in Market if market in columns[0] or (market,) in point_markets],
        [stage.value for stage in Stage if stage in columns[1]],
        [technology.value for technology in Technology if (technology,) in technologies],
        [rag.value for rag in Rag if rag in columns[2]],
        [name for (name,) in counterparties],
    )
