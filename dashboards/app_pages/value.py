"""Value: what wind and solar were worth: capture prices beside baseload, negative prices, prices by share of wind."""

from typing import Any

import streamlit as st

from dashboards.components import snapshot_cache
from dashboards.components.chart import render_chart, show_table
from dashboards.components.filters import days_chosen, one_chosen
from dashboards.components.footer import empty_state
from dashboards.components.formatting import number, percent, price, share, span_of_days
from elexon_assets.datasets import BY_NAME
from elexon_assets.windows import Window
from renewables.charts import value as figures
from renewables.charts.colours import colour_of
from renewables.queries.profiles import window_of_days
from renewables.queries.snapshot import span_of
from renewables.queries.value import ValueReport, caveats_of_value, value_report
from renewables.queries.value_prices import PRICES, PriceSeries

CARD_PIXELS = 182
"The width of a card: five fit side by side on a desktop."
COLUMNS: dict[str, Any] = {
    "month": st.column_config.DateColumn("Month", format="MMM YYYY", pinned=True),
    "technology": st.column_config.TextColumn("Technology", pinned=True),
    "energy_mwh": st.column_config.NumberColumn("Energy (MWh)", format="%,.0f"),
    "baseload_price_gbp_per_mwh": st.column_config.NumberColumn(
        "Baseload (£/MWh)", format="%,.2f", help="The mean of the prices of all half-hours."
    ),
    "capture_price_gbp_per_mwh": st.column_config.NumberColumn(
        "Capture price (£/MWh)", format="%,.2f", help="The mean price, weighted by generation."
    ),
    "capture_rate": st.column_config.NumberColumn(
        "Capture rate", format="%.1f %%", help="Capture price divided by baseload price."
    ),
    "negative_energy_share": st.column_config.NumberColumn(
        "Energy below zero", format="%.2f %%", help="The share of the energy that was generated at prices below zero."
    ),
    "negative_energy_mwh": st.column_config.NumberColumn("Energy below zero (MWh)", format="%,.0f"),
    "half_hours": st.column_config.NumberColumn("Half-hours", format="%,d", help="Those that count."),
    "half_hours_without_price": st.column_config.NumberColumn("Without price", format="%,d"),
    "half_hours_without_generation": st.column_config.NumberColumn("Without generation", format="%,d"),
    "half_hours_flagged": st.column_config.NumberColumn("Flagged", format="%,d", help="Left out, because in doubt."),
    "half_hours_negative": st.column_config.NumberColumn("Below zero", format="%,d"),
    "share_of_time": st.column_config.NumberColumn("Share of half-hours", format="%.2f %%"),
    "price_gbp_per_mwh": st.column_config.NumberColumn("Price (£/MWh)", format="%,.2f"),
    "quantile": st.column_config.NumberColumn("Tenth"),
    "from_share": st.column_config.NumberColumn("From", format="%.1f %%"),
    "to_share": st.column_config.NumberColumn("To", format="%.1f %%"),
    "mean_price_gbp_per_mwh": st.column_config.NumberColumn("Mean price (£/MWh)", format="%,.2f"),
    "negative_time_share": st.column_config.NumberColumn("Time below zero", format="%.2f %%"),
}


def render_page() -> None:
    """Draw the headline figures, the charts and the table of the chosen price and days."""
    chosen = _price_chosen()
    available = snapshot_cache.cached_query(span_of, chosen.dataset) if snapshot_cache.current_snapshot() else None
    if available is None:
        empty_state(BY_NAME[chosen.dataset].title.lower())
        return
    days = days_chosen(available, default="12 months")
    whole = window_of_days(days.first, days.last)
    window = Window(whole.start_utc, min(whole.end_utc, available.end_utc))
    report = snapshot_cache.cached_query(value_report, window, chosen.dataset)
    if not report.summary["half_hours"].item():
        st.info(f"No half-hour of {span_of_days(days.first, days.last)} has a price.", icon=":material/info:")
        return
    _render_cards(report)
    st.caption(" ".join(caveats_of_value(report)))
    _render_charts(report)
    st.subheader("Summary for this period", anchor=False)
    prices = report.summary.row(0, named=True)
    st.caption(
        f"{span_of_days(days.first, days.last)}. {number(prices['half_hours'])} half-hours have a price, "
        f"{percent(prices['negative_time_share'])} of them below zero; "
        f"{number(prices['half_hours_without_price'])} have none. Half-hours without a price, without generation or "
        "with a flagged value are left out and counted; nothing is estimated."
    )
    show_table(report.captures, name="capture-prices", columns=COLUMNS)


def _price_chosen() -> PriceSeries:
    """Draw the choice of a price and return it."""
    titles = {name: series.title for name, series in PRICES.items()}
    caveats = "\n\n".join(series.caveat for series in PRICES.values())
    return PRICES[one_chosen("Price", titles, key="price", help=caveats)]


def _render_cards(report: ValueReport) -> None:
    prices = report.summary.row(0, named=True)
    with st.container(horizontal=True, horizontal_alignment="center", key="cards"):
        _render_card(
            "Baseload price",
            colour_of("Total"),
            prices["baseload_price_gbp_per_mwh"],
            f"per MWh  \n"
            f"**{number(prices['hours_negative'], 1)} h** below zero  \n"
            f"**{price(prices['lowest_price_gbp_per_mwh'])}** to **{price(prices['highest_price_gbp_per_mwh'])}**",
            "The mean of the prices of all half-hours; the time at prices below zero; the lowest and highest price.",
        )
        for row in report.captures.iter_rows(named=True):
            _render_card(
                row["technology"],
                colour_of(row["technology"]),
                row["capture_price_gbp_per_mwh"],
                f"per MWh  \n**{share(row['capture_rate'])}** of baseload  \n"
                f"**{percent(row['negative_energy_share'])}** below zero",
                "The capture price: the mean price, weighted by generation; the capture rate; the share of the energy "
                "that was generated at prices below zero.",
            )


def _render_card(name: str, colour: str, value: float | None, text: str, help_text: str) -> None:
    with st.container(border=True, width=CARD_PIXELS, height="stretch", gap="xsmall"):
        st.markdown(f':color[■]{{foreground="{colour}"}} {name}', help=help_text)
        st.metric(name, price(value), label_visibility="collapsed")
        st.caption(text)


def _render_charts(report: ValueReport) -> None:
    st.subheader("Capture price by month", anchor=False)
    st.caption("Hollow marks: less than 95 % of the month's half-hours count. " + report.price.title + ".")
    render_chart(
        figures.monthly_captures(report.monthly_summary, report.monthly_captures),
        report.monthly_captures,
        name="capture-prices-by-month",
        alt=f"Capture price of each technology by month beside the baseload price, {report.price.title}",
        columns=COLUMNS,
    )
    left, right = st.columns(2)
    with left:
        st.subheader("Duration curve", anchor=False)
        st.caption(f"The price that is reached or exceeded for each share of the half-hours. {report.price.title}.")
        render_chart(
            figures.price_duration(report.duration),
            report.duration,
            name="price-duration",
            alt=f"Duration curve of prices, {report.price.title}",
            columns=COLUMNS,
        )
    with right:
        st.subheader("Price by share of wind", anchor=False)
        st.caption(f"The half-hours in ten equal groups, from the least to the most wind. {report.price.title}.")
        if report.wind_shares.is_empty():
            st.info(
                "No half-hour has a price, demand, generation by fuel, and unflagged wind and solar.",
                icon=":material/info:",
            )
            return
        render_chart(
            figures.prices_by_wind(report.wind_shares),
            report.wind_shares,
            name="price-by-wind-share",
            alt=f"Mean price by wind's share of underlying demand, {report.price.title}",
            columns=COLUMNS,
        )


render_page()
