"""Uses every face of the pipeline once, and prints as JSON what each shows of a field that was added to projects.

`test_added_field.py` runs it in a copy of the packages whose model has one line more. Not here: what is expected.
"""

import csv
import io
import json
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

import dashboards
from pipeline_assets.landing import land_changes
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.schema import open_ledger
from renewables.cli.main import app as command_line
from tools import field_tables
from warehouse.connection import reading

PROJECT, FIELD, LABEL, SAVED, IMPORTED = "pr-harrowfen", "grid_mw", "Grid capacity (MW)", 123.5, 77.0

OTHERS = {
    "consent_date": "2027-03-01",
    "grid_stage": "Design",
    "jobs": "12",
    "access": "By the lane",
    "planning_reference": "FEN 0137",
}
"Fields of the other types that were added, with what a file has in them."


def main() -> None:
    """Print what each face shows; an older ledger with the sample portfolio is in the home in force."""
    shown: dict[str, Any] = {"of an older record": _stored()}
    shown["form"] = _edit_in_the_form()
    shown["saved"] = _stored()
    page = _open("project", id=PROJECT)
    facts = [fact for element in page.markdown for fact in element.value.replace("\\", "").split("\n- ")]
    shown["page"] = [fact.removeprefix("- ") for fact in facts if LABEL in fact]
    (rows,) = _open("projects", columns=LABEL).dataframe
    shown["list"] = rows.value[FIELD].dropna().to_list()
    shown["list's labels"] = [column.get("label") for column in json.loads(rows.proto.columns).values()]
    shown["show"] = json.loads(_command("pipelines", "show", PROJECT, "--json"))[FIELD]
    shown["printed"] = _command("pipelines", "show", PROJECT)
    listed = json.loads(_command("pipelines", "list", "--json"))
    shown["list --json"] = {row["id"]: row[FIELD] for row in listed}[PROJECT]
    shown["template"] = _command("pipelines", "template")
    exported = list(csv.DictReader(io.StringIO(_command("pipelines", "export"))))
    shown["export"] = {row["id"]: row[FIELD] for row in exported}[PROJECT]
    Path("import.csv").write_text(f"id,{LABEL}\n{PROJECT},{IMPORTED}\n", encoding="utf-8")
    _command("pipelines", "import", "import.csv", "--yes")
    shown["imported"] = _stored()
    Path("others.csv").write_text(f"{','.join(['id', *OTHERS])}\n{','.join([PROJECT, *OTHERS.values()])}\n", "utf-8")
    _command("pipelines", "import", "others.csv", "--yes")
    exported = list(csv.DictReader(io.StringIO(_command("pipelines", "export"))))
    shown["others exported"] = {name: {row["id"]: row[name] for row in exported}[PROJECT] for name in OTHERS}
    page = _open("project", id=PROJECT)
    shown["others on the page"] = "\n".join(element.value for element in (*page.markdown, *page.text))
    Path("wrong.csv").write_text(f"id,{FIELD}\n{PROJECT},9999\n", encoding="utf-8")
    shown["refused"] = _command("pipelines", "import", "wrong.csv", "--yes", code=1)
    land_changes(open_ledger())
    with reading() as con:
        shown["warehouse"] = con.execute(f"SELECT {FIELD} FROM pipelines WHERE id = '{PROJECT}'").fetchall()
    shown["history"] = _command("pipelines", "history", PROJECT)
    shown["documents"] = field_tables.with_tables(field_tables.PAGE.read_text(encoding="utf-8"))
    print(json.dumps(shown, default=str))


def _stored() -> Any:
    record = reader.find_record(open_ledger(), "pipelines", PROJECT)
    assert record
    return record.fields[FIELD]


def _open(page: str, **address: str) -> AppTest:
    app = AppTest.from_file(str(Path(dashboards.__path__[0]) / "app.py"), default_timeout=100)
    app.switch_page(f"app_pages/{page}.py")
    app.query_params.update(address)
    app.run()
    assert not app.exception, app.exception
    return app


def _edit_in_the_form() -> list[str]:
    """Set the field and save; return the labels of the form's numbers."""
    app = _open("project", id=PROJECT, edit="record")
    labels = [widget.label for widget in app.number_input]
    (number,) = [widget for widget in app.number_input if widget.label == LABEL]
    author = next(widget for widget in app.text_input if widget.label == "Your name *")  # the record's form comes first
    number.set_value(SAVED)
    author.set_value("Anna")
    (save,) = [button for button in app.button if button.label == "Save"]
    save.click().run()
    assert not app.exception, app.exception
    return labels


def _command(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(command_line, list(arguments))
    assert result.exit_code == code, result.output
    return result.stdout


if __name__ == "__main__":
    main()
