"""Expected energy and merchant revenue: the section of a project's page, and the view of the pipeline's dashboard.

Not here: the figures (`renewables/queries/project_yield.py`), the charts (`renewables/charts/project_yield.py`).
"""

from datetime import UTC, datetime
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import snapshot_cache
from dashboards.components.chart import render_chart, show_table
from dashboards.components.filters import one_chosen
from dashboards.components.formatting import NOTHING, energy
from dashboards.components.pipeline_lists import COLUMNS
from dashboards.components.plain_text import plain, plain_sentence
from renewables.charts.project_yield import energy_by_cod_year, energy_by_year
from renewables.queries.pipeline import Filter
from renewables.queries.project_yield import (
    LEAST_YEARS,
    PipelineYield,
    caveats_of_yield,
    compute_yield,
    landed_facilities,
    missing_data,
    years_left_out,
)
from renewables.queries.value_prices import PRICES
from renewables.queries.yearly_factors import LEAST_COVERAGE, YearPrices, factors_by_year, prices_of_year, with_prices

CARD_PIXELS = 145
PRICE_YEAR = "price-year"


def _megawatt_hours(title: str, help_text: str = "") -> Any:
    return st.column_config.NumberColumn(f"{title} (MWh)", format="%,.0f", help=help_text or None)


def _pounds(title: str) -> Any:
    return st.column_config.NumberColumn(f"{title} (£)", format="%,.0f")


FIGURES: dict[str, Any] = {
    **COLUMNS,
    **dict.fromkeys(("pipeline_id", "facility_id")),
    "cod_date": st.column_config.DateColumn("COD", format="D MMM YYYY", help="Actual, else forecast, else planned."),
    "cod_year": st.column_config.NumberColumn("COD year", format="%d"),
    "year": st.column_config.NumberColumn("Year", format="%d"),
    "years": st.column_config.NumberColumn("n", help="The number of complete years on record."),
    "energy_mwh": _megawatt_hours("Energy"),
    "expected_mwh": _megawatt_hours("Expected", "The mean of the years."),
    "p90_mwh": _megawatt_hours("P90", "Exceeded in nine of ten years."),
    "p50_mwh": _megawatt_hours("P50", "Exceeded in half of the years."),
    "p10_mwh": _megawatt_hours("P10", "Exceeded in one of ten years."),
    "weighted_mwh": _megawatt_hours("Weighted", "Expected energy times the probability of the stage."),
    "capture_price_gbp_per_mwh": st.column_config.NumberColumn("Capture price (£/MWh)", format="%,.2f"),
    "revenue_gbp": _pounds("Revenue"),
    "weighted_revenue_gbp": _pounds("Weighted revenue"),
    "none_because": "No figure, because",
}


def show_portfolio_yield(wanted: Filter) -> None:
    """Draw the expected energy and revenue of the projects that match, by COD year and by facility."""
    result = _cached_yield(wanted)
    if result.facilities.is_empty():
        st.info("These projects have no facilities yet.", icon=":material/info:")
        return
    result = _with_chosen_prices(result, wanted)
    chart = st.container()  # above the figures, and drawn only if there are some
    if _render_figures(result):
        with chart:
            alt = "Expected energy a year by COD year, gross and weighted by stage"
            figure = energy_by_cod_year(result.cod_years)
            render_chart(figure, result.cod_years, name="yield-by-cod-year", alt=alt, columns=FIGURES)
            st.caption("Expected energy a year of the facilities by COD year. Light: gross. Dark: weighted by stage.")
        st.subheader("By facility", anchor=False)
        show_table(result.facilities, name="yield-by-facility", columns=FIGURES)
    _render_caveats(result)


def render_project_yield(project: str) -> None:
    """Draw the section of a project; nothing before its facilities have landed."""
    if not snapshot_cache.current_snapshot():
        return
    wanted = Filter(datetime.now(UTC).date())
    result = _cached_yield(wanted, project)
    if result.facilities.is_empty():
        return
    st.subheader("Yield and value", anchor=False)
    result = _with_chosen_prices(result, wanted, project)
    if _render_figures(result):
        names = result.facilities.filter(none_because="").select("facility_id", "facility", "technology")
        years = result.facility_years.join(names, on="facility_id", maintain_order="left")
        st.caption("The energy that the facilities would have generated in each complete year on record.")
        shown = years.select("facility", "technology", "year", "energy_mwh")
        alt = "Energy of each facility in each year on record"
        render_chart(energy_by_year(years), shown, name="yield-by-year", alt=alt, columns=FIGURES)
        if len(result.facilities) > 1:
            show_table(
                result.facilities.drop("project", "market", "cod_date"), name="yield-by-facility", columns=FIGURES
            )
    _render_caveats(result)


def _cached_yield(wanted: Filter, project: str | None = None, prices: YearPrices | None = None) -> PipelineYield:
    # The factors are the slow part, and the same for all filters and prices.
    years = snapshot_cache.cached_query(factors_by_year)
    factors = with_prices(years, prices or snapshot_cache.cached_query(prices_of_year))
    return compute_yield(snapshot_cache.cached_query(landed_facilities, wanted, project), factors)


def _with_chosen_prices(result: PipelineYield, wanted: Filter, project: str | None = None) -> PipelineYield:
    """Draw the choice of the price and its year, and return the yield at these; without energy nothing is drawn."""
    if result.total.is_empty():
        return result
    titles = {name: series.title for name, series in PRICES.items()}
    caveats = "\n\n".join(series.caveat for series in PRICES.values())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        price = one_chosen("Capture price", titles, key="price", help=caveats)
        prices: YearPrices = snapshot_cache.cached_query(prices_of_year, price)
        years = list(reversed(prices.price_years))
        if not years:
            return _cached_yield(wanted, project, prices)
        asked = st.query_params.get(PRICE_YEAR, "")
        enough = f"a price in at least {LEAST_COVERAGE:.0%} of the half-hours"
        year = st.selectbox(
            "Price year", years, key=PRICE_YEAR, bind="query-params", width=120, help=f"Complete years with {enough}."
        )
    if asked and asked not in map(str, years):
        st.caption(plain(f"{asked} is not offered: {titles[price]} has no such complete year with {enough}."))
    if year in years and year != prices.price_year:
        prices = snapshot_cache.cached_query(prices_of_year, price, year)
    return _cached_yield(wanted, project, prices)


def _render_figures(result: PipelineYield) -> bool:
    """Draw what is missing and the cards, and return whether there are figures."""
    missing = missing_data(result)
    if missing:
        with st.container(border=True):
            st.markdown("**Data is missing for these figures**")
            for sentence in missing:
                st.write(plain_sentence(sentence))
            st.page_link("app_pages/data_management.py", label="Import data", icon=":material/cloud_download:")
    if result.total.is_empty():
        if not missing:
            reasons = result.facilities["none_because"].unique(maintain_order=True)
            st.caption(plain(f"No expected energy: {'; '.join(reasons)}."))
        return False
    row = result.total.row(0, named=True)
    factors = result.factors
    cards = [
        ("Expected a year", energy(row["expected_mwh"]), "The mean of the years."),
        ("P90", energy(row["p90_mwh"]), "Exceeded in nine of ten years: the low one."),
        ("P50", energy(row["p50_mwh"]), "Exceeded in half of the years."),
        ("P10", energy(row["p10_mwh"]), "Exceeded in one of ten years."),
        ("Weighted a year", energy(row["weighted_mwh"]), "Expected energy x the probability of the stage."),
    ]
    if factors.price_year is not None:
        basis = f"Expected energy x the capture price of {factors.price_year}"
        cards += [
            ("Revenue a year", _millions(row["revenue_gbp"]), f"{basis}."),
            ("Weighted revenue", _millions(row["weighted_revenue_gbp"]), f"{basis} x the probability of the stage."),
        ]
    with st.grid(len(cards), min_column_width=CARD_PIXELS):
        for label, value, help_text in cards:
            st.metric(label, value, help=help_text, border=True, height="stretch")
    basis = f" Revenue at capture prices of {factors.price_year}, {factors.price.title}." if factors.price_year else ""
    st.caption(
        plain(
            f"{row['facilities']} facilities with {row['capacity_mwp']:,.1f} MWp. P90, P50 and P10 over "
            f"n = {row['years']} years that all of them have; nothing under {LEAST_YEARS}.{basis}"
        )
    )
    others = result.facilities.filter(pl.col("none_because") != "")
    if len(others):
        counts = others.group_by("none_because", maintain_order=True).len().iter_rows()
        listed = "; ".join(f"{count} because {reason}" for reason, count in counts)
        st.caption(plain(f"Facilities without a figure: {listed}."))
    return True


def _millions(gbp: float | None) -> str:
    return NOTHING if gbp is None else f"£{gbp / 1e6:,.2f} m"


def _render_caveats(result: PipelineYield) -> None:
    st.caption(plain(" ".join(caveats_of_yield(result))))
    left_out = years_left_out(result)
    if left_out:
        st.caption(plain_sentence(f"Years left out: {'. '.join(left_out)}."))
