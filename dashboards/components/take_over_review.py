"""The review before an operator's records become projects: tick, check, create as one batch.

Not here: what a record becomes and why some become nothing (`pipeline_assets/register_links/take_over.py`).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import ledger_session, save_notice, submit_form
from dashboards.components.plain_text import plain
from dashboards.components.sign_in import dry_run_actor
from pipeline_assets.access import Actor
from pipeline_assets.errors import PipelineError, Problem, Refused
from pipeline_assets.ledger.changes import Change, Receipt, Record
from pipeline_assets.ledger.submission import submit
from pipeline_assets.register_links.take_over import (
    CAPACITY_IS_AC,
    TakeOverRow,
    linked_meanwhile,
    new_counterparty,
    plan_take_over,
    take_over_changes,
)
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from pipeline_assets.vocabulary import ProjectRole

ROWS_SEEN = 12
DRY_RUN = "dry run"
SHOWN = ("name", "technology", "capacity_mw", "stage", "status", "reference", "market", "latitude", "longitude")
COLUMNS: dict[str, Any] = {
    "take": st.column_config.CheckboxColumn("Take"),
    "name": st.column_config.TextColumn("Name", width="medium"),
    "technology": st.column_config.TextColumn("Technology"),
    "capacity_mw": st.column_config.NumberColumn("MW (AC)", format="%,.1f"),
    "stage": st.column_config.TextColumn("Stage"),
    "status": st.column_config.TextColumn("Status in the register"),
    "reference": st.column_config.TextColumn("Reference"),
    "market": st.column_config.TextColumn("Market"),
    "latitude": st.column_config.NumberColumn("Latitude", format="%.4f"),
    "longitude": st.column_config.NumberColumn("Longitude", format="%.4f"),
    "remark": st.column_config.TextColumn("Remark"),
    "problem": st.column_config.TextColumn("Why", width="large"),
}


def render_take_over(
    portfolio: Portfolio,
    operator: str,
    register: str,
    records: Sequence[Mapping[str, Any]],
    companies: Sequence[Record],
) -> None:
    """Draw the records of an operator as projects to create; `companies` are counterparties that it may be."""
    rows = plan_take_over(records, portfolio)
    ready, left_out = [row for row in rows if not row.problem], [row for row in rows if row.problem]
    st.markdown("**Take over as projects**")
    if left_out:
        with st.expander(f"Left out: {len(left_out):,} of {len(rows):,} records", icon=":material/block:"):
            st.dataframe(
                _frame(left_out, "problem"),
                hide_index=True,
                column_config=COLUMNS,
                column_order=["name", "problem", "technology", "capacity_mw", "status", "reference"],
                key=f"left out {register} {operator}",
                alt=f"{len(left_out)} records that become no projects, with the reason",
            )
    if not ready:
        st.caption("No record of this operator can become a new project.")
        return
    name = f"take over {register} {operator}"
    token = submit_form.form_state(name).token
    edited = st.data_editor(
        _frame(ready, "remark").insert_column(0, pl.Series("take", [True] * len(ready))),
        hide_index=True,
        column_config=COLUMNS,
        disabled=[*SHOWN, "remark"],
        height=38 + 35 * min(len(ready), ROWS_SEEN),
        key=f"rows {token} {len(ready)}",
        alt="Records to take over as projects",
    )
    ticked = [row for row, take in zip(ready, edited["take"], strict=True) if take]
    others = [] if portfolio.by_name("counterparties", operator) else [new_counterparty(portfolio, operator)]
    chosen, role = _render_company([*companies, *others], token)
    st.caption(CAPACITY_IS_AC)
    total = sum(row.capacity_mw or 0 for row in ticked)
    st.markdown(
        f"Creates **{len(ticked):,}** project{'' if len(ticked) == 1 else 's'} with {total:,.1f} MW and the "
        f"counterparty {plain(_company_label(chosen))} as {role}, in one batch, which "
        "can be undone under *Earlier batches* of the page Import."
    )
    changes = list(take_over_changes(ticked, chosen, role, datetime.now(UTC).date())) if ticked else []
    is_accepted = bool(changes) and _is_accepted(changes)

    def send(actor: Actor, why: str, token: str) -> Receipt:
        if doubled := linked_meanwhile(ticked, ledger_session.current_portfolio()):
            message = f"somebody has taken over {', '.join(doubled)} in the meantime: load the page again"
            raise Refused([Problem("batch", token, "rows", message)])
        reason = why or f"taken over from {register.upper()}"
        return submit(ledger_session.engine(), changes, actor=actor, why=reason, token=token, source="import")

    label = f"Create {len(ticked):,} project{'' if len(ticked) == 1 else 's'}"
    submit_form.render_form(name, [], send=send, label=label, disabled=not is_accepted)


def _company_label(company: Record | str) -> str:
    if isinstance(company, str):
        return f"{company} (new)"
    return f"{company.fields['name']}{' (restored)' if company.archived else ''}"


def _render_company(options: Sequence[Record | str], token: str) -> tuple[Record | str, ProjectRole]:
    """Draw the choice of the counterparty, of which a text is the name of a new one, and of its role."""
    left, right = st.columns(2)
    labels = [_company_label(each) for each in options]
    with left:
        number = st.selectbox(
            "Counterparty", range(len(options)), format_func=lambda n: labels[n], key=f"company {token} {len(options)}"
        )
    with right:
        role = st.selectbox("Role", list(ProjectRole), key=f"role {token}")
    return options[number or 0], role or ProjectRole.DEVELOPER


def _frame(rows: Sequence[TakeOverRow], last: str) -> pl.DataFrame:
    return pl.DataFrame(
        [{column: getattr(row, column) for column in (*SHOWN, last)} for row in rows],
        schema_overrides=dict.fromkeys(("capacity_mw", "latitude", "longitude"), pl.Float64),
    )


def _is_accepted(changes: Sequence[Change]) -> bool:
    """Show the ledger's answer to a dry run; return whether it would save the changes."""
    try:
        receipt = submit(ledger_session.engine(), changes, actor=dry_run_actor(), token=DRY_RUN, dry_run=True)
    except PipelineError as error:
        st.error(plain(str(error)), title="These projects cannot be created", icon=":material/error:")
        return False
    save_notice.render_warnings(receipt)
    return True
