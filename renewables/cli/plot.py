"""`renewables plot`: a chart as one HTML file that works offline."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from renewables.cli.options import AsOf, Categories, DatasetName, End, ExcludeFlagged, KnownAt, Start

LAST = timedelta(days=28)


def plot(
    start: Start = None,
    end: End = None,
    psr_type: Categories = None,
    dataset: DatasetName = "wind_and_solar",
    as_of: AsOf = None,
    known_at: KnownAt = None,
    exclude_flagged: ExcludeFlagged = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The HTML file to write; <dataset>.html unless given.")
    ] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Show it in the browser.")] = False,
    stacked: Annotated[
        bool | None, typer.Option("--stacked/--lines", help="Areas on top of each other, or a line each.")
    ] = None,
) -> None:
    """Draws an interactive chart as one HTML file.

    It works offline. Without dates, of the last 28 days that there are. Long spans are drawn as means per hour, day
    or week; a gap stays a gap, and what is flagged as in doubt is shaded.

    \b
    Examples:
      renewables plot --open
      renewables plot --start 2026-01-01 --end 2026-03-31 --lines --output winter.html
      renewables plot --start 2024-01-01 --end 2024-01-03 --exclude-flagged
      renewables plot --dataset generation_by_fuel --psr-type WIND --psr-type CCGT
    """
    from renewables.attribution import attribution, note_of_sources
    from renewables.charts.generation import can_be_stacked, figure
    from renewables.charts.html_page import page
    from renewables.cli.options import held, instants, known_categories, known_dataset, said_of
    from renewables.formatting import utc
    from renewables.queries.generation import series
    from renewables.queries.snapshot import opened
    from renewables.user_errors import BadUsage

    categories = known_categories(known_dataset(dataset), psr_type)
    published_by, landed_by = instants(as_of, known_at)
    with opened() as con:
        window = held(con, dataset, start, end, last=LAST)
        drawn = series(
            window.start_utc,
            window.end_utc,
            dataset=dataset,
            categories=categories,
            as_of=published_by,
            known_at=landed_by,
            exclude_flagged=exclude_flagged,
            con=con,
        )
    said = said_of(as_of, known_at, exclude_flagged=exclude_flagged)
    if stacked and not can_be_stacked(drawn):
        raise BadUsage("Values below zero cannot be stacked: leave --stacked away, or choose with --psr-type.")
    output = output or Path(f"{dataset}.html")
    html = page(
        figure(drawn, stacked=can_be_stacked(drawn) if stacked is None else stacked),
        title=f"{drawn.dataset.title}, {window.start_utc:%Y-%m-%d} to {window.end_utc:%Y-%m-%d}",
        notes=f"Drawn: {said[2:]}. {note_of_sources(drawn.sources)}" if said else note_of_sources(drawn.sources),
        licensed=bool(attribution(drawn.sources)),
    )
    output.write_text(html, encoding="utf-8")
    typer.echo(
        f"Wrote {output} ({drawn.dataset.title}, {utc(window.start_utc)} to {utc(window.end_utc)} UTC, "
        f"one point per {drawn.grain.name}{said})."
    )
    if note := note_of_sources(drawn.sources):
        typer.echo(note)
    if open_it:
        import webbrowser

        webbrowser.open(output.resolve().as_uri())
