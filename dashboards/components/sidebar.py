"""The sidebar of every page: search, Ask, the pages by section, the age of the data, and whether services answer.

The facts are a fragment that updates every few seconds; when newer data is published, the page is redrawn.
"""

from datetime import UTC, datetime

import streamlit as st

from dashboards.components import snapshot_cache
from dashboards.components.automatic_redraws import redraw_page
from dashboards.components.formatting import ago, clock, moment, zone
from dashboards.components.plain_text import plain, plain_sentence
from dashboards.components.sign_in import may_read
from elexon_assets.datasets import WIND_AND_SOLAR
from elexon_assets.settlement import HALF_HOUR
from renewables.attribution import label_of_sources
from renewables.dagster_control.service_status import Answer, StatusMonitor
from renewables.queries.snapshot import source_names, span_of
from warehouse.connection import newest_version
from warehouse.errors import WarehouseError
from warehouse.settings import Settings

LOOKS_AGAIN = "5s"
CALM_SECONDS = 10
"The shortest time between two redraws of a page while a backfill publishes every few seconds."
SEARCH_BOX = "sidebar: search"
_WORDS = "sidebar: words to search"
_DRAWN = "sidebar: drawn at"


@st.cache_resource
def status_monitor() -> StatusMonitor:
    """Return the status monitor shared by all sessions."""
    return StatusMonitor()


def render_sidebar() -> None:
    """Draw the sidebar around its pages. Call it once per script run, after the snapshot was pinned."""
    st.session_state[_DRAWN] = datetime.now(UTC)
    with st.sidebar, st.container(key="above-pages"):
        st.text_input(
            "Search",
            key=SEARCH_BOX,
            type="search",
            placeholder="Search the pipeline",
            label_visibility="collapsed",
            on_change=_take_words,
        )
    if words := st.session_state.pop(_WORDS, ""):
        st.switch_page("app_pages/search.py", query_params={"q": words})
    with st.sidebar, st.container(key="below-pages", gap="xsmall"):
        _render_facts()


def _take_words() -> None:
    """Take the words out of the search box; a callback cannot open a page before the script has listed the pages."""
    st.session_state[_WORDS], st.session_state[SEARCH_BOX] = st.session_state[SEARCH_BOX].strip(), ""


@st.fragment(run_every=LOOKS_AGAIN)
def _render_facts() -> None:
    if not may_read():
        st.rerun()  # the person has signed out in another tab, or the sign-in is too old
    shown, newest = snapshot_cache.current_snapshot(), newest_version()
    since = datetime.now(UTC) - st.session_state.get(_DRAWN, datetime.now(UTC))
    if newest and (shown is None or newest.version != shown.version) and since.total_seconds() > CALM_SECONDS:
        redraw_page()
    if shown is None:
        st.caption("No data yet.")
    else:
        _render_snapshot(shown.version, shown.published_at_utc)
    settings = Settings()
    _reachable_text("Elexon API", status_monitor().elexon(settings), absent="not reachable")
    _reachable_text("Dagster", status_monitor().dagster(settings), absent="not running")


def _render_snapshot(version: int, published_at_utc: datetime) -> None:
    try:
        label = label_of_sources(snapshot_cache.cached_query(source_names))
        available = snapshot_cache.cached_query(span_of, WIND_AND_SOLAR.name)
    except WarehouseError:
        st.caption(f":material/error: Snapshot {version} cannot be read.")
        return
    if label:
        # st.badge would escape this a second time: the label may name a host that is not Elexon's.
        st.markdown(
            f":orange-badge[:material/science: {plain(label)}]",
            help="Not live data from Elexon: see the footer of the page.",
        )
    st.caption(
        f"Data as of **{moment(published_at_utc)}** {zone(published_at_utc)}, snapshot {version}",
        help="Everything on the page is read from this published copy of the warehouse.",
    )
    if available:
        age = datetime.now(UTC) - available.end_utc
        is_fresh = age + HALF_HOUR <= WIND_AND_SOLAR.fresh_within
        st.caption(
            f"{'' if is_fresh else ':material/schedule: '}Latest half-hour "
            f"**{moment(available.end_utc - HALF_HOUR)}–{clock(available.end_utc)}**, "  # noqa: RUF001 (a dash is meant)
            f"{ago(age)}{'' if is_fresh else ': **stale**'}"
        )


def _reachable_text(name: str, answer: Answer | None, *, absent: str) -> None:
    """Draw whether a service answers; `absent` is the word if it does not."""
    if answer is None:
        st.caption(f":gray[:material/pending:] {name}: checking …")
    elif answer.is_there:
        st.caption(f":green[:material/check_circle:] {name} online", help=plain_sentence(answer.sentence))
    else:
        st.caption(f":red[:material/error:] {name} {absent}", help=plain_sentence(answer.sentence))
