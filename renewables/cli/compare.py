"""`renewables pipelines compare`: the portfolio at two moments, as a bridge of MWp and lists of what moved.

Not here: the comparison (`renewables/queries/changes.py`).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from renewables.cli.records import As_json

if TYPE_CHECKING:
    import polars as pl

    from pipeline_assets.comparison import Comparison

From = Annotated[
    str | None,
    typer.Option("--from", metavar="TIME", help="A UTC day (its end), or a time; the last month end by default."),
]
To = Annotated[str | None, typer.Option("--to", metavar="TIME", help="A UTC day (its end), or a time; now by default.")]


def compare(sheet: str, kind: str) -> Callable[..., None]:  # noqa: ARG001 (every group uses the same signature)
    """Return the command `compare` for projects."""

    def command(start: From = None, end: To = None, as_json: As_json = False) -> None:
        """Compare the portfolio at two moments: a bridge of MWp, moved dates, RAG and risk moves.

        Opening + movements = closing in each stage and technology. Moments are those at which changes were saved in
        the ledger, not the status dates of projects.

        \b
        Examples:
          renewables pipelines compare --from 2026-09-30 --to 2026-10-31
          renewables pipelines compare --from 2026-11-20T09:00Z --json
        """
        from elexon_assets.time_inputs import in_words
        from renewables.cli.options import open_snapshot
        from renewables.cli.output import print_json, print_note
        from renewables.queries.changes import portfolio_changes

        with open_snapshot() as con:
            comparison = portfolio_changes(start, end, con=con)
        if as_json:
            print_json(_document(comparison))
            return
        span = f"from {in_words(comparison.before_utc)} to {in_words(comparison.after_utc)}"
        if comparison.is_empty:
            typer.echo(f"Nothing changed {span}: give an earlier --from.")
            return
        _print_comparison(comparison, span)
        print_note(f"For who changed what, when and why: `renewables {sheet} history ID`.")

    return command


def _document(comparison: "Comparison") -> dict[str, object]:
    return {
        "before_utc": comparison.before_utc,
        "after_utc": comparison.after_utc,
        "before_position": comparison.before_position,
        "after_position": comparison.after_position,
        **{
            name: getattr(comparison, name).to_dicts()
            for name in ("bridge", "lines", "dates", "rags", "risks")
        },
    }  # fmt: skip


def _print_comparison(comparison: "Comparison", span: str) -> None:
    from renewables.cli.output import print_table
    from renewables.formatting import number
    from renewables.queries.changes import bridge_table, bridge_total

    table = bridge_table(comparison.bridge)
    names = table.columns[2:]
    rows = [[row[0], row[1], *(number(value, 1) for value in row[2:])] for row in table.iter_rows()]
    rows.append(["All", "", *(number(mwp, 1) for mwp in bridge_total(table).values())])
    print_table(["Stage", "Technology", *names], rows, title=f"MWp {span}", right=names)
    lines = [
        [
            *(row["movement"], row["pipeline_id"], row["project"], row["facility"] or "", row["technology"] or ""),
            _step_text(row["stage_before"], row["stage_after"]),
            _step_text(*(None if row[name] is None else number(row[name], 1) for name in ("mwp_before", "mwp_after"))),
        ]
        for row in comparison.lines.iter_rows(named=True)
    ]
    if lines:
        heads = ["Movement", "ID", "Project", "Facility", "Technology", "Stage", "MWp"]
        print_table(heads, lines, title="Movements")
    _print_moves("Moved dates", comparison.dates, ["pipeline_id", "project", "name"], "days")
    _print_moves("RAG", comparison.rags, ["pipeline_id", "project"], "comment")
    risks = comparison.risks.rename({"rating_before": "before", "rating_after": "after"})
    _print_moves("Risks (rating)", risks, ["information_point_id", "information_point", "project"], "move")


def _print_moves(title: str, frame: "pl.DataFrame", names: list[str], last: str) -> None:
    """Print a table of a frame with the columns before and after; nothing if it is empty."""
    from renewables.cli.output import print_table

    if frame.is_empty():
        return
    heads = {"pipeline_id": "ID", "information_point_id": "ID", "information_point": "Title", "days": "Days later"}
    rows = [
        [*(row[name] or "" for name in names), _step_text(row["before"], row["after"]), _cell_text(row[last])]
        for row in frame.iter_rows(named=True)
    ]
    columns = [heads.get(name, name.capitalize()) for name in (*names, "change", last)]
    print_table(columns, rows, title=title, right=("Days later",))


def _step_text(before: object, after: object) -> str:
    """Return a change as text; one value if both are equal, or if only one side exists."""
    texts = [_cell_text(value) for value in (before, after)]
    return texts[0] if texts[0] == texts[1] else f"{texts[0]} \u2192 {texts[1]}".strip()


def _cell_text(value: object) -> str:
    return "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
