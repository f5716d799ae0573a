"""The figures of a period of Analysis: one sentence, the table beside the chart, and all of them below it.

Not here: the charts (`analysis_views.py`), what the figures are (`renewables/queries/analysis.py`).
"""

import polars as pl
import streamlit as st

from dashboards.components import snapshot_cache
from dashboards.components.analysis_columns import SUMMARY
from dashboards.components.analysis_input import AnalysisInput, query_summary
from dashboards.components.chart import show_table
from dashboards.components.chart_and_table import FiguresTable, category_row
from dashboards.components.filters import CATEGORY_LABELS, CATEGORY_TITLES, categories_key
from dashboards.components.formatting import NOTHING, date_of, energy, percent, power, price, share
from elexon_assets.datasets import MARKET_INDEX_PRICE, WIND_AND_SOLAR
from elexon_assets.schema.measures import TOTAL
from renewables.queries.caveats import CAPACITY_IS_PLANNED, caveats_of
from renewables.queries.snapshot import span_of
from renewables.queries.value import capture_prices

PRICE = MARKET_INDEX_PRICE.name
"The price of the capture prices beside the chart; the page Value has the others."


def headline_of(wanted: AnalysisInput) -> str:
    """Return one sentence about the period: the energy, the mean and the peak."""
    frame = query_summary(wanted)
    category = wanted.dataset.category
    shown = frame.filter(pl.col("energy_mwh").is_not_null())
    if shown.is_empty():
        return f"No data, {wanted}"
    whole = shown.filter(pl.col(category) == TOTAL) if len(frame) > 1 else shown
    if whole.is_empty():
        rows = shown.sort("energy_mwh", descending=True).head(2).to_dicts()
        parts = [f"{row[category]} {energy(row['energy_mwh'])}" for row in rows]
        return f"Most energy, {wanted}: {', then '.join(parts)}"
    row = whole.row(0, named=True)
    highest = f"{power(row['peak_mw'])} at most ({date_of(row['peak_start_time_utc'])})"
    return (
        f"{_total_name(wanted)}, {wanted}: {energy(row['energy_mwh'])}; {power(row['mean_mw'])} on average, {highest}"
    )


def figures_table(wanted: AnalysisInput) -> FiguresTable:
    """Return the energy, the mean, the share and the capacity factor of each category, most of them also its legend."""
    frame = query_summary(wanted)
    category = wanted.dataset.category
    has_capacity = bool(frame["capacity_factor"].count())
    parts = frame.filter(pl.col(category) != TOTAL)["energy_mwh"].drop_nulls()
    total = float(parts.sum()) if len(parts) and float(parts.min() or 0) >= 0 else None  # type: ignore[arg-type]  # a number
    prices = _capture_prices(wanted)
    rows = []
    for row in frame.iter_rows(named=True):
        name = _total_name(wanted) if row[category] == TOTAL else row[category]
        cells = [energy(row["energy_mwh"]), power(row["mean_mw"])]
        if total:
            cells.append(NOTHING if row["energy_mwh"] is None else share(row["energy_mwh"] / total))
        if has_capacity:
            cells.append(share(row["capacity_factor"]))
        if prices:
            cells.append(price(prices[row[category]]) if row[category] in prices else "")
        rows.append(category_row(row[category], name, cells))
    titles = [CATEGORY_TITLES[categories_key(wanted.dataset)], "Energy", "Mean"]
    titles += [*(["Share"] if total else []), *(["Capacity factor"] if has_capacity else [])]
    notes = [CAPACITY_IS_PLANNED] if has_capacity else []
    if prices:
        titles.append("£/MWh")
        notes.append(
            "£/MWh: the capture price, that is the mean price of the within-day index, weighted by generation."
        )
    return FiguresTable(titles, rows, " ".join(notes))


def _capture_prices(wanted: AnalysisInput) -> dict[str, float]:
    """Return the capture price of each technology that has one; fuels have none, and a home may have no prices."""
    if wanted.dataset.name != WIND_AND_SOLAR.name or snapshot_cache.cached_query(span_of, PRICE) is None:
        return {}
    window = wanted.window
    frame = snapshot_cache.cached_query(capture_prices, window.start_utc, window.end_utc, price=PRICE)
    return {
        technology: value
        for technology, value in frame.select("technology", "capture_price_gbp_per_mwh").iter_rows()
        if value is not None and technology in wanted.categories
    }


def render_completeness(wanted: AnalysisInput) -> None:
    """Draw whether the period has gaps."""
    coverage = query_summary(wanted)["coverage"].min()
    sentence = ":green[:material/check_circle:] No gaps in this period"
    if isinstance(coverage, float) and coverage < 1:
        sentence = f":orange[:material/data_alert:] Every series has at least {percent(coverage)} of its half-hours"
    st.markdown(sentence + ("; flagged values are left out" if wanted.exclude_flagged else ""))


def render_summary(wanted: AnalysisInput) -> None:
    """Draw all figures of the period as a table."""
    frame = query_summary(wanted)
    st.subheader("Summary for this period", anchor=False)
    without = ", excluding flagged values" if wanted.exclude_flagged else ""
    has_capacity = bool(frame["capacity_factor"].count())
    caveats = snapshot_cache.cached_query(caveats_of, wanted.selection, has_capacity=has_capacity)
    st.caption(
        f"{wanted}{without}. Missing values are never estimated; flagged values are counted on the right. The "
        f"downloads also have the percentiles and the numbers of half-hours. {' '.join(caveats)}"
    )
    columns = SUMMARY if has_capacity else {**SUMMARY, "capacity_mw": None, "capacity_factor": None}
    ordered = [name for title in columns if (name := title.replace("_london", "_utc")) in frame.columns]
    show_table(frame.select(*ordered, pl.exclude(ordered)), name="summary", columns=columns)


def _total_name(wanted: AnalysisInput) -> str:
    """Return the words for the chosen categories together."""
    if list(wanted.categories) == list(WIND_AND_SOLAR.categories):
        return "Wind and solar"
    if len(wanted.categories) <= 2:
        return " and ".join(wanted.categories)
    kind = CATEGORY_LABELS[categories_key(wanted.dataset)].lower()
    return f"All {len(wanted.categories)} {kind}"
