"""The view Operators of the page Registers: who builds most, by MW and status.

Not here: the ranking (`renewables/queries/register_operators.py`), what becomes of an operator (`operator_actions.py`).
"""

import polars as pl
import streamlit as st

from dashboards.components import snapshot_cache
from dashboards.components.clickable_rows import clicked_row
from dashboards.components.formatting import number, power, share
from dashboards.components.list_cards import Card, facts_of, page_address, render_card_list, table_of_cards
from dashboards.components.operator_actions import render_operator_actions
from dashboards.components.plain_text import plain
from dashboards.components.register_parts import (
    COLUMNS,
    PAGE,
    ROWS_A_PAGE,
    filter_row,
    page_of_rows,
    render_register_chart,
    render_register_downloads,
)
from renewables.charts.registers import operators_by_status
from renewables.queries.register_operators import OperatorRanking, operator_ranking
from renewables.queries.registers import RegisterChoices, RegisterFilter, register_choices

FACTS = ("capacity_mw", "records", "technologies")
"The columns that a card has room for."
DRAWN = 20
"The number of operators in the chart."


def render_operators(register: str) -> None:
    """Draw the operators of a register with the most MW, of the chosen technologies and statuses."""
    sentence = st.subheader("…", anchor=False)  # its line is there from the start, so that nothing moves
    choices: RegisterChoices = snapshot_cache.cached_query(register_choices, register)
    wanted = _render_filters(register, choices)
    ranking: OperatorRanking = snapshot_cache.cached_query(operator_ranking, wanted)
    operators = ranking.operators
    if operators.is_empty():
        sentence.empty()
        st.info("No records match these filters. Remove one.", icon=":material/filter_alt_off:")
        return
    total, largest = float(operators["capacity_mw"].sum()), operators.head(DRAWN)
    drawn = float(largest["capacity_mw"].sum())
    who = "operators" if register == "repd" else "customers"
    sentence.subheader(
        f"{plain(operators['operator'][0])} leads with {power(float(operators['capacity_mw'][0]))}; "
        f"the largest {len(largest)} of {number(ranking.total)} {who} have {share(drawn / total if total else None)} "
        f"of {power(total)}",
        anchor=False,
    )
    stages = ranking.stages.join(largest.select("operator"), on="operator", how="semi")
    render_register_chart(
        operators_by_status(largest, stages),
        ranking.stages,
        (register,),
        name=f"{register}-operators-by-status",
        alt=f"MW of the {len(largest)} largest {who} by status",
    )
    _render_table(register, operators)
    render_operator_actions(register, operators)


def _render_filters(register: str, choices: RegisterChoices) -> RegisterFilter:
    name = "Operator" if register == "repd" else "Customer"
    with filter_row():
        technologies = st.multiselect(
            "Technology", choices.technologies, key="technology", bind="query-params", placeholder="All technologies",
            label_visibility="collapsed", width=240,
        )  # fmt: skip
        groups = st.multiselect(
            "Status", choices.status_groups, key="group", bind="query-params", placeholder="All statuses",
            label_visibility="collapsed", width=240,
        )  # fmt: skip
        operator = st.text_input(
            name, key="operator", bind="query-params", type="search", placeholder=f"{name}: part of the name",
            label_visibility="collapsed", width=240,
        )  # fmt: skip
    return RegisterFilter((register,), tuple(technologies), (), tuple(groups), (), (operator or "").strip())


def _render_table(register: str, operators: pl.DataFrame) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption("Click a row for the operator's records.")
        offset = page_of_rows(len(operators), key="page")
    shown = operators.slice(offset, ROWS_A_PAGE)
    cards = [
        Card(row["operator"], page_address(PAGE, **_address(register, row["operator"])), facts_of(row, FACTS))
        for row in shown.iter_rows(named=True)
    ]
    render_card_list(cards, len(shown), name="operators")
    with table_of_cards("operators"):
        click = clicked_row(
            shown.select(
                *("rank", "operator", "capacity_mw", "records", "records_without_capacity"),
                pl.col("technologies").list.join(", "),  # a text wraps, tags do not
            ),
            {**COLUMNS, "operator": "Operator" if register == "repd" else "Customer"},
            key=f"{register} operators",
            alt=f"{len(shown)} operators",
        )
    render_register_downloads(lambda: operators, (register,), name=f"{register}-operators")
    if click:
        st.switch_page(PAGE, query_params=_address(register, shown["operator"][click[0]]))


def _address(register: str, operator: str) -> dict[str, str]:
    """Return the query parameters of the records of an operator."""
    return {"register": register.upper(), "operator": operator}
