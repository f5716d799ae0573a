"""`renewables views list|show|delete`: the saved views of the dashboard's pages.

Not here: `--view` of the lists of records (`record_lists.py`), which uses `chosen_view`.
"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from renewables.cli.command_group import CommandGroup
from renewables.cli.records import As_json, Yes, open_engine
from renewables.cli.token_option import command_author

if TYPE_CHECKING:
    from pipeline_assets.ledger.saved_views import SavedView

Who = Annotated[str | None, typer.Option("--who", help="Whose personal views; your login name by default.")]
Page = Annotated[
    str | None, typer.Option("--page", help="Only views of this page, as in its address, such as projects.")
]
View = Annotated[str, typer.Argument(metavar="ID_OR_NAME", help="The id of a view, or a name that only one has.")]

views = typer.Typer(
    cls=CommandGroup,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Saved views: filters and columns of a page under a name. They are saved on the page, in the menu Views.",
)


@views.command("list")
def list_saved(who: Who = None, page: Page = None, as_json: As_json = False) -> None:
    """List the shared views and the personal ones of one person.

    \b
    Examples:
      renewables views list
      renewables views list --who "Anna Merrow" --page projects --json
    """
    from pipeline_assets.ledger.saved_views import PAGES, list_views
    from renewables.cli.output import print_json, print_note, print_table

    saved = list_views(open_engine(), command_author(who).name, _known_page(page))
    if as_json:
        print_json([_for_scripts(view) for view in saved])
    elif not saved:
        typer.echo("No saved views. Save one on a page of the dashboard, in the menu Views.")
    else:
        rows = [[view.id, PAGES[view.page], view.name, view.owner or "(shared)", _filters_text(view)] for view in saved]
        print_table(["ID", "Page", "Name", "Owner", "Filters and columns"], rows)
        print_note("Personal views are listed for one person: choose another with --who.")


@views.command("show")
def show_saved(view: View, who: Who = None, page: Page = None, as_json: As_json = False) -> None:
    """Show one view: its filters and columns, and the address that opens it.

    \b
    Examples:
      renewables views show "My solar"
      renewables views show 3f9a0c81d2e4 --json
    """
    from pipeline_assets.ledger.saved_views import PAGES
    from renewables.cli.output import print_facts, print_json
    from renewables.formatting import utc

    chosen = chosen_view(view, who, _known_page(page))
    if as_json:
        print_json(_for_scripts(chosen))
        return
    facts = [
        ("ID", chosen.id),
        ("Page", PAGES[chosen.page]),
        ("Owner", chosen.owner or "shared"),
        *((name, ", ".join(values)) for name, values in chosen.parameters.items()),
        ("Address", _address(chosen)),
        ("Changed", f"{utc(chosen.changed_at_utc)} UTC by {chosen.changed_by}"),
    ]
    print_facts(f"View: {chosen.name}", facts)


@views.command("delete")
def delete_saved(view: View, who: Who = None, page: Page = None, yes: Yes = False) -> None:
    """Delete one view after confirmation.

    \b
    Examples:
      renewables views delete "My solar"
      renewables views delete 3f9a0c81d2e4 --yes
    """
    from pipeline_assets.ledger.saved_views import PAGES, delete_view

    chosen = chosen_view(view, who, _known_page(page))
    kind = "shared" if chosen.is_shared else "personal"
    if not yes:
        typer.confirm(f"Delete the {kind} view “{chosen.name}” of the page {PAGES[chosen.page]}?", abort=True)
    delete_view(open_engine(), chosen, actor=command_author(who))
    typer.echo(f"Deleted the {kind} view “{chosen.name}” ({_filters_text(chosen) or 'no filters'}).")


def chosen_view(text: str, who: str | None, page: str | None = None) -> "SavedView":
    """Return the view with an id or a name; of one name a person's own before the shared one. Raises BadUsage."""
    from pipeline_assets.ledger.saved_views import PAGES, list_views
    from pipeline_assets.names import name_key
    from renewables.user_errors import BadUsage

    author = command_author(who).name
    saved = list_views(open_engine(), author, page)
    candidates = [view for view in saved if view.id == text] or [
        view for view in saved if name_key(view.name) == name_key(text)
    ]
    of_page = f" of the page {PAGES[page]}" if page else ""
    if not candidates:
        raise BadUsage(
            f"No view{of_page} has the id or name {text!r} among the shared ones and those of {author}. "
            "`renewables views list` lists them; --who chooses another person."
        )
    if len({view.page for view in candidates}) > 1:
        raise BadUsage(
            f"Several pages have a view named {text!r}: give --page or an id. "
            + ", ".join(f"{view.id} ({PAGES[view.page]})" for view in candidates)
        )
    return candidates[0]


def _known_page(page: str | None) -> str | None:
    from pipeline_assets.ledger.saved_views import PAGES
    from renewables.user_errors import BadUsage

    if page is not None and page not in PAGES:
        raise BadUsage(f"No page with views is called {page!r}: use one of {', '.join(PAGES)}.")
    return page


def _address(view: "SavedView") -> str:
    from warehouse.settings import Settings

    return f"{str(Settings().dashboard_url).rstrip('/')}/{view.address}"


def _filters_text(view: "SavedView") -> str:
    return "; ".join(f"{name}: {', '.join(values)}" for name, values in view.parameters.items())


def _for_scripts(view: "SavedView") -> dict[str, Any]:
    return {
        **{"id": view.id, "page": view.page, "name": view.name, "owner": view.owner, "is_shared": view.is_shared},
        **{"parameters": view.parameters, "address": _address(view), "version": view.version},
        **{"changed_by": view.changed_by, "changed_at_utc": view.changed_at_utc},
    }
