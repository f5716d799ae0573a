"""What the sidebar says on every page: as of when, how new, and whether Elexon and Dagster answer.

A fragment that looks again every few seconds: when newer data is published, the page follows by itself.
"""

from datetime import UTC, datetime

import streamlit as st

from dashboards.components import snapshot_cache
from dashboards.components.formatting import ago, clock, moment, zone
from dashboards.components.plain_text import plain, plain_sentence
from elexon_assets.datasets import WIND_AND_SOLAR
from elexon_assets.settlement import HALF_HOUR
from renewables.attribution import label_of_sources
from renewables.dagster_control.service_status import Answer, StatusMonitor
from renewables.queries.snapshot import source_names, span_of
from warehouse.errors import WarehouseError
from warehouse.settings import Settings

LOOKS_AGAIN = "5s"
CALM_SECONDS = 10
"While a backfill publishes every few seconds, a page is drawn anew at most so often."
_DRAWN = "sidebar: drawn at"


@st.cache_resource
def status_monitor() -> StatusMonitor:
    """Return the status monitor shared by all sessions."""
    return StatusMonitor()


def render_sidebar() -> None:
    """Call once a script run, after the snapshot was looked up."""
    st.session_state[_DRAWN] = datetime.now(UTC)
    with st.sidebar, st.container(gap="xsmall"):
        _render_facts()


@st.fragment(run_every=LOOKS_AGAIN)
def _render_facts() -> None:
    shown, newest = snapshot_cache.current_snapshot(), snapshot_cache.newest_snapshot()
    since = datetime.now(UTC) - st.session_state.get(_DRAWN, datetime.now(UTC))
    if newest and (shown is None or newest.version != shown.version) and since.total_seconds() > CALM_SECONDS:
        st.rerun()
    if shown is None:
        st.caption("Nothing is published yet.")
    else:
        _of_the_snapshot(shown.version, shown.published_at_utc)
    settings = Settings()
    _reachable_text("Elexon API", status_monitor().elexon(settings))
    _reachable_text("Dagster", status_monitor().dagster(settings))


def _of_the_snapshot(version: int, published_at_utc: datetime) -> None:
    try:
        label = label_of_sources(snapshot_cache.cached_query(source_names))
        available = snapshot_cache.cached_query(span_of, WIND_AND_SOLAR.name)
    except WarehouseError:
        st.caption(f":material/error: Snapshot {version} cannot be read.")
        return
    if label:
        # As st.badge does it, which escapes what is escaped already: a host that is not Elexon's is named in it.
        st.markdown(f":orange-badge[:material/science: {plain(label)}]", help="Not measured: see the foot of the page.")
    st.caption(
        f"Data as of **{moment(published_at_utc)}** {zone(published_at_utc)}, snapshot {version}",
        help="Everything on a page is read from this one published copy of the warehouse.",
    )
    if available:
        age = datetime.now(UTC) - available.end_utc
        is_fresh = age + HALF_HOUR <= WIND_AND_SOLAR.fresh_within
        st.caption(
            f"{'' if is_fresh else ':material/schedule: '}Newest half-hour "
            f"**{moment(available.end_utc - HALF_HOUR)}–{clock(available.end_utc)}**, "  # noqa: RUF001 (a dash is meant)
            f"{ago(age)}{'' if is_fresh else ': **stale**'}"
        )


def _reachable_text(name: str, answer: Answer | None) -> None:
    if answer is None:
        st.caption(f":gray[:material/pending:] {name}: asking …")
    elif answer.is_there:
        st.caption(f":green[:material/check_circle:] {name} answers", help=plain_sentence(answer.sentence))
    else:
        st.caption(f":red[:material/error:] {name} does not answer", help=plain_sentence(answer.sentence))
