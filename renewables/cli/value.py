"""`renewables value`: baseload and capture prices, negative prices, prices by share of wind."""

from typing import TYPE_CHECKING, Annotated

import typer

from renewables.cli.options import AsJson, End, Start

if TYPE_CHECKING:
    from renewables.queries.value import ValueReport


def complete_price(incomplete: str) -> list[str]:
    """Return the names of the prices that begin with the typed text."""
    from renewables.queries.value_prices import PRICES

    return [name for name in PRICES if name.startswith(incomplete)]


Price = Annotated[
    str,
    typer.Option(
        "--price",
        help="market_index_price (a within-day index) or system_price (the imbalance price).",
        autocompletion=complete_price,
    ),
]


def value(start: Start = None, end: End = None, price: Price = "market_index_price", as_json: AsJson = False) -> None:
    """Show what wind and solar were worth: baseload and capture prices, and hours at negative prices.

    Without dates it covers all data. The baseload price is the mean of all half-hourly prices. The capture price of a
    technology is its generation's mean price, weighted by MW; the capture rate is that divided by the baseload price.
    Half-hours without a price, without generation or with a flagged value are left out and counted.

    \b
    Examples:
      renewables value --start 2026-01-01 --end 2026-01-31
      renewables value --price system_price --json
    """
    from elexon_assets.datasets import DEMAND, GENERATION_BY_FUEL, WIND_AND_SOLAR
    from renewables.attribution import attribution, label_of_sources, note_of_sources
    from renewables.cli.options import open_snapshot, read_window
    from renewables.cli.output import print_json, print_note
    from renewables.formatting import utc
    from renewables.queries.snapshot import sources_of
    from renewables.queries.value import caveats_of_value, value_report
    from renewables.queries.value_prices import read_price

    chosen = read_price(price)
    with open_snapshot() as con:
        window = read_window(con, chosen.dataset, start, end)
        report = value_report(window, chosen.dataset, con)
        names = (chosen.dataset, WIND_AND_SOLAR.name, GENERATION_BY_FUEL.name, DEMAND.name)
        sources = sorted({source for name in names for source in sources_of(name, window, con)})
    label, caveats = label_of_sources(sources), caveats_of_value(report)
    if as_json:
        print_json(
            {
                **{"price": chosen.dataset, "start_utc": window.start_utc, "end_utc": window.end_utc},
                **{"sources": sources, "label": label, "attribution": attribution(sources)},
                "summary": report.summary.row(0, named=True),
                "technologies": report.captures.to_dicts(),
                "months": report.monthly_summary.to_dicts(),
                "technologies_by_month": report.monthly_captures.to_dicts(),
                "duration": report.duration.to_dicts(),
                "wind_shares": report.wind_shares.to_dicts(),
                "caveats": caveats,
            }
        )
        return
    typer.echo(
        f"{chosen.title}, {utc(window.start_utc)} to {utc(window.end_utc)} UTC" + (f"  {label}" if label else "") + "\n"
    )
    _print_report(report)
    if message := note_of_sources(sources):
        typer.echo(message)
    for caveat in caveats:
        print_note(caveat)


def _print_report(report: "ValueReport") -> None:
    from renewables.cli.output import print_facts, print_table
    from renewables.formatting import number, percent

    prices = report.summary.row(0, named=True)
    print_facts(
        "Prices, GBP/MWh",
        [
            ("Baseload", number(prices["baseload_price_gbp_per_mwh"], 2)),
            ("Lowest", number(prices["lowest_price_gbp_per_mwh"], 2)),
            ("Highest", number(prices["highest_price_gbp_per_mwh"], 2)),
            (
                "Below zero",
                f"{number(prices['hours_negative'], 1)} hours ({percent(prices['negative_time_share'], up=True)})",
            ),
            (
                "Half-hours",
                f"{number(prices['half_hours'])}; {number(prices['half_hours_without_price'])} have no price",
            ),
        ],
    )
    columns = ["Technology", "Capture", "Rate", "GWh", "Below zero"]
    counts = ["Half-hours", "No price", "No generation", "Flagged"]
    print_table(
        [*columns, *counts],
        [
            [
                *(row["technology"], number(row["capture_price_gbp_per_mwh"], 2), number(row["capture_rate"], 3)),
                number(None if row["energy_mwh"] is None else row["energy_mwh"] / 1000, 1),
                percent(row["negative_energy_share"], up=True),
                *(number(row["half_hours"]), number(row["half_hours_without_price"])),
                *(number(row["half_hours_without_generation"]), number(row["half_hours_flagged"])),
            ]
            for row in report.captures.iter_rows(named=True)
        ],
        right=[*columns[1:], *counts],
        title="Capture prices in GBP/MWh, their rate to baseload, and the share of the energy at prices below zero",
    )
    names = report.captures["technology"].to_list()
    captured = {
        (row["month"], row["technology"]): row["capture_price_gbp_per_mwh"]
        for row in report.monthly_captures.iter_rows(named=True)
    }
    print_table(
        ["Month", "Baseload", *names, "Hours below zero"],
        [
            [
                f"{row['month']:%Y-%m}",
                number(row["baseload_price_gbp_per_mwh"], 2),
                *(number(captured[row["month"], name], 2) for name in names),
                number(row["hours_negative"], 1),
            ]
            for row in report.monthly_summary.iter_rows(named=True)
        ],
        right=["Baseload", *names, "Hours below zero"],
        title="Capture prices by month, GBP/MWh",
    )
    if report.wind_shares.is_empty():
        return
    print_table(
        ["Wind / underlying demand", "Mean price", "Below zero", "Half-hours"],
        [
            [
                f"{100 * row['from_share']:.1f} to {100 * row['to_share']:.1f} %",
                number(row["mean_price_gbp_per_mwh"], 2),
                *(percent(row["negative_time_share"], up=True), number(row["half_hours"])),
            ]
            for row in report.wind_shares.iter_rows(named=True)
        ],
        right=["Mean price", "Below zero", "Half-hours"],
        title="Mean prices by tenth of the half-hours, GBP/MWh",
    )
