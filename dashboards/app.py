"""The dashboard: `streamlit run dashboards/app.py`, or with Dagster beside it, `renewables up`.

Belongs here: the pages, and what surrounds every one of them. Not here: what they show (`app_pages/`).
"""

from pathlib import Path

import streamlit as st

from dashboards.components import navigation, snapshot_cache
from dashboards.components.footer import render_footer
from dashboards.components.plain_text import plain_sentence
from dashboards.components.sidebar import render_sidebar
from dashboards.components.sign_in import render_sign_in
from pipeline_assets.errors import LedgerUnavailable
from warehouse.errors import WarehouseError

ICON = Path(__file__).parent / "components" / "icon.svg"
"A file: named icons are fetched from the network."
STYLE = """<style>
button[kind^=primary]:not(:disabled) { color: light-dark(#FFFFFF, #12161C) }
[data-testid=stElementToolbar] button[aria-label^="Download as CSV"] { display: none }
@media (max-width: 640px) { .st-key-cards [data-testid=stLayoutWrapper] { flex-grow: 1 } }
</style>"""
"""What no setting of Streamlit's gives. It writes white on the accent in both themes, but the dark one's accent is
light, for it is the text of what is chosen too: white on it is too faint. The download of a table that it builds in the
browser is not guarded against formulas, as ours beside it are. Cards of one width leave room beside them on a phone."""

GENERATION = [
    st.Page(
        "app_pages/overview.py",
        title="Overview",
        icon=":material/wind_power:",
        default=True,
        help="The newest half-hour, the last day and week by technology, records, and what is missing.",
    ),
    st.Page(
        "app_pages/analysis.py",
        title="Analysis",
        icon=":material/monitoring:",
        help="Any span: time series, distribution, seasons, duration curve, years, capacity factors.",
    ),
    st.Page(
        "app_pages/explorer.py",
        title="Explorer",
        icon=":material/table_rows:",
        help="Half-hours to filter, sort and download, as they are or as they were published by a time.",
    ),
    st.Page(
        "app_pages/data_management.py",
        title="Data management",
        icon=":material/cloud_sync:",
        help="What is covered, day by day; import a week, a year or a range; repair gaps.",
    ),
]
PIPELINE = [
    st.Page(
        "app_pages/pipeline_dashboard.py",
        title="Dashboard",
        icon=":material/dashboard:",
        help="Capacity by stage and technology, outlook, map, RAG over time, RTB dates, risks, what is late.",
    ),
    st.Page(
        "app_pages/projects.py",
        title="Projects",
        icon=":material/bolt:",
        help="Every project with stage, RAG, capacity and RTB date; new ones are added here.",
    ),
    st.Page(
        "app_pages/counterparties.py",
        title="Counterparties",
        icon=":material/domain:",
        help="Companies, their people, and the projects that they take part in.",
    ),
    st.Page(
        "app_pages/information_points.py",
        title="Information points",
        icon=":material/warning:",
        help="Risks and issues by rating.",
    ),
    st.Page(
        "app_pages/search.py",
        title="Search",
        icon=":material/search:",
        help="One box over projects, counterparties, information points, facilities, contacts and comments.",
    ),
    st.Page(
        "app_pages/bulk_edit.py",
        title="Bulk edit",
        icon=":material/edit_note:",
        help="Many cells at once: change, see the difference, confirm.",
    ),
    st.Page(
        "app_pages/transfer.py",
        title="Import and export",
        icon=":material/swap_vert:",
        help="Spreadsheets in, with a look at the difference first, and out.",
    ),
]
RECORDS = [
    st.Page("app_pages/project.py", title="Project", visibility="hidden"),
    st.Page("app_pages/counterparty.py", title="Counterparty", visibility="hidden"),
    st.Page("app_pages/information_point.py", title="Information point", visibility="hidden"),
]
"Asked for by their id; their title is the record's name."
SYSTEM = [
    st.Page(
        "app_pages/ask.py",
        title="Ask",
        icon=":material/forum:",
        help="Questions in words, answered by a language model out of SQL that is shown; off until one is set up.",
    ),
    st.Page(
        "app_pages/runs.py",
        title="Runs and backfills",
        icon=":material/play_circle:",
        help="What Dagster ran last, and what is on its way.",
    ),
    st.Page(
        "app_pages/health.py",
        title="Freshness and checks",
        icon=":material/fact_check:",
        help="Whether the data is new, whole and sound.",
    ),
    st.Page(
        "app_pages/alerts.py",
        title="Alerts",
        icon=":material/notifications:",
        help="Notices on their way, what became of each, and another try for those that were given up.",
    ),
    st.Page(
        "app_pages/about.py",
        title="About",
        icon=":material/info:",
        help="Versions, licence, where the data comes from, and what it does not cover.",
    ),
]
SECTIONS = {"Generation": GENERATION, "Pipeline": [*PIPELINE, *RECORDS], "System": SYSTEM}

st.set_page_config(page_title="gb-renewables", page_icon=str(ICON), layout="wide")
st.html(STYLE)
page = st.navigation(SECTIONS, expanded=True)
if page not in RECORDS:
    navigation.remember_list(page)
snapshot_cache.pin_snapshot()
render_sidebar()
render_sign_in()
if page not in RECORDS:
    st.title(page.title, anchor=False)
snapshot_cache.tell_of_move()
try:
    page.run()
except WarehouseError as error:
    st.error(plain_sentence(str(error)), title="The warehouse cannot be read", icon=":material/database_off:")
except LedgerUnavailable as error:
    st.error(plain_sentence(str(error)), title="The pipeline's ledger cannot be used", icon=":material/database_off:")
render_footer()
