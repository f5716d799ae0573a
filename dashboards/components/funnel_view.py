"""The view *Funnel* of the pipeline dashboard: what became of the projects of each stage.

Not here: the computation (`renewables/queries/funnel.py`), the figures (`renewables/charts/pipeline_counts.py`).
"""

import polars as pl
import streamlit as st

from dashboards.components import snapshot_cache
from dashboards.components.chart import render_downloads
from dashboards.components.chart_and_table import two_columns
from dashboards.components.fitted_table import render_fitted_table
from dashboards.components.formatting import share
from dashboards.components.pipeline_lists import COLUMNS, render_figure
from pipeline_assets.vocabulary import Stage
from renewables.charts.pipeline_counts import realised_probability, stage_outcomes
from renewables.queries.funnel import COUNTS, LEAST_PROJECTS, WITHHELD, counted_text, stage_funnel
from renewables.queries.pipeline import Filter


def show_funnel(wanted: Filter) -> None:
    """Draw the outcomes of each stage, realised probabilities beside the weights, and both as a table with numbers."""
    frame = snapshot_cache.cached_query(stage_funnel, wanted)
    if not frame["projects"].sum():
        st.info("No project with these filters has been in a stage yet.", icon=":material/info:")
        return
    before_end = frame.filter(pl.col("stage") != Stage.COMPLETED)
    if before_end["realised_probability"].count():
        left, right = two_columns()
        with left:
            _render_outcomes(before_end)
        with right:
            st.subheader("Realised and set probability", anchor=False)
            alt = "Realised probability of each stage beside the weight that is set"
            render_figure(realised_probability(before_end), before_end, "realised", alt)
            st.caption(
                "Realised: Completed, as a share of the projects that are Completed or were archived. It is too high, "
                "as conversion is, where projects that were given up are not archived."
            )
    else:
        _render_outcomes(before_end)
        st.info(
            f"Realised probabilities are not shown yet: no stage has {LEAST_PROJECTS} projects that are Completed or "
            "archived.",
            icon=":material/info:",
        )
    st.subheader("Conversion and time in stage", anchor=False)
    rows = [
        {
            **{"stage": row["stage"], "projects": row["projects"]},
            **{figure: counted_text(row, figure) for figure in COUNTS},
            "set": share(row["weight"]) + (" (default)" if row["weight_is_default"] else ""),
        }
        for row in frame.iter_rows(named=True)
    ]
    render_fitted_table(pl.DataFrame(rows), _TITLES, key="stages", alt="Figures of each stage")
    render_downloads(frame, name="stage-funnel")
    st.caption(
        f"Nothing is shown of fewer than {LEAST_PROJECTS}: {WITHHELD} The median is of stays that ended, so it is too "
        "short while the longest go on."
    )


def _render_outcomes(before_end: pl.DataFrame) -> None:
    """Draw what became of the projects of each stage before the last one."""
    st.subheader("What became of the projects", anchor=False)
    alt = "Projects of each stage that went on, are still on the way, or were archived"
    render_figure(stage_outcomes(before_end), before_end, "funnel", alt)
    st.caption(
        "Went on: was in a later stage afterwards; from On hold, in any other stage. From the dated history of all "
        "projects, archived ones included. The filters on stage and RAG do not apply, because they describe where "
        "projects are now."
    )


_TITLES = {
    **{name: COLUMNS[name] for name in ("stage", "projects")},
    **{"conversion": "Conversion", "median_days": "Median time", "realised_probability": "Realised"},
    "set": "Set weight",
}
