"""`renewables accept-gap` and `withdraw-gap`: whether a day that Elexon cannot supply counts as a known gap."""

from typing import TYPE_CHECKING, Annotated

import typer

from renewables.cli.options import complete_covered

if TYPE_CHECKING:
    from renewables.dagster_control.gap_acceptance import GapDecision

DatasetName = Annotated[
    str,
    typer.Argument(
        help="The name of a dataset of half-hours, such as wind_and_solar or demand.", autocompletion=complete_covered
    ),
]
UtcDay = Annotated[str, typer.Argument(help="UTC day, YYYY-MM-DD.")]
Who = Annotated[str | None, typer.Option("--who", help="Who decides; your login name by default.")]


def accept_gap(
    dataset: DatasetName,
    day: UtcDay,
    reason: Annotated[str, typer.Option("--reason", help="Why its half-hours are not available.")],
    who: Who = None,
) -> None:
    """Accept the missing half-hours of a day as a known gap.

    The day turns green in Dagster, with the reason. The nightly repair and "missing and failed" no longer fetch it, and
    the checks do not count it. Its half-hours stay missing, but land if you fetch the day later. `withdraw-gap` undoes
    it.

    \b
    Examples:
      renewables accept-gap wind_and_solar 2024-01-10 --reason "Elexon answers 503 for 10:00Z, ticket 4711"
    """
    decision = _carry_out(dataset, day, reason, who, withdraws=False)
    typer.echo(f"{decision.day} of {decision.dataset} is now a known gap.")


def withdraw_gap(
    dataset: DatasetName,
    day: UtcDay,
    reason: Annotated[str, typer.Option("--reason", help="Why it is no longer a known gap.")],
    who: Who = None,
) -> None:
    """Withdraw the acceptance of a day as a known gap.

    The day is red or missing in Dagster again, the next repair fetches it, and the checks count it. Both reasons stay
    in the table accepted_gaps.

    \b
    Examples:
      renewables withdraw-gap wind_and_solar 2024-01-10 --reason "Elexon has published it since"
    """
    decision = _carry_out(dataset, day, reason, who, withdraws=True)
    typer.echo(f"{decision.day} of {decision.dataset} is no longer a known gap; `renewables repair` fetches it.")


def _carry_out(dataset: str, day: str, reason: str, who: str | None, *, withdraws: bool) -> "GapDecision":
    """Carry the decision out and return it. Raises UserError with the reason of a refusal."""
    from datetime import date

    from elexon_assets.accepted_gaps import covered_dataset
    from renewables.cli.fetch import REQUESTED_BY
    from renewables.cli.token_option import command_author
    from renewables.dagster_control.gap_acceptance import GapDecision, carry_out
    from renewables.user_errors import BadUsage, UserError
    from warehouse.settings import Settings

    name = covered_dataset(dataset).name
    try:
        utc_day = date.fromisoformat(day)
    except ValueError:
        raise BadUsage(f"{day!r} is not a day: write YYYY-MM-DD, for example 2024-01-10.") from None
    decision = GapDecision(name, utc_day, reason, withdraws)
    outcome = carry_out(decision, requested_by=REQUESTED_BY, actor=command_author(who), settings=Settings())
    if not outcome.succeeded:
        raise UserError(outcome.error or f"Nothing was changed; see the run {outcome.run_id} in Dagster.")
    return decision
