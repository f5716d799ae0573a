"""The view Issues of the page Registers: the vintages, what is unknown or in quarantine, and adding another issue.

Belongs here: forms that start a run. Not here: the run (`renewables/dagster_control/register_job.py`).
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import background_requests, snapshot_cache
from dashboards.components.chart import in_london
from dashboards.components.column_widths import fitted_columns
from dashboards.components.dagster_server import ASKED_BY
from dashboards.components.fitted_table import render_fitted_table
from dashboards.components.formatting import day, number
from dashboards.components.plain_text import plain
from dashboards.components.register_parts import NAMES, render_register_downloads
from dashboards.components.sign_in import current_actor, refusal_of
from pipeline_assets.access import Role
from pipeline_assets.registers.declarations import REGISTERS
from renewables.dagster_control import register_job
from renewables.queries.register_issues import failed_issues, quarantined_rows, register_issues
from warehouse.settings import Settings

COLUMNS: dict[str, Any] = {
    "register": None,
    "issue_id": st.column_config.TextColumn("Issue", help="The first twelve digits of the file's SHA-256."),
    "issue_date": st.column_config.DateColumn("Date", format="D MMM YYYY"),
    "fetched_at_london": st.column_config.DatetimeColumn("Landed (UK)", format="D MMM YYYY HH:mm"),
    "source": "Source",
    "encoding": "Encoding",
    "rows_landed": st.column_config.NumberColumn("Records", format="%,d"),
    "rows_quarantined": st.column_config.NumberColumn("In quarantine", format="%,d"),
    "unknown_columns": st.column_config.ListColumn("Unknown columns"),
    "unknown_words": st.column_config.ListColumn("Unknown words"),
    "sha256": st.column_config.TextColumn("SHA-256", help="The first twelve digits of the file's SHA-256."),
    "reason": "Reason",
    "line": st.column_config.NumberColumn("Line", format="%d"),
    "raw_json": "Row",
}
DESK = "registers"


def render_issues(register: str) -> None:
    """Draw the issues of a register, what is wrong with them, and the forms that add one."""
    frame: pl.DataFrame = snapshot_cache.cached_query(register_issues, register)
    if len(frame):
        newest, oldest = frame.row(0, named=True), frame.row(-1, named=True)
        st.markdown(
            f"**{number(len(frame))}** {'issue' if len(frame) == 1 else 'issues'} of {NAMES[register]}"
            + (f" since {day(oldest['issue_date'])}" if len(frame) > 1 else "")
            + f"; the newest, of {day(newest['issue_date'])}, has **{number(newest['rows_landed'])}** records. Select "
            "an issue to see its quarantine."
        )
        shown = in_london(frame.drop("sha256"))
        config, row_height = fitted_columns(shown, COLUMNS)
        picked = st.dataframe(
            shown,
            hide_index=True,
            placeholder="",
            column_config=config,
            row_height=row_height,
            on_select="rerun",
            selection_mode="single-row",
            key=f"issues {register}",
            alt=f"{len(frame)} issues",
        )
        render_register_downloads(lambda: frame, (register,), name=f"{register}-issues")
        chosen = [n for n in picked.selection.rows if n < len(frame)] or [0]
        _render_unknown(frame.row(chosen[0], named=True))
    render_failures([register])
    render_add_forms(register)


def render_add_forms(register: str) -> None:
    """Draw the forms that fetch the newest issues and that add a file."""
    refusal = refusal_of(register_job.ADD, Role.ADMIN)
    if refusal:
        st.caption(refusal)
    fetch, add = st.columns(2, border=True)
    with fetch:
        st.markdown("**Fetch the newest issues**")
        st.caption("Each register from its configured address; one that has landed before is not a new issue.")
        st.button(
            "Fetch now",
            icon=":material/cloud_download:",
            type="primary",
            key="fetch registers",
            disabled=bool(refusal),
            on_click=_start,
        )
    with add:
        st.markdown("**Add a file**")
        names = list(REGISTERS)
        target = st.selectbox(
            "Register", names, index=names.index(register), format_func=NAMES.__getitem__, key=f"target {register}"
        )
        upload = st.file_uploader(
            "CSV as published",
            type=["csv", "txt"],
            key="register file",
            max_upload_size=max(1, int(Settings().register_megabytes)),
        )
        picked = st.date_input(
            "Date of the issue",
            None,
            key="register date",
            format="DD/MM/YYYY",
            help="Leave it empty to use the date in the file's name, or the newest date in the file.",
        )
        issue_date = picked if isinstance(picked, date) and not isinstance(picked, datetime) else None
        if upload is not None and st.button(
            "Add this issue", icon=":material/upload_file:", type="primary", disabled=bool(refusal)
        ):
            _add(upload.getvalue(), upload.name, str(target), issue_date)


def _render_unknown(issue: dict[str, Any]) -> None:
    """Draw the unknown columns and words of an issue, and its quarantined rows."""
    register, issue_id = issue["register"], issue["issue_id"]
    for label, names in (("columns", issue["unknown_columns"]), ("words", issue["unknown_words"])):
        if names:
            listed = ", ".join(map(plain, names))
            st.warning(
                f"The issue of {day(issue['issue_date'])} has unknown {label}, which landed as they are: {listed}.",
                icon=":material/help:",
            )
    if issue["rows_quarantined"]:
        st.markdown(f"**Quarantine of the issue of {day(issue['issue_date'])}**")
        rows = snapshot_cache.cached_query(quarantined_rows, register, issue_id)
        render_fitted_table(rows, COLUMNS, key=f"quarantine {issue_id}", alt=f"{len(rows)} rows in quarantine")
        render_register_downloads(lambda: rows, (register,), name=f"{register}-{issue_id}-quarantine")


def render_failures(registers: Collection[str]) -> None:
    """Draw the issues of these registers that could not land."""
    if snapshot_cache.current_snapshot() is None:
        return
    failures = snapshot_cache.cached_query(failed_issues)
    failures = failures.filter(failures["register"].is_in(list(registers)))
    if len(failures):
        st.markdown("**Issues that could not land**")
        folder = plain(str(Settings().registers_folder))
        st.caption(f"The earlier issue stays in force. Remove a file that cannot land from {folder}.")
        shown = in_london(failures.select("fetched_at_utc", "source", "reason", pl.col("sha256").str.head(12)))
        render_fitted_table(shown, COLUMNS, key="failures", alt=f"{len(shown)} issues that could not land")


def render_note() -> None:
    """Draw what was requested and is not answered yet, and what was refused."""
    background_requests.render_desk(DESK)


def _start() -> None:
    """Hand the fetch over to the background: without Dagster it takes as long as the downloads."""
    actor, settings = current_actor(), Settings()

    def work() -> str:
        return register_job.start_run(fetches=True, requested_by=ASKED_BY, actor=actor, settings=settings)

    background_requests.hand_over(DESK, "the newest issues of the registers", work)


def _add(content: bytes, name: str, register: str, issue_date: date | None) -> None:
    """Keep the file for the job and start it, in the background."""
    actor, settings = current_actor(), Settings()

    def work() -> str:
        register_job.keep_file(content, name, register, issue_date, actor=actor, settings=settings)
        return register_job.start_run(fetches=False, requested_by=ASKED_BY, actor=actor, settings=settings)

    background_requests.hand_over(DESK, f"the issue in {name}", work)
    st.rerun()
