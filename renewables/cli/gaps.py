"""`renewables accept-gap`: marks a day that Elexon cannot supply as a known gap, which is not fetched again."""

from typing import Annotated

import typer

from renewables.cli.options import complete_observed


def accept_gap(
    dataset: Annotated[
        str,
        typer.Argument(help="wind_and_solar or generation_by_fuel.", autocompletion=complete_observed),
    ],
    day: Annotated[str, typer.Argument(help="UTC day, YYYY-MM-DD.")],
    reason: Annotated[str, typer.Option("--reason", help="Why its half-hours cannot be had.")],
    who: Annotated[str | None, typer.Option("--who", help="Who accepts it; your login name unless given.")] = None,
) -> None:
    """Accepts the half-hours missing from a day as a known gap.

    The day turns green in Dagster with the reason beside it, neither the nightly repair nor "missing and failed" asks
    for it again, and the checks do not count it. Its half-hours stay missing, and land if you fetch the day later.

    \b
    Examples:
      renewables accept-gap wind_and_solar 2024-01-10 --reason "Elexon answers 503 for 10:00Z, ticket 4711"
    """
    from datetime import date

    from elexon_assets.accepted_gaps import observed_dataset
    from renewables.cli.fetch import REQUESTED_BY
    from renewables.cli.records import author_name
    from renewables.dagster_control.gap_acceptance import accept_gap as accept
    from renewables.user_errors import BadUsage, UserError
    from warehouse.settings import Settings

    name = observed_dataset(dataset).name
    try:
        utc_day = date.fromisoformat(day)
    except ValueError:
        raise BadUsage(f"{day!r} is no day: give it as YYYY-MM-DD, such as 2024-01-10.") from None
    outcome = accept(
        name, utc_day, reason=reason, accepted_by=author_name(who), requested_by=REQUESTED_BY, settings=Settings()
    )
    if not outcome.succeeded:
        raise UserError(outcome.error or f"The day was not accepted; see the run {outcome.run_id} in Dagster.")
    typer.echo(f"{utc_day} of {name} is a known gap now.")
