"""What changed in the portfolio between two moments, and the periods that people compare.

Belongs here: reading moments and presets, the bridge of a part of the portfolio. Not here: what a movement is and how
earlier states are read (`pipeline_assets/comparison.py`).
"""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

import polars as pl

from elexon_assets.errors import UnusableInput
from elexon_assets.time_inputs import REVERSED, end_of_day, read_as_of, shown
from pipeline_assets.comparison import ENDS, Comparison, Movement, compare_portfolio
from pipeline_assets.past_tables import past_relations, position_at
from pipeline_assets.vocabulary import Stage
from renewables.queries.pipeline import HEADLINE_RELATIONS, Filter, headline_figures
from renewables.queries.snapshot import Connection, snapshot_connection

IN_DEVELOPMENT = tuple(stage for stage in Stage if stage not in (Stage.COMPLETED, Stage.ON_HOLD))
"The stages of the bridge at first: with all stages, a change of stage adds up to nothing."

NEGLIGIBLE_MWP = 1e-6
"What rounding leaves of sums that cancel out."


class Period(StrEnum):
    """The presets of a comparison; each ends now."""

    WEEK = "This week"
    MONTH_END = "Since month end"
    MONTH = "A month"
    QUARTER = "A quarter"


def period_start(period: Period, now: datetime) -> datetime:
    """Return the moment with which a period compares: the end, in UTC, of the last day before it.

    `WEEK` begins on Monday, `MONTH_END` on the first of the month, `MONTH` and `QUARTER` one and three months ago.
    """
    today = now.astimezone(UTC).date()
    if period is Period.WEEK:
        return end_of_day(today - timedelta(days=today.weekday() + 1))
    if period is Period.MONTH_END:
        return end_of_day(today.replace(day=1) - timedelta(days=1))
    return end_of_day(months_before(today, 1 if period is Period.MONTH else 3))


def months_before(day: date, months: int) -> date:
    """Return the same day some months earlier, or the last day of that month if it is shorter."""
    index = day.year * 12 + day.month - 1 - months
    first = date(index // 12, index % 12 + 1, 1)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return min(last, first + timedelta(days=day.day - 1))


def portfolio_changes(
    start: date | datetime | str | None = None,
    end: date | datetime | str | None = None,
    *,
    con: Connection | None = None,
) -> Comparison:
    """Compare the portfolio, as the ledger had it, at two moments.

    Args:
        start: A UTC day (its end), or an instant; an ISO text of either. The last month end unless given.
        end: The same. Now unless given.
        con: A connection to a snapshot; the newest one unless given.

    Raises:
        UnusableInput: A moment is invalid, or the first is after the second.
        WarehouseMissing: Nothing has landed yet.
    """
    now = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)  # it includes what was just saved
    before = read_as_of(start) or period_start(Period.MONTH_END, now)
    after = read_as_of(end) or now
    if before > after:
        raise UnusableInput(REVERSED.format(start=shown(before), end=shown(after)))
    with snapshot_connection(con) as snapshot:
        return compare_portfolio(snapshot, before, after)


def past_headline_figures(wanted: Filter, day: date, con: Connection | None = None) -> dict[str, float] | None:
    """Return the headline figures at the end of a UTC day, under the same filter; None if the ledger was empty then."""
    with snapshot_connection(con) as snapshot:
        position = position_at(snapshot, end_of_day(day))
        if not position:
            return None
        return headline_figures(wanted, snapshot, past=past_relations(HEADLINE_RELATIONS, position, day))


def bridge_steps(
    bridge: pl.DataFrame, stages: Collection[str] = IN_DEVELOPMENT, technologies: Collection[str] = ()
) -> pl.DataFrame:
    """Return one row per movement of a part of the portfolio, opening first and closing last: movement, mwp.

    Movements that add up to nothing in that part are left out, the two ends are not. No technology means all.
    """
    part = bridge.filter(pl.col("stage").is_in(stages))
    if technologies:
        part = part.filter(pl.col("technology").is_in(technologies))
    sums = dict(part.group_by("movement").agg(pl.col("mwp").sum()).iter_rows())
    rows = [
        (str(movement), sums.get(movement, 0.0))
        for movement in Movement
        if movement in ENDS or abs(sums.get(movement, 0.0)) > NEGLIGIBLE_MWP
    ]
    return pl.DataFrame(rows, schema={"movement": pl.String(), "mwp": pl.Float64()}, orient="row")


def bridge_table(bridge: pl.DataFrame, by: Sequence[str] = ("stage", "technology")) -> pl.DataFrame:
    """Return one row per stage and technology, in the order of the stages, with a column per movement that occurs.

    Columns: those of `by`, Opening, the movements, Closing; MWp, 0 where nothing moved or where it cancels out.
    """
    bridge = bridge.group_by(*by, "movement", maintain_order=True).agg(pl.col("mwp").sum().round(6) + 0.0)
    names = [movement for movement in Movement if movement in ENDS or movement in set(bridge["movement"])]
    keys = bridge.select(by).unique(maintain_order=True)
    for name in names:
        part = bridge.filter(movement=str(name)).select(*by, pl.col("mwp").alias(name))
        keys = keys.join(part, on=by, how="left", maintain_order="left")
    return keys.with_columns(pl.col(names).fill_null(0.0))


def bridge_total(table: pl.DataFrame) -> dict[str, float]:
    """Return the sum of each column of MWp of a bridge table, by movement."""
    sums = table.select(pl.col(pl.Float64).sum().round(6) + 0.0)
    return sums.row(0, named=True)
