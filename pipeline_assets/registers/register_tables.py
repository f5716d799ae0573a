"""The meaning of the registers' tables, views and macros, and of their columns, for the catalogue and the dictionary.

Not here: the DDL (`register_views.py`), the declarations of the published columns (`repd.py`, `tec.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline_assets.registers import register_views
from pipeline_assets.registers.declarations import REGISTERS
from pipeline_assets.registers.record_columns import record_columns
from pipeline_assets.registers.unified_columns import UNIFIED_COLUMNS

_ISSUES_OF_A_PAIR = {
    "from_issue_id": ("VARCHAR", "The earlier issue."),
    "to_issue_id": ("VARCHAR", "The later issue."),
    "from_issue_date": ("DATE", "Date of the earlier issue."),
    "to_issue_date": ("DATE", "Date of the later issue."),
}
_REGISTER = {"register": ("VARCHAR", "repd or tec.")}
_CHANGES = {
    **_REGISTER,
    **_ISSUES_OF_A_PAIR,
    "record_id": ("VARCHAR", "The key of the record: Ref ID; Project ID, with /stage where a project has stages."),
    "reference": ("VARCHAR", "What a facility's REPD Ref ID or TEC Project ID holds."),
    "name": ("VARCHAR", "Name of the site or project in the later issue, or in the earlier one if the record left."),
    "change": ("VARCHAR", "appeared, left or changed."),
    "field": (
        "VARCHAR",
        "The column that changed, as register_records names it, else as the register's table does; null for appeared "
        "and left.",
    ),
    "before": ("VARCHAR", "The earlier value as text."),
    "after": ("VARCHAR", "The later value as text."),
}
_SLIP = {
    **_ISSUES_OF_A_PAIR,
    "record_id": ("VARCHAR", "The key of the row: Project ID, with /stage where a project has stages."),
    "reference": ("VARCHAR", "Project ID."),
    "stage": ("VARCHAR", "Stage of the connection."),
    "name": ("VARCHAR", "Name of the project in the later issue."),
    "capacity_mw": ("DOUBLE", "MW of the row in the later issue."),
    "before": ("DATE", "The earlier connection date."),
    "after": ("DATE", "The later connection date."),
    "slip_days": ("BIGINT", "Days by which the connection became later; negative if it became earlier."),
    "slip_mw_years": ("DOUBLE", "slip_days / 365.25 * capacity_mw, in MW-years."),
}
_PAIRS = {**_REGISTER, **_ISSUES_OF_A_PAIR, "missing_columns": ("VARCHAR[]", "Columns that one of both lacks.")}

_VIEWS: Mapping[str, tuple[str, Mapping[str, tuple[str, str]]]] = {
    register_views.RECORDS: (
        "Every record of every issue of REPD and TEC, with the columns that both registers share.",
        {name: (dtype, text) for name, (dtype, text, _) in UNIFIED_COLUMNS.items()},
    ),
    register_views.CURRENT: (
        "The records of the newest issue of each register, with the columns of register_records.",
        {name: (dtype, text) for name, (dtype, text, _) in UNIFIED_COLUMNS.items()},
    ),
    register_views.PAIRS: ("Each issue of a register with the one before it.", _PAIRS),
    register_views.CHANGES: (
        "What changed between consecutive issues: a row for each record that appeared or left, and for each field "
        "that changed. Another spelling (case, blanks, accents, 35 for 35.00) is no change.",
        _CHANGES,
    ),
    register_views.SLIP: (
        "The connection dates of the TEC register that moved between consecutive issues, both ways. Dates that "
        "became blank are no slip: the capacity was built, or is not known.",
        _SLIP,
    ),
    register_views.CHANGES_BETWEEN: ("What changed between any two issues, as register_changes shows it.", _CHANGES),
    register_views.SLIP_BETWEEN: ("The connection dates that moved between any two issues of TEC.", _SLIP),
}
PARAMETERS = {
    register_views.CHANGES_BETWEEN: ("of_register", "from_issue", "to_issue"),
    register_views.SLIP_BETWEEN: ("from_issue", "to_issue"),
}
"The parameters of the macros."
_TABLES = {
    register_views.ISSUES: "The issues of the public registers that have landed: one row for each different file.",
    register_views.FAILURES: "The issues that could not be fetched or landed, with the reason. The earlier one stays.",
    register_views.QUARANTINE: "The rows of issues that could not land, with the reason.",
}


@dataclass(frozen=True)
class RegisterTableColumn:
    """A column of a table, view or macro: its type in DuckDB and its meaning."""

    name: str
    type: str
    description: str


def register_table_names() -> tuple[str, ...]:
    """Return the names of all tables, views and macros of the registers."""
    return (*_TABLES, *(register.table for register in REGISTERS.values()), *_VIEWS)


def kind_of_table(name: str) -> str:
    """Return table, view or macro."""
    return "macro" if name in PARAMETERS else "view" if name in _VIEWS else "table"


def describe_register_table(name: str) -> str:
    """Return the meaning of a table, view or macro; "" if it is none of the registers'."""
    if name in _TABLES:
        return _TABLES[name]
    if name in _VIEWS:
        return _VIEWS[name][0]
    register = next((register for register in REGISTERS.values() if register.table == name), None)
    if register is None:
        return ""
    return (
        f"Every record of every issue of the {register.title} of {register.publisher}, as published. "
        f"{register.licence_line}"
    )


def register_table_columns(name: str) -> list[RegisterTableColumn]:
    """Return the columns of a table, view or macro of the registers, in order."""
    if name in register_views.TABLES:
        meanings: Mapping[str, tuple[str, str]] = register_views.TABLES[name]
    elif name in _VIEWS:
        meanings = _VIEWS[name][1]
    else:
        register = next(register for register in REGISTERS.values() if register.table == name)
        texts = {column.name: column.description for column in record_columns(register)}
        types = register_views.table_types(name)
        own = {"issue_id": "The issue of the record."}
        meanings = {column: (dtype, {**own, **texts}[column]) for column, dtype in types.items()}
    return [RegisterTableColumn(column, dtype, text) for column, (dtype, text) in meanings.items()]
