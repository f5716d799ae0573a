"""`renewables analyze`: energy, means, peaks, capacity factors and percentiles of a span, with coverage and flags."""

from typing import TYPE_CHECKING, Any

import typer

from renewables.cli.options import AsJson, AsOf, Categories, DatasetName, End, ExcludeFlagged, KnownAt, Start

if TYPE_CHECKING:
    import polars as pl

    from renewables.queries.quality import UnderstatedWind


def analyze(
    start: Start = None,
    end: End = None,
    psr_type: Categories = None,
    dataset: DatasetName = "wind_and_solar",
    as_of: AsOf = None,
    known_at: KnownAt = None,
    exclude_flagged: ExcludeFlagged = False,
    as_json: AsJson = False,
) -> None:
    """Show energy, means, peaks and capacity factors of a period, with its coverage and flags.

    Without dates it covers all data. Energy is the sum of MW x 0.5 h over the half-hours with data; gaps are never
    filled. The capacity factor is that energy divided by what the installed capacity could generate in the same
    half-hours; capacity is Elexon's yearly figure, as of the start of the year and interpolated in between. Flagged
    half-hours have a doubtful value; they count unless you exclude them with --exclude-flagged.

    \b
    Examples:
      renewables analyze --start 2026-01-01 --end 2026-01-31
      renewables analyze --psr-type Solar --json
      renewables analyze --start 2026-01-01 --as-of 2026-01-15T12:00Z
      renewables analyze --start 2024-01-01 --end 2024-01-31 --exclude-flagged
    """
    from elexon_assets.datasets import BY_NAME, WIND_AND_SOLAR
    from elexon_assets.schema.flags import WIND
    from renewables.attribution import attribution, label_of_sources
    from renewables.cli.options import open_snapshot, read_window, words_of
    from renewables.cli.output import print_json, print_note
    from renewables.formatting import utc
    from renewables.queries.analysis import sources_of_capacity, summary_of
    from renewables.queries.caveats import caveats_of
    from renewables.queries.quality import understated_wind_of
    from renewables.queries.selection import Selection
    from renewables.queries.snapshot import sources_of

    selection = Selection.read(dataset, psr_type, as_of, known_at, exclude_flagged)
    with open_snapshot() as con:
        window = read_window(con, dataset, start, end)
        figures = summary_of(selection, window, con)
        caveats = caveats_of(selection, con, has_capacity=bool(figures["capacity_factor"].count()))
        sources = sources_of(dataset, window, con)
        if figures["capacity_factor"].count():
            sources = sorted({*sources, *sources_of_capacity(con)})
        # The estimate holds for current values of wind only.
        is_current = dataset == WIND_AND_SOLAR.name and selection.is_current
        has_wind = is_current and not set(WIND).isdisjoint(selection.categories)
        missing = understated_wind_of(window, con) if has_wind else None
    label = label_of_sources(sources)
    if as_json:
        print_json(
            {
                **{"dataset": dataset, "start_utc": window.start_utc, "end_utc": window.end_utc},
                **{"as_of_utc": selection.as_of, "known_at_utc": selection.known_at},
                "exclude_flagged": exclude_flagged,
                **{"sources": sources, "label": label, "attribution": attribution(sources)},
                "categories": figures.to_dicts(),
                "understated_wind": missing,
                "caveats": caveats,
            }
        )
        return
    typer.echo(
        f"{BY_NAME[dataset].title}, {utc(window.start_utc)} to {utc(window.end_utc)} UTC"
        + words_of(selection)
        + (f"  {label}" if label else "")
    )
    _print_report(figures, sources, missing, is_current=is_current)
    for caveat in caveats:
        print_note(caveat)


def _print_report(
    figures: "pl.DataFrame", sources: list[str], missing: "UnderstatedWind | None", *, is_current: bool
) -> None:
    from elexon_assets.datasets import INSTALLED_CAPACITY
    from renewables.attribution import note_of_sources
    from renewables.cli.output import print_note, print_table
    from renewables.formatting import number, percent, utc
    from renewables.queries.analysis import PERCENTILES

    kind, rows = figures.columns[0], figures.to_dicts()
    energy = [kind, "GWh", "Mean MW", "Peak MW", "Peak at (UTC)", "Coverage", "Flagged"]
    print_table(
        energy,
        [
            [
                row[kind],
                number(None if row["energy_mwh"] is None else row["energy_mwh"] / 1000, 1),
                *(number(row["mean_mw"]), number(row["peak_mw"]), utc(row["peak_start_time_utc"])),
                *(percent(row["coverage"]), percent(row["flagged_share"], up=True)),
            ]
            for row in rows
        ],
        right=[*energy[1:4], *energy[5:]],
    )
    names = [f"p{percentile}" for percentile in PERCENTILES]
    print_table(
        [kind, *names, "Half-hours", "Flagged", "Outside"],
        [
            [
                *(row[kind], *(number(row[f"{name}_mw"]) for name in names)),
                f"{number(row['half_hours'])}/{number(row['half_hours_expected'])}",
                *(number(row["half_hours_flagged"]), number(row["half_hours_outside_soft_limits"])),
            ]
            for row in rows
        ],
        right=[*names, "Half-hours", "Flagged", "Outside"],
        title="Percentiles in MW, and half-hours: present, flagged, outside the soft limits",
    )
    if figures["capacity_factor"].count():
        _print_capacity(kind, rows)
    elif is_current:
        print_note(f"No capacity factors yet: `renewables fetch-range` fetches {INSTALLED_CAPACITY.name} as well.")
    if missing and missing.half_hours:
        typer.echo(missing_wind_sentence(missing))
    if message := note_of_sources(sources):
        typer.echo(message)


def missing_wind_sentence(missing: "UnderstatedWind") -> str:
    """Return one sentence about missing wind, which calls it an estimate."""
    from renewables.formatting import number

    half_hours = f"Wind is understated in {number(missing.half_hours)} half-hours"
    if missing.estimated_missing_mwh is None:
        return f"{half_hours}. The missing energy cannot be estimated, because FUELHH is missing there."
    return (
        f"{half_hours}, by at least {number(missing.estimated_missing_mwh / 1000, 1)} GWh. This is an ESTIMATE (WIND "
        f"of FUELHH minus AGWS wind, over {number(missing.half_hours_estimated)} of them) and is in no other figure."
    )


def _print_capacity(kind: str, rows: "list[dict[str, Any]]") -> None:
    from renewables.cli.output import print_table
    from renewables.formatting import number

    print_table(
        [kind, "Installed MW", "Capacity factor (%)"],
        [
            [row[kind], number(row["capacity_mw"]), number(row["capacity_factor"] and 100 * row["capacity_factor"], 1)]
            for row in rows
        ],
        right=["Installed MW", "Capacity factor (%)"],
        title="Energy divided by what the installed capacity could generate in the same half-hours",
    )
