"""Analysis: one period in nine views, each with its figures beside it, and a summary below."""

import streamlit as st

from dashboards.components import snapshot_cache
from dashboards.components.analysis_figures import figures_table, headline_of, render_completeness, render_summary
from dashboards.components.analysis_input import AUTO, AnalysisInput
from dashboards.components.analysis_views import BELOW, GRAIN_NAMES, OF_PSR_TYPES, OVER_TIME, SHARES, VIEWS
from dashboards.components.chart_and_table import chart_and_table, render_figures
from dashboards.components.filters import (
    ABOUT_DATA,
    categories_chosen,
    category_chips,
    days_chosen,
    select_dataset,
    select_one,
)
from dashboards.components.footer import empty_state
from dashboards.components.plain_text import plain
from dashboards.components.share_views import resolution_chosen
from dashboards.components.toolbar import KEPT, Chip, more_options, render_chips, toolbar
from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import INSTALLED_CAPACITY
from elexon_assets.windows import Window
from renewables.queries.snapshot import span_of


def render_page() -> None:
    """Draw a view of the chosen period with its figures, and the summary."""
    view, wanted = OVER_TIME, None
    with toolbar():
        dataset = select_dataset()
        available = snapshot_cache.cached_query(span_of, dataset.name) if snapshot_cache.current_snapshot() else None
        if available is not None:
            view, wanted = _choices(dataset, available)
    if wanted is None:
        empty_state(dataset.title.lower())
        return
    render_chips(_active_filters(view, wanted))
    st.subheader(plain(headline_of(wanted)), anchor=False)
    left, right = chart_and_table()
    with left:
        notes = VIEWS[view](wanted)
    with right:
        render_figures(notes.table or figures_table(wanted))
        render_completeness(wanted)
        if notes.text:
            st.caption(notes.text)
    if view in BELOW:
        BELOW[view](wanted)
    render_summary(wanted)


def _choices(dataset: Dataset, available: Window) -> tuple[str, AnalysisInput]:
    """Draw the controls, and return the view and what it shows."""
    days = days_chosen(available)
    has_psr_types = dataset.category == INSTALLED_CAPACITY.category
    views = {name: name for name in VIEWS if has_psr_types or name not in OF_PSR_TYPES}
    view = select_one("View", views, key="view", width=190, icon=":material/monitoring:")
    categories = categories_chosen(dataset)
    grain, is_stacked = AUTO, True
    with more_options():
        if view == OVER_TIME:
            grain = st.selectbox("Resolution", GRAIN_NAMES, key="grain", bind="query-params", persist_state=KEPT)
            kind = st.segmented_control(
                "Chart type",
                ["Stacked", "Lines"],
                default="Stacked",
                required=True,
                key="drawn",
                bind="query-params",
                persist_state=KEPT,
            )
            is_stacked = kind == "Stacked"
        elif view == SHARES:
            grain = resolution_chosen()
        exclude = st.toggle(
            "Exclude flagged",
            key="sound",
            bind="query-params",
            persist_state=KEPT,
            help="Treat flagged values as missing. Flags never alter a value.",
        )
        st.caption(ABOUT_DATA)
    return view, AnalysisInput(dataset, days, categories, exclude, available, grain, is_stacked)


def _active_filters(view: str, wanted: AnalysisInput) -> list[Chip]:
    chips = category_chips(wanted.dataset, wanted.categories)
    if wanted.exclude_flagged:
        chips.append(Chip("Excluding flagged", "sound", False))
    if wanted.grain != AUTO:
        chips.append(Chip(f"Per {wanted.grain}", "by" if view == SHARES else "grain", AUTO))
    if not wanted.is_stacked:
        chips.append(Chip("Lines", "drawn", "Stacked"))
    return chips


render_page()
