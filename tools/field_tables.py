"""Writes the tables of fields in docs/pipeline.md from the models: `python -m tools.field_tables`.

A test fails while the page and the models differ. Not here: reading the models (`pipeline_assets/fields.py`).
"""

import re
from pathlib import Path

from pipeline_assets.fields import RecordField, fields_of
from pipeline_assets.models import ENTITIES
from pipeline_assets.spreadsheets.sheet_columns import SHEETS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "pipeline.md"
START, END = "<!-- fields of the models: python -m tools.field_tables -->", "<!-- end of the fields -->"
COLUMNS = ("field", "label", "value", "may be empty", "default", "limits", "in lists", "help")
WITH_A_LIST = {sheet.kind for sheet in SHEETS.values()}


def main() -> None:
    """Write the tables into the page."""
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def with_tables(page: str) -> str:
    """Return the text of the page with the tables of today's models."""
    tables = "\n\n".join(_table(kind) for kind in ENTITIES)
    return re.sub(f"{START}.*{END}", lambda _: f"{START}\n\n{tables}\n\n{END}", page, flags=re.DOTALL)


def _table(kind: str) -> str:
    rows = "\n".join(_row(field) for field in fields_of(kind))
    return f"**{ENTITIES[kind].title}** (`{kind}`)\n\n| {' | '.join(COLUMNS)} |\n{'|---' * len(COLUMNS)}|\n{rows}"


def _row(field: RecordField) -> str:
    value = f"id of a record of `{field.target}`" if field.target else str(field.value_type)
    if field.words:
        value = f"one of {', '.join(field.words)}"
    default = "" if field.default in ("", None) else str(field.default)
    limits = field.limits_text.replace("Up", "up")
    is_listed = field.is_listed and field.kind in WITH_A_LIST
    cells = [f"`{field.name}`", field.title, value, _yes(field.may_be_empty), default, limits, _yes(is_listed)]
    return f"| {' | '.join([*cells, field.help])} |".replace("  ", " ")


def _yes(condition: bool) -> str:
    return "yes" if condition else ""


if __name__ == "__main__":
    main()
