"""What can be done with an operator of a register: it becomes a counterparty, and its records become projects.

Not here: the ranking (`register_operators.py`), the review before projects are created (`take_over_review.py`).
"""

from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import ledger_session, record_lists, save_button, snapshot_cache
from dashboards.components.plain_text import plain
from dashboards.components.take_over_review import render_take_over
from pipeline_assets.register_links.take_over import counterparties_alike, counterparty_change, new_counterparty
from renewables.queries.operator_records import operator_records, operator_spellings, spelling_groups

GROUPS_SHOWN = 30
CHOSEN = "company"
"The query parameter of the chosen operator."


def render_operator_actions(register: str, operators: pl.DataFrame) -> None:
    """Draw spellings that seem to be one company, and the actions for a chosen operator.

    `operators` are rows of a ranking of the register: operator, records, capacity_mw, ...
    """
    _render_spellings(operators)
    operator = st.selectbox(
        "Add as a counterparty, or take over projects",
        operators["operator"].to_list(),
        index=None,
        placeholder="Choose an operator" if register == "repd" else "Choose a customer",
        key=CHOSEN,
        bind="query-params",
    )
    if operator is not None:
        with st.container(border=True):
            _render_operator(operator, register)


def _render_spellings(operators: pl.DataFrame) -> None:
    """Show which names seem to be one company; nothing is added up without saying so."""
    groups = spelling_groups(operators)
    if groups.is_empty():
        return
    title = f"{len(groups):,} {'company seems' if len(groups) == 1 else 'companies seem'} to have several spellings"
    with st.expander(title, icon=":material/spellcheck:"):
        st.caption(
            'Case, accents, punctuation, "and" for "&", and endings such as Ltd and Limited make no difference. '
            "Companies for a single project stay apart."
        )
        for row in groups.head(GROUPS_SHOWN).iter_rows(named=True):
            names = " = ".join(row["spellings"])
            st.markdown(f"- {plain(names)}: together {row['records']:,} records, {row['capacity_mw']:,.1f} MW")
        if len(groups) > GROUPS_SHOWN:
            st.caption(f"And {len(groups) - GROUPS_SHOWN:,} more.")


def _render_operator(operator: str, register: str) -> None:
    portfolio = ledger_session.current_portfolio()
    spellings: list[str] = snapshot_cache.cached_query(operator_spellings, register, operator)
    records: list[dict[str, Any]] = snapshot_cache.cached_query(operator_records, register, operator)
    st.markdown(f"**{plain(operator)}**")
    if len(spellings) > 1:
        st.caption(f"With all spellings: {plain(', '.join(spellings))}.")
    same, alike = counterparties_alike(portfolio, operator)
    if same:
        st.caption("Already a counterparty:")
    elif alike:
        st.caption("Counterparties with a similar name. Check that none of them is the same company:")
    for company in same or alike:
        record_lists.record_link("counterparties", company.id, company.fields["name"], icon=":material/domain:")
    if not same:
        save_button.save_button(
            "Add as counterparty",
            f"counterparty {register} {operator}",
            lambda: [change for change in [counterparty_change(new_counterparty(portfolio, operator))] if change],
            icon=":material/domain_add:",
            why=f"operator in {register.upper()}",
        )
    render_take_over(portfolio, operator, register, records, [*same, *alike])
