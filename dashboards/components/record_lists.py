"""Lists of records: links to a record, the table with a link per row, and empty states.

Not here: the page of one record (`record_page.py`), the columns of each list (`app_pages/`).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import form_routing, ledger_session, list_cards, page_header, save_notice
from dashboards.components.chart import render_downloads
from dashboards.components.clickable_rows import clicked_row
from dashboards.components.navigation import FORM
from dashboards.components.people_view import web_address
from dashboards.components.plain_text import plain
from dashboards.components.printing import render_printed_table
from dashboards.components.rag_tags import rag_column, rag_tag
from dashboards.components.sign_in import current_actor, refusal_of
from dashboards.components.toolbar import KEPT, Chip, more_options, render_chips, toolbar
from pipeline_assets.errors import PipelineError
from pipeline_assets.fields import FieldType, RecordField, fields_by_name
from pipeline_assets.ledger.changes import Receipt
from pipeline_assets.models import ENTITIES
from pipeline_assets.seed_loader import load_seeds
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from renewables.queries import list_pages
from renewables.queries.list_pages import ARCHIVED, COLUMNS, SEARCH
from renewables.queries.record_lists import as_text, rows_with_text

PAGES = {
    "pipelines": "app_pages/project.py",
    "counterparties": "app_pages/counterparty.py",
    "information_points": "app_pages/information_point.py",
    "milestones": "app_pages/milestone.py",
}
LISTS = {
    "pipelines": "app_pages/projects.py",
    "counterparties": "app_pages/counterparties.py",
    "information_points": "app_pages/information_points.py",
    "milestones": "app_pages/milestones.py",
}
PLURALS = {
    **{"pipelines": "projects", "counterparties": "counterparties", "information_points": "information points"},
    **{"milestones": "milestones", "facilities": "facilities", "contacts": "contacts", "comments": "comments"},
}
MOST_PIXELS = 630
"The height of the table; more rows are scrolled."
MOST_ROW_PIXELS = 66
"The height of a row of three lines: a long comment is read in the record."
COLUMNS_THAT_FIT = 9
"With more columns than these the table is scrolled to the side, and the names stay."
DAY_FORMAT = "D MMM YYYY"
ARCHIVED_HELP = "Show archived records instead."
LINKED = {"website"}
_NOTE = "records: note"


def record_link(kind: str, id: str, name: str, *, icon: str | None = None) -> None:
    """Draw a link to a record's page in this session."""
    st.page_link(PAGES[kind], label=plain(name), icon=icon, query_params={"id": id})


def render_list(
    kind: str,
    configs: Mapping[str, Any],
    *,
    create: Callable[[Portfolio], None],
    filtered: Callable[[pl.DataFrame], pl.DataFrame] = lambda frame: frame,
    sums: Callable[[pl.DataFrame], str] = lambda _: "",
) -> None:
    """Draw a page with a list of records.

    `configs` say how columns are shown that are not shown as their field says; the list has the columns and titles of
    `renewables/queries/list_pages.py`.
    `create` draws the form of a new record when it is open. `filtered` draws the filters that only this list has and
    returns the remaining rows. `sums` returns text about those, shown beside their number.
    """
    save_notice.render_notice()
    portfolio, title = ledger_session.current_portfolio(), ENTITIES[kind].title.lower()
    if form_routing.open_form() == form_routing.NEW:
        page_header.replace_title(f"New {title}")
        create(portfolio)
        return
    archived = bool(st.session_state.get(ARCHIVED, st.query_params.get(ARCHIVED) == "true"))
    frame = ledger_session.listed(list_pages.PAGES[kind].rows, portfolio, archived=archived)
    if frame.is_empty() and not archived and not portfolio.of_kind(kind, archived=True):
        empty_list(portfolio, kind)
        return
    with toolbar():
        text = st.text_input(
            "Search", key=SEARCH, bind="query-params", type="search", placeholder="Any word in a row", width=200,
            label_visibility="collapsed",
        )  # fmt: skip
        every = list_columns(kind, configs)
        words = rows_with_text(as_text(filtered(frame)).select("id", "name", *every, "position"), text or "")
        with more_options():
            st.toggle("Archived", key=ARCHIVED, bind="query-params", persist_state=KEPT, help=ARCHIVED_HELP)
            columns = _choose_columns(kind, every)
        form_routing.open_button(
            f"New {title}", form_routing.NEW, icon=":material/add:", key=f"new {kind}", primary=True
        )
    chips = [Chip("Archived", ARCHIVED, False)] if archived else []
    if chosen := st.session_state.get(COLUMNS):
        chips.append(Chip("1 column" if len(chosen) == 1 else f"{len(chosen)} columns", COLUMNS, []))
    render_chips(chips)
    st.markdown(f"**{len(words):,}** of {len(frame):,} {PLURALS[kind]}{sums(words)}")
    list_cards.render_cards(words, kind, PAGES[kind])
    with list_cards.table_of_cards():
        render_table(words, kind, columns, key=kind)
        st.caption("Click a row or press Enter in it to open the record. Click a title to sort.")


def choose_words(label: str, key: str, words: Iterable[str], *, width: int = 170) -> list[str]:
    """Draw the choice of any of several words in the row of filters and return the chosen ones; none means all."""
    return st.multiselect(
        *(label, list(map(str, words))),
        key=key,
        bind="query-params",
        placeholder=label,
        width=width,
        label_visibility="collapsed",
    )


def _choose_columns(kind: str, every: Mapping[str, Any]) -> dict[str, Any]:
    """Draw the choice of columns and return the chosen ones in the order of the choice."""
    chosen = st.multiselect(
        "Columns",
        list(list_pages.column_titles(kind).values()),
        key=COLUMNS,
        bind="query-params",
        persist_state=KEPT,
        placeholder="The main ones",
        width=320,
        help="Shown in the order in which you choose them. None chosen means the main ones.",
    )
    names = list_pages.chosen_columns(kind, chosen) if chosen else list_pages.main_columns(kind)
    return {name: every[name] for name in names}


def list_columns(kind: str, configs: Mapping[str, Any]) -> dict[str, Any]:
    """Return all columns of a list with their configuration: the given one, else that of the field."""
    fields = fields_by_name(kind)
    columns = {}
    for name, title in list_pages.column_titles(kind).items():
        config = configs.get(name) or (field_column(fields[name]) if name in fields else st.column_config.Column())
        if name == "rag":
            config = rag_column(title)
        columns[name] = {**config, "label": title}
    return columns


def field_column(field: RecordField) -> Any:
    """Return how a table shows a field: days as everywhere on screen, numbers with separators, text as it is."""
    if field.value_type is FieldType.DATE:
        return st.column_config.DateColumn(field.title, format=DAY_FORMAT, help=field.help or None)
    if field.name in LINKED:
        return st.column_config.LinkColumn(field.title, help=field.help or None)
    if field.value_type is FieldType.NUMBER:
        return st.column_config.NumberColumn(field.title, format="%,.10g", help=field.help or None)
    return st.column_config.Column(field.title, help=field.help or None, width="medium" if field.is_long else None)


def render_table(frame: pl.DataFrame, kind: str, columns: Mapping[str, Any], *, key: str) -> None:
    """Draw rows of records; a click on one opens its page. `columns` are the others with their configuration."""
    known = ledger_session.charted_position()
    shown = _with_tags_and_links(frame.select("name", *columns))
    name = st.column_config.Column("Name", pinned=len(columns) > COLUMNS_THAT_FIT)
    config: dict[str, Any] = {"name": name, **columns}
    if len(waiting := frame.filter(pl.col("position") > known)) and len(frame):
        marks = pl.when(frame["position"] > known).then(pl.lit("⧗ " + ledger_session.NOT_LANDED)).otherwise(pl.lit(""))
        shown = shown.with_columns(marks.alias("landing"))
        config["landing"] = st.column_config.TextColumn("Charts", help="Whether the charts include the latest edit.")
    alt = f"{len(frame)} {PLURALS[kind]}, {len(waiting)} of them {ledger_session.NOT_LANDED}"
    click = clicked_row(shown, config, key=key, most_pixels=MOST_PIXELS, most_row_pixels=MOST_ROW_PIXELS, alt=alt)
    render_printed_table(shown, config)
    render_downloads(frame.select("id", "name", *columns), name=key)
    if click:
        st.switch_page(PAGES[kind], query_params={"id": frame["id"][click[0]]})


def _with_tags_and_links(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with RAG as a list of one tag, and websites as addresses; a text that is none is left out."""
    tags = [rag_tag("rag")] if "rag" in frame.columns else []
    links = [pl.col(name).map_elements(web_address, return_dtype=pl.String) for name in LINKED & set(frame.columns)]
    return frame.with_columns(*tags, *links)


def empty_list(portfolio: Portfolio, kind: str) -> None:
    """Draw the empty state of a list, with what to do next."""
    with st.container(border=True):
        st.subheader(f"No {PLURALS[kind]} yet", anchor=False)
        st.write("Add the first one, import a spreadsheet, or explore with a sample portfolio.")
        with st.container(horizontal=True):
            if st.button(f"New {ENTITIES[kind].title.lower()}", icon=":material/add:", type="primary"):
                st.switch_page(LISTS[kind], query_params={FORM: form_routing.NEW})
            if portfolio.position == 0:
                st.button(
                    "Load the sample portfolio",
                    icon=":material/science:",
                    on_click=_load_seeds,
                    disabled=bool(refusal_of("load the sample portfolio")),
                )
            if st.button("Import a spreadsheet", icon=":material/upload_file:"):
                st.switch_page("app_pages/transfer.py")
    if note := st.session_state.pop(_NOTE, ""):
        st.error(plain(note), icon=":material/error:")


def render_missing(kind: str, id: str) -> None:
    """Draw the message for a record that does not exist."""
    title = ENTITIES[kind].title.lower()
    message = f"No {title} has the id “{plain(id)}”." if id else "The address does not contain the id of a record."
    st.title(ENTITIES[kind].title, anchor=False)
    st.warning(message, icon=":material/search_off:")


def _load_seeds() -> None:
    try:
        receipt: Receipt = load_seeds(ledger_session.engine(), actor=current_actor())
    except PipelineError as error:
        st.session_state[_NOTE] = str(error)
    else:
        save_notice.store_notice(receipt)
