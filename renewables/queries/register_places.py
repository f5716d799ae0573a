"""The place that a person names to find register records near it: a project of ours, or coordinates.

Not here: what is near it (`registers.py`), reading coordinates (`pipeline_assets/coordinates.py`).
"""

from pipeline_assets.coordinates import parse_coordinates
from pipeline_assets.errors import UnreadableValue
from pipeline_assets.ledger.changes import Record
from pipeline_assets.names import name_key
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from renewables.queries.records import facilities_of
from renewables.user_errors import BadUsage

SIMILAR_NAMES = 5
Places = tuple[tuple[float, float], ...]


def places_named(text: str, portfolio: Portfolio) -> Places:
    """Return (latitude, longitude) of a text such as "52.45, -0.25", or of the facilities of a project.

    The project is named by its id or its name. Raises BadUsage if it is unknown or has no coordinates.
    """
    try:
        return (parse_coordinates(text),)
    except UnreadableValue:
        project = _named_project(text.strip(), portfolio)
    places = places_of(portfolio, project.id)
    if not places:
        raise BadUsage(
            f"No facility of {project.fields['name']} has coordinates: enter them on its page, or write coordinates "
            "such as 52.45, -0.25."
        )
    return places


def places_of(portfolio: Portfolio, project_id: str) -> Places:
    """Return the coordinates of the facilities of a project."""
    plants = [plant.fields for _, plant in facilities_of(portfolio, project_id)]
    return tuple((plant["latitude"], plant["longitude"]) for plant in plants if plant["latitude"] is not None)


def _named_project(text: str, portfolio: Portfolio) -> Record:
    by_id = portfolio.get("pipelines", text)
    candidates = [by_id] if by_id else portfolio.by_name("pipelines", text)
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        ids = " or ".join(each.id for each in candidates)
        raise BadUsage(f"{len(candidates)} projects are called {text!r}: write the id, {ids}.")
    similar = [each for each in portfolio.of_kind("pipelines") if name_key(text) in name_key(str(each.fields["name"]))]
    if len(similar) == 1:
        return similar[0]
    names = ", ".join(f"{each.fields['name']}" for each in similar[:SIMILAR_NAMES])
    hint = f" Similar names: {names}." if names else ""
    raise BadUsage(f"No project is called {text!r}, and it is not coordinates such as 52.45, -0.25.{hint}")
