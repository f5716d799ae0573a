"""`renewables yield`: what the pipeline would generate in a year, and what that would be worth."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from renewables.cli.options import AsJson
from renewables.cli.value import Price

if TYPE_CHECKING:
    from renewables.queries.project_yield import PipelineYield
    from renewables.queries.snapshot import Connection

PriceYear = Annotated[
    int | None,
    typer.Option("--price-year", help="The calendar year of the capture prices; the newest complete one by default."),
]
ProjectName = Annotated[
    str | None, typer.Option("--project", metavar="PROJECT", help="Only this project, by its name or id.")
]


def show_yield(
    project: ProjectName = None,
    price: Price = "market_index_price",
    price_year: PriceYear = None,
    as_json: AsJson = False,
) -> None:
    """Show the expected yearly energy of wind and solar projects, and its indicative merchant revenue.

    The energy of each complete year on record is MWp x the capacity factor of Great Britain x the hours of the year,
    without flagged and missing half-hours. P90 is exceeded in nine of ten years, P10 in one of ten. Weighted
    figures are multiplied by the probability of the stage. Revenue is the expected energy times the capture price of
    one year.

    \b
    Examples:
      renewables yield
      renewables yield --project "Fen Farm" --price-year 2025
      renewables yield --price system_price --json
    """
    from datetime import UTC, datetime

    from renewables.attribution import attribution, label_of_sources
    from renewables.cli.options import open_snapshot
    from renewables.cli.output import print_json, print_note
    from renewables.queries.pipeline import Filter
    from renewables.queries.project_yield import caveats_of_yield, missing_data, pipeline_yield, years_left_out
    from renewables.queries.snapshot import source_names

    with open_snapshot() as con:
        id = _project_id(con, project)
        wanted = Filter(datetime.now(UTC).date())
        result = pipeline_yield(wanted, price=price, price_year=price_year, project=id, con=con)
        sources = source_names(con)
    label, factors = label_of_sources(sources), result.factors
    notes = [*missing_data(result), *caveats_of_yield(result)]
    if as_json:
        print_json(
            {
                **{"price": factors.price.dataset, "price_year": factors.price_year},
                **{"price_years": list(factors.price_years), "sources": sources, "label": label},
                "attribution": attribution(sources),
                "years": factors.years.to_dicts(),
                "facilities": result.facilities.to_dicts(),
                "facility_years": result.facility_years.to_dicts(),
                "cod_years": result.cod_years.to_dicts(),
                "total": result.total.row(0, named=True) if len(result.total) else None,
                **{"missing": missing_data(result), "caveats": caveats_of_yield(result)},
            }
        )
        return
    _print_yield(result, label)
    for left_out in years_left_out(result):
        print_note(f"Left out: {left_out}.")
    for note in notes:
        print_note(note)


def _project_id(con: "Connection", project: str | None) -> str | None:
    """Return the id of the landed project with that id or name. Raises UserError."""
    from pipeline_assets.names import name_key
    from renewables.queries.pipeline_choices import choices
    from renewables.user_errors import UserError

    landed = choices(con)
    if landed is None or not landed.projects:
        raise UserError(
            "No project is in the charts yet: add or import projects (`renewables pipelines import`), and "
            "`renewables up` lands them. `renewables demo` creates a sample portfolio in a separate home."
        )
    if project is None:
        return None
    rows = con.execute("SELECT id, name FROM pipelines WHERE NOT archived").fetchall()
    ids = {id for id, name in rows if project in (id, name) or name_key(name) == name_key(project)}
    if len(ids) != 1:
        problem = "No project" if not ids else "More than one project"
        raise UserError(f"{problem} has the name or id {project!r}: `renewables pipelines list` lists the ids.")
    return str(ids.pop())


def _print_yield(result: "PipelineYield", label: str) -> None:
    from renewables.cli.output import print_table
    from renewables.formatting import number

    factors = result.factors
    price = f"{factors.price.title}, {factors.price_year}" if factors.price_year else "no price year"
    typer.echo(
        f"Expected yearly energy and merchant revenue at capture prices ({price})" + (f"  {label}" * bool(label))
    )
    figures = ["n", "Expected", "P90", "P50", "P10", "Weighted", "GBP k", "Weighted k"]
    print_table(
        ["Project", "Facility", "Technology", "MWp", "COD", *figures, "None, because"],
        [
            [
                *(row["project"], row["facility"], row["technology"], number(row["capacity_mwp"], 1)),
                *(str(row["cod_year"] or ""), *_cells(row), row["none_because"]),
            ]
            for row in result.facilities.iter_rows(named=True)
        ],
        right=["MWp", *figures],
        title="By facility, MWh a year",
    )
    if result.total.is_empty():
        return
    rows = [*result.cod_years.to_dicts(), {**result.total.row(0, named=True), "cod_year": "Total"}]
    print_table(
        ["COD", "Facilities", "MWp", *figures],
        [
            [
                *(str(row["cod_year"] or "None"), number(row["facilities"]), number(row["capacity_mwp"], 1)),
                *_cells(row),
            ]
            for row in rows
        ],
        right=["Facilities", "MWp", *figures],
        title="By year of COD, MWh a year",
    )


def _cells(row: dict[str, Any]) -> list[str]:
    from renewables.formatting import number

    names = ("years", "expected_mwh", "p90_mwh", "p50_mwh", "p10_mwh", "weighted_mwh")
    revenues = [row[name] for name in ("revenue_gbp", "weighted_revenue_gbp")]
    return [*(number(row[name]) for name in names), *(number(None if x is None else x / 1000) for x in revenues)]
