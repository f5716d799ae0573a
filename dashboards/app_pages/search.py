"""Search: one box for everything in the pipeline; results by kind, and then records of the registers."""

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboards.components import ledger_session, record_lists, save_notice
from dashboards.components.formatting import number
from dashboards.components.plain_text import plain
from dashboards.components.register_parts import render_register_hits
from pipeline_assets.models import ENTITIES
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from renewables.queries.records import SearchHit, name_of, search_records

SHOWN = 20
AROUND = 80
"The number of characters shown before and after the first match."
ICONS = {
    "pipelines": ":material/bolt:",
    "counterparties": ":material/domain:",
    "information_points": ":material/warning:",
    "milestones": ":material/event:",
}


def render_page() -> None:
    """Draw the search over all records."""
    save_notice.render_notice()
    portfolio = ledger_session.current_portfolio()
    headline = st.subheader("Everything in the pipeline", anchor=False)
    text = st.text_input(
        "Search projects, counterparties, information points, facilities, contacts, comments and registers",
        key="q",
        bind="query-params",
        type="search",
        placeholder="Projects, counterparties, information points, facilities, contacts, comments, registers",
        label_visibility="collapsed",
    )
    if portfolio.position == 0:
        record_lists.empty_list(portfolio, "pipelines")
        return
    if not (text or "").strip():
        st.caption("Records match when they contain every word, in any case. Copy the address to share a search.")
        return
    result = search_records(portfolio, text or "")
    headline.subheader(_headline(text or "", result), anchor=False)
    if not result:
        st.info(f"No results for “{plain(text or '')}”. Try fewer words.", icon=":material/search_off:")
    with st.container(key="hits"):
        for kind, hits in result.items():
            st.subheader(f"{record_lists.PLURALS[kind].capitalize()} ({number(len(hits))})", anchor=False)
            for hit in hits[:SHOWN]:
                _render_hit(portfolio, hit, (text or "").split()[0])
            if len(hits) > SHOWN:
                st.caption(f"{len(hits) - SHOWN:,} more. Add a word to narrow the search.")
    render_register_hits(text or "")


def _headline(text: str, result: Mapping[str, Sequence[SearchHit]]) -> str:
    """Return how many records match, by kind."""
    kinds = ", ".join(
        f"{number(len(hits))} {record_lists.PLURALS[kind] if len(hits) > 1 else ENTITIES[kind].title.lower()}"
        for kind, hits in result.items()
    )
    return f"“{plain(text)}”: {kinds or 'no records'}"


def _render_hit(portfolio: Portfolio, hit: SearchHit, word: str) -> None:
    is_own = hit.page_id == hit.record.id
    page = hit.name if is_own else name_of(portfolio, hit.page_kind, hit.page_id)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        record_lists.record_link(hit.page_kind, hit.page_id, page, icon=ICONS[hit.page_kind])
        context = _text_around_match(hit.where, word)
        if not is_own and hit.record.kind != "comments" and hit.name != context:
            context = f"{hit.name} · {context}"
        if context != page:
            st.caption(plain(context), width="stretch")


def _text_around_match(text: str, word: str) -> str:
    """Return the part of a long text around the word."""
    place = max(text.casefold().find(word.casefold()), 0)
    start, end = max(place - AROUND, 0), place + len(word) + AROUND
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


render_page()
