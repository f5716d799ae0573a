"""Import and export: spreadsheets out, spreadsheets in with a look at the difference first, and batches to undo."""

import hashlib
from collections import Counter
from collections.abc import Mapping

import polars as pl
import streamlit as st

from dashboards.components import ledger_session, save_notice, submit_form
from dashboards.components.chart import in_london
from dashboards.components.formatting import moment
from dashboards.components.import_preview import show_plan
from dashboards.components.plain_text import plain
from pipeline_assets.errors import PipelineError, StaleVersion, UnreadableFile
from pipeline_assets.ledger.changes import Receipt
from pipeline_assets.ledger.submission import revert
from pipeline_assets.models import ENTITIES
from pipeline_assets.spreadsheets.cells import CLEARING_WORD
from pipeline_assets.spreadsheets.exporter import export_csv, template_csv
from pipeline_assets.spreadsheets.import_plan import Plan, confirm_import, plan_import
from pipeline_assets.spreadsheets.sheet_columns import SHEETS
from pipeline_assets.spreadsheets.workbook_limits import MOST_BYTES
from renewables.queries.record_history import Batch, recent_batches

NAMES = {"counterparties": "Counterparties", "pipelines": "Projects", "information-points": "Information points"}
PLAN = "import: plan"
MAKE = "make counterparties"
NAMES_SHOWN = 12
NAME, UNDO = "import a file", "undo a batch"


def render_page() -> None:
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
    _render_export(sheet)
    _render_import(sheet)
    _render_earlier_batches()


def _render_export(sheet: str) -> None:
    st.subheader("Export", anchor=False)
    st.caption("CSV that Excel opens as it is; imported back unchanged, it changes nothing.")
    with st.container(horizontal=True):
        st.download_button(
            f"All {NAMES.get(sheet, sheet).lower()}",
            lambda: export_csv(ledger_session.engine(), sheet).encode("utf-8-sig"),
            file_name=f"{sheet}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            "Empty template",
            lambda: template_csv(sheet).encode("utf-8-sig"),
            file_name=f"{sheet}-template.csv",
            mime="text/csv",
            icon=":material/draft:",
            on_click="ignore",
        )


def _render_import(sheet: str) -> None:
    st.subheader("Import", anchor=False)
    upload = st.file_uploader(
        "A CSV or Excel file, with one row per record or part of it",
        type=["csv", "txt", "tsv", "xlsx", "xlsm", "ods", "xls", "xlsb"],  # the last two: told what to save it as
        key=f"file {sheet}",
        max_upload_size=MOST_BYTES // 2**20,
        help="Columns are found by their names, those of the older tool too. Rows with an id change that record.",
    )
    if upload is None:
        st.caption(
            "You see what would change before anything is saved. A blank cell keeps what is there; "
            f"`{CLEARING_WORD}` in a cell empties its field."
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
    _offer_counterparties(planned)
    _render_confirmation(planned)


def _other_files(sheet: str) -> dict[str, bytes]:
    """Draw the places for the older tracker's other files, and return those that were given."""
    files: dict[str, bytes] = {}
    with st.expander("From the older tracker: its other files", icon=":material/history:"):
        st.caption("They are imported in the same batch, before the file above.")
        offers = {"audit": "Its history of changes (audit.csv): earlier versions of records that are new here"}
        if sheet != "counterparties":
            offers = {"counterparties": "Its counterparties (counterparties.csv)", **offers}
        for name, label in offers.items():
            upload = st.file_uploader(
                label, type=["csv", "xlsx", "ods"], key=f"{name} {sheet}", max_upload_size=MOST_BYTES // 2**20
            )
            if upload is not None:
                files[name] = upload.getvalue()
    return files


def _offer_counterparties(planned: Plan) -> None:
    """Propose to make the counterparties that rows name and that are nowhere."""
    names = planned.unknown_counterparties or planned.made_counterparties
    if names:
        count = "1 counterparty" if len(names) == 1 else f"{len(names):,} counterparties"
        more = f" and {len(names) - NAMES_SHOWN:,} more" if len(names) > NAMES_SHOWN else ""
        st.checkbox(f"Make {count} that the file names: {plain('; '.join(names[:NAMES_SHOWN]))}{more}", key=MAKE)


def _plan_upload(
    sheet: str, content: bytes, filename: str, extra: Mapping[str, bytes], *, make_counterparties: bool
) -> Plan | None:
    """Plan an upload once: what was shown is what is saved."""
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
        except (UnreadableFile, StaleVersion) as error:
            st.error(plain(str(error)), title="Nothing was read", icon=":material/error:")
            return None
        st.session_state[PLAN] = kept
    planned: Plan = kept[1]
    return planned


def _render_confirmation(planned: Plan) -> None:
    if not planned.changes_something:
        st.info("Nothing to import: the ledger has all of it, or every row has an error.", icon=":material/info:")
        return
    has_errors = any(each.errors for each in planned.files)
    good_rows_only = has_errors and st.checkbox("Import the rows without errors, leave the others out")
    if has_errors and not good_rows_only:
        st.caption("Mend the file and choose it again, or leave the rows with errors out.")
        return
    clearings = sum(len(each.clearings) for each in planned.files)
    fields = "1 field" if clearings == 1 else f"{clearings:,} fields"
    clear = bool(clearings) and st.checkbox(f"Empty {fields}, as listed above", key=f"clear {planned.token}")
    if clearings and not clear:
        st.caption("Tick this to import the file, or leave the cells blank to keep what is there.")
        return

    def send(who: str, why: str, _: str) -> Receipt:
        receipt = confirm_import(
            ledger_session.engine(), planned, who=who, why=why, good_rows_only=good_rows_only, clear=clear
        )
        st.session_state.pop(PLAN, None)
        return receipt

    submit_form.render_form(NAME, [], send=send, label="Import as one batch")
    st.button("Compare again", icon=":material/refresh:", type="tertiary", on_click=_forget_upload)


def _forget_upload() -> None:
    st.session_state.pop(PLAN, None)
    submit_form.discard(NAME)


def _render_earlier_batches() -> None:
    st.subheader("Earlier batches", anchor=False)
    batches = recent_batches(ledger_session.engine())
    if not batches:
        st.caption("None yet.")
        return
    frame = pl.DataFrame(
        {
            "when_utc": [batch.submitted_at_utc for batch in batches],
            "Who": [batch.who for batch in batches],
            "Source": [batch.source for batch in batches],
            "Changes": [batch.changes for batch in batches],
            "Why": [batch.why for batch in batches],
            "State": ["undone" if batch.reverted_by else "" for batch in batches],
        },
        schema_overrides={"when_utc": pl.Datetime("us", "UTC")},
    )
    picked = st.dataframe(
        in_london(frame),
        hide_index=True,
        column_config={"when_london": st.column_config.DatetimeColumn("When (London)", format="DD MMM YYYY HH:mm")},
        on_select="rerun",
        selection_mode="single-row",
        height=min(38 + 35 * len(batches), 320),
        key=f"batches {batches[0].batch}",  # a new one: what was selected is at another place
        alt="What was saved together, newest first",
    )
    chosen = [batches[n] for n in picked.selection.rows if n < len(batches)]
    if not chosen:
        st.caption("Select a batch to undo it.")
    for batch in chosen:
        _render_undo(batch)


def _render_undo(batch: Batch) -> None:
    """Draw the button that reverts a batch by a new one; nothing is deleted."""
    name = f"{UNDO} {batch.batch}"
    with st.container(border=True):
        count = f"{batch.changes} change{'s' if batch.changes > 1 else ''}"
        st.markdown(f"**Undo {count} of {moment(batch.submitted_at_utc)} by {plain(batch.who)}**")
        if batch.reverted_by:
            st.caption("It was undone already.")
            return
        try:
            dry = revert(
                ledger_session.engine(), batch.batch, who="dry run", token=f"dry run {batch.batch}", dry_run=True
            )
        except PipelineError as error:
            st.error(plain(str(error)), title="It cannot be undone as it is", icon=":material/error:")
            return
        counts = Counter((change.action, change.kind) for change in dry.changes)
        st.caption(", ".join(f"{action} {count} x {ENTITIES[kind].title}" for (action, kind), count in counts.items()))

        def send(who: str, why: str, token: str) -> Receipt:
            return revert(ledger_session.engine(), batch.batch, who=who, why=why, token=token)

        submit_form.render_form(name, [], send=send, label="Undo the batch")


render_page()
