"""The scope of an information point: its market and its technologies.

This module uses no frames, so that the command line's list loads no library for them. Not here: rows of a list
(`records.py`).
"""

from pipeline_assets.ledger.changes import Record
from pipeline_assets.spreadsheets.portfolio_index import Portfolio


def market_and_technologies(portfolio: Portfolio, point: Record) -> tuple[str | None, list[str]]:
    """Return the market and the technologies of an information point: its own, or else those of its project."""
    project = portfolio.get("pipelines", point.fields["pipeline_id"] or "")
    market: str | None = point.fields["market"] or (project.fields["market"] if project else None)
    if point.fields["technology"]:
        return market, [point.fields["technology"]]
    links = portfolio.referencing("pipeline_facilities", "pipeline_id", project.id) if project else []
    plants = [portfolio.get("facilities", link.fields["facility_id"]) for link in links]
    return market, sorted({plant.fields["technology"] for plant in plants if plant})
