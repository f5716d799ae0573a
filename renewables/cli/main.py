"""`renewables`: the commands, and how their errors are shown.

Belongs here: registration, one command per line. Not here: a command's work, which its module imports when it is
called, so that every command starts quickly.
"""

import io
import sys
from typing import Annotated, Any

import typer

from renewables.cli import (
    add_milestones,
    analyze,
    ask,
    demo,
    dictionary,
    doctor,
    export,
    fetch,
    forecast,
    gaps,
    pipelines,
    plot,
    project_yield,
    quality,
    quarantine,
    query,
    registers,
    restore,
    serve,
    simulate,
    status,
    take_over,
    todo,
    tokens,
    up,
    value,
    views,
)
from renewables.cli.command_group import CommandGroup
from renewables.cli.token_option import Token, use_token
from renewables.user_errors import BAD_USAGE, user_message

NOT_ON_WINDOWS = (
    "gb-renewables runs on Linux and macOS. On Windows, install it in WSL (the Windows Subsystem for Linux) and run "
    "`renewables` there."
)
if sys.platform == "win32":  # locks, process groups and limits are POSIX
    raise SystemExit(NOT_ON_WINDOWS)


class Commands(CommandGroup):
    """All commands; an expected error ends with its one sentence."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # the same kind of context as below
        """Reject arguments that are not UTF-8 before a command gets them: neither database nor files can hold them."""
        for argument in (argument for argument in args if not argument.isascii()):
            from warehouse.setting_types import is_text  # loads pydantic, which `--help` does not need

            if not is_text(argument):
                shown = argument.encode(errors="backslashreplace").decode()
                typer.echo(f"An argument is not UTF-8 text: {shown}. Type it again, or rename the file.", err=True)
                raise typer.Exit(BAD_USAGE)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:  # the context belongs to typer's private copy of click
        """Run a command and exit with the sentence and the code of an expected error."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            outcome = user_message(error)
            if outcome is None:
                raise
            typer.echo(outcome[0], err=True)
            raise typer.Exit(outcome[1]) from error


app = typer.Typer(
    name="renewables",
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"gb-renewables {version('gb-renewables')}")
        raise typer.Exit


@app.callback()
def renewables(
    ctx: typer.Context,
    version: Annotated[  # noqa: ARG001 (its callback prints and exits)
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    token: Token = None,
) -> None:
    """Great Britain's wind and solar by half-hour, fetched from Elexon and kept with every revision.

    \b
    Examples:
      renewables status
      renewables analyze --start 2026-01-01 --end 2026-01-31
      renewables plot --open
    """
    use_token(token, ctx.invoked_subcommand)


app.command("demo")(demo.demo)
app.command("up")(up.up)
app.add_typer(serve.serve, name="serve")
app.command("fetch-year")(fetch.fetch_year)
app.command("fetch-range")(fetch.fetch_range)
app.command("repair")(fetch.repair)
app.command("accept-gap")(gaps.accept_gap)
app.command("withdraw-gap")(gaps.withdraw_gap)
app.command("status")(status.status)
app.command("quality")(quality.quality)
app.add_typer(quarantine.quarantine, name="quarantine")
app.command("analyze")(analyze.analyze)
app.command("value")(value.value)
app.command("forecast")(forecast.forecast)
app.command("plot")(plot.plot)
app.add_typer(export.export_app, name="export")
app.command("query")(query.query)
app.command("dictionary")(dictionary.dictionary)
app.command("ask")(ask.ask)
for name, commands in pipelines.GROUPS.items():
    app.add_typer(commands, name=name)
app.add_typer(registers.registers_app, name="registers")
registers.registers_app.command("take-over")(take_over.take_over)
app.command("add-milestones")(add_milestones.add_milestones)
app.command("todo")(todo.todo)
app.add_typer(views.views, name="views")
app.add_typer(tokens.tokens, name="tokens")
app.command("yield")(project_yield.show_yield)
app.command("simulate")(simulate.simulate)
app.command("doctor")(doctor.doctor)
app.command("restore")(restore.restore)


def main() -> None:
    """Run the console script; on a terminal that lacks a character it prints `?`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    app()
