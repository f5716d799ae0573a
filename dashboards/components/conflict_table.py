"""The difference that two editors of one record made: what it was, theirs, and yours.

Not here: the buttons that keep one of them (`submit_form.py`).
"""

import streamlit as st

from dashboards.components import ledger_session
from dashboards.components.plain_text import plain
from pipeline_assets.errors import Conflict
from pipeline_assets.fields import field_title
from pipeline_assets.ledger.changes import Record
from renewables.queries.record_history import shown_value


def conflict_table(conflict: Conflict, opened_as: Record | None = None) -> None:
    """Draw what has changed since the form was opened, next to what was to be saved."""
    portfolio = ledger_session.current_portfolio()
    before = opened_as.fields if opened_as else {}
    rows = [
        {
            "Field": field_title(conflict.kind, field_name),
            "When you opened it": shown_value(portfolio, conflict.kind, field_name, before.get(field_name)),
            "Theirs (current)": shown_value(
                portfolio, conflict.kind, field_name, conflict.theirs.get(field_name, before.get(field_name))
            ),
            "Yours": shown_value(
                portfolio, conflict.kind, field_name, conflict.yours.get(field_name, before.get(field_name))
            ),
        }
        for field_name in dict.fromkeys([*conflict.theirs, *conflict.yours])
    ]
    st.warning(
        "Your changes are not saved yet. Compare the two versions, then choose which to keep.",
        title=f"{plain(conflict.who)} saved changes while you were editing",
        icon=":material/call_split:",
    )
    st.dataframe(rows, hide_index=True, key=f"conflict {conflict.kind} {conflict.id}", alt="Theirs and yours")
