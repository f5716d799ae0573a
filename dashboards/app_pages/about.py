"""About: versions, licence, data sources and their limits."""

from importlib.metadata import version

import streamlit as st

from dashboards.components import snapshot_cache
from dashboards.components.chart_and_table import two_columns
from dashboards.components.formatting import moment, size, zone
from dashboards.components.plain_text import plain
from elexon_assets.datasets import DATASETS
from pipeline_assets.registers.declarations import REGISTERS
from renewables.attribution import LICENCE_URL, attribution
from warehouse.addresses import endpoint_of
from warehouse.connection import configured_warehouse
from warehouse.settings import Settings

PACKAGES = ("gb-renewables", "streamlit", "dagster", "duckdb", "polars", "plotly", "pandera")
NOT_COVERED = """
- **Solar is a national estimate**, not metered. It is zero at night by construction and is revised for days.
- **Wind is understated in many half-hours**: AGWS sometimes omits the transmission-metered part. Where FUELHH shows
  this, the half-hours are flagged; values are never altered.
- **Generation by fuel is transmission-metered only**: its WIND excludes embedded wind, and it has no solar.
- **Energy is the sum of MW x 0.5 h** over the half-hours with data. Missing values are never estimated; coverage is
  shown next to it.
- **Capacity factors** use Elexon's yearly installed capacity, interpolated between the years. Those of wind are too
  low, because its generation is understated.
- **Curtailment counts as forecast error**: where wind was turned down, the forecast could not know of it.
- **The market index is a within-day price**, not the day-ahead auction that contracts for difference refer to. Price 0
  with volume 0 is no price.
- **Demand (INDO) excludes what embedded wind and solar meet**; underlying demand adds it.
- **Northern Ireland** is not included, except in REPD.
- **The registers overlap**: MW of REPD are AC at the plant, those of TEC are of the connection, and a project
  may be in both. TEC has no coordinates. A site in REPD may have a permission that has expired.
"""


def render_page() -> None:
    """Draw what the tool is, its sources and licences, this installation, and the limits of the data."""
    st.markdown(
        "What Great Britain's wind and solar really generated, by half-hour: fetched from Elexon, validated, "
        "kept with every value ever published, and orchestrated by Dagster. Next to it is the pipeline of projects: "
        "who builds what, its stage, its risks, and every change ever made."
    )
    sources, installation = two_columns((7, 6), gap="large")
    with sources:
        _render_sources()
    with installation:
        _render_installation_and_limits()


def _render_sources() -> None:
    st.subheader("Where the data comes from", anchor=False)
    for dataset in DATASETS:
        st.markdown(f"**{dataset.title}** (Elexon {dataset.code}: `{dataset.path}`)  \n{dataset.description}")
    st.markdown(
        f"{attribution(['elexon'])}. [Licence of the BMRS data]({LICENCE_URL}): include that line with anything you "
        "publish from the data. The code has the MIT licence."
    )
    for register in REGISTERS.values():
        st.markdown(f"**{plain(register.title)}** ({register.publisher})  \n{plain(register.licence_line)}")


def _render_installation_and_limits() -> None:
    st.subheader("This installation", anchor=False)
    settings, snapshot = Settings(), snapshot_cache.current_snapshot()
    available = (
        f"snapshot {snapshot.version} of {moment(snapshot.published_at_utc)} {zone(snapshot.published_at_utc)}, "
        f"{size(snapshot.size_bytes)}"
        if snapshot
        else "no snapshot yet"
    )
    api, dagster = (endpoint_of(url).url for url in (settings.elexon_base_url, settings.dagster_url))
    st.markdown(
        f"- Home `{settings.renewables_home}`\n- Warehouse `{configured_warehouse().name}`: {available}\n"
        f"- Elexon API `{api}`\n- Dagster {dagster}"
    )
    st.dataframe(
        {"Package": list(PACKAGES), "Version": [version(name) for name in PACKAGES]},
        hide_index=True,
        width="content",
        alt="Versions of this package and of its main dependencies",
    )
    st.subheader("Limits of the data", anchor=False)
    st.markdown(NOT_COVERED)


render_page()
