"""`renewables pipelines|counterparties|information-points|milestones`: the commands that all groups share.

Belongs here: which commands a group has, and showing one record. Not here: lists (`record_lists.py`), files and
reverting (`record_files.py`).
"""

import inspect
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from renewables.cli.command_group import CommandGroup

if TYPE_CHECKING:
    import sqlalchemy as sa

    from pipeline_assets.ledger.changes import Record, Recorded
    from pipeline_assets.spreadsheets.portfolio_index import Portfolio

As_json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
Who = Annotated[str | None, typer.Option("--who", help="Author of the change; your login name by default.")]
Why = Annotated[str, typer.Option("--why", help="Reason, kept with the change.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]
Id = Annotated[str, typer.Argument(metavar="ID_OR_NAME", help="The id, or a unique name.")]


def record_group(
    sheet: str, kind: str, what: str, commands: dict[str, Callable[[str, str], Callable[..., None]]]
) -> typer.Typer:
    """Return a group of commands; `what` names one of its records in the help texts."""
    made = typer.Typer(
        cls=CommandGroup,
        no_args_is_help=True,
        rich_markup_mode=None,
        help=f"{_plural_of(what).capitalize()}: list, show, import, export, undo.",
    )
    for name, factory in commands.items():
        command = factory(sheet, kind)
        text = inspect.cleandoc(command.__doc__ or "").replace("{group}", sheet).replace("{what}", what)
        made.command(name, help=text)(command)
    return made


def open_engine() -> "sa.Engine":
    """Open the ledger."""
    from pipeline_assets.ledger.schema import open_ledger

    return open_ledger()


def show(sheet: str, kind: str) -> Callable[..., None]:
    """Return the command `show` of a group."""

    def command(id: Id, as_json: As_json = False) -> None:
        """Show one {what} with everything that belongs to it.

        \b
        Examples:
          renewables {group} show 3f9a0c81d2e4
          renewables {group} show "Fen Farm" --json
        """
        from pipeline_assets.spreadsheets.portfolio_index import read_portfolio
        from renewables.cli.output import print_facts, print_json, print_note
        from renewables.formatting import utc

        portfolio = read_portfolio(open_engine())
        record = chosen_record(portfolio, kind, id)
        parts = list(records_belonging_to(portfolio, sheet, record))
        if as_json:
            print_json(_for_scripts(record) | {"parts": [_for_scripts(part) for part in parts]})
            return
        print_facts(_title_text(record), [("ID", record.id), *_record_facts(portfolio, record)])
        for part in parts:
            if facts := _record_facts(portfolio, part, apart_from=record):
                print_facts(_title_text(part), facts)
        print_note(
            f"Version {record.version}, changed {utc(record.submitted_at_utc)} UTC by {record.who}; "
            f"for all changes: `renewables {sheet} history {record.id}`."
        )

    return command


def history(sheet: str, kind: str) -> Callable[..., None]:
    """Return the command `history` of a group."""

    def command(id: Id, as_json: As_json = False) -> None:
        """Show every change to one {what} and what belongs to it, oldest first: who, when, why, before, after.

        \b
        Examples:
          renewables {group} history "Fen Farm"
          renewables {group} history 3f9a0c81d2e4 --json
        """
        from pipeline_assets.access import author_label
        from pipeline_assets.fields import field_title
        from pipeline_assets.ledger import reader
        from pipeline_assets.ledger.history import fields_changed
        from pipeline_assets.spreadsheets.portfolio_index import read_portfolio
        from renewables.cli.output import print_facts, print_json, print_note
        from renewables.formatting import utc
        from renewables.queries.record_history import shown_value

        ledger = open_engine()
        portfolio = read_portfolio(ledger)
        record = chosen_record(portfolio, kind, id)
        wanted = [record, *records_belonging_to(portfolio, sheet, record, archived=True)]
        changes = [change for each in wanted for change in reader.record_history(ledger, each.kind, each.id)]
        changes.sort(key=lambda change: change.position)
        if as_json:
            print_json([change._asdict() for change in changes])
            return
        for change in changes:
            lines = [
                (
                    field_title(change.kind, field),
                    _history_step(
                        shown_value(portfolio, change.kind, field, before),
                        shown_value(portfolio, change.kind, field, after),
                    ),
                )
                for _, field, before, after in fields_changed([change])
                if change.before or after not in ("", None)
            ]
            why = f": {change.why}" if change.why else ""
            author = author_label(change.who, change.identity)
            heading = f"{utc(change.submitted_at_utc)} UTC, {author} (batch {change.batch}){why}"
            print_facts(f"{heading}\n{_action_text(portfolio, change)}, {change.action}", lines)
        print_note(f"To undo a batch: `renewables {sheet} revert BATCH`.")

    return command


def chosen_record(portfolio: "Portfolio", kind: str, text: str) -> "Record":
    """Find a record by id (including archived ones), or by a name that only one record has. Raises BadUsage."""
    from pipeline_assets.models import ENTITIES
    from pipeline_assets.names import name_key
    from renewables.user_errors import BadUsage

    by_id = portfolio.get(kind, text)
    candidates = [by_id] if by_id else portfolio.by_name(kind, text) or portfolio.by_name(kind, text, archived=True)
    if len(candidates) == 1:
        return candidates[0]
    title = ENTITIES[kind].title.lower()
    if candidates:
        raise BadUsage(
            f"{len(candidates)} records are called {text!r}: use the id, {' or '.join(each.id for each in candidates)}."
        )
    near = [each for each in portfolio.of_kind(kind) if name_key(text) in name_key(str(each.fields["name"]))][:5]
    names = ", ".join(f"{each.fields['name']} ({each.id})" for each in near)
    hint = f" Similar names: {names}." if near else ""
    raise BadUsage(f"No {title} has the id or name {text!r}.{hint}")


def records_belonging_to(
    portfolio: "Portfolio", sheet: str, record: "Record", *, archived: bool = False
) -> Iterator["Record"]:
    """Yield links, the parts of the record that they join, and its other parts: information points, comments."""
    from pipeline_assets.models import ENTITIES
    from pipeline_assets.spreadsheets.sheet_columns import SHEETS

    part_kind, seen = SHEETS[sheet].part, set[str]()
    for entity in ENTITIES.values():
        for field, target in entity.references.items():
            if target != record.kind or field not in entity.owners:
                continue
            for state in (False, True) if archived else (False,):
                for link in portfolio.referencing(entity.kind, field, record.id, archived=state):
                    yield link
                    part = (
                        portfolio.get(part_kind, link.fields[list(entity.references)[1]])
                        if entity.kind == SHEETS[sheet].link
                        else None
                    )
                    if part and part.id not in seen:
                        seen.add(part.id)
                        yield part
                        yield from _comments_on(portfolio, part, state)


def _comments_on(portfolio: "Portfolio", part: "Record", archived: bool) -> Iterator["Record"]:
    from pipeline_assets.models import Comment

    field = next((name for name, target in Comment.references.items() if target == part.kind), None)
    if field:
        for state in (False, True) if archived else (False,):
            yield from portfolio.referencing(Comment.kind, field, part.id, archived=state)


def _for_scripts(record: "Record") -> dict[str, Any]:
    return {
        **{"kind": record.kind, "id": record.id, **record.fields},
        **{"archived": record.archived, "version": record.version, "changed_by": record.who},
        "changed_at_utc": record.submitted_at_utc,
    }


def _plural_of(what: str) -> str:
    return f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"


def _title_text(record: "Record") -> str:
    from pipeline_assets.models import ENTITIES

    name = record.fields.get("name")
    state = " (archived)" if record.archived else ""
    return ENTITIES[record.kind].title + (f": {name}" if name else "") + state


def _record_facts(
    portfolio: "Portfolio", record: "Record", *, apart_from: "Record | None" = None
) -> list[tuple[str, str]]:
    """Return the fields with a value; a part without its owner, and nothing for a link without fields of its own."""
    from pipeline_assets.fields import field_title
    from pipeline_assets.models import ENTITIES
    from renewables.queries.record_history import shown_value

    references = ENTITIES[record.kind].references
    if apart_from and record.fields.keys() == references.keys() and record.kind == "pipeline_facilities":
        return []
    return [
        (field_title(record.kind, field), text)
        for field, value in record.fields.items()
        if not (apart_from and field in references and value == apart_from.id)
        and (text := shown_value(portfolio, record.kind, field, value))
    ]


def _history_step(before: str, after: str) -> str:
    return f"{before} \u2192 {after or '(empty)'}" if before else after


def _action_text(portfolio: "Portfolio", change: "Recorded") -> str:
    record = portfolio.get(change.kind, change.id)
    return _title_text(record).removesuffix(" (archived)") if record else change.kind
