"""`renewables analyze`: energy, means, peaks and percentiles of a span, each beside how much of the span is there."""

from typing import TYPE_CHECKING, Annotated

import typer

from dashboards.cli.spans import Categories, DatasetName, End, Start

if TYPE_CHECKING:
    import polars as pl

    from elexon_assets.windows import Window


def analyze(
    start: Start = None,
    end: End = None,
    psr_type: Categories = None,
    dataset: DatasetName = "wind_and_solar",
    as_of: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Only what Elexon had published by then: a UTC day (its end), or a time."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """Energy, means, peaks and coverage of a span.

    Without dates, of all that is there. Energy is the sum of MW x 0.5 h over the half hours there are: a gap is never
    filled in.

    \b
    Examples:
      renewables analyze --start 2026-01-01 --end 2026-01-31
      renewables analyze --psr-type Solar --json
      renewables analyze --start 2026-01-01 --as-of 2026-01-15T12:00Z
    """
    from dashboards.attribution import attribution, label_of_sources
    from dashboards.cli.output import print_json
    from dashboards.cli.spans import held, instant, known_categories, known_dataset
    from dashboards.queries.analysis import summary
    from dashboards.queries.snapshot import opened, sources_of

    categories = known_categories(known_dataset(dataset), psr_type)
    published_by = instant(as_of) if as_of else None
    with opened() as con:
        window = held(con, dataset, start, end)
        figures = summary(
            window.start_utc, window.end_utc, dataset=dataset, categories=categories, as_of=published_by, con=con
        )
        sources = sources_of(dataset, window, con)
    if as_json:
        print_json(
            {
                **{"dataset": dataset, "start_utc": window.start_utc, "end_utc": window.end_utc},
                **{"as_of_utc": published_by, "sources": sources},
                **{"label": label_of_sources(sources), "attribution": attribution(sources)},
                "categories": figures.to_dicts(),
            }
        )
    else:
        _print(dataset, window, figures, sources, as_of)


def _print(dataset: str, window: "Window", figures: "pl.DataFrame", sources: list[str], as_of: str | None) -> None:
    from dashboards.attribution import label_of_sources, note_of_sources
    from dashboards.cli.output import number, percent, print_table, utc
    from dashboards.queries.analysis import PERCENTILES
    from elexon_assets.datasets import BY_NAME

    label = label_of_sources(sources)
    typer.echo(
        f"{BY_NAME[dataset].title}, {utc(window.start_utc)} to {utc(window.end_utc)} UTC"
        + (f", as published by {as_of}" if as_of else "")
        + (f"  {label}" if label else "")
    )
    kind, rows = figures.columns[0], figures.to_dicts()
    energy = [kind, "GWh", "Mean MW", "Peak MW", "Peak at (UTC)", "Coverage"]
    print_table(
        energy,
        [
            [
                row[kind],
                number(None if row["energy_mwh"] is None else row["energy_mwh"] / 1000, 1),
                *(number(row["mean_mw"]), number(row["peak_mw"]), utc(row["peak_start_time_utc"])),
                percent(row["coverage"]),
            ]
            for row in rows
        ],
        right=[*energy[1:4], "Coverage"],
    )
    names = [f"p{percentile}" for percentile in PERCENTILES]
    print_table(
        [kind, *names, "Half hours", "Outside"],
        [
            [
                *(row[kind], *(number(row[f"{name}_mw"]) for name in names)),
                f"{number(row['half_hours'])}/{number(row['half_hours_expected'])}",
                number(row["half_hours_outside_soft_limits"]),
            ]
            for row in rows
        ],
        right=[*names, "Half hours", "Outside"],
        title="Percentiles in MW, and half hours there and outside the soft limits",
    )
    if note := note_of_sources(sources):
        typer.echo(note)
