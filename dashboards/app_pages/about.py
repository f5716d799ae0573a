"""About: versions, licence, where the data comes from, and what it does not cover."""

from importlib.metadata import version

import streamlit as st

from dashboards.components import snapshot_cache
from dashboards.components.formatting import moment, size, zone
from elexon_assets.datasets import DATASETS
from renewables.attribution import LICENCE_URL, attribution
from warehouse.addresses import endpoint_of
from warehouse.settings import Settings

PACKAGES = ("gb-renewables", "streamlit", "dagster", "duckdb", "polars", "plotly", "pandera")
NOT_COVERED = """
- **Solar is a national estimate**, not metered; it is zero at night by construction and revised for days.
- **Wind is understated in many half-hours**: the transmission-metered part is missing from AGWS at times. Where FUELHH
  shows it, such half-hours are flagged; values are never altered.
- **Generation by fuel is transmission-metered only**: embedded wind is not in its WIND, and it has no solar.
- **Energy is the sum of MW x 0.5 h** over the half-hours there are. It is never filled up: coverage stands beside it.
- **Capacity factors** use Elexon's yearly installed capacity, linear between the years. Those of wind err low.
- **Northern Ireland** is not Great Britain, and not in it.
"""


def render_page() -> None:
    st.markdown(
        "What Great Britain's wind and solar really generated, half-hour by half-hour: fetched from Elexon, validated, "
        "kept with every value that was ever published, and orchestrated by Dagster. Beside it the pipeline of "
        "projects: who builds what, how far it is, what threatens it, and every change that was ever made to it."
    )
    st.subheader("Where the data comes from", anchor=False)
    for dataset in DATASETS:
        st.markdown(f"**{dataset.title}** (Elexon {dataset.code}: `{dataset.path}`)  \n{dataset.description}")
    st.markdown(
        f"{attribution(['elexon'])}. [Licence of the BMRS data]({LICENCE_URL}): show that line beside whatever you "
        "publish of it. The code is MIT."
    )
    st.subheader("What it does not cover", anchor=False)
    st.markdown(NOT_COVERED)
    st.subheader("This installation", anchor=False)
    settings, snapshot = Settings(), snapshot_cache.current_snapshot()
    available = (
        f"snapshot {snapshot.version} of {moment(snapshot.published_at_utc)} {zone(snapshot.published_at_utc)}, "
        f"{size(snapshot.size_bytes)}"
        if snapshot
        else "nothing published yet"
    )
    api, dagster = (endpoint_of(url).url for url in (settings.elexon_base_url, settings.dagster_url))
    st.markdown(
        f"- Home `{settings.renewables_home}`\n- Warehouse `{settings.warehouse}`: {available}\n"
        f"- Elexon's API `{api}`\n- Dagster {dagster}"
    )
    st.dataframe(
        {"Package": list(PACKAGES), "Version": [version(name) for name in PACKAGES]},
        hide_index=True,
        width="content",
        alt="Versions of this package and of what it stands on",
    )


render_page()
