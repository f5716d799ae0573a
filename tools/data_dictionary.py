"""Writes docs/dictionary.md, the data dictionary, from the declarations: `python -m tools.data_dictionary`.

A test fails while the page and the declarations differ. Not here: the entries (`renewables/queries/dictionary.py`).
"""

from collections.abc import Sequence
from pathlib import Path

from renewables.queries.dictionary import ColumnEntry, TableEntry, data_dictionary

PAGE = Path(__file__).resolve().parents[1] / "docs" / "dictionary.md"
HEAD = """# Data dictionary

Every table, view and table macro of a snapshot, with the columns in their order. This page is made from the
declarations by `python -m tools.data_dictionary`; `renewables dictionary` prints the same, with `--json` for scripts,
and the dashboard shows it on the page *Dictionary*.

A macro is read like a table: `SELECT * FROM wind_forecast_as_of('2026-01-31T09:00Z')`. Types are DuckDB's; an empty
unit or zone means that the column has none."""


def main() -> None:
    """Write the page."""
    PAGE.write_text(dictionary_page(), encoding="utf-8")


def dictionary_page() -> str:
    """Return the text of the page with today's declarations."""
    entries = data_dictionary()
    index = "\n".join(f"| [`{e.call}`](#{e.name}) | {e.kind} | {_cell(e.meaning)} |" for e in entries)
    contents = f"| name | kind | meaning |\n|---|---|---|\n{index}"
    return "\n\n".join([HEAD, contents, *(_section(entry, entries) for entry in entries)]) + "\n"


def _section(entry: TableEntry, entries: Sequence[TableEntry]) -> str:
    facts = [entry.meaning, f"Source: {entry.source}.", f"**Beware:** {entry.caveats}" if entry.caveats else ""]
    return (
        f"## {entry.name} {{ #{entry.name} }}\n\n`{entry.call}` ({entry.kind}). {' '.join(filter(None, facts))}\n\n"
        f"{_columns(entry, entries)}"
    )


def _columns(entry: TableEntry, entries: Sequence[TableEntry]) -> str:
    """Return the table of columns, or a link to the relation that the name extends if it has the same columns."""
    for other in entries:
        if other.name != entry.name and entry.name.startswith(other.name) and other.columns == entry.columns:
            return f"Columns: those of [`{other.name}`](#{other.name})."
    rows = "\n".join(map(_row, entry.columns))
    return f"| column | type | unit | zone | meaning |\n|---|---|---|---|---|\n{rows}"


def _row(column: ColumnEntry) -> str:
    cells = [f"`{column.name}`", column.type, column.unit, column.zone, _cell(column.text)]
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    main()
