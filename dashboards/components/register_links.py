"""The section *Registers* of a project: its linked records beside our values, and records that may be its facilities.

Not here: reading the registers (`renewables/queries/register_links.py`), the page *Registers*.
"""

from datetime import UTC, datetime

import polars as pl
import streamlit as st

from dashboards.components import record_forms, record_lists, save_button, snapshot_cache
from dashboards.components.clickable_rows import clicked_row
from dashboards.components.formatting import NOTHING, day
from dashboards.components.list_cards import (
    CARDS_SHOWN,
    Card,
    change_fact,
    facts_of,
    page_address,
    render_card_list,
    table_of_cards,
)
from dashboards.components.plain_text import plain
from dashboards.components.register_parts import (
    DATE,
    PAGE,
    readable_changes,
    record_address,
    render_licence,
    render_register_downloads,
)
from pipeline_assets.ledger.changes import Record
from pipeline_assets.register_links.link_notices import change_sentence
from pipeline_assets.register_links.record_links import (
    REFERENCE_FIELDS,
    RecordLink,
    dismissal_change,
    keys_of_others,
    link_change,
    links_of_project,
    live_facilities,
)
from pipeline_assets.register_links.record_proposals import Proposal
from pipeline_assets.registers.declarations import REGISTERS
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from renewables.queries.register_differences import compare_record
from renewables.queries.register_links import LinkedRecord, linked_records, proposed_records

KIND = "pipelines"
COLUMNS = {
    "what": st.column_config.TextColumn("Value"),
    "published": st.column_config.TextColumn("Register"),
    "ours": st.column_config.TextColumn("Ours"),
    "agrees": st.column_config.TextColumn("Agrees"),
    "remark": st.column_config.TextColumn("Remark", width="large"),
}
CHANGES = {
    "register": "Register",
    "record_id": None,
    "reference": "Reference",
    "name": "Name",
    "change": "Change",
    "field": "Field",
    "before": "Before",
    "after": "After",
    "to_issue_date": st.column_config.DateColumn("Issue", format=DATE),
}
CHANGE_FACTS = ("name", "change", "field")
"The columns of a change that a card has room for, beside what it was and is."
AGREES = {True: "■ differs", False: "● agrees", None: NOTHING}


def render_registers(portfolio: Portfolio, project: Record) -> None:
    """Draw the linked records of a project, and proposals for its facilities without a reference."""
    if snapshot_cache.current_snapshot() is None:
        return
    links = list(links_of_project(portfolio, project))
    known: dict[tuple[str, str], LinkedRecord] = snapshot_cache.cached_query(
        linked_records, tuple(link.key for link in links)
    )
    proposals = [] if project.archived else list(_proposals(portfolio, project))
    if not links and not proposals:
        return
    st.subheader("Registers", anchor=False)
    for link in links:
        _render_link(portfolio, link, known.get(link.key))
    if proposals:
        _render_proposals(project, proposals)
    render_licence(list({*(link.register for link in links), *(proposal.register for _, proposal in proposals)}))


def render_linked_changes(changes: pl.DataFrame) -> None:
    """Draw what new issues changed in the records of projects; nothing without changes."""
    if changes.is_empty():
        return
    st.subheader("Registers", anchor=False)
    st.caption("What issues of REPD and TEC that landed in this period changed in the records of projects.")
    shown = readable_changes(changes)
    cards = [
        Card(
            row["project"],
            page_address(record_lists.PAGES[KIND], id=row["pipeline_id"]),
            [text for text in (*facts_of(row, CHANGE_FACTS), change_fact(row["before"], row["after"])) if text],
        )
        for row in shown.head(CARDS_SHOWN).iter_rows(named=True)
    ]
    render_card_list(cards, len(changes), name="linked changes", hint="the downloads have all")
    with table_of_cards("linked changes"):
        click = clicked_row(
            shown.drop("pipeline_id").with_columns(pl.col("register").str.to_uppercase()),
            CHANGES,
            key="linked changes",
            alt=f"{len(changes)} changes of register records",
        )
    if click:
        st.switch_page(record_lists.PAGES[KIND], query_params={"id": changes["pipeline_id"][click[0]]})
    registers = changes["register"].unique(maintain_order=True).to_list()
    render_register_downloads(lambda: changes, registers, name="changes-registers")
    render_licence(registers)


def _render_link(portfolio: Portfolio, link: RecordLink, record: LinkedRecord | None) -> None:
    title = f"**{link.register.upper()} {plain(link.reference)}** of {plain(str(link.facility.fields['name']))}"
    with st.container(border=True, gap="small"):
        if record is None:
            st.markdown(title)
            st.caption(f"No issue of {REGISTERS[link.register].title} has landed yet.")
            return
        if record.last_issue_date is None:
            st.markdown(title)
            st.warning(
                f"No issue of {link.register.upper()} has this reference. Check it, or remove it from the facility.",
                icon=":material/help:",
            )
            return
        first = record.stages[0]
        st.markdown(f"{title}  \n{plain(str(first['name'] or ''))}, {plain(str(first['operator'] or 'no operator'))}")
        st.page_link(
            PAGE,
            label="Open the record",
            icon=":material/open_in_new:",
            query_params=record_address(link.register, first["record_id"]),
        )
        if record.state != "in the register":
            st.warning(
                f"The record left the register: the newest issue of {day(record.issue_date)} does not have it. These "
                f"are its values of {day(record.last_issue_date)}.",
                icon=":material/logout:",
            )
        today = datetime.now(UTC).date()
        values = compare_record(portfolio, link.project, link.facility, record, today)
        differing = [value.what for value in values if value.differs]
        st.markdown(f"**Differs:** {plain(', '.join(differing))}." if differing else "Nothing differs.")
        rows = [
            {
                "what": value.what,
                "published": value.published or NOTHING,
                "ours": value.ours or NOTHING,
                "agrees": AGREES[value.differs],
                "remark": value.remark,
            }
            for value in values
        ]
        st.dataframe(
            pl.DataFrame(rows),
            hide_index=True,
            column_config=COLUMNS,
            key=f"register {link.register} {link.facility.id}",
            alt=f"{len(rows)} values of the register beside ours; differing: {', '.join(differing) or 'none'}",
        )
        if record.changes:
            st.markdown(
                f":material/update: Changed in the issue of {day(record.issue_date)}: "
                f"{plain(change_sentence(record.changes))}."
            )
        st.caption(f"Issue of {day(record.last_issue_date)}.")


def _proposals(portfolio: Portfolio, project: Record) -> list[tuple[Record, Proposal]]:
    taken = keys_of_others(portfolio, project)
    lacking = [
        facility
        for facility in live_facilities(portfolio, project)
        if not all(facility.fields[field] for field in REFERENCE_FIELDS.values())
    ]
    return [
        (facility, proposal)
        for facility in lacking
        for proposal in snapshot_cache.cached_query(proposed_records, facility, project.fields["name"], taken)
    ]


def _render_proposals(project: Record, proposals: list[tuple[Record, Proposal]]) -> None:
    st.markdown("**May be the same site**")
    st.caption(
        "Nothing is linked until you choose *Link*. A dismissed record is not proposed again. Both can be "
        "undone under *Earlier batches* of the page Import."
    )
    go = record_forms.same_page(KIND, project.id)
    for facility, proposal in proposals:
        record = f"{proposal.register.upper()} {proposal.reference}"
        name = f"{facility.id} {proposal.register} {proposal.reference}"
        with st.container(border=True, gap="xsmall"):
            st.markdown(
                f"**{plain(record)}: {plain(proposal.name)}** for {plain(str(facility.fields['name']))}, "
                f"{proposal.score * 100:.0f} %  \n{plain(proposal.operator or 'no operator')}, "
                f"{plain(proposal.status or 'no status')}  \n:gray[{plain('; '.join(proposal.reasons))}]"
            )
            with st.container(horizontal=True, vertical_alignment="center"):
                st.page_link(
                    PAGE,
                    label="Open the record",
                    icon=":material/open_in_new:",
                    query_params=record_address(proposal.register, proposal.record_id),
                )
                for label, icon, change in (
                    ("Link", ":material/link:", link_change),
                    ("Dismiss", ":material/close:", dismissal_change),
                ):
                    save_button.save_button(
                        label,
                        f"{label} {name}",
                        lambda change=change, facility=facility, proposal=proposal: [  # type: ignore[misc]  # mypy cannot infer the types of bound defaults
                            change(facility, proposal.register, proposal.reference)
                        ],
                        icon=icon,
                        why=f"{label.lower()} {record}, proposed with {proposal.score * 100:.0f} %",
                        go=go,
                    )
