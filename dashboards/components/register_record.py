"""One record of a register on the page Registers: its facts, its history over all issues, every published cell.

Not here: the query (`renewables/queries/register_history.py`), lists of records (`register_records.py`).
"""

from datetime import date

import polars as pl
import streamlit as st

from dashboards.components import snapshot_cache
from dashboards.components.fitted_table import render_fitted_table
from dashboards.components.formatting import day, number, place
from dashboards.components.plain_text import plain
from dashboards.components.record_page import render_facts
from dashboards.components.register_parts import (
    COLUMNS,
    NAMES,
    PAGE,
    list_address,
    readable_changes,
    render_licence,
    render_register_downloads,
)
from pipeline_assets.coordinates import coordinates_text
from pipeline_assets.registers.declarations import REGISTERS
from renewables.queries.register_changes import field_titles
from renewables.queries.register_history import RegisterRecord, register_record

FACTS = {
    **{"operator": "Operator", "technology_published": "Technology", "capacity_mw": "MW", "status": "Status"},
    **{"county": "County", "region": "Region", "country": "Country", "connection_site": "Connection site"},
    **{"connection_date": "Connection", "permission_granted_date": "Permission granted"},
    **{"permission_expiry_date": "Permission expires", "planning_reference": "Planning reference"},
    **{"host": "Transmission owner", "stage": "Stage", "gate": "Gate", "reference": "Reference"},
}


def render_record(address: str) -> None:
    """Draw the record of an address such as `repd:8194`, or a message if there is none."""
    register, _, record_id = address.partition(":")
    if st.button("All records", icon=":material/list:", type="tertiary"):
        # A page link to the page itself would leave the record in the address.
        st.switch_page(PAGE, query_params=list_address() or {"register": register.upper()})
    record: RegisterRecord | None = None
    if register in REGISTERS:
        record = snapshot_cache.cached_query(register_record, register, record_id)
    if record is None:
        st.warning(f"No issue has the record “{plain(address)}”.", icon=":material/search_off:")
        return
    st.subheader(plain(record.facts["name"] or "Without a name"), anchor=False)
    st.caption(f"{NAMES[register]}, record {plain(record_id)}, {_since_text(record)}")
    if not record.is_current:
        st.warning(
            f"This record has left the register. The issue of {day(record.facts['issue_date'])} was the last one with "
            "it.",
            icon=":material/event_busy:",
        )
    facts = {title: _text(record.facts[name]) for name, title in FACTS.items() if record.facts[name] not in (None, "")}
    if record.facts["latitude"] is not None:
        facts["Place"] = place(record.facts["latitude"], record.facts["longitude"])
    render_facts(facts)
    if record.facts["latitude"] is not None and st.button("Records nearby", icon=":material/near_me:"):
        near = coordinates_text(round(record.facts["latitude"], 4), round(record.facts["longitude"], 4))
        st.switch_page(PAGE, query_params={"register": register.upper(), "near": near})
    _render_history(record, register, record_id)
    published = st.expander("Every published cell", key="published", on_change="rerun", type="compact")
    if published.open:
        cells = [(header, _text(cell)) for header, cell in record.published.items()]
        with published:
            render_fitted_table(
                pl.DataFrame(cells, {"Column": pl.String, "Cell": pl.String}, orient="row"),
                {},
                key="published cells",
                alt="Every published cell of the record",
            )
    render_licence((register,))


def _render_history(record: RegisterRecord, register: str, record_id: str) -> None:
    """Draw what changed in the record, and what it was in each issue."""
    st.subheader("Changes", anchor=False)
    if record.changes.is_empty():
        st.caption("Nothing has changed between the issues here.")
    else:
        shown = readable_changes(record.changes).with_columns(pl.col("field").replace(field_titles(register)))
        render_fitted_table(shown, COLUMNS, key="record changes", alt=f"{len(shown)} changes of the record")
    st.subheader("In each issue", anchor=False)
    filled = [column.name for column in record.history if column.null_count() < len(column)]
    render_fitted_table(
        record.history.select(filled), COLUMNS, key="record history", alt=f"{len(record.history)} issues of the record"
    )
    render_register_downloads(lambda: record.history, (register,), name=f"{register}-{record_id}".replace("/", "-"))


def _since_text(record: RegisterRecord) -> str:
    issues = len(record.history)
    if issues == 1:
        return f"in the issue of {day(record.history['issue_date'][0])}"
    return f"in {issues} issues since {day(record.history['issue_date'][-1])}"


def _text(value: object) -> str:
    """Return a cell as people read it."""
    if isinstance(value, date):
        return day(value)
    if isinstance(value, float):
        return number(value, 0 if value.is_integer() else 2)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
