"""Value: what wind and solar were worth: capture prices beside baseload, negative prices, prices by share of wind."""

from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import snapshot_cache
from dashboards.components.chart import render_chart, show_table
from dashboards.components.chart_and_table import (
    FigureRow,
    FiguresTable,
    category_row,
    chart_and_table,
    render_figures,
    two_columns,
)
from dashboards.components.filters import Days, days_chosen, select_one
from dashboards.components.footer import empty_state
from dashboards.components.formatting import energy, in_period, number, percent, price, share, span_of_days
from dashboards.components.plain_text import plain
from dashboards.components.toolbar import toolbar
from elexon_assets.datasets import BY_NAME
from elexon_assets.windows import Window
from renewables.charts import value as figures
from renewables.charts.colours import colour_of
from renewables.charts.generation import add_month_strip
from renewables.charts.style import MUTED
from renewables.queries.profiles import window_of_days
from renewables.queries.shares_half_hours import METERED
from renewables.queries.snapshot import span_of
from renewables.queries.value import ValueReport, caveats_of_value, value_report
from renewables.queries.value_prices import PRICES

CARD_PIXELS = 160
"The least width of a card: five fit side by side on a desktop, two on a phone."
HEADLINED = {METERED: "Wind", "Solar": "Solar"}
"The technologies of the sentence at the top, with their names there; metered wind is what the wind farms sold."
PRICE_WIDGET: dict[str, Any] = {"key": "price", "width": 230, "icon": ":material/payments:"}
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
        "Capture rate", format="%.3g %%", help="Capture price divided by baseload price."
    ),
    "negative_energy_share": st.column_config.NumberColumn(
        "Energy below zero", format="%.3g %%", help="The share of the energy that was generated at prices below zero."
    ),
    "negative_energy_mwh": st.column_config.NumberColumn("Energy below zero (MWh)", format="%,.0f"),
    "half_hours": st.column_config.NumberColumn("Half-hours", format="%,d", help="Those that count."),
    "half_hours_without_price": st.column_config.NumberColumn("No price", format="%,d"),
    "half_hours_without_generation": st.column_config.NumberColumn("No generation", format="%,d"),
    "half_hours_flagged": st.column_config.NumberColumn("Flagged", format="%,d", help="Left out, because in doubt."),
    "half_hours_negative": st.column_config.NumberColumn("Below zero", format="%,d"),
    "share_of_time": st.column_config.NumberColumn("Share of half-hours", format="%.3g %%"),
    "price_gbp_per_mwh": st.column_config.NumberColumn("Price (£/MWh)", format="%,.2f"),
    "quantile": st.column_config.NumberColumn("Tenth"),
    "from_share": st.column_config.NumberColumn("From", format="%.3g %%"),
    "to_share": st.column_config.NumberColumn("To", format="%.3g %%"),
    "mean_price_gbp_per_mwh": st.column_config.NumberColumn("Mean price (£/MWh)", format="%,.2f"),
    "negative_time_share": st.column_config.NumberColumn("Time below zero", format="%.3g %%"),
}
CAPTURED = ("technology", "energy_mwh", "capture_price_gbp_per_mwh", "capture_rate", "negative_energy_share")
COUNTED = ("half_hours", "half_hours_without_price", "half_hours_without_generation", "half_hours_flagged")


def render_page() -> None:
    """Draw the chosen price and days: a sentence, the capture prices by month with their figures, and more charts."""
    with toolbar():
        chosen = PRICES[select_one("Price", {name: series.title for name, series in PRICES.items()}, **PRICE_WIDGET)]
        available = snapshot_cache.cached_query(span_of, chosen.dataset) if snapshot_cache.current_snapshot() else None
        days = days_chosen(available, default="12 months") if available else None
    if available is None or days is None:
        empty_state(BY_NAME[chosen.dataset].title.lower())
        return
    whole = window_of_days(days.first, days.last)
    window = Window(whole.start_utc, min(whole.end_utc, available.end_utc))
    report = snapshot_cache.cached_query(value_report, window, chosen.dataset)
    if not report.summary["half_hours"].item():
        st.info(f"No half-hour of {span_of_days(days.first, days.last)} has a price.", icon=":material/info:")
        return
    st.subheader(plain(_headline(report, days)), anchor=False)
    left, right = chart_and_table()
    with left:
        _render_months(report)
    with right:
        render_figures(_captures_table(report))
        st.caption(
            f"Capture price by month, {report.price.title}. Hollow marks, which are not joined: less than 95 % of the "
            f"month's half-hours count. {' '.join(caveats_of_value(report))}"
        )
    _render_cards(report)
    _render_charts(report)
    st.subheader("Summary for this period", anchor=False)
    prices = report.summary.row(0, named=True)
    st.caption(
        f"{span_of_days(days.first, days.last)}. {number(prices['half_hours'])} half-hours have a price, "
        f"{percent(prices['negative_time_share'])} of them below zero; "
        f"{number(prices['half_hours_without_price'])} have none. Half-hours without a price, without generation or "
        "with a flagged value are left out and counted; nothing is estimated."
    )
    show_table(report.captures, name="capture-prices", columns=_few_columns(report.captures, *CAPTURED, *COUNTED))


def _few_columns(frame: pl.DataFrame, *shown: str) -> dict[str, Any]:
    """Return the columns of a table that shows only these; its downloads have all."""
    return {name: COLUMNS[name] if name in shown else None for name in frame.columns}


def _headline(report: ValueReport, days: Days) -> str:
    """Return one sentence about what wind and solar earned; what is not known is left out."""
    captures = {row["technology"]: row for row in report.captures.iter_rows(named=True)}
    parts: list[str] = []
    for technology, name in HEADLINED.items():
        row = captures.get(technology)
        if row is None or row["capture_price_gbp_per_mwh"] is None:
            continue
        rate = "" if row["capture_rate"] is None else f", {100 * row['capture_rate']:.1f} %"
        earned = f"{price(row['capture_price_gbp_per_mwh'])}/MWh{rate}"
        if parts:
            parts.append(f"{name.lower()} {earned}")
        else:
            of_baseload = " of the baseload price," if rate else ""
            parts.append(f"{name} captured {earned}{of_baseload} {in_period(days.first, days.last)}")
    baseload = price(report.summary["baseload_price_gbp_per_mwh"].item())
    return "; ".join(parts) or f"The baseload price was {baseload}/MWh {in_period(days.first, days.last)}"


def _captures_table(report: ValueReport) -> FiguresTable:
    """Return the energy, the capture price and the capture rate of each technology, which are the legend too."""
    prices = report.summary.row(0, named=True)
    baseload = FigureRow(
        "Baseload",
        [
            "",
            price(prices["baseload_price_gbp_per_mwh"]),
            share(1),
            percent(prices["negative_time_share"]),
        ],
        MUTED,
    )
    rows = [
        category_row(
            row["technology"],
            row["technology"],
            [
                energy(row["energy_mwh"]),
                price(row["capture_price_gbp_per_mwh"]),
                share(row["capture_rate"]),
                percent(row["negative_energy_share"]),
            ],
        )
        for row in report.captures.iter_rows(named=True)
    ]
    return FiguresTable(
        ["Price", "Energy", "£/MWh", "Rate", "Below 0"],
        [baseload, *rows],
        "£/MWh: the capture price, that is the mean price weighted by generation. Rate: capture price divided by the "
        "baseload price. Below 0: the share of the energy (baseload: of the time) at prices below zero.",
    )


def _render_cards(report: ValueReport) -> None:
    prices = report.summary.row(0, named=True)
    with st.grid(1 + report.captures.height, min_column_width=CARD_PIXELS, key="cards"):
        _render_card(
            "Baseload price",
            colour_of("Total"),
            prices["baseload_price_gbp_per_mwh"],
            f"per MWh  \n"
            f"**{prices['hours_negative']:,g} h** below zero  \n"
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
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.markdown(f':color[■]{{foreground="{colour}"}} {name}', help=help_text)
        st.metric(name, price(value), label_visibility="collapsed")
        st.caption(text)


def _render_months(report: ValueReport) -> None:
    figure = figures.monthly_captures(report.monthly_summary, report.monthly_captures)
    render_chart(
        add_month_strip(figure, report.monthly_summary.height),
        report.monthly_captures,
        name="capture-prices-by-month",
        alt=f"Capture price of each technology by month beside the baseload price, {report.price.title}",
        columns=_few_columns(report.monthly_captures, "month", *CAPTURED),
    )


def _render_charts(report: ValueReport) -> None:
    left, right = two_columns()
    with left:
        st.subheader("Duration curve", anchor=False)
        st.caption("The price that is reached or exceeded for each share of the half-hours.")
        render_chart(
            figures.price_duration(report.duration),
            report.duration,
            name="price-duration",
            alt=f"Duration curve of prices, {report.price.title}",
            columns=COLUMNS,
        )
    with right:
        st.subheader("Price by share of wind", anchor=False)
        st.caption("The half-hours in ten equal groups, from the least to the most wind.")
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
