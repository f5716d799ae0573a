"""The dashboard: `streamlit run dashboards/app.py`, or with Dagster beside it, `renewables up`.

Belongs here: the list of pages, and what surrounds each of them. Not here: what they show (`app_pages/`).
"""

import streamlit as st

from dashboards.components import (
    author,
    automatic_redraws,
    clickable_rows,
    copy_link,
    navigation,
    page_header,
    snapshot_cache,
    view_menu,
    view_opening,
)
from dashboards.components.footer import render_footer
from dashboards.components.page_style import apply_page_style
from dashboards.components.plain_text import plain_sentence
from dashboards.components.printing import apply_print_style
from dashboards.components.sidebar import render_sidebar
from dashboards.components.sign_in import may_read, render_closed_door, render_sign_in
from pipeline_assets.errors import LedgerUnavailable
from pipeline_assets.ledger.saved_views import PAGES as PAGES_WITH_VIEWS
from warehouse.errors import WarehouseError

ASK = st.Page(
    "app_pages/ask.py",
    title="Ask",
    icon=":material/forum:",
    help="Ask in plain English. A language model answers and shows the SQL it used. Off until one is set up.",
)
GENERATION = [
    st.Page(
        "app_pages/overview.py",
        title="Overview",
        icon=":material/wind_power:",
        default=True,
        help="The latest half-hour, the last day and week by technology, records and missing data.",
    ),
    st.Page(
        "app_pages/analysis.py",
        title="Analysis",
        icon=":material/monitoring:",
        help="Any period: time series, seasons, duration curve, years, capacity factors, share of demand.",
    ),
    st.Page(
        "app_pages/forecast.py",
        title="Forecast",
        icon=":material/online_prediction:",
        help="How good the forecasts were, by lead time, hour and month, and every issue for a day.",
    ),
    st.Page(
        "app_pages/value.py",
        title="Value",
        icon=":material/payments:",
        help="Capture prices by technology beside baseload, hours below zero, prices by share of wind.",
    ),
    st.Page(
        "app_pages/explorer.py",
        title="Explorer",
        icon=":material/table_rows:",
        help="Filter, sort and download half-hours, as published now or by an earlier time.",
    ),
]
PIPELINE = [
    st.Page(
        "app_pages/pipeline_dashboard.py",
        title="Pipeline",
        icon=":material/dashboard:",
        help="Capacity by stage and technology, outlook, map, RAG over time, RTB dates, risks, overdue projects.",
    ),
    st.Page(
        "app_pages/changes.py",
        title="Changes",
        icon=":material/difference:",
        help="The portfolio at two moments: a bridge of MWp, moved dates, RAG and risk moves.",
    ),
    st.Page(
        "app_pages/todo.py",
        title="To do",
        icon=":material/checklist:",
        help="Milestones and information points that are overdue or due in 14, 30 or 90 days, by owner.",
    ),
    st.Page(
        "app_pages/projects.py",
        title="Projects",
        icon=":material/bolt:",
        help="Every project with its stage, RAG, capacity and RTB date. Add new ones here.",
    ),
    st.Page(
        "app_pages/counterparties.py",
        title="Counterparties",
        icon=":material/domain:",
        help="Companies, their contacts and their projects.",
    ),
    st.Page(
        "app_pages/information_points.py",
        title="Information points",
        icon=":material/warning:",
        help="Risks, issues and opportunities by rating.",
    ),
    st.Page(
        "app_pages/milestones.py",
        title="Milestones",
        icon=":material/event:",
        help="Every milestone with its planned, forecast and actual date, owner and slip.",
    ),
    st.Page(
        "app_pages/registers.py",
        title="Registers",
        icon=":material/travel_explore:",
        help="Who else builds: the planning register (REPD) and grid connections (TEC), and what changed in them.",
    ),
    st.Page(
        "app_pages/bulk_edit.py",
        title="Bulk edit",
        icon=":material/edit_note:",
        help="Change many cells at once: edit, check the difference, save.",
    ),
]
RECORDS = [
    st.Page("app_pages/project.py", title="Project", visibility="hidden"),
    st.Page("app_pages/counterparty.py", title="Counterparty", visibility="hidden"),
    st.Page("app_pages/information_point.py", title="Information point", visibility="hidden"),
    st.Page("app_pages/milestone.py", title="Milestone", visibility="hidden"),
]
"Pages that the address opens by record id; their title is the name of the record."
SEARCH = st.Page("app_pages/search.py", title="Search", visibility="hidden")
"The page of results of the box above the pages."
DATA = [
    st.Page(
        "app_pages/transfer.py",
        title="Import",
        icon=":material/swap_vert:",
        help="Import a spreadsheet after checking what would change, or export one.",
    ),
    st.Page(
        "app_pages/data_management.py",
        title="Coverage",
        icon=":material/cloud_sync:",
        help="Coverage day by day; import a week, a year or any range; repair gaps.",
    ),
    st.Page(
        "app_pages/runs.py",
        title="Runs",
        icon=":material/play_circle:",
        help="The latest Dagster runs and backfills, finished and in progress.",
    ),
    st.Page(
        "app_pages/health.py",
        title="Checks",
        icon=":material/fact_check:",
        help="Whether the data is up to date, complete and valid.",
    ),
    st.Page(
        "app_pages/alerts.py",
        title="Alerts",
        icon=":material/notifications:",
        help="Notices and how each was delivered. Retry those that failed.",
    ),
    st.Page(
        "app_pages/access.py",
        title="Access",
        icon=":material/key:",
        help="Your role, everybody's roles, and access tokens for scripts.",
    ),
    st.Page(
        "app_pages/dictionary.py",
        title="Dictionary",
        icon=":material/menu_book:",
        help="Every table and column with its meaning, unit, zone, source and caveats.",
    ),
    st.Page(
        "app_pages/about.py",
        title="About",
        icon=":material/info:",
        help="Versions, licence, data sources and their limits.",
    ),
]
SECTIONS = {"": [ASK], "Generation": GENERATION, "Pipeline": PIPELINE, "Data": DATA, "Records": [*RECORDS, SEARCH]}

automatic_redraws.note_run()
apply_page_style()
apply_print_style()
page = st.navigation(SECTIONS, expanded=True)
if page not in RECORDS:
    navigation.remember_list(page)
snapshot_cache.pin_snapshot()
is_open = may_read()
if is_open:
    render_sidebar()
render_sign_in()
author.restore_name()
has_views = is_open and page.url_path in PAGES_WITH_VIEWS
is_opening = has_views and view_opening.is_opening(page)
if page not in RECORDS:
    page_header.render_header(page.title, page.url_path)
    with page_header.page_actions():
        if is_open:
            with st.container(width="content"):
                copy_link.render_button()
        if has_views and not is_opening and navigation.FORM not in st.query_params:
            view_menu.render_menu(page)
snapshot_cache.render_move_notice()
notes_on_views = st.container()  # always there: a note that comes and goes must not move the page's elements
with notes_on_views:
    author.keep_name()
try:
    if not is_open:
        render_closed_door()
    elif not is_opening:
        page.run()
except WarehouseError as error:
    st.error(plain_sentence(str(error)), title="The warehouse cannot be read", icon=":material/database_off:")
except LedgerUnavailable as error:
    st.error(plain_sentence(str(error)), title="The ledger is not available", icon=":material/database_off:")
if has_views and not is_opening:
    with notes_on_views:
        view_opening.render_refusal()
        view_opening.render_missing_values()
        view_menu.render_note()
render_footer()
copy_link.listen_for_clicks()
clickable_rows.listen_for_clicks()
