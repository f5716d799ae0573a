"""Saved views: the filters and columns of a page under a name, of one person or shared by all.

A view holds the parameters of its page's address. Views are settings of readers and not records of the portfolio: they
have no history and never land in the warehouse. Belongs here: what a view may be, and reading and writing views. Not
here: which parameters a page has (its own widgets), the menu of views (`dashboards/components/view_menu.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import sqlalchemy as sa
from pydantic import TypeAdapter, ValidationError

from pipeline_assets.access import Actor, Role
from pipeline_assets.entity import CONTROL_CHARACTERS
from pipeline_assets.errors import ViewRefused
from pipeline_assets.field_types import Name
from pipeline_assets.ledger import reader, schema
from pipeline_assets.models import new_id
from pipeline_assets.names import clean_name, name_key
from warehouse.setting_types import is_text

PAGES = {
    "projects": "Projects",
    "counterparties": "Counterparties",
    "information_points": "Information points",
    "milestones": "Milestones",
    "pipeline_dashboard": "Pipeline",
    "changes": "Changes",
    "todo": "To do",
    "analysis": "Analysis",
    "value": "Value",
    "forecast": "Forecast",
    "explorer": "Explorer",
}
"The titles of the pages that have saved views, by their path in the address."
SHARED = ""
"The owner of a view that everybody sees."
SAVED = "saved"
"The query parameter that opens a view by its id."
SAVING = "save views"
"What needs the role editor; reading views needs none of its own."
LONGEST_PARAMETERS = 16_000
"The most characters of all parameters of a view; an address in a browser is shorter."
LONGEST_OWNER = 200

Parameters = Mapping[str, Sequence[str]]
"The values of each query parameter."
_NAME: TypeAdapter[str] = TypeAdapter(Name)


@dataclass(frozen=True)
class SavedView:
    """The parameters of a page's address under a name."""

    id: str
    page: str
    name: str
    owner: str
    "The person whose view it is, or `SHARED`."
    parameters: dict[str, list[str]]
    version: int
    changed_by: str
    changed_at_utc: datetime

    @property
    def is_shared(self) -> bool:
        """Return whether everybody sees the view."""
        return self.owner == SHARED

    @property
    def address(self) -> str:
        """Return the part of the dashboard's address that opens the view."""
        return f"{self.page}?{SAVED}={self.id}"


def list_views(engine: sa.Engine, who: str = "", page: str | None = None) -> list[SavedView]:
    """Return the views of a person and the shared ones, by page; on each page the person's own first, then by name."""
    table = schema.saved_views.c
    owners = {name_key(who), SHARED} if who.strip() else {SHARED}
    query = sa.select(schema.saved_views).where(table.owner_key.in_(owners))
    if page is not None:
        query = query.where(table.page == page)
    with schema.reading(engine) as con:
        views = [_view_of(row) for row in con.execute(query)]
    pages = list(PAGES)
    known = [view for view in views if view.page in PAGES]
    return sorted(known, key=lambda view: (pages.index(view.page), view.is_shared, name_key(view.name), view.id))


def read_view(engine: sa.Engine, id: str) -> SavedView | None:
    """Return the view with an id, whoever owns it, or None."""
    if not is_text(id) or "\x00" in id:
        return None
    with schema.reading(engine) as con:
        return _stored_view(con, id)


def create_view(
    engine: sa.Engine, page: str, name: str, parameters: Parameters, *, actor: Actor, is_shared: bool
) -> SavedView:
    """Save the parameters of a page under a name and return the view. Raises ViewRefused and AccessRefused."""
    actor.require(Role.EDITOR, SAVING)
    author = _usable_author(actor)
    owner = SHARED if is_shared else author
    return restore_view(
        engine,
        SavedView(new_id(), page, name, owner, _usable_parameters(parameters), 0, author, datetime.now(UTC)),
        actor=actor,
    )


def restore_view(engine: sa.Engine, view: SavedView, *, actor: Actor) -> SavedView:
    """Insert a view, such as one that was deleted, under its id. Raises ViewRefused if its name is taken."""
    if view.page not in PAGES:
        raise ViewRefused(f"There are no saved views of the page {view.page!r}: use one of {', '.join(PAGES)}.")
    return _write_view(engine, replace(view, version=0), actor)


def change_view(
    engine: sa.Engine,
    view: SavedView,
    *,
    actor: Actor,
    name: str | None = None,
    parameters: Parameters | None = None,
    is_shared: bool | None = None,
) -> SavedView:
    """Rename, update, share or take back a view as it was read, and return it. Raises ViewRefused and AccessRefused."""
    actor.require(Role.EDITOR, SAVING)
    author = _usable_author(actor)
    changed = replace(
        view,
        name=view.name if name is None else name,
        parameters=view.parameters if parameters is None else _usable_parameters(parameters),
        owner=view.owner if is_shared is None or is_shared == view.is_shared else SHARED if is_shared else author,
    )
    return _write_view(engine, changed, actor)


def delete_view(engine: sa.Engine, view: SavedView, *, actor: Actor) -> None:
    """Delete a view as it was read; `restore_view` brings it back. Raises ViewRefused and AccessRefused."""
    actor.require(Role.EDITOR, SAVING)
    author = _usable_author(actor)
    with schema.writing(engine) as con:
        schema.lock_positions(con)
        _refuse_if_changed(con, view, author)
        con.execute(schema.saved_views.delete().where(schema.saved_views.c.id == view.id))


def _write_view(engine: sa.Engine, view: SavedView, actor: Actor) -> SavedView:
    """Insert a view of version 0, or replace the version of it that was read."""
    actor.require(Role.EDITOR, SAVING)
    author, name = _usable_author(actor), _usable_name(view.name)
    written = replace(view, name=name, version=view.version + 1, changed_by=author, changed_at_utc=datetime.now(UTC))
    row = {
        **{"id": view.id, "page": view.page, "name": name, "name_key": name_key(name), "owner": view.owner},
        **{"owner_key": name_key(view.owner) if view.owner else SHARED, "parameters": view.parameters},
        **{"version": written.version, "changed_by": author},
        "changed_at_us": reader.microseconds_of(written.changed_at_utc),
    }
    with schema.writing(engine) as con:
        schema.lock_positions(con)
        if view.version:
            _refuse_if_changed(con, view, author)
        elif _stored_view(con, view.id):
            raise ViewRefused(f"The view “{view.name}” exists already.")
        _refuse_taken_name(con, row)
        con.execute(schema.saved_views.delete().where(schema.saved_views.c.id == view.id))
        con.execute(schema.saved_views.insert().values(row))
    return written


def _refuse_if_changed(con: sa.Connection, view: SavedView, who: str) -> None:
    now = _stored_view(con, view.id)
    if now is None:
        raise ViewRefused(f"The view “{view.name}” was deleted in the meantime: save the present filters as a new one.")
    if now.owner and name_key(now.owner) != name_key(who):
        raise ViewRefused(f"The view “{now.name}” belongs to {now.owner}: save the present filters as your own.")
    if now.version != view.version:
        raise ViewRefused(
            f"{now.changed_by} changed the view “{now.name}” in the meantime: open it again, then change it."
        )


def _refuse_taken_name(con: sa.Connection, row: Mapping[str, object]) -> None:
    table = schema.saved_views.c
    same = [table[name] == row[name] for name in ("page", "owner_key", "name_key")]
    taken = con.execute(sa.select(table.name).where(*same, table.id != row["id"])).scalar()
    if taken is not None:
        kind = "personal" if row["owner_key"] else "shared"
        raise ViewRefused(
            f"There is a {kind} view “{taken}” of this page already: choose another name, or update that view."
        )


def _usable_name(name: str) -> str:
    try:
        return _NAME.validate_python(name)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        reason = "must not be empty" if detail["type"] == "string_too_short" else detail["msg"]
        raise ViewRefused(f"The name of the view {reason[:1].lower()}{reason[1:]}.") from None


def _usable_author(actor: Actor) -> str:
    """Return the name of an author whose name can be that of an owner. Raises ViewRefused."""
    author = clean_name(actor.name) if is_text(actor.name) else ""
    if not author:
        raise ViewRefused("Enter your name: a view is saved as yours.")
    if CONTROL_CHARACTERS.search(author) or len(author) > LONGEST_OWNER:
        raise ViewRefused(f"Your name must be one line of at most {LONGEST_OWNER} characters.")
    return author


def _usable_parameters(parameters: Parameters) -> dict[str, list[str]]:
    usable = {name: list(values) for name, values in parameters.items() if name != SAVED}
    texts = [*usable, *(value for values in usable.values() for value in values)]
    if sum(map(len, texts)) > LONGEST_PARAMETERS:
        raise ViewRefused(f"The filters are longer than {LONGEST_PARAMETERS:,} characters: choose fewer values.")
    if not all(is_text(text) and not CONTROL_CHARACTERS.search(text) for text in texts):
        raise ViewRefused("A filter has a character that cannot be saved: remove it from the address.")
    return usable


def _stored_view(con: sa.Connection, id: str) -> SavedView | None:
    row = con.execute(sa.select(schema.saved_views).where(schema.saved_views.c.id == id)).one_or_none()
    return None if row is None else _view_of(row)


def _view_of(row: sa.Row[tuple[object, ...]]) -> SavedView:
    values = dict(row._mapping)
    changed_at_utc = reader.instant_of(values["changed_at_us"])
    names = ("id", "page", "name", "owner", "parameters", "version", "changed_by")
    return SavedView(**{name: values[name] for name in names}, changed_at_utc=changed_at_utc)
