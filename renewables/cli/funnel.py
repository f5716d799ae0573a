"""`renewables pipelines funnel`: what became of the projects of each stage.

Not here: the computation (`renewables/queries/funnel.py`).
"""

from collections.abc import Callable

import typer

from renewables.cli.records import As_json


def funnel(sheet: str, kind: str) -> Callable[..., None]:  # noqa: ARG001 (every group uses the same signature)
    """Return the command `funnel` for projects."""

    def command(as_json: As_json = False) -> None:
        """Show conversion, median time and realised probability of each stage, from the history of all projects.

        Conversion is the share of projects that moved on to a later stage, among those that moved on or were archived.
        Realised is the share that was completed, among those that were completed or archived. Figures for fewer than
        10 projects are withheld.

        \b
        Examples:
          renewables pipelines funnel
          renewables pipelines funnel --json
        """
        from datetime import UTC, datetime

        from renewables.cli.options import open_snapshot
        from renewables.cli.output import print_json, print_note, print_table
        from renewables.queries.funnel import LEAST_PROJECTS, WITHHELD, counted_text, stage_funnel
        from renewables.queries.pipeline import Filter

        with open_snapshot() as con:
            rows = stage_funnel(Filter(datetime.now(UTC).date()), con).to_dicts()
        if as_json:
            print_json(rows)
            return
        if not any(row["projects"] for row in rows):
            typer.echo(f"No project has a landed history yet: `renewables {sheet} import FILE` adds projects.")
            return
        cells = [
            [
                *(row["stage"], f"{row['projects']:,}", f"{row['advanced']:,}", f"{row['dropped']:,}"),
                counted_text(row, "conversion"),
                counted_text(row, "median_days"),
                counted_text(row, "realised_probability"),
                f"{100 * row['weight']:.0f} %{' (default)' if row['weight_is_default'] else ''}",
            ]
            for row in rows
        ]
        headings = ["Stage", "Projects", "Advanced", "Dropped", "Conversion", "Median time", "Realised", "Set weight"]
        print_table(headings, cells, right=("Projects", "Advanced", "Dropped"))
        if any(row["projects"] and row["realised_probability"] is None for row in rows):
            print_note(f"Figures of fewer than {LEAST_PROJECTS} are withheld: {WITHHELD}")

    return command
