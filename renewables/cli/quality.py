"""`renewables quality`: reports how far the numbers of a span can be trusted, for people or for scripts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import typer

from renewables.cli.options import AsJson, End, Start

if TYPE_CHECKING:
    import polars as pl

    from renewables.queries.quality import QualityReport

LAST = timedelta(days=30)
SPANS_NAMED = 4
"The most spans of a day that are printed; --json has all of them."


def quality(
    start: Start = None,
    end: End = None,
    as_json: AsJson = False,
) -> None:
    """Report what is flagged, missing or revised, and why.

    Shows flags by reason and month, the worst days, missing half-hours by state, how much values changed when they were
    republished, and an estimate of the wind that is missing from the figures. Without dates it covers the last 30 days
    with data. Nothing is corrected; use `--exclude-flagged` in analyze, plot and export to exclude flagged values.

    \b
    Examples:
      renewables quality
      renewables quality --start 2024-01-01 --end 2024-01-31
      renewables quality --json | jq .gaps
    """
    from elexon_assets.datasets import OBSERVED
    from renewables.attribution import attribution, label_of_sources, note_of_sources
    from renewables.cli.options import open_snapshot, read_window
    from renewables.cli.output import print_json
    from renewables.formatting import utc
    from renewables.queries.quality import quality_of
    from renewables.queries.snapshot import sources_of

    with open_snapshot() as con:
        window = read_window(con, None, start, end, last=LAST)
        report = quality_of(window, con)
        sources = sorted({source for dataset in OBSERVED for source in sources_of(dataset.name, window, con)})
    label = label_of_sources(sources)
    if as_json:
        print_json(
            {
                **{"start_utc": window.start_utc, "end_utc": window.end_utc},
                **{"sources": sources, "label": label, "attribution": attribution(sources)},
                "datasets": [
                    vars(trust) | {"coverage": trust.coverage, "flagged_share": trust.flagged_share}
                    for trust in report.trust
                ],
                "flags_by_month": report.flags_by_month.to_dicts(),
                "worst_days": report.worst_days.to_dicts(),
                "gaps": report.gaps.to_dicts(),
                "revisions": {name: frame.to_dicts() for name, frame in report.revisions.items()},
                "understated_wind": report.understated_wind,
                "unknown_series": report.unknown_series,
            }
        )
        return
    typer.echo(
        f"Data quality, {utc(window.start_utc)} to {utc(window.end_utc)} UTC" + (f"  {label}" if label else "") + "\n"
    )
    _print_report(report)
    if message := note_of_sources(sources):
        typer.echo(message)


def _print_report(report: "QualityReport") -> None:
    from elexon_assets.datasets import BY_NAME
    from renewables.cli.output import print_table
    from renewables.formatting import number, percent
    from renewables.queries.unknown_series import sentence_of

    rows = [
        [
            *(BY_NAME[trust.dataset].title, f"{number(trust.half_hours)}/{number(trust.half_hours_expected)}"),
            *(percent(trust.coverage), number(trust.half_hours_flagged), percent(trust.flagged_share, up=True)),
        ]
        for trust in report.trust
    ]
    columns = ["Dataset", "Half-hours", "Coverage", "Flagged", "Share"]
    print_table(columns, rows, right=columns[1:], title="Complete half-hours, and flagged half-hours")
    if unjudged := sum(trust.values_unjudged for trust in report.trust):
        typer.echo(
            f"{number(unjudged)} values have landed since the last check for flags and are not included below.\n"
        )
    if report.unknown_series:
        typer.echo(f"{sentence_of(report.unknown_series)}\n")
    _print_flags(report.flags_by_month)
    _print_worst_days(report.worst_days)
    _print_gaps(report.gaps)
    _print_revisions(report.revisions)
    if report.understated_wind.half_hours:
        from renewables.cli.analyze import missing_wind_sentence

        typer.echo(missing_wind_sentence(report.understated_wind))


def _print_flags(flags: "pl.DataFrame") -> None:
    from elexon_assets.datasets import BY_NAME
    from elexon_assets.flag_vocabulary import REASON_BY_NAME
    from renewables.cli.output import print_table
    from renewables.formatting import number

    if flags.is_empty():
        typer.echo("No flags.\n")
        return
    print_table(
        ["Month", "Dataset", "Reason", "Value doubtful", "Half-hours", "Values"],
        [
            [
                *(f"{row['month_utc']:%Y-%m}", BY_NAME[row["dataset"]].code, REASON_BY_NAME[row["reason"]].title),
                "yes" if REASON_BY_NAME[row["reason"]].value_in_doubt else "no",
                *(number(row["half_hours"]), number(row["values"])),
            ]
            for row in flags.iter_rows(named=True)
        ],
        right=["Half-hours", "Values"],
        title="Flags by reason and month (UTC)",
    )


def _print_worst_days(worst: "pl.DataFrame") -> None:
    from elexon_assets.datasets import BY_NAME
    from elexon_assets.flag_vocabulary import REASON_BY_NAME
    from renewables.cli.output import print_table
    from renewables.formatting import number

    if worst.is_empty():
        return
    print_table(
        ["Day", "Dataset", "Flagged", "From - to (UTC)", "Reasons"],
        [
            [
                *(f"{row['day_utc']}", BY_NAME[row["dataset"]].code, f"{number(row['half_hours_flagged'])} of 48"),
                _span_texts(row["start_times_utc"]),
                ", ".join(REASON_BY_NAME[name].title for name in row["reasons"]),
            ]
            for row in worst.iter_rows(named=True)
        ],
        right=["Flagged"],
        title="Days with the most flagged half-hours",
    )


def _span_texts(starts: Sequence[datetime]) -> str:
    """Return consecutive half-hours joined, as in `05:30-06:00, 14:00-16:00`."""
    from elexon_assets.settlement import HALF_HOUR

    spans: list[tuple[datetime, datetime]] = []
    for start in starts:
        if spans and spans[-1][1] == start:
            spans[-1] = (spans[-1][0], start + HALF_HOUR)
        else:
            spans.append((start, start + HALF_HOUR))
    named = [f"{start:%H:%M}-{end:%H:%M}" for start, end in spans[:SPANS_NAMED]]
    return ", ".join([*named, *([f"{len(spans) - SPANS_NAMED} more"] if len(spans) > SPANS_NAMED else [])])


def _print_gaps(gaps: "pl.DataFrame") -> None:
    from elexon_assets.datasets import BY_NAME
    from elexon_assets.flag_vocabulary import GAP_STATE_BY_NAME
    from renewables.cli.output import print_table
    from renewables.formatting import number, utc

    if gaps.is_empty():
        typer.echo("No half-hours are missing.\n")
        return
    print_table(
        ["Dataset", "State", "Half-hours", "First (UTC)", "Last (UTC)", "Can be fetched"],
        [
            [
                *(BY_NAME[row["dataset"]].code, GAP_STATE_BY_NAME[row["state"]].title, number(row["half_hours"])),
                *(utc(row["first_start_time_utc"]), utc(row["last_start_time_utc"])),
                "possibly" if GAP_STATE_BY_NAME[row["state"]].can_be_filled else "no",
            ]
            for row in gaps.iter_rows(named=True)
        ],
        right=["Half-hours"],
        title="Missing half-hours by state",
    )


def _print_revisions(revisions: "dict[str, pl.DataFrame]") -> None:
    from elexon_assets.datasets import BY_NAME
    from renewables.cli.output import print_table
    from renewables.formatting import number, utc

    rows = [
        [
            *(BY_NAME[dataset].code, row[BY_NAME[dataset].category]),
            *(number(row["values_republished"]), number(row["values_changed"]), number(row["mean_absolute_mw"], 1)),
            *(number(row["largest_mw"], 1), utc(row["largest_start_time_utc"])),
            number(row["energy_difference_mwh"], 1),
        ]
        for dataset, frame in revisions.items()
        for row in frame.iter_rows(named=True)
        if row["values_republished"]
    ]
    if not rows:
        typer.echo("No values were republished.\n")
        return
    print_table(
        ["", "Series", "Republished", "Changed", "Mean MW", "Largest MW", "At (UTC)", "Energy MWh"],
        rows,
        right=["Republished", "Changed", "Mean MW", "Largest MW", "Energy MWh"],
        title="Republished values, and how much they have changed since they were first published",
    )
