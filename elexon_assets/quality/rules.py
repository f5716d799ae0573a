"""The rules of the flags as set operations, from the current values of a span to its flags.

Belongs here: what is flagged, with which detail. Not here: what happens to earlier flags (`flagging.py`). A rule looks
at most `REACH` to each side of a half-hour; its result depends on the data alone, never on the order of arrival.
"""

from datetime import timedelta
from typing import Any

import duckdb

from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import GENERATION_BY_FUEL, OBSERVED, WIND_AND_SOLAR
from elexon_assets.flag_vocabulary import (
    ALL_ZERO,
    LABEL_DISAGREES,
    OUTSIDE_SOFT_LIMITS,
    PUBLISHED_LATE,
    SOLAR_BY_DAY,
    SOLAR_BY_NIGHT,
    SOME_AT_ZERO,
    STUCK,
    UNKNOWN_SERIES,
    WIND_UNDERSTATED,
    Reason,
)
from elexon_assets.quality.rule_inputs import read_inputs
from elexon_assets.schema import series
from elexon_assets.schema.flags import WIND
from elexon_assets.settlement import HALF_HOUR
from elexon_assets.windows import Window
from warehouse.settings import Settings

REACH = timedelta(hours=3)
"The distance that the rules look to each side of a half-hour."

VERSION = 2
"The version of the rules: it counts up with every change, so that older flags are evaluated again."

ONSHORE, OFFSHORE = WIND
SOLAR = "Solar"
NEVER_ZERO = ("BIOMASS", "CCGT", "NUCLEAR")
"The fuels of FUELHH that always run; in recorded data they are at zero only in fail-overs."
_REACH_US, _HALF_HOUR_US = (length // timedelta(microseconds=1) for length in (REACH, HALF_HOUR))


def evaluate_rules(con: duckdb.DuckDBPyConnection, span: Window, settings: Settings) -> None:
    """Fill the temporary table `found` with the flags of the span, in set operations only: ten years take a second."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE found (dataset VARCHAR, start_time_utc TIMESTAMPTZ, category VARCHAR, "
        "reason VARCHAR, detail VARCHAR)"
    )
    read = Window(span.start_utc - REACH, span.end_utc + REACH)
    read_inputs(con, read)
    _read_fail_overs(con)
    within = {"start": span.start_utc, "end": span.end_utc}
    for sql, parameters in _rule_set(settings):
        con.execute(
            f"INSERT INTO found BY NAME FROM ({sql}) WHERE start_time_utc >= $start AND start_time_utc < $end",
            {**within, **parameters},
        )


_ZERO_BY_DAY = "printf('0 MW while the sun is %.0f degrees high or more over all of the panels', lowest)"
_BY_NIGHT = "printf('%.0f MW while the sun is %.0f degrees or more below the horizon', mw, -highest)"

Rule = tuple[str, dict[str, Any]]
"A query for flags, and its bound parameters."


def _rule_set(settings: Settings) -> list[Rule]:
    return [
        _understated_beside_fuels(settings),
        _understated_alone(settings),
        _stuck_values(),
        _all_zero(),
        _some_at_zero(settings),
        _solar_against_the_sun(SOLAR_BY_DAY, "mw = 0 AND lowest > $degrees", settings.solar_up_degrees, _ZERO_BY_DAY),
        _solar_against_the_sun(SOLAR_BY_NIGHT, "mw > 0 AND highest < $degrees", settings.solar_down_degrees, _BY_NIGHT),
        _total_outside_soft_limits(WIND_AND_SOLAR),
        *(_outside_soft_limits(dataset) for dataset in OBSERVED),
        *(_label_disagrees(dataset) for dataset in OBSERVED),
        *(_published_late(dataset, settings) for dataset in OBSERVED),
        *(_unknown_series(dataset) for dataset in OBSERVED),
    ]


def _flag_rows(dataset: Dataset, reason: Reason, category: str, detail: str) -> str:
    """Return the select list of a flag."""
    return (
        f"'{dataset.name}' AS dataset, start_time_utc, {category} AS category, '{reason.name}' AS reason, "
        f"{detail} AS detail"
    )


_BOTH_WINDS = f"unnest(['{ONSHORE}', '{OFFSHORE}'])"


def _understated_beside_fuels(settings: Settings) -> Rule:
    detail = "printf('AGWS wind %.0f MW beside WIND %.0f MW of FUELHH', agws_mw, fuelhh_mw)"
    return (
        f"SELECT {_flag_rows(WIND_AND_SOLAR, WIND_UNDERSTATED, _BOTH_WINDS, detail)} FROM wind "
        "WHERE fuelhh_mw > $from_mw AND agws_mw < $share * fuelhh_mw",
        {"from_mw": settings.understated_from_mw, "share": settings.understated_share},
    )


def _understated_alone(settings: Settings) -> Rule:
    """Return the rule for understated wind without FUELHH: medians are computed only around its few candidates."""
    detail = "printf('offshore %.0f MW, median %.0f MW in the three hours on each side; no FUELHH', low_mw, around_mw)"
    return (
        f"""WITH dropped AS (
            SELECT this.start_time_utc, this.offshore_mw AS low_mw, median(near.offshore_mw) AS around_mw
            FROM (FROM wind WHERE fuelhh_mw IS NULL AND offshore_mw < $low_mw) AS this
            JOIN wind AS near ON near.at_us BETWEEN this.at_us - {_REACH_US} AND this.at_us + {_REACH_US}
                AND near.at_us <> this.at_us
            GROUP BY ALL HAVING around_mw > $around_mw
        ) SELECT {_flag_rows(WIND_AND_SOLAR, WIND_UNDERSTATED, _BOTH_WINDS, detail)} FROM dropped""",
        {"low_mw": settings.offshore_dropout_mw, "around_mw": settings.offshore_around_mw},
    )


def _stuck_values() -> Rule:
    """Flag the later of two equal half-hours, because it is the one that repeats."""
    detail = "printf('onshore %.3f and offshore %.3f MW, as in the half-hour before', onshore_mw, offshore_mw)"
    return (
        f"""WITH repeated AS (
            SELECT this.* FROM wind AS this JOIN wind AS before ON before.at_us + {_HALF_HOUR_US} = this.at_us
                AND before.onshore_mw = this.onshore_mw AND before.offshore_mw = this.offshore_mw
        ) SELECT {_flag_rows(WIND_AND_SOLAR, STUCK, _BOTH_WINDS, detail)} FROM repeated""",
        {},
    )


_FUELS = tuple(GENERATION_BY_FUEL.always_published)


def _read_fail_overs(con: duckdb.DuckDBPyConnection) -> None:
    """Fill `failed_over` with the half-hours in which all published fuels are at zero, and those fuels.

    Interconnectors are left out: they can be idle, and in some fail-overs they were published. Only the few half-hours
    in which a fuel is at zero that never is are examined.
    """
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE failed_over AS
        SELECT start_time_utc, list(category) AS categories FROM current_{GENERATION_BY_FUEL.name}
        SEMI JOIN (
            SELECT DISTINCT start_time_utc FROM current_{GENERATION_BY_FUEL.name}
            WHERE category IN {NEVER_ZERO} AND mw = 0
        ) USING (start_time_utc)
        WHERE category IN {_FUELS}
        GROUP BY start_time_utc
        HAVING bool_and(mw = 0) AND {series.all_published(GENERATION_BY_FUEL, list(_FUELS), "category")}""")


def _all_zero() -> Rule:
    detail = "'every fuel that is always published is zero'"
    return (
        f"SELECT {_flag_rows(GENERATION_BY_FUEL, ALL_ZERO, 'unnest(categories)', detail)} FROM temp.failed_over",
        {},
    )


def _some_at_zero(settings: Settings) -> Rule:
    """Return the rule for a partial fail-over: all fuels at zero beside the ones that never are."""
    detail = "printf('%s at zero together; no other reason is known than a fail-over', array_to_string(idle, ', '))"
    return (
        f"""WITH idle AS (
            SELECT start_time_utc, list(category ORDER BY category) AS idle FROM current_{GENERATION_BY_FUEL.name}
            ANTI JOIN temp.failed_over USING (start_time_utc)
            WHERE category IN {NEVER_ZERO} AND mw = 0 GROUP BY start_time_utc HAVING count(*) >= $together
        ), at_zero AS (
            SELECT * FROM current_{GENERATION_BY_FUEL.name} JOIN idle USING (start_time_utc)
            WHERE mw = 0 AND category IN {_FUELS}
        ) SELECT {_flag_rows(GENERATION_BY_FUEL, SOME_AT_ZERO, "category", detail)} FROM at_zero""",
        {"together": settings.never_zero_together},
    )


def _solar_against_the_sun(reason: Reason, condition: str, degrees: float, detail: str) -> Rule:
    """Return a rule for solar beside the range of the sun's elevation in its half-hour."""
    return (
        f"SELECT {_flag_rows(WIND_AND_SOLAR, reason, 'category', detail)} FROM current_{WIND_AND_SOLAR.name} "
        f"JOIN sun USING (start_time_utc) WHERE category = '{SOLAR}' AND {condition}",
        {"degrees": degrees},
    )


def _unknown_series(dataset: Dataset) -> Rule:
    detail = "'not declared: kept under its own name and in no total'"
    return (
        f"SELECT {_flag_rows(dataset, UNKNOWN_SERIES, 'category', detail)} FROM current_{dataset.name} "
        f"SEMI JOIN (FROM range_{dataset.name} WHERE {series.is_undeclared(dataset, 'category')}) AS unknown "
        "USING (category)",
        {},
    )


def _outside_soft_limits(dataset: Dataset) -> Rule:
    detail = "printf('%.1f MW, outside %.0f to %.0f MW', mw, low_mw, high_mw)"
    return (
        f"""WITH outside AS (
            SELECT start_time_utc, category, mw, low_mw, high_mw FROM current_{dataset.name}
            JOIN (
                SELECT category, low_mw, high_mw FROM soft_limits JOIN range_{dataset.name} USING (category)
                WHERE dataset = '{dataset.name}' AND (lowest_mw < low_mw OR highest_mw > high_mw)
            ) AS limits USING (category)
            WHERE mw < low_mw OR mw > high_mw
        ) SELECT {_flag_rows(dataset, OUTSIDE_SOFT_LIMITS, "category", detail)} FROM outside""",
        {},
    )


def _total_outside_soft_limits(dataset: Dataset) -> Rule:
    """Return the rule for the sum: any category may be too high, so each is flagged that is not on its own account."""
    detail = "printf('%.0f MW of all categories together, above %.0f MW', total_mw, high_mw)"
    return (
        f"""WITH total AS (
            SELECT start_time_utc, sum(mw) AS total_mw, any_value(total.high_mw) AS high_mw
            FROM current_{dataset.name}, (FROM soft_limits WHERE dataset = '{dataset.name}' AND category = 'Total')
                AS total
            WHERE current_{dataset.name}.category IN {tuple(dataset.categories)}
            GROUP BY start_time_utc HAVING total_mw > any_value(total.high_mw)
        ), above AS (
            SELECT start_time_utc, category, total_mw, total.high_mw FROM total
            JOIN current_{dataset.name} USING (start_time_utc)
            JOIN (FROM soft_limits WHERE dataset = '{dataset.name}') AS own USING (category)
            WHERE mw BETWEEN own.low_mw AND own.high_mw
        ) SELECT {_flag_rows(dataset, OUTSIDE_SOFT_LIMITS, "category", detail)} FROM above""",
        {},
    )


def _label_disagrees(dataset: Dataset) -> Rule:
    detail = (
        "printf('labelled %s period %d; the start time says %s period %d', elexon_settlement_date::VARCHAR, "
        "elexon_settlement_period, settlement_date::VARCHAR, settlement_period)"
    )
    return (
        f"SELECT {_flag_rows(dataset, LABEL_DISAGREES, 'category', detail)} FROM current_{dataset.name} "
        "WHERE elexon_settlement_date IS NOT NULL OR elexon_settlement_period IS NOT NULL",
        {},
    )


def _published_late(dataset: Dataset, settings: Settings) -> Rule:
    """Flag by the first publication of a value; a later republication is not late."""
    ordinary_us = dataset.publication_lag // timedelta(microseconds=1)
    late_us = ordinary_us + int(settings.late_minutes * 60e6)
    detail = f"printf('published %.0f minutes after its start, usually %.0f', lag_us / 60e6, {ordinary_us / 60e6})"
    lag_us = "epoch_us(publish_time_utc) - epoch_us(start_time_utc)"
    inside = "start_time_utc >= $start AND start_time_utc < $end"
    return (
        f"""WITH candidates AS (
            SELECT DISTINCT start_time_utc FROM {dataset.table} WHERE {inside} AND {lag_us} >= $late_us
        ), first AS (
            SELECT start_time_utc, {dataset.category} AS category, min({lag_us}) AS lag_us FROM {dataset.table}
            WHERE {inside} AND start_time_utc IN (FROM candidates) GROUP BY ALL HAVING min({lag_us}) >= $late_us
        ) SELECT {_flag_rows(dataset, PUBLISHED_LATE, "category", detail)} FROM first""",
        {"late_us": late_us},
    )
