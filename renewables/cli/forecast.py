"""`renewables forecast`: how good the forecasts were, by lead time, hour of the day or month, beside two baselines."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from renewables.cli.options import AsJson, End, Start

if TYPE_CHECKING:
    import polars as pl


def complete_forecast(incomplete: str) -> list[str]:
    """Return the names of the forecast datasets that begin with the typed text."""
    from renewables.queries.forecast_selection import FORECASTS

    return [dataset.name for dataset in FORECASTS if dataset.name.startswith(incomplete)]


ForecastName = Annotated[
    str,
    typer.Option("--dataset", help="wind_forecast or wind_and_solar_forecast.", autocompletion=complete_forecast),
]
SeriesNames = Annotated[
    list[str] | None,
    typer.Option(
        "--series",
        help="A PSR type (solar, wind-onshore, wind-offshore) or a process type (day-ahead, intraday-process, "
        "intraday-total) of wind_and_solar_forecast; may be repeated.",
    ),
]
Grouping = Annotated[str, typer.Option("--by", help="band (of lead time), lead (in hours), hour, month or all.")]
TruthName = Annotated[
    str,
    typer.Option(
        "--truth", metavar="NAME", help="The actual values: newest, first-published, or as published by a day or time."
    ),
]


def forecast(
    start: Start = None,
    end: End = None,
    dataset: ForecastName = "wind_forecast",
    series: SeriesNames = None,
    by: Grouping = "band",
    truth: TruthName = "newest",
    as_json: AsJson = False,
) -> None:
    """Show how good the forecasts of a period were, beside persistence and the same time yesterday.

    Without dates it covers all data. WINDFOR is judged against WIND of FUELHH, DGWS against AGWS by PSR type. Errors
    are computed for each issue and then averaged over the issues. Targets at or before the publish time are left out,
    and so are flagged and missing half-hours, which are counted. Bias is forecast minus actual; nMAE is MAE divided by
    the installed capacity; skill is 1 - MAE / MAE of the better baseline. Lead time is from the publish time to the
    start of the target.

    \b
    Examples:
      renewables forecast --start 2026-01-01 --end 2026-01-31
      renewables forecast --by lead --json
      renewables forecast --dataset wind_and_solar_forecast --series solar --series day-ahead --by month
      renewables forecast --truth first-published
    """
    from renewables.attribution import attribution, label_of_sources, note_of_sources
    from renewables.cli.options import open_snapshot, read_window
    from renewables.cli.output import print_json, print_note
    from renewables.formatting import utc
    from renewables.queries.caveats import curtailment_caveat
    from renewables.queries.forecast_day import forecast_span
    from renewables.queries.forecast_selection import ForecastSelection
    from renewables.queries.forecast_skill import read_grouping, skill_of
    from renewables.queries.snapshot import sources_of
    from renewables.user_errors import UserError

    selection, grouping = ForecastSelection.read(dataset, series, truth), read_grouping(by)
    with open_snapshot() as con:
        if forecast_span(selection, con) is None:
            raise UserError(
                f"The warehouse has no data of {dataset} yet: fetch a week with `renewables fetch-range 2026-01-01 "
                f"2026-01-07 --dataset {dataset}`, or run `renewables demo` for synthetic data."
            )
        window = read_window(con, selection.truth_dataset.name, start, end)
        skill = skill_of(selection, window, ("all", grouping), con)
        judged = (selection.dataset, selection.truth_dataset.name)
        sources = sorted({source for name in judged for source in sources_of(name, window, con)})
    label, caveat = label_of_sources(sources), curtailment_caveat(skill.negative_share)
    if as_json:
        print_json(
            {
                **{"dataset": dataset, "start_utc": window.start_utc, "end_utc": window.end_utc},
                **{"truth_dataset": selection.truth_dataset.name, "truth": selection.truth.name},
                "truth_as_of_utc": selection.truth.as_of,
                **{"sources": sources, "label": label, "attribution": attribution(sources)},
                **{"all": skill.by["all"].to_dicts(), "by": grouping, "groups": skill.by[grouping].to_dicts()},
                "negative_price_share": skill.negative_share,
                "caveats": [caveat],
            }
        )
        return
    typer.echo(
        f"{selection.declaration.title} against {selection.truth} of {selection.truth_dataset.title.lower()}, "
        f"{utc(window.start_utc)} to {utc(window.end_utc)} UTC" + (f"  {label}" if label else "")
    )
    for name in skill.by["all"]["series"]:
        _print_scores(name, skill.by["all"].filter(series=name), skill.by[grouping].filter(series=name))
    if skill.by["all"].is_empty():
        typer.echo("No forecast had a target in this period.")
    if message := note_of_sources(sources):
        typer.echo(message)
    print_note(caveat)


COLUMNS = ("Issues", "Targets", "Bias MW", "MAE MW", "RMSE MW", "nMAE %", "Persist. MW", "Yesterday MW", "Skill %")


def _print_scores(series: str, total: "pl.DataFrame", groups: "pl.DataFrame") -> None:
    from renewables.cli.output import print_table
    from renewables.queries.forecast_skill import GROUP_TITLES

    column = next((name for name in GROUP_TITLES if name in groups.columns), None)
    rows = [_cells("All", row) for row in total.to_dicts()]
    rows += [_cells(_group_name(column, row[column]), row) for row in groups.to_dicts()] if column else []
    first = GROUP_TITLES[column] if column else ""
    counts = ("Flagged", "Missing")
    print_table([first, *COLUMNS, *counts], rows, right=[*COLUMNS, *counts], title=series)


def _group_name(column: str, value: Any) -> str:
    return f"{value:%Y-%m}" if column == "month" else f"{value:02}:00" if column == "hour" else str(value)


def _cells(name: str, row: dict[str, Any]) -> list[str]:
    from renewables.formatting import number

    def hundred(share: float | None) -> str:
        return number(None if share is None else 100 * share, 1)

    powers = ("bias_mw", "mae_mw", "rmse_mw")
    baselines = ("persistence_mae_mw", "same_time_yesterday_mae_mw")
    return [
        *(name, number(row["issues"]), number(row["forecasts"]), *(number(row[power]) for power in powers)),
        *(hundred(row["nmae"]), *(number(row[power]) for power in baselines), hundred(row["skill"])),
        *(number(row["half_hours_flagged"]), number(row["half_hours_missing"])),
    ]
