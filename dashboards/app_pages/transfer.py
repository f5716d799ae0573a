"""Import: spreadsheets in after checking the difference, spreadsheets out, and batches to undo."""

import hashlib
from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import ledger_session, save_notice, submit_form
from dashboards.components.chart import download_button, in_london
from dashboards.components.fitted_table import table_pixels
from dashboards.components.formatting import moment
from dashboards.components.import_preview import show_plan
from dashboards.components.plain_text import plain
from dashboards.components.row_heights import row_pixels
from dashboards.components.sign_in import refusal_of
from dashboards.components.undo_form import render_undo
from pipeline_assets.access import Actor
from pipeline_assets.errors import MadeFromRegister, StaleVersion, UnreadableFile
from pipeline_assets.ledger.changes import Receipt
from pipeline_assets.spreadsheets.cells import CLEARING_WORD
from pipeline_assets.spreadsheets.exporter import export_csv, template_csv
from pipeline_assets.spreadsheets.import_plan import Plan, confirm_import, plan_import
from pipeline_assets.spreadsheets.sheet_columns import SHEETS
from pipeline_assets.spreadsheets.workbook_limits import MOST_BYTES
from renewables.queries.change_sentences import batch_summaries
from renewables.queries.record_history import Batch, recent_batches

NAMES = {
    "counterparties": "Counterparties",
    "pipelines": "Projects",
    "information-points": "Information points",
    "milestones": "Milestones",
}
PLAN = "import: plan"
MAKE = "make counterparties"
NAMES_SHOWN = 12
WHAT_PIXELS, BATCHES_PIXELS = 320, 420
"A phone shows the first column in full."
BATCHES: dict[str, Any] = {
    "what": st.column_config.TextColumn("What changed", width=WHAT_PIXELS),
    "when_london": st.column_config.DatetimeColumn("Time (UK)", format="D MMM YYYY HH:mm", width=140),
    "who": st.column_config.TextColumn("Who", width=130),
    "changes": st.column_config.NumberColumn("Changes", format="%,d", width=80),
    "why": st.column_config.TextColumn("Reason", width=210),
    "source": st.column_config.TextColumn("Source", width=80),
    "state": st.column_config.TextColumn("State", width=80),
}
NAME, UNDO = "import a file", "undo a batch"


def render_page() -> None:
    """Draw import and export of the records."""
    save_notice.render_notice()
    ledger_session.current_portfolio()
    sheet = st.segmented_control(
        "Sheet",
        list(SHEETS),
        format_func=lambda name: NAMES.get(name, name),
        default="pipelines",
        required=True,
        key="sheet",
        bind="query-params",
        label_visibility="collapsed",
    )
    sheet = sheet or "pipelines"
    _render_import(sheet)
    _render_export(sheet)
    _render_earlier_batches()


def _render_export(sheet: str) -> None:
    st.subheader("Export", anchor=False)
    st.caption("CSV, ready for Excel. Re-importing it unedited makes no changes.")
    with st.container(horizontal=True):
        download_button(
            f"All {NAMES.get(sheet, sheet).lower()}",
            lambda: export_csv(ledger_session.engine(), sheet).encode("utf-8-sig"),
            f"{sheet}.csv",
        )
        download_button(
            "Empty template",
            lambda: template_csv(sheet).encode("utf-8-sig"),
            f"{sheet}-template.csv",
            icon=":material/draft:",
        )


def _render_import(sheet: str) -> None:
    st.subheader("Import a file", anchor=False)
    if refusal := refusal_of("import a file"):
        st.caption(f":material/lock: {refusal}")
        return
    upload = st.file_uploader(
        "CSV or Excel file, with one row per record or part of a record",
        type=["csv", "txt", "tsv", "xlsx", "xlsm", "ods", "xls", "xlsb"],  # the last two get advice
        key=f"file {sheet}",
        max_upload_size=MOST_BYTES // 2**20,
        help="Columns are recognised by name, including those of the older tool. A row with an id changes that record.",
    )
    if upload is None:
        st.caption(
            "You can check every change before it is saved. A blank cell keeps the current value; "
            f"`{CLEARING_WORD}` in a cell empties the field."
        )
        return
    extra = _other_files(sheet)
    make = bool(st.session_state.get(MAKE))
    planned = _plan_upload(sheet, upload.getvalue(), upload.name, extra, make_counterparties=make)
    if planned is None:
        return
    for each in planned.files:
        if planned.companion:
            st.markdown(f"**{NAMES.get(each.sheet, each.sheet)}**")
        show_plan(each, "import" if each is planned else "import-first")
        if each.register:
            _render_register_link(each.register)
    _offer_counterparties(planned)
    _render_confirmation(planned)


def _other_files(sheet: str) -> dict[str, bytes]:
    """Draw the uploads for the older tracker's other files, and return the uploaded ones."""
    files: dict[str, bytes] = {}
    with st.expander("Other files from the older tracker", icon=":material/history:"):
        st.caption("These are imported in the same batch, before the file above.")
        offers = {"audit": "History of changes (audit.csv): earlier versions of records that are new here"}
        if sheet != "counterparties":
            offers = {"counterparties": "Counterparties (counterparties.csv)", **offers}
        for name, label in offers.items():
            upload = st.file_uploader(
                label, type=["csv", "xlsx", "ods"], key=f"{name} {sheet}", max_upload_size=MOST_BYTES // 2**20
            )
            if upload is not None:
                files[name] = upload.getvalue()
    return files


def _offer_counterparties(planned: Plan) -> None:
    """Offer to create the counterparties that rows name and that do not exist yet."""
    names = planned.unknown_counterparties or planned.made_counterparties
    if names:
        count = "1 counterparty" if len(names) == 1 else f"{len(names):,} counterparties"
        more = f" and {len(names) - NAMES_SHOWN:,} more" if len(names) > NAMES_SHOWN else ""
        st.checkbox(f"Create {count} named in the file: {plain('; '.join(names[:NAMES_SHOWN]))}{more}", key=MAKE)


def _plan_upload(
    sheet: str, content: bytes, filename: str, extra: Mapping[str, bytes], *, make_counterparties: bool
) -> Plan | None:
    """Plan an upload once, so that what was shown is what is saved."""
    digests = [hashlib.sha256(each).hexdigest() for each in (content, *extra.values())]
    key = f"{sheet} {make_counterparties} {list(extra)} {digests}"
    kept = st.session_state.get(PLAN)
    if kept is None or kept[0] != key:
        try:
            engine, make = ledger_session.engine(), make_counterparties
            plan = plan_import(
                *(engine, sheet, content, filename),
                counterparties=extra.get("counterparties"),
                audit=extra.get("audit"),
                make_counterparties=make,
            )
            kept = (key, plan)
        except MadeFromRegister as error:
            st.warning(plain(str(error)), title="This is a public register", icon=":material/menu_book:")
            _render_register_link(error.register)
            return None
        except (UnreadableFile, StaleVersion) as error:
            st.error(plain(str(error)), title="The file could not be read", icon=":material/error:")
            return None
        st.session_state[PLAN] = kept
    planned: Plan = kept[1]
    return planned


def _render_register_link(register: str) -> None:
    """Draw the link to the records of a public register."""
    label = f"Open the page Registers ({register.upper()})"
    st.page_link(
        "app_pages/registers.py",
        label=label,
        icon=":material/arrow_forward:",
        query_params={"register": register.upper()},
    )


def _render_confirmation(planned: Plan) -> None:
    if not planned.changes_something:
        st.info("Nothing to import: every row is already up to date or has an error.", icon=":material/info:")
        return
    has_errors = any(each.errors for each in planned.files)
    good_rows_only = has_errors and st.checkbox("Import only the rows without errors")
    if has_errors and not good_rows_only:
        st.caption("Fix the file and upload it again, or tick the box to import only the rows without errors.")
        return
    clearings = sum(len(each.clearings) for each in planned.files)
    fields = "1 field" if clearings == 1 else f"{clearings:,} fields"
    clear = bool(clearings) and st.checkbox(f"Empty {fields}, as listed above", key=f"clear {planned.token}")
    if clearings and not clear:
        st.caption("Tick the box to import the file, or leave those cells blank to keep the current values.")
        return

    def send(actor: Actor, why: str, _: str) -> Receipt:
        receipt = confirm_import(
            ledger_session.engine(), planned, actor=actor, why=why, good_rows_only=good_rows_only, clear=clear
        )
        st.session_state.pop(PLAN, None)
        return receipt

    submit_form.render_form(NAME, [], send=send, label="Import")
    st.button("Compare again", icon=":material/refresh:", type="tertiary", on_click=_forget_upload)


def _forget_upload() -> None:
    st.session_state.pop(PLAN, None)
    submit_form.discard(NAME)


def _render_earlier_batches() -> None:
    st.subheader("Earlier batches", anchor=False)
    batches = recent_batches(ledger_session.engine())
    if not batches:
        st.caption("No batches yet.")
        return
    summaries = batch_summaries(ledger_session.engine(), ledger_session.current_portfolio(), batches)
    frame = pl.DataFrame(
        {
            "what": [summaries[batch.batch] for batch in batches],
            "when_utc": [batch.submitted_at_utc for batch in batches],
            "who": [batch.who for batch in batches],
            "changes": [batch.changes for batch in batches],
            "why": [batch.why for batch in batches],
            "source": [batch.source for batch in batches],
            "state": ["undone" if batch.reverted_by else "" for batch in batches],
        },
        schema_overrides={"when_utc": pl.Datetime("us", "UTC")},
    )
    row_height = row_pixels(summaries.values(), WHAT_PIXELS)
    picked = st.dataframe(
        in_london(frame),
        hide_index=True,
        placeholder="",
        column_config=BATCHES,
        on_select="rerun",
        selection_mode="single-row",
        row_height=row_height,
        height=table_pixels(len(batches), row_height, BATCHES_PIXELS),
        key=f"batches {batches[0].batch}",  # a new key after each batch, since the selected row has moved
        alt="Batches of saved changes, newest first",
    )
    chosen = [batches[n] for n in picked.selection.rows if n < len(batches)]
    if not chosen:
        st.caption("Select a batch to undo it.")
    for batch in chosen:
        _render_undo(batch)


def _render_undo(batch: Batch) -> None:
    """Draw what undoing the batch does, with the button for it."""
    with st.container(border=True):
        st.markdown(f"**Undo the changes of {moment(batch.submitted_at_utc)} by {plain(batch.who)}**")
        render_undo(f"{UNDO} {batch.batch}", batch)


render_page()
