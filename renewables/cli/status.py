"""`renewables status`: what the warehouse holds and how fresh it is.

It loads neither Dagster nor Pandera, to be quick.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from renewables.queries.register_issues import RegisterStatus
    from renewables.queries.status import CapacityStatus, DatasetStatus, WarehouseStatus
    from renewables.queries.stored_datasets import StoredDataset
    from warehouse.home_sizes import PartSize


def status(as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")] = False) -> None:
    """Show what data there is, how fresh it is, its gaps, and the disk space of each part of the home.

    \b
    Examples:
      renewables status
      renewables status --json | jq '.datasets[].newest_start_time_utc'
    """
    from renewables.cli.options import without_pandas
    from renewables.cli.output import print_json, print_note
    from renewables.queries.status import warehouse_status as read_status
    from warehouse.connection import configured_warehouse
    from warehouse.errors import WarehouseLost, WarehouseMissing
    from warehouse.home_sizes import home_sizes
    from warehouse.settings import Settings

    settings = Settings()
    sizes = home_sizes(settings)
    try:
        configured_warehouse().refuse_lost()
    except WarehouseLost as lost:
        print_note(str(lost))
    try:
        warehouse = read_status(without_pandas)
    except WarehouseMissing as missing:
        if as_json:
            print_json({"snapshot": None, "datasets": [], "runs": [], "message": str(missing), "home": sizes})
        else:
            typer.echo(f"The warehouse is empty. {missing}")
            _print_sizes(sizes)
        return
    if as_json:
        print_json({**_for_scripts(warehouse), "home": sizes})
    else:
        _print_status(warehouse)
        _print_sizes(sizes)


def _print_sizes(sizes: "Sequence[PartSize]") -> None:
    from renewables.cli.output import print_facts
    from renewables.formatting import byte_size, number

    facts = [
        (part.part, f"{byte_size(part.size_bytes)} in {number(part.files)} file{'s' if part.files > 1 else ''}")
        for part in sizes
        if part.files
    ]
    if facts:
        print_facts(f"Disk space ({byte_size(sum(part.size_bytes for part in sizes))})", facts)


def _for_scripts(warehouse: "WarehouseStatus") -> dict[str, Any]:
    from renewables.attribution import attribution, label_of_sources

    sources, now = _source_text(warehouse), datetime.now(UTC)
    return {
        "snapshot": {
            "version": warehouse.version,
            "published_at_utc": warehouse.published_at_utc,
            "size_bytes": warehouse.size_bytes,
        },
        "label": label_of_sources(sources),
        "attribution": attribution(sources),
        "datasets": [
            vars(dataset)
            | {"age": dataset.age(now), "is_fresh": dataset.is_fresh(now)}
            | {"coverage": dataset.coverage, "flagged_share": dataset.flagged_share}
            for dataset in warehouse.datasets
        ],
        "all_datasets": [
            vars(stored) | {"newest_utc": stored.newest_utc, "is_fresh": stored.is_fresh(now)}
            for stored in warehouse.stored
        ],
        "installed_capacity": warehouse.capacity,
        "unknown_series": warehouse.unknown_series,
        "registers": [
            vars(register) | {"age": register.age(now.date()), "is_fresh": register.is_fresh(now.date())}
            for register in warehouse.registers
        ],
        "runs": warehouse.runs,
    }


def _source_text(warehouse: "WarehouseStatus") -> set[str]:
    return {source for stored in warehouse.stored for source in stored.sources}


def _print_status(warehouse: "WarehouseStatus") -> None:
    from renewables.attribution import note_of_sources
    from renewables.cli.output import print_table
    from renewables.formatting import number, utc
    from renewables.queries.unknown_series import sentence_of

    typer.echo(
        f"Snapshot {warehouse.version}, published {utc(warehouse.published_at_utc)} UTC, "
        f"{warehouse.size_bytes / 1e6:,.1f} MB\n"
    )
    for dataset in warehouse.datasets:
        _print_dataset(dataset)
    _print_capacity(warehouse.capacity)
    _print_stored(warehouse.stored)
    _print_registers(warehouse.registers)
    if warehouse.unknown_series:
        typer.echo(f"{sentence_of(warehouse.unknown_series)}\n")
    if warehouse.runs:
        print_table(
            ["Last runs (UTC)", "Dataset", "Requests", "Failed", "New rows", "Time"],
            [
                [
                    *(utc(run.asked_at_utc), run.dataset, number(run.windows), number(run.windows_failed)),
                    *(number(run.rows_landed), f"{run.seconds:,.1f} s"),
                ]
                for run in warehouse.runs
            ],
            right=["Requests", "Failed", "New rows", "Time"],
        )
    if note := note_of_sources(_source_text(warehouse)):
        typer.echo(note)


def _print_dataset(dataset: "DatasetStatus") -> None:
    from renewables.attribution import label_of_sources
    from renewables.cli.output import print_facts
    from renewables.formatting import how_long, number, percent, utc

    label = label_of_sources(dataset.sources)
    title = f"{dataset.title} ({dataset.code})" + (f"  {label}" if label else "")
    now = datetime.now(UTC)
    if (age := dataset.age(now)) is None:
        empty = [("Half-hours", "none yet: fetch some with `renewables fetch-range 2026-01-01 2026-01-07`")]
        print_facts(title, [*empty, _quarantined(dataset.rows_quarantined)])
        return
    gaps = ", ".join(str(day) for day in dataset.first_days_with_gaps)
    more = dataset.days_with_gaps - len(dataset.first_days_with_gaps)
    print_facts(
        title,
        [
            ("Period (UTC)", f"{utc(dataset.first_start_time_utc)} to {utc(dataset.newest_start_time_utc)}"),
            ("Latest", f"ended {how_long(age)} ago{'' if dataset.is_fresh(now) else ': STALE'}"),
            (
                "Half-hours",
                f"{number(dataset.half_hours)} of {number(dataset.half_hours_expected)} ({percent(dataset.coverage)})",
            ),
            ("Flagged", flags_text(dataset.half_hours_flagged, dataset.flagged_share, dataset.values_unjudged)),
            (
                "Days with gaps",
                f"{number(dataset.days_with_gaps)}: {gaps}" + (f" and {number(more)} more" if more else "")
                if dataset.days_with_gaps
                else "none",
            ),
            ("Publications", f"{number(dataset.publications)} rows"),
            _quarantined(dataset.rows_quarantined),
            ("Labels that disagree", f"{number(dataset.labels_disagreeing)} rows"),
            ("Sources", ", ".join(dataset.sources)),
        ],
    )


def flags_text(half_hours: int, share: float | None, values_unjudged: int) -> str:
    """Return how many half-hours are flagged, and whether all have been checked."""
    from renewables.formatting import number, percent

    message = f"{number(half_hours)} half-hours ({percent(share, up=True)})"
    return message + (f"; {number(values_unjudged)} values not checked yet" if values_unjudged else "")


def _print_capacity(capacity: "CapacityStatus | None") -> None:
    from elexon_assets.datasets import INSTALLED_CAPACITY
    from renewables.attribution import label_of_sources
    from renewables.cli.output import print_facts
    from renewables.formatting import number, utc

    title = f"{INSTALLED_CAPACITY.title} ({INSTALLED_CAPACITY.code})"
    if capacity is None:
        hint = f"none yet: fetch them with `renewables fetch-range … --dataset {INSTALLED_CAPACITY.name}`"
        print_facts(title, [("Years", hint)])
        return
    label = label_of_sources(capacity.sources)
    print_facts(
        title + (f"  {label}" if label else ""),
        [
            ("Years", f"{capacity.first_year} to {capacity.last_year}"),
            ("Latest", f"published {utc(capacity.newest_publish_time_utc)}"),
            ("Publications", f"{number(capacity.publications)} rows"),
            _quarantined(capacity.rows_quarantined),
            ("Sources", ", ".join(capacity.sources)),
        ],
    )


def _print_stored(datasets: "Sequence[StoredDataset]") -> None:
    from renewables.cli.output import print_table
    from renewables.formatting import number, utc

    now = datetime.now(UTC)
    rows = []
    for stored in datasets:
        times = [stored.first_start_time_utc, stored.newest_start_time_utc, stored.newest_publish_time_utc]
        state = "no data yet" if not stored.publications else "fresh" if stored.is_fresh(now) else "STALE"
        rows.append([stored.name, *(utc(at) if at else "" for at in times), state, number(stored.publications)])
    columns = ["All datasets (UTC)", "First", "Newest", "Published", "State", "Rows"]
    print_table(columns, rows, right=["Rows"])


def _print_registers(registers: "Sequence[RegisterStatus]") -> None:
    from renewables.cli.output import print_table
    from renewables.formatting import how_long, number

    today = datetime.now(UTC).date()
    rows = []
    for register in registers:
        age = register.age(today)
        state = "no issue yet" if age is None else "fresh" if register.is_fresh(today) else "STALE"
        name = f"{register.title}{' SYNTHETIC' if register.is_synthetic else ''}"
        issue = [str(register.issue_date or ""), "" if age is None else how_long(age) if age.days else "today"]
        rows.append([name, *issue, state, number(register.records), number(register.issues)])
    columns = ["Registers", "Newest issue", "Age", "State", "Records", "Issues"]
    print_table(columns, rows, right=["Records", "Issues"])


def _quarantined(rows: int) -> tuple[str, str]:
    from renewables.formatting import number

    return ("Quarantined", f"{number(rows)} rows")
