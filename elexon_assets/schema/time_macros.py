"""How the macros of the warehouse read times and spans: as Python does, with its error messages.

Belongs here: SQL text for one argument or for a pair. Not here: what is accepted, and the messages (`time_inputs.py`).
The text is written into each macro, because a copied macro must not depend on one that is copied after it. Every result
is a scalar subquery, so that an argument is read once and not for each row. UTC is named everywhere, because another
tool reads a snapshot in the time zone of its machine.
"""

from elexon_assets import time_inputs
from elexon_assets.settlement import HALF_HOUR, LONDON
from elexon_assets.time_inputs import OPEN_ENDS, YEARS
from warehouse.settings import Settings

_DAY = r"\d{4}-\d{2}-\d{2}"
_ZONE = r"(Z|[+-]\d{2}(:?\d{2})?)"
_TODAY = f"greatest((now() AT TIME ZONE 'UTC')::DATE, (now() AT TIME ZONE '{LONDON.key}')::DATE)"


def as_of_sql(argument: str) -> str:
    """Return SQL for the instant that an argument means: the end of a day, and infinity for an open end."""
    is_open = " OR ".join(f"starts_with(lower(txt), '{beginning}')" for beginning in OPEN_ENDS)
    return (
        f"(SELECT CASE WHEN {is_open} THEN TIMESTAMPTZ 'infinity' {_refusal_cases()} "
        f"WHEN is_day THEN after_it - INTERVAL 1 MICROSECOND ELSE at_it END FROM {_reading_macro(argument)})"
    )


def span_sql(start: str, end: str) -> tuple[str, str]:
    """Return SQL for both ends, the second excluded, of a span of two days (both included) or two times.

    The first of the two raises the refusals of both.
    """
    shown = {"start": "a.shown", "end": "b.shown"}
    half_hour_us = int(HALF_HOUR.total_seconds()) * 1_000_000
    first_day = Settings().first_day
    refusals = [
        _refusal_cases("a."),
        _refusal_cases("b."),
        _refusal_case("a.is_day <> b.is_day", time_inputs.ONE_OF_EACH, **shown),
        _refusal_case("a.at_it > b.at_it", time_inputs.REVERSED, **shown),
        _refusal_case("NOT a.is_day AND a.at_it = b.at_it", time_inputs.EMPTY, **shown),
        *(
            _refusal_case(f"epoch_us({x}.at_it) % {half_hour_us} <> 0", time_inputs.OFF_GRID, value=f"{x}.shown")
            for x in "ab"
        ),
        *(
            _refusal_case(sql, time_inputs.TOO_EARLY, value=f"{x}.shown", first_day=f"'{first_day}'")
            for x, sql in ((x, f"{x}.at_it < TIMESTAMPTZ '{first_day} 00:00:00+00'") for x in "ab")
        ),
        *(
            _refusal_case(
                f"CASE WHEN {x}.is_day THEN {x}.after_it ELSE {x}.at_it END "
                f"> ({_TODAY} + 1)::TIMESTAMP AT TIME ZONE 'UTC'",
                time_inputs.IN_FUTURE,
                value=f"{x}.shown",
                today=f"{_TODAY}::VARCHAR",
            )
            for x in "ab"
        ),
    ]
    return (
        f"(SELECT CASE {' '.join(refusals)} ELSE a.at_it END "
        f"FROM {_reading_macro(start)} AS a, {_reading_macro(end)} AS b)",
        f"(SELECT CASE WHEN is_day THEN after_it ELSE at_it END FROM {_reading_macro(end)})",
    )


def _reading_macro(argument: str) -> str:
    """Return a subquery of one row: the text, its kind, the instant at it and after it (of a day), and its shown form.

    A text is shown as it was written, and a TIMESTAMP as Python shows it.
    """
    # DuckDB's cast needs seconds and a colon in the offset.
    castable = (
        r"regexp_replace(regexp_replace(upper(txt), '^(.{10}[T ]\d{2}:\d{2})(Z|[+-]|$)', '\1:00\2'), "
        r"'([+-]\d{2})(\d{2})$', '\1:\2')"
    )
    return (
        f"(SELECT *, CASE WHEN is_day OR typed <> 'TIMESTAMP WITH TIME ZONE' AND NOT has_zone THEN written "
        r"ELSE regexp_replace(strftime(at_it AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%SZ'), '(T..:..):00Z$', '\1Z') END "
        "AS shown FROM ("
        "SELECT *, CASE WHEN is_day THEN try_cast(txt AS DATE)::TIMESTAMP AT TIME ZONE 'UTC' "
        "WHEN has_zone THEN try_cast(castable AS TIMESTAMPTZ) END AS at_it, "
        "CASE WHEN is_day THEN (try_cast(txt AS DATE) + 1)::TIMESTAMP AT TIME ZONE 'UTC' END AS after_it, "
        "is_day AND try_cast(txt AS DATE) IS NOT NULL "
        "OR is_time AND try_cast(castable[:19] AS TIMESTAMP) IS NOT NULL AS is_readable FROM ("
        f"SELECT *, {castable} AS castable, regexp_full_match(txt, '{_DAY}') AS is_day, "
        rf"regexp_full_match(txt, '{_DAY}[T ]\d{{2}}:\d{{2}}(:\d{{2}}(\.\d+)?)?{_ZONE}?', 'i') AS is_time, "
        f"is_time AND regexp_matches(txt[11:], '{_ZONE}$', 'i') AS has_zone, "
        r"CASE WHEN typed = 'VARCHAR' THEN txt ELSE regexp_replace(replace(txt, ' ', 'T'), '(T..:..):00$', '\1') END "
        f"AS written FROM (SELECT trim(coalesce({argument}::VARCHAR, 'None')) AS txt, typeof({argument}) AS typed))))"
    )


def _refusal_cases(of: str = "") -> str:
    """Return WHEN clauses that refuse texts that are not a day or time, are too far away or have no zone."""
    year = f"try_cast({of}txt[:4] AS INTEGER)"
    return " ".join(
        [
            _refusal_case(f"NOT {of}is_readable", time_inputs.NOT_A_TIME, value=f"{of}txt"),
            _refusal_case(f"{year} NOT BETWEEN {YEARS[0]} AND {YEARS[1]}", time_inputs.FAR_AWAY, value=f"{of}written"),
            _refusal_case(f"NOT {of}is_day AND NOT {of}has_zone", time_inputs.NO_ZONE, value=f"{of}written"),
        ]
    )


def _refusal_case(condition: str, sentence: str, **values: str) -> str:
    """Return a WHEN clause that raises the message, with SQL expressions in the place of its names."""
    text = "'" + sentence.replace("'", "''") + "'"
    for name, expression in values.items():
        text = f"replace({text}, '{{{name}}}', {expression})"
    return f"WHEN {condition} THEN error({text})"
