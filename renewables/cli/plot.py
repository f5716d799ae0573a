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
        Path | None, typer.Option("--output", "-o", help="The HTML file to write; <dataset>.html by default.")
    ] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    stacked: Annotated[
        bool | None, typer.Option("--stacked/--lines", help="Stacked areas, or one line per series.")
    ] = None,
) -> None:
    """Draw an interactive chart as one HTML file.

    The file works offline. Without dates it covers the last 28 days with data. Long periods are drawn as means per
    hour, day or week; gaps stay gaps, and flagged values are shaded.

    \b
    Examples:
      renewables plot --open
      renewables plot --start 2026-01-01 --end 2026-03-31 --lines --output winter.html
      renewables plot --start 2024-01-01 --end 2024-01-03 --exclude-flagged
      renewables plot --dataset generation_by_fuel --psr-type WIND --psr-type CCGT
    """
    from renewables.attribution import attribution, note_of_sources
    from renewables.charts.generation import can_be_stacked, generation_figure
    from renewables.charts.html_page import html_page
    from renewables.cli.options import open_snapshot, read_window, words_of
    from renewables.cli.output import print_note
    from renewables.formatting import utc
    from renewables.queries.caveats import caveats_of
    from renewables.queries.generation import series_of
    from renewables.queries.selection import Selection
    from renewables.user_errors import BadUsage

    selection = Selection.read(dataset, psr_type, as_of, known_at, exclude_flagged)
    with open_snapshot() as con:
        window = read_window(con, dataset, start, end, last=LAST)
        drawn = series_of(selection, window, con=con)
        caveats = caveats_of(selection, con)
    words = words_of(selection)
    notes = [*([f"Shown {words[2:]}."] if words else []), *caveats, note_of_sources(drawn.sources)]
    if stacked and not can_be_stacked(drawn):
        raise BadUsage("Values below zero cannot be stacked: remove --stacked, or choose series with --psr-type.")
    output = output or Path(f"{dataset}.html")
    html = html_page(
        generation_figure(drawn, stacked=can_be_stacked(drawn) if stacked is None else stacked),
        title=f"{drawn.dataset.title}, {window.start_utc:%Y-%m-%d} to {window.end_utc:%Y-%m-%d}",
        notes=" ".join(filter(None, notes)),
        licensed=bool(attribution(drawn.sources)),
    )
    output.write_text(html, encoding="utf-8")
    typer.echo(
        f"Wrote {output} ({drawn.dataset.title}, {utc(window.start_utc)} to {utc(window.end_utc)} UTC, "
        f"one point per {drawn.grain.name}{words})."
    )
    if source_note := note_of_sources(drawn.sources):
        typer.echo(source_note)
    for caveat in caveats:
        print_note(caveat)
    if open_it:
        import webbrowser

        webbrowser.open(output.resolve().as_uri())
