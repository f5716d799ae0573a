"""Wind and solar as a share of demand: the sentence of the Overview and the view of Analysis.

Belongs here: how the shares are shown. Not here: what they are (`renewables/queries/shares.py`).
"""

from datetime import timedelta
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import snapshot_cache
from dashboards.components.analysis_input import AUTO
from dashboards.components.chart import render_chart, show_table
from dashboards.components.chart_and_table import ChartNotes, FigureRow, FiguresTable
from dashboards.components.formatting import clock, moment, number, share
from dashboards.components.toolbar import KEPT
from elexon_assets.settlement import HALF_HOUR
from elexon_assets.windows import Window
from renewables.charts import value as figures
from renewables.charts.generation import add_range_strip
from renewables.queries.generation import HALF_HOURS_UP_TO
from renewables.queries.shares import PERIODS, latest_share, records_of, shares_of

DEFINITION = (
    "Demand is Elexon's initial demand outturn (INDO), which embedded wind and solar lower; so the share can exceed "
    "100 %. Underlying demand adds what they supplied: INDO + solar + (wind − metered wind). Residual demand is what "  # noqa: RUF001 (a minus is meant)
    "wind and solar leave of it to other sources."
)
RECORD_NAMES = {
    "highest_share_of_demand": "Highest share of demand",
    "highest_share_of_underlying_demand": "Highest share of underlying demand",
    "lowest_share_of_underlying_demand": "Lowest share of underlying demand",
    "lowest_residual_demand": "Lowest residual demand",
    "highest_residual_demand": "Highest residual demand",
}
DAYS_UP_TO = timedelta(days=3 * 365)
COLUMNS: dict[str, Any] = {
    "month": st.column_config.DateColumn("Month", format="MMM YYYY", pinned=True),
    "start_time_london": st.column_config.DatetimeColumn("Half-hour (UK time)", format="D MMM YYYY HH:mm", pinned=True),
    "settlement_date": st.column_config.DateColumn("Settlement date", format="D MMM YYYY", pinned=True),
    "wind_mw": st.column_config.NumberColumn("Wind (MW)", format="%,.0f"),
    "solar_mw": st.column_config.NumberColumn("Solar (MW)", format="%,.0f"),
    "demand_mw": st.column_config.NumberColumn("Demand (MW)", format="%,.0f", help="INDO."),
    "underlying_demand_mw": st.column_config.NumberColumn("Underlying demand (MW)", format="%,.0f"),
    "residual_demand_mw": st.column_config.NumberColumn("Residual demand (MW)", format="%,.0f"),
    "share_of_demand": st.column_config.NumberColumn("Of demand", format="%.3g %%"),
    "share_of_underlying_demand": st.column_config.NumberColumn("Of underlying demand", format="%.3g %%"),
    "half_hours": st.column_config.NumberColumn("Half-hours", format="%,d", help="Those that count."),
    "half_hours_missing": st.column_config.NumberColumn("Missing", format="%,d", help="Those that lack a part."),
    "half_hours_flagged": st.column_config.NumberColumn("Flagged", format="%,d"),
}

RECORD_COLUMNS: dict[str, Any] = {
    "record": st.column_config.TextColumn("Record", pinned=True),
    "share": st.column_config.NumberColumn("Share", format="percent"),
    "residual_demand_mw": COLUMNS["residual_demand_mw"],
    "start_time_london": st.column_config.DatetimeColumn("Half-hour (UK time)", format="D MMM YYYY HH:mm"),
}


def render_latest_share() -> None:
    """Draw one sentence about the newest half-hour that counts, or nothing if there is none."""
    latest = snapshot_cache.cached_query(latest_share)
    if latest is None:
        return
    period = f"{moment(latest.start_utc)}–{clock(latest.start_utc + HALF_HOUR)}"  # noqa: RUF001 (a dash is meant)
    st.markdown(
        f"Wind and solar: **{share(latest.share_of_demand)} of demand**, "
        f"**{share(latest.share_of_underlying_demand)}** of underlying demand ({period})",
        help=DEFINITION,
    )


def resolution_chosen() -> str:
    """Draw the choice of a resolution in a popover and return it."""
    return st.selectbox("Resolution", [AUTO, *PERIODS], key="by", bind="query-params", persist_state=KEPT)


def render_shares(window: Window, title: str, chosen: str) -> ChartNotes:
    """Draw the shares of a window over time, and return how to read them with the mean shares."""
    by = _fitting_resolution(window, chosen)
    frame = snapshot_cache.cached_query(shares_of, window, by=by)
    counts, missing, flagged = (
        int(frame[name].sum()) for name in ("half_hours", "half_hours_missing", "half_hours_flagged")
    )
    if not counts:
        st.info(
            "No half-hour of this period has demand, generation by fuel, and unflagged wind and solar. Import them for "
            "these days on the page Coverage.",
            icon=":material/info:",
        )
        return ChartNotes()
    render_chart(
        add_range_strip(figures.shares_of_demand(frame, PERIODS[by][0])),
        frame,
        name=f"share-of-demand-{by}",
        alt=f"Wind and solar as a share of demand, {title}",
        columns=COLUMNS,
    )
    more = f" One point per {chosen} is too many for this period." if chosen not in (AUTO, by) else ""
    text = (
        f"Per **{by}**, {title}.{more} {number(counts)} half-hours count; {number(missing)} lack a "
        f"part and {number(flagged)} are flagged, and are left out, whatever is chosen above. {DEFINITION}"
    )
    return ChartNotes(text, _shares_table(frame))


def render_residual_demand(window: Window, title: str, chosen: str) -> None:
    """Draw the underlying and the residual demand of a window over time, and its records, if there are any."""
    by = _fitting_resolution(window, chosen)
    frame = snapshot_cache.cached_query(shares_of, window, by=by)
    if not frame["half_hours"].sum():
        return
    st.subheader("Residual demand", anchor=False)
    render_chart(
        add_range_strip(figures.residual_demand(frame, PERIODS[by][0])),
        frame,
        name=f"residual-demand-{by}",
        alt=f"Underlying and residual demand, {title}",
        columns=COLUMNS,
    )
    st.subheader("Records of this period", anchor=False)
    records = snapshot_cache.cached_query(records_of, window)
    show_table(_split_by_unit(records), name="records-of-demand", columns=RECORD_COLUMNS)


def _fitting_resolution(window: Window, chosen: str) -> str:
    """Return the chosen resolution, or the one that suits the window if none is chosen or it has too many points."""
    length = window.end_utc - window.start_utc
    auto = "half-hour" if length <= HALF_HOURS_UP_TO else "day" if length <= DAYS_UP_TO else "month"
    too_fine = chosen == "half-hour" and auto != "half-hour"
    return auto if chosen == AUTO or too_fine else chosen


def _shares_table(frame: pl.DataFrame) -> FiguresTable:
    """Return the mean, the lowest and the highest share of the periods drawn, with the colours of their lines."""
    weight = pl.col("half_hours")
    rows = []
    for column, (name, colour, dash) in figures.SHARE_LINES.items():
        demand = pl.col(column.removeprefix("share_of_") + "_mw")
        known = frame.filter(pl.col(column).is_not_null())
        mean, lowest, highest = known.select(
            ((pl.col("wind_mw") + pl.col("solar_mw")) * weight).sum() / (demand * weight).sum(),
            pl.col(column).min().alias("lowest"),
            pl.col(column).max().alias("highest"),
        ).row(0)
        rows.append(FigureRow(name, [share(mean), share(lowest), share(highest)], colour, dash))
    return FiguresTable(["Wind and solar", "Mean", "Lowest", "Highest"], rows, DEFINITION)


def _split_by_unit(records: pl.DataFrame) -> pl.DataFrame:
    """Return the records by their names on screen, with shares and MW in columns of their own."""
    is_power = pl.col("record").str.contains("residual")
    return records.select(
        "start_time_utc",
        record=pl.col("record").replace(RECORD_NAMES),
        share=pl.when(~is_power).then("value"),
        residual_demand_mw=pl.when(is_power).then("value"),
    ).select("record", "share", "residual_demand_mw", "start_time_utc")
