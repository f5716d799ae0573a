"""`renewables pipelines|counterparties|… import|export|template|revert`: files, and reverting.

Belongs here: asking, and showing what an import would do. Not here: how a file is read
(`pipeline_assets/spreadsheets`).
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from renewables.cli.records import As_json, Who, Why, Yes, open_engine
from renewables.cli.token_option import command_author

if TYPE_CHECKING:
    from pipeline_assets.spreadsheets.import_plan import Plan

Output = Annotated[
    str, typer.Option("--output", "-o", metavar="FILE", help="The file to write; - for standard output.")
]


def import_file(sheet: str, _: str) -> Callable[..., None]:
    """Return the command `import` of a group."""

    def command(
        file: Annotated[str, typer.Argument(metavar="FILE", help="CSV (UTF-8), .xlsx or .ods; - for standard input.")],
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and exit.")] = False,
        good_rows_only: Annotated[
            bool, typer.Option("--good-rows-only", help="Import only the rows without errors.")
        ] = False,
        clear: Annotated[bool, typer.Option("--clear", help="Confirm that fields may be emptied.")] = False,
        make_counterparties: Annotated[
            bool,
            typer.Option(
                "--make-counterparties", help="Create counterparties that are named in the file and do not exist."
            ),
        ] = False,
        counterparties: Annotated[
            Path | None,
            typer.Option(metavar="FILE", help="A file of counterparties, imported first in the same batch."),
        ] = None,
        audit: Annotated[
            Path | None,
            typer.Option(metavar="FILE", help="The older tracker's audit.csv: earlier versions of new records."),
        ] = None,
        who: Who = None,
        why: Why = "",
        yes: Yes = False,
        as_json: As_json = False,
    ) -> None:
        """Import a file, after showing every difference and error and asking for confirmation.

        All files are imported as one batch, which can be reverted. A missing column and a blank cell change nothing; a
        cell with (clear) empties its field, which --clear confirms. Records that are not in the file stay unchanged.
        With --json there is no prompt: add --yes to import.

        \b
        Examples:
          renewables {group} import changed.csv --dry-run
          renewables {group} import changed.csv --good-rows-only --why "Review of May"
          renewables pipelines import pipelines.csv --counterparties counterparties.csv --audit audit.csv
          renewables information-points import points.csv --make-counterparties
        """
        from pipeline_assets.spreadsheets import import_plan
        from renewables.cli.import_preview import print_plan
        from renewables.cli.output import print_json, print_note
        from renewables.user_errors import FAILED, BadUsage

        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        ledger = open_engine()
        if counterparties and sheet == "counterparties":
            raise BadUsage("The file itself contains counterparties: remove --counterparties.")
        plan = import_plan.plan_import(
            ledger,
            sheet,
            content,
            Path(file).name,
            counterparties=counterparties.read_bytes() if counterparties else None,
            audit=audit.read_bytes() if audit else None,
            make_counterparties=make_counterparties,
        )
        has_errors = any(each.errors for each in plan.files) and not good_rows_only
        would_clear = any(each.clearings for each in plan.files) and not clear
        refused = has_errors or (would_clear and not dry_run)
        if as_json:
            taken = None
            if yes and not dry_run and not refused:
                taken = import_plan.confirm_import(
                    ledger, plan, actor=command_author(who), why=why, good_rows_only=good_rows_only, clear=clear
                ).batch
            print_json(_for_scripts(plan, taken))
        else:
            for each in plan.files:
                if plan.companion:
                    typer.echo(f"{each.sheet}:")
                print_plan(each)
            if has_errors:
                print_note(
                    "Nothing was changed: fix the rows with errors, or add --good-rows-only to import the others."
                )
            elif refused:
                print_note("Nothing was changed: fields would be emptied. Add --clear to confirm.")
            elif not plan.changes_something:
                print_note("No changes to import.")
            elif dry_run:
                print_note("Nothing was changed: this was a dry run.")
            else:
                if not yes:
                    typer.confirm("Import these changes?", abort=True)
                done = import_plan.confirm_import(
                    ledger, plan, actor=command_author(who), why=why, good_rows_only=good_rows_only, clear=clear
                )
                typer.echo(f"Imported as batch {done.batch}; changes: {len(done.changes):,}.")
                print_note(f"To undo it: `renewables {sheet} revert {done.batch}`.")
        if refused:
            raise typer.Exit(FAILED)

    return command


def export(sheet: str, _: str) -> Callable[..., None]:
    """Return the command `export` of a group."""

    def command(output: Output = "-") -> None:
        """Write every {what} that is not archived as CSV. Re-importing it unedited makes no changes.

        Texts that a spreadsheet would run or change start with an apostrophe, which an import removes.

        \b
        Examples:
          renewables {group} export --output {group}.csv
          renewables {group} export | head
        """
        from pipeline_assets.spreadsheets import exporter

        _write_file(exporter.export_csv(open_engine(), sheet), output)

    return command


def template(sheet: str, _: str) -> Callable[..., None]:
    """Return the command `template` of a group."""

    def command(output: Output = "-") -> None:
        """Write an empty CSV with the columns to fill in, and describe each column.

        \b
        Examples:
          renewables {group} template --output new.csv
          renewables {group} template
        """
        from pipeline_assets.spreadsheets import exporter
        from pipeline_assets.spreadsheets.sheet_columns import SHEETS
        from renewables.cli.output import print_note

        _write_file(exporter.template_csv(sheet), output)
        print_note("\n".join(f"  {name}: {text}" for name, text in SHEETS[sheet].help()))
        print_note("A blank cell keeps the current value.")

    return command


def revert(_: str, __: str) -> Callable[..., None]:
    """Return the command `revert` of a group."""

    def command(
        batch: Annotated[
            str, typer.Argument(metavar="BATCH", help="The batch id, as shown by the history and by an import.")
        ],
        who: Who = None,
        why: Why = "",
        yes: Yes = False,
    ) -> None:
        """Undo a batch with a new batch: archive what it created and restore what it changed.

        This is refused if one of its records has changed since.

        \b
        Examples:
          renewables {group} revert 3f9a0c81d2e4 --why "Wrong file"
          renewables {group} revert 3f9a0c81d2e4 --yes
        """
        from pipeline_assets.ledger import submission
        from pipeline_assets.models import new_id
        from renewables.cli.output import print_note

        ledger, actor, token = open_engine(), command_author(who), new_id()
        tried = submission.revert(ledger, batch, actor=actor, why=why, token=token, dry_run=True)
        if not tried.changes:
            print_note("Nothing to undo: everything is already as it was before that batch.")
            return
        typer.echo(f"Changes of batch {batch} to undo: {len(tried.changes):,}.")
        if not yes:
            typer.confirm("Continue?", abort=True)
        done = submission.revert(ledger, batch, actor=actor, why=why, token=token)
        typer.echo(f"Undone by batch {done.batch}.")

    return command


def _write_file(text: str, output: str) -> None:
    """Write a file with a byte-order mark, without which Excel misreads UTF-8."""
    from renewables.cli.output import print_note

    if output == "-":
        typer.get_binary_stream("stdout").write(text.encode())
    else:
        Path(output).write_bytes(text.encode("utf-8-sig"))
        print_note(f"Wrote {output}.")


def _for_scripts(plan: "Plan", batch: str | None) -> dict[str, Any]:
    return {
        **{"sheet": plan.sheet, "counts": plan.counts, "ignored": dict(plan.ignored), "notes": plan.notes},
        **{"clearings": len(plan.clearings), "batch": batch},
        "unknown_counterparties": plan.unknown_counterparties,
        "made_counterparties": plan.made_counterparties,
        "counterparties": _for_scripts(plan.companion, None) if plan.companion else None,
        "rows": [vars(row) for row in plan.rows],
    }
