"""A group of commands whose help shows the first sentence of each command in full.

Not here: which commands there are (`main.py`).
"""

from typing import Any

from typer.core import TyperGroup

LONGEST_SENTENCE = 300


class CommandGroup(TyperGroup):
    """A group of commands in the order of registration; typer would cut their sentences at the end of the line."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # both belong to typer's private copy of click
        """Write the commands with their first sentences, which wrap."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, command.get_short_help_str(LONGEST_SENTENCE)) for name, command in commands if command]
            )
